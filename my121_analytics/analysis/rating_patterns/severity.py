"""Rating patterns: whose ratings are higher or lower than others give in like roles, and how sure one can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.habits import HabitCounts, count_habits, tabulate_habits
from my121_analytics.analysis.rating_patterns.list_length import choose_to_hear, tabulate_list_lengths
from my121_analytics.analysis.rating_patterns.movement_links import tabulate_links, tabulate_ties
from my121_analytics.analysis.rating_patterns.pattern_list import list_patterns
from my121_analytics.analysis.rating_patterns.posteriors import (
    Posteriors,
    gather_posteriors,
)
from my121_analytics.analysis.rating_patterns.rating_points import tabulate_points
from my121_analytics.analysis.rating_patterns.robustness import (
    SHOWN_SDS,
    SupposedList,
    chance_as_named,
    suppose_differences,
    tabulate_robustness,
)
from my121_analytics.analysis.rating_patterns.sources import gather_measures
from my121_analytics.analysis.rating_patterns.study import BOTH_READINGS, Study, study_axis
from my121_analytics.analysis.rating_patterns.summary import summarise_study
from my121_analytics.analysis.rating_patterns.unrated import Unrated, place_unrated, with_unrated
from my121_analytics.errors import UsageError, suggest
from my121_analytics.framework.nine_box import Framework, build_framework
from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.settings import ManagerSettings, Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workers import Crew
from my121_analytics.workforce.counts import RatingCounts, count_ratings, outcomes_in_cycle
from my121_analytics.workforce.cycles import UNDATED
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import (
    ESTIMATE,
    LABEL,
    Count,
    Fact,
    Result,
    Table,
    count_of_things,
    describe,
    parts_of,
)
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import SAID_FIRST, VERDICTS

Array = NDArray[np.float64]

PEOPLE = ("rater_id", "name")
"""Columns that name a manager."""
COLUMNS = ["rater_id", "n_ratings", "n_employees", "mean_rating", "expected_rating", "estimate", "lower", "upper",
           "probability", "verdict", "detectable", "caveat"]
FACTS: Mapping[str, Fact] = {
    **dict.fromkeys(("sd", "sd_lower", "sd_upper", "sd_people", "sd_groups", "sd_drift", "sd_use", "rating_sd",
                     "fair_share_one_cycle", "share_movers", "no_difference"), ESTIMATE),
    **dict.fromkeys(("delta", "fdr", "case_mix", "case_mix_left_out", "about", *SAID_FIRST), LABEL),
    "n_cycles": count_of_things("cycles"), "n_movers": Fact("people"),
    "n_raters": Fact("managers", who=Count("managers")),
    **dict.fromkeys(("n", "n_ratings"), Fact("ratings", who=Count("ratings"))),
    **{name: replace(fact, who=Count("managers", where=(("verdict", verdict),)))
       for verdict, (name, fact) in zip(VERDICTS, parts_of(
           "n_raters", "managers", "n_listed", "n_watch", "n_in_line", "n_cannot_tell").items(), strict=True)},
    "expected_wrong": Fact(follows=("n_listed",)),
    "k": LABEL, **dict.fromkeys(("k_wrong", "k_found"), ESTIMATE)}
"""What each fact is, for the release gate."""


@dataclass(frozen=True, repr=False)
class SeverityResult(Result):
    """Rating patterns of managers.

    Tables ``managers`` (performance, adjusted, cycles pooled), ``managers_all`` (every axis, adjusted and not),
    ``mix`` (each manager's ratings beside the expected), ``by_delta``, ``sensitivity`` (how the list would change
    under other suppositions), ``list_length`` (what a list of each length costs and finds), ``linkage`` (which managers
    people who moved tie together), ``ties`` (each tie between two managers, the weakest first), ``robustness`` (how
    much each name would withstand of what no record holds) and ``summary`` (the organisation); where asked for,
    ``habits`` and ``habit_families`` (other ways of rating).
    """


def estimate_severity(workforce: Workforce, *, settings: Settings | None = None, cycles: Sequence[str] | None = None,
                      axes: Sequence[str] | None = None, sensitivity: bool = True,
                      habits: bool = False, crew: Crew | None = None) -> SeverityResult:
    """Say whose ratings are higher or lower than others give in like roles, with ranges and honest verdicts.

    Parameters
    ----------
    workforce
        The record.
    settings
        Default: the record's own.
    cycles
        Cycles to pool; None pools all.
    axes
        Of ``performance`` and ``potential``; None takes those that were rated, performance first.
    sensitivity
        Also work out how the list would change under other readings, that without the case mix among them; without,
        it takes less than half the time, and ``managers_all`` holds adjusted estimates alone.
    habits
        Also look at drift, use of the scale, halo and the gap to people's own placements.
    crew
        Processes that share the work, with the same numbers; default: all in this one.

    Returns
    -------
    SeverityResult

    Raises
    ------
    UsageError
        No such axis or cycle.
    DataUnusableError
        No rating on the (first) axis names its rater.

    Notes
    -----
    Cumulative logit with a random effect of the rater, a level of each person who is rated more than once, the
    cycles and the case mix. The shape of the effects (a normal or lopsided core and a small shifted part on either
    side) is averaged over. Four things are allowed for as far as the ratings show them: raters who use more or less
    of the scale, raters who change from cycle to cycle, groups of people who are strong or weak as a whole (where the
    same people are rated again, with a weak prior, since ratings cannot part that from a generous manager), and
    directorates or services in the case mix, which count half as work and half as their managers. For what no record
    holds ``unrecorded_sd`` is allowed in every case.

    An effect is the difference from managers in general, of whom these are a draw, and not from the mean of these
    managers: with few of them the common level is itself uncertain, and ranges hold that as well.

    The whole list keeps the Bayesian false discovery rate; bands of team size each keep it on average. Staff who moved
    are the same people under both managers. Objectives met, own placements, and what meetings agreed beyond the
    manager's own rating are further measures of people, where they go with ratings. Where these sources tell how far
    teams differ, estimates and verdicts are about the manager's own way of rating, else about manager and team
    together; the column ``about`` says which. It misleads where a manager makes people better and no source but ratings
    shows it, where objectives are judged by the same generous eye, and where teams differ much in something that bears
    on ratings and is not in the case mix.

    References
    ----------
    Ohlssen, Sharples & Spiegelhalter (2007), JRSS A 170:865; Efron (2010), Large-Scale Inference; Uto & Ueno (2020),
    Behaviormetrika 47:469.

    Examples
    --------
    >>> patterns = estimate_severity(workforce, axes=["performance"])
    >>> patterns.plot_managers()
    """
    settings = settings or workforce.settings
    labels = None if cycles is None else [workforce.check_cycle(cycle) for cycle in cycles]
    counted = [count_ratings(workforce, axis=axis, cycles=labels, case_mix=settings.managers.case_mix,
                             by_employee=True) for axis in _choose_axes(workforce, axes)]
    latest = counted[0].cycles[-1]
    columns = list(settings.managers.case_mix)
    outcomes = outcomes_in_cycle(workforce, latest, columns=columns)
    missing = outcomes[outcomes[counted[0].axis].isna()]
    measures = [gather_measures(workforce, counts) for counts in counted]
    return estimate_severity_counts(counted, settings=settings, framework=workforce.framework,
                                    names=workforce.names, as_of=workforce.as_of, n_unrated=len(missing),
                                    unrated=place_unrated(missing, counted[0], latest), sensitivity=sensitivity,
                                    measures=measures, crew=crew,
                                    habits=count_habits(workforce, counted[0], [counts.axis for counts in counted])
                                    if habits else None)


def estimate_severity_counts(counts: RatingCounts | Sequence[RatingCounts], *, settings: Settings | None = None,
                             framework: Framework | None = None, names: pd.Series | None = None,
                             as_of: date | None = None, n_unrated: int | None = None,
                             unrated: Unrated | None = None, sensitivity: bool = True,
                             measures: Sequence[Sequence[PersonMeasure]] = (),
                             habits: HabitCounts | None = None, crew: Crew | None = None) -> SeverityResult:
    """Do the same from counts, one set per axis, which any dataframe engine can make.

    Parameters
    ----------
    counts
        From ``count_ratings``; the first is the main axis. Without the column ``employee`` people rated again count
        as new people, and a caveat says so.
    settings
        Delta, rate of chance names, case mix.
    framework
        Labels of the levels.
    names
        Name by rater_id; default the ids.
    as_of
        The day the record speaks of.
    n_unrated
        People and posts without a rating in the latest cycle, if known.
    unrated
        The same as counts by rater and pattern of the first axis, for the bounds in ``sensitivity``.
    sensitivity
        Also work out how the list would change under other readings.
    measures
        For each set of counts, what else is recorded of the people rated.
    habits
        Both ratings and people's own placements, for the tables ``habits`` and ``habit_families``.
    crew
        Processes that share the work.

    Returns
    -------
    SeverityResult
    """
    settings = settings or Settings()
    framework = framework or build_framework(settings)
    axis_counts = [counts] if isinstance(counts, RatingCounts) else list(counts)
    beside = [*measures, *[()] * (len(axis_counts) - len(measures))]
    crew = crew or Crew()
    readings = (True, False) if sensitivity else (True,)  # with the case mix and, as another reading, without
    studies = _study_axes(axis_counts, beside, settings.managers, framework, crew, readings)
    main = studies[0]
    label = pd.Series(names) if names is not None else pd.Series(dtype="str")
    further = _study_further(_Further(axis_counts, beside[0], studies, settings.managers, unrated, sensitivity, habits,
                                      _names_of(main.raters["rater_id"], label)), crew)
    every = pd.concat([_with_names(study, label) for study in studies], ignore_index=True)
    plain = every.iloc[:len(main.raters)].drop(columns=["axis", "adjusted", "cycles"])
    plain = plain.assign(to_hear=choose_to_hear(main, axis_counts[0], settings))
    tables = _describe_managers(plain, every, main, axis_counts[0], label) | {
        "list_length": Table(tabulate_list_lengths(main, axis_counts[0], settings), keys=("k",), about_people=False),
        "summary": Table(summarise_study(main, axis_counts[0], n_unrated), keys=("line",))}
    if sensitivity:
        unrecorded = further.pop(_UNRECORDED)
        rows = _sensitivity(studies[:2], settings.managers, unrecorded, further)
        tables["sensitivity"] = Table(rows, keys=("scenario",), count="n_managers",
                                      parts=("n_listed", "n_joined", "n_left"),
                                      follows=("expected_wrong", "main_wrong"))
        withstood = tabulate_robustness(plain[main.lists["main"]], unrecorded)
        tables["robustness"] = Table(withstood, keys=("rater_id",), people=PEOPLE, unit_columns=ORGANISATION)
    if habits is not None:
        tables |= further[_HABITS]
    about = describe("severity", counts="posts", as_of=as_of or UNDATED, cycle=main.cycles,
                     n=int(main.raters["n_ratings"].sum()), caveats=main.caveats, axis=main.axis)
    return SeverityResult(about, tables, {**main.facts, **_price_of_hearing(plain, settings)}, FACTS,
                          settings)


def _describe_managers(plain: pd.DataFrame, every: pd.DataFrame, main: Study, counts: RatingCounts, label: pd.Series,
                       ) -> dict[str, Table]:
    """Declare the tables that have a row for each manager, and those beside the list."""
    links = tabulate_links(counts)
    return {
        "managers": Table(plain, keys=("rater_id",), people=PEOPLE, unit_columns=ORGANISATION),
        "managers_all": Table(every, keys=("rater_id", "axis", "adjusted", "cycles"), people=PEOPLE,
                              unit_columns=ORGANISATION),
        "mix": Table(_with_units(main.mix, main), keys=("rater_id", "level"), people=("rater_id",),
                     unit_columns=ORGANISATION),
        "by_delta": Table(main.by_delta, keys=("delta",)),
        "points": Table(_with_units(tabulate_points(plain, main.mix, attenuation=main.attenuation), main),
                        keys=("rater_id", "level"), people=("rater_id",), unit_columns=ORGANISATION),
        "linkage": Table(links.assign(name=_names_of(links["rater_id"], label)), keys=("rater_id",), people=PEOPLE,
                         unit_columns=ORGANISATION, things=("n_comparable", "n_people", "n_shared", "n_linked")),
        "ties": Table(tabulate_ties(counts, _names_of(main.raters["rater_id"], label)),
                      keys=("first_rater_id", "second_rater_id"),
                      people=("first_rater_id", "second_rater_id", "text"), things=("n_people", "n_parted"))}


def _price_of_hearing(managers: pd.DataFrame, settings: Settings) -> dict[str, float | int | None]:
    """Say how many the senior team chose to hear, and what those heard cost in wrong names and find."""
    right = managers.loc[managers["to_hear"], "probability"]
    n_differ = managers["probability"].sum()
    return {"k": settings.managers.k, "k_wrong": float((1 - right).sum()),
            "k_found": float(right.sum() / n_differ) if n_differ > 0 else 0.0}


def _choose_axes(workforce: Workforce, axes: Sequence[str] | None) -> list[str]:
    known = ["performance", *(["potential"] if workforce.framework.potential else [])]
    if axes is None:
        rated = workforce.placements[workforce.placements["source"] == "manager"]
        return [axis for axis in known if axis == "performance" or rated[axis].notna().any()]
    for axis in axes:
        if axis not in known:
            raise UsageError(f"There is no axis '{axis}'.", hints=[suggest(axis, known)])
    if not axes:
        raise UsageError("No axis was named.", hints=[f"Name one or more of: {', '.join(known)}."])
    return list(axes)


def _study_axes(counts: Sequence[RatingCounts], measures: Sequence[Sequence[PersonMeasure]], rules: ManagerSettings,
                framework: Framework, crew: Crew, readings: Sequence[bool]) -> list[Study]:
    """Study each axis, adjusted for the case mix or not."""
    wanted = [(place, adjusted) for place in range(len(counts)) for adjusted in readings]
    found = dict(crew.share(_study_one, (counts, measures, rules, framework), wanted))
    return [found[wish] for wish in wanted]


def _study_one(shared: tuple[Sequence[RatingCounts], Sequence[Sequence[PersonMeasure]], ManagerSettings, Framework],
               wanted: tuple[int, bool]) -> Study:
    counts, measures, rules, framework = shared
    place, adjusted = wanted
    return study_axis(counts[place], adjusted, rules, framework, measures=measures[place])


_UNRECORDED, _HABITS = "unrecorded", "habits"


@dataclass(frozen=True)
class _Further:
    """What is looked at once the axes are studied: other suppositions about the first, and other ways of rating."""

    counts: Sequence[RatingCounts]
    measures: Sequence[PersonMeasure]
    studies: Sequence[Study]
    rules: ManagerSettings
    unrated: Unrated | None
    sensitivity: bool
    habits: HabitCounts | None
    names: pd.Series

    @property
    def wanted(self) -> list[str]:
        """Name what is asked for, the longest work first."""
        supposed = [_UNRECORDED, *_other_counts(self.counts[0], self.unrated)] if self.sensitivity else []
        return [*([] if self.habits is None else [_HABITS]), *supposed]


def _study_further(further: _Further, crew: Crew) -> dict[str, Any]:
    """Give what is further asked for by its name: supposed lists, tables of habits, evidence from other counts."""
    found = dict(crew.share(_study_supposition, further, further.wanted))
    return {name: found[name] for name in further.wanted}


def _study_supposition(further: _Further, name: str) -> object:
    counts, main, rules = further.counts[0], further.studies[0], further.rules
    if name == _HABITS and further.habits is not None:
        adjusted = list(zip((study for study in further.studies if study.adjusted), further.counts, strict=True))
        return tabulate_habits(adjusted, further.habits, further.names, rules)
    if name == _UNRECORDED:
        return suppose_differences(counts, main.evidence, rules)
    if main.evidence is None:
        return None
    other = _other_counts(counts, further.unrated)[name]()
    evidence = gather_posteriors(other, main.evidence.case_mix, unrecorded_sd=rules.unrecorded_sd, like=main.evidence,
                                 measures=further.measures)
    return evidence, list_patterns(other, evidence, rules, rules.delta)


def _sensitivity(studies: Sequence[Study], rules: ManagerSettings, unrecorded: Sequence[SupposedList],
                 other_fits: Mapping[str, Any]) -> pd.DataFrame:
    """Show how the list of the main study would change under other suppositions, one at a time."""
    main, plain = studies
    n = len(main.raters)
    base = main.lists["main"]
    rows: list[dict[str, object]] = []

    def add(scenario: str, listed: NDArray[np.bool_], wrong: float | int | str | None, evidence: Posteriors | None,
            delta: float = rules.delta, **values: object) -> None:
        as_listed = None if evidence is None else float(chance_as_named(evidence, main.evidence, delta)[base].sum())
        rows.append({"scenario": scenario, "text": say("sensitivity", scenario.split(" ")[0], **values),
                     "n_managers": n, "n_listed": int(listed.sum()), "n_joined": int((listed & ~base).sum()),
                     "n_left": int((base & ~listed).sum()), "expected_wrong": wrong, "main_wrong": as_listed})

    add("main", base, main.facts["expected_wrong"], main.evidence)
    for row in main.by_delta.itertuples():
        if row.delta != rules.delta:
            add(f"delta {row.delta:.2f}", main.lists[f"delta {row.delta:.2f}"], row.expected_wrong, main.evidence,
                row.delta, odds=np.exp(row.delta))
    for supposed in unrecorded:
        if supposed.sd in SHOWN_SDS:
            listing = supposed.listing
            add(f"unrecorded {supposed.sd:.2f}", listing.listed, listing.expected_wrong, supposed.evidence,
                sd=supposed.sd, odds=np.exp(supposed.sd))
    add("unadjusted", plain.lists["main"], plain.facts["expected_wrong"], plain.evidence)
    for scenario, found in other_fits.items():
        if scenario != _HABITS and found is not None:
            evidence, listing = found
            add(scenario, listing.listed, listing.expected_wrong, evidence)
    return pd.DataFrame(rows)


def _other_counts(counts: RatingCounts, unrated: Unrated | None) -> dict[str, Callable[[], RatingCounts]]:
    """Give what might have been recorded: ratings of those who have none, and people not known from cycle to cycle."""
    alternatives: dict[str, Callable[[], RatingCounts]] = {}
    if counts.frame["category"].nunique() < 2 or len(counts.raters) < 2:
        return alternatives
    if unrated is not None and unrated.n:
        lowest, highest = counts.frame["category"].min(), counts.frame["category"].max()
        alternatives["unrated_lowest"] = lambda: with_unrated(counts, unrated, int(lowest))
        alternatives["unrated_highest"] = lambda: with_unrated(counts, unrated, int(highest))
    if "employee" in counts.frame and counts.frame.groupby(["rater", "employee"])["n"].sum().max() > 1:
        alternatives["people_new"] = lambda: _forget_people(counts)
    return alternatives


def _forget_people(counts: RatingCounts) -> RatingCounts:
    frame = counts.frame.groupby(["rater", "pattern", "category"], sort=True)["n"].sum().reset_index()
    return replace(counts, frame=frame)


def _with_names(study: Study, names: pd.Series) -> pd.DataFrame:
    table = study.raters
    frame = table[COLUMNS].assign(name=_names_of(table["rater_id"], names),
                                  **{column: table[column] for column in (*ORGANISATION, *BOTH_READINGS)})
    return frame.assign(axis=study.axis, adjusted=study.adjusted, cycles=study.cycles)


def _names_of(raters: pd.Series, names: pd.Series) -> pd.Series:
    known = names.reindex(raters).to_numpy() if len(names) else np.full(len(raters), None, dtype=object)
    found = pd.Series(known, index=raters.index, dtype="str")
    return found.where(found.notna(), raters)


def _with_units(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    units = study.raters.set_index("rater_id")[list(ORGANISATION)]
    return rows.join(units, on="rater_id")
