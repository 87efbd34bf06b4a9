"""Other ways of rating than high and low: drift, use of the scale, halo, and the gap to people's own placements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from my121_analytics.analysis.rating_patterns.drift import DRIFT, gather_drift
from my121_analytics.analysis.rating_patterns.habit_judgement import HabitEvidence, HabitVerdicts, judge_habit
from my121_analytics.analysis.rating_patterns.halo import BOTH, HALO, gather_halo
from my121_analytics.analysis.rating_patterns.scale_use import SCALE_USE, gather_scale_use
from my121_analytics.analysis.rating_patterns.self_gap import SELF_GAP, gather_self_gap
from my121_analytics.analysis.rating_patterns.study import Study
from my121_analytics.settings import ManagerSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import RatingCounts, join_posts, label_missing, select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Table
from my121_analytics.workforce.schema import ORGANISATION, SELF
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, PATTERN

AXES = ("performance", "potential")
COLUMNS = ["rater_id", "name", "family", "axis", "n", "estimate", "lower", "upper", "probability", "verdict",
           "detectable", "text", "caveat", *ORGANISATION]
SUMMARY_COLUMNS = ["family", "axis", "n_managers", "n_judged", "n_listed", "expected_wrong", "sd", "detectable", "text"]
_LEAST_TOLD = 0.05
"""Names expected by chance that are told as a number of one decimal."""


@dataclass(frozen=True)
class HabitCounts:
    """What the record holds of both ratings together and of people's own placements.

    Parameters
    ----------
    pairs
        One row per person, post and cycle with both ratings from a manager, neither derived: ``rater`` and ``pattern``
        (codes of the main counts), ``employee`` (any code), ``performance``, ``potential``.
    gaps
        Axis -> counts of the steps from people's own placements to their manager's, the lowest step as category 1, by
        rater (as in the main counts), person and cycle.
    """

    pairs: pd.DataFrame
    gaps: Mapping[str, RatingCounts] = field(default_factory=dict)


def count_habits(workforce: Workforce, counts: RatingCounts, axes: Sequence[str]) -> HabitCounts:
    """Gather both ratings, and managers' and own placements, of the same people.

    Parameters
    ----------
    workforce
        The record.
    counts
        Of the main axis; people, managers and cycles outside it are left out.
    axes
        Axes rated.

    Returns
    -------
    HabitCounts
    """
    placed = select_placements(workforce, cycles=counts.cycles)
    placed = placed[placed["rater_id"].notna()]
    columns = [column for column in counts.patterns.columns if column != "cycle"]
    rows = join_posts(workforce, placed, columns)
    rows = rows.assign(**{column: label_missing(rows[column]) for column in columns}).astype({"cycle": "str"})
    rows["rater"] = pd.Index(counts.raters["rater_id"].astype("str")).get_indexer(rows["rater_id"].astype("str"))
    rows["employee"] = pd.factorize(rows["employee_id"].astype("str"))[0]
    rows = rows[rows["rater"] >= 0]
    own = select_placements(workforce, source=SELF, cycles=counts.cycles).astype({"cycle": "str"})
    return HabitCounts(_pair_axes(rows, counts, columns), {
        axis: _count_gaps(rows, own, counts, axis, len(workforce.framework.levels(axis))) for axis in axes})


def _pair_axes(rows: pd.DataFrame, counts: RatingCounts, columns: Sequence[str]) -> pd.DataFrame:
    both = rows[rows[list(AXES)].notna().all(axis="columns") & ~rows["derived"].fillna(False).astype(bool)]
    patterns = counts.patterns.assign(pattern=np.arange(len(counts.patterns)))
    keys = [*columns, "cycle"]
    both = both.astype(dict.fromkeys(keys, "str")).merge(patterns, on=keys, how="inner")
    return both[["rater", "pattern", "employee", *AXES]].astype("int64").reset_index(drop=True)


def _count_gaps(rows: pd.DataFrame, own: pd.DataFrame, counts: RatingCounts, axis: str, n_levels: int) -> RatingCounts:
    keys = ["employee_id", "post_id", "cycle"]
    theirs = own[own[axis].notna()].astype(dict.fromkeys(keys, "str"))[[*keys, axis]]
    both = rows[rows[axis].notna()].astype(dict.fromkeys(keys, "str")).merge(theirs, on=keys, suffixes=("", "_own"))
    cycles = [cycle for cycle in counts.cycles if (both["cycle"] == cycle).any()]
    both = both.assign(pattern=pd.Index(cycles).get_indexer(both["cycle"]),
                       category=both[axis].astype("int64") - both[f"{axis}_own"].astype("int64") + n_levels)
    frame = both.groupby(["rater", "employee", "pattern", "category"]).size().rename("n").reset_index()
    return RatingCounts(axis, 2 * n_levels - 1, tuple(cycles), frame, counts.raters, pd.DataFrame({"cycle": cycles}))


def tabulate_habits(studies: Sequence[tuple[Study, RatingCounts]], habits: HabitCounts, names: pd.Series,
                    rules: ManagerSettings) -> dict[str, Table]:
    """Judge every manager on every way of rating that the record can show.

    Parameters
    ----------
    studies
        Each axis, adjusted, with its counts; the main axis first.
    habits
        From :func:`count_habits`.
    names
        Name of each rater, in the order of the main counts.
    rules
        Delta, rate of chance names, least numbers.

    Returns
    -------
    dict of Table
        ``habits``: a row per manager, family (drift, scale_use, halo, self_gap) and axis: ``n`` ratings or pairs,
        ``estimate, lower, upper, probability`` (of a difference that matters), ``verdict``, ``detectable``, ``text``,
        ``caveat`` (code). ``habit_families``: a row per family and axis: managers, how many could be judged and are
        listed, how many of these by chance, spread between managers, the middling detectable difference, ``text``.
    """
    judged = [judge_habit(evidence, rules) for evidence in _gather(studies, habits, rules)]
    raters = studies[0][1].raters
    rows = [_describe_managers(verdicts, raters, names) for verdicts in judged]
    axes = [own.axis for _, own in studies]
    summary = pd.DataFrame([*map(_summarise, judged), *_say_absent(judged, axes, len(raters))], columns=SUMMARY_COLUMNS)
    every = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)
    return {"habits": Table(every, keys=("rater_id", "family", "axis"), people=("rater_id", "name"),
                            unit_columns=ORGANISATION),
            "habit_families": Table(summary, keys=("family", "axis"), count="n_managers",
                                    parts=("n_judged", "n_listed"),
                                    follows=("expected_wrong", "sd", "detectable", "text"))}


def _gather(studies: Sequence[tuple[Study, RatingCounts]], habits: HabitCounts,
            rules: ManagerSettings) -> list[HabitEvidence]:
    main, counts = studies[0]
    if main.evidence is None:
        return []
    found = [gather_drift(counts, main.evidence, rules)]
    for study, own in studies:
        # Managers of another axis may be fewer: only the main axis' managers have rows.
        if study.evidence is not None and own.raters["rater_id"].equals(counts.raters["rater_id"]):
            found.append(gather_scale_use(own, study.evidence, rules))
    found.append(gather_halo(habits.pairs, counts, main.evidence.case_mix))
    found += [gather_self_gap(gaps, len(counts.raters), rules) for gaps in habits.gaps.values()]
    return [evidence for evidence in found if evidence is not None]


def _say_absent(judged: Sequence[HabitVerdicts], axes: Sequence[str], n_raters: int) -> list[tuple[object, ...]]:
    """Give a row for each family that the record cannot show at all, so that none is missing in silence."""
    wanted = [(DRIFT, axes[0]), (HALO, BOTH), *((family, axis) for family in (SCALE_USE, SELF_GAP) for axis in axes)]
    known = {(verdicts.evidence.family, verdicts.evidence.axis) for verdicts in judged}
    return [(family, axis, n_raters, 0, 0, 0.0, np.nan, np.nan, say("habit", "absent", what=say("habit", family),
                                                                    axis=axis))
            for family, axis in wanted if (family, axis) not in known]


def _describe_managers(judged: HabitVerdicts, raters: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    evidence, rows = judged.evidence, judged.rows
    caveats = np.where(rows["thin"], "habit_thin", f"habit_{evidence.family}")
    texts = [_say_verdict(evidence.family, row) for row in rows.itertuples()]
    table = rows.assign(rater_id=raters["rater_id"].astype("str").to_numpy(), name=names.to_numpy(),
                        family=evidence.family, axis=evidence.axis, text=texts, caveat=caveats,
                        **{column: raters[column].to_numpy() for column in ORGANISATION})
    return table[COLUMNS]


def _say_verdict(family: str, row: object) -> str:
    verdict = row.verdict  # type: ignore[attr-defined]
    if row.thin:  # type: ignore[attr-defined]
        return say("habit", "thin")
    if verdict == PATTERN:
        return say("habit", f"{family}_{'more' if row.estimate > 0 else 'less'}")  # type: ignore[attr-defined]
    return say("habit", {IN_LINE: "in_line", CANNOT_TELL: "cannot_tell"}[verdict])


def _summarise(judged: HabitVerdicts) -> tuple[object, ...]:
    evidence, rows = judged.evidence, judged.rows
    n_judged, n_listed = int((~rows["thin"]).sum()), int((rows["verdict"] == PATTERN).sum())
    detectable = float(rows["detectable"].median()) if rows["detectable"].notna().any() else np.nan
    listed = "listed" if judged.expected_wrong >= _LEAST_TOLD else "listed_sure"
    code = "none_judged" if not n_judged else listed if n_listed else "listed_none"
    unseen = "" if not n_judged else say("habit", "detectable", detectable=detectable) if detectable == detectable \
        else say("habit", "nothing_detectable")
    text = say("habit", code, what=say("habit", evidence.family), axis=evidence.axis, n=n_listed, judged=n_judged,
               wrong=judged.expected_wrong)
    return (evidence.family, evidence.axis, len(rows), n_judged, n_listed, judged.expected_wrong, judged.sd, detectable,
            f"{text} {unseen}".strip())
