"""One axis studied, adjusted or not: what every table of rating patterns is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import CaseMix, build_case_mix
from my121_analytics.analysis.rating_patterns.judgement import FEW_MANAGERS, TOGETHER, judge
from my121_analytics.analysis.rating_patterns.pattern_list import list_patterns
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors, expected_location, gather_posteriors
from my121_analytics.analysis.rating_patterns.recording import LIKELY
from my121_analytics.analysis.rating_patterns.sources import SOURCES
from my121_analytics.analysis.rating_patterns.spells import count_movers
from my121_analytics.framework.nine_box import Framework
from my121_analytics.inference.category_table import category_shares
from my121_analytics.inference.cumulative_link import CumulativeLinkFit
from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.inference.multiplicity import DiscoveryList
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, SAID_FIRST, WATCH

Array = NDArray[np.float64]

USE_WORTH_SAYING = 0.15
"""Spread of the log-width of scale at which managers' mixes differ in shape and not only in level: one in three uses
a scale a sixth wider or narrower than others."""
DRIFT_WORTH_SAYING = 0.2
"""Change of a manager from cycle to cycle, logits, that is worth a word."""
DELTAS = (0.4, 1.0)
"""Other smallest differences for which the length of the list is shown: odds x 1.5 and x 2.7."""
BOTH_READINGS = ["about", "leniency", "leniency_lower", "leniency_upper", "together", "together_lower",
                 "together_upper", "narrowed", *(f"narrowed_by_{source}" for source in SOURCES)]
"""What the estimate is about; the manager's own way of rating, and manager and team together, each with its range; and
the share by which other sources, all together and each alone, made the range of the own way of rating shorter."""


@dataclass(frozen=True)
class Study:
    """One axis, adjusted or not: a row per rater, the mix, and facts about all raters."""

    axis: str
    adjusted: bool
    cycles: str
    raters: pd.DataFrame
    mix: pd.DataFrame
    by_delta: pd.DataFrame
    lists: dict[str, NDArray[np.bool_]]
    facts: dict[str, float | int | str | None]
    caveats: tuple[str, ...]
    evidence: Posteriors | None

    @property
    def attenuation(self) -> float:
        """How many logits of an effect move a mix by one logit: people's own levels spread a mix out."""
        return 1.0 if self.evidence is None else self.evidence.supposed.scale


def study_axis(counts: RatingCounts, adjusted: bool, rules: ManagerSettings, framework: Framework, *,
               measures: Sequence[PersonMeasure] = ()) -> Study:
    """Judge every rater on one axis.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    adjusted
        Whether to compare within the case mix.
    rules
        Delta, rate of chance names, bands.
    framework
        Labels of the levels.
    measures
        What else is recorded of the people rated.

    Returns
    -------
    Study
        With one row per rater in the order of the counts.
    """
    first, last = counts.cycles[0], counts.cycles[-1]
    cycles = first if first == last else f"{first} to {last}"
    columns = [c for c in counts.patterns.columns if c != "cycle"] if adjusted else []
    case_mix = build_case_mix(counts, columns)
    if len(counts.raters) < 2 or counts.frame["category"].nunique() < 2:
        return _nothing_to_compare(counts, adjusted, cycles, rules, framework)
    evidence = gather_posteriors(counts, case_mix, unrecorded_sd=rules.unrecorded_sd, measures=measures,
                                 within_directorates=adjusted)
    table, listing = judge(counts, evidence, rules)
    mix, expected = _tabulate_mix(counts, framework, evidence.fit, case_mix)
    levels = np.arange(1, counts.n_categories + 1)
    table["mean_rating"] = _per_rater(counts, counts.frame["category"].to_numpy(dtype=float)) / table["n_ratings"]
    table["expected_rating"] = expected @ levels
    by_delta, lists = _by_delta(counts, evidence, rules)
    lists["main"] = listing.listed
    facts = _facts(counts, evidence, table, listing, rules, columns)
    return Study(counts.axis, adjusted, cycles, table, mix, by_delta, lists, facts,
                 _caveats(counts, evidence, adjusted), evidence)


def _caveats(counts: RatingCounts, evidence: Posteriors, adjusted: bool) -> tuple[str, ...]:
    codes = [code for code, value in _said_first(evidence).items() if value]
    codes += ["leniency_or_quality" if evidence.parts_leniency else "rater_and_team", "census"]
    codes += [f"from_{use.name}" for use in (evidence.linked.uses if evidence.linked else ()) if use.loading > 0]
    if evidence.shows_no_difference:
        codes.append("no_spread")
    if len(counts.raters) < FEW_MANAGERS:
        codes.append("few_to_compare")
    if "employee" not in counts.frame and len(counts.cycles) > 1:
        codes.append("people_unknown")
    if adjusted and not evidence.case_mix.columns:
        codes.append("unadjusted_few_data")
    if evidence.use.sd >= USE_WORTH_SAYING:
        codes.append("mix_differs_in_shape")
    if evidence.drift_sd >= DRIFT_WORTH_SAYING:
        codes.append("changes_between_cycles")
    if evidence.reads_units_twice:
        codes.append("unit_or_managers")
    return tuple(codes)


def _tabulate_mix(counts: RatingCounts, framework: Framework, fit: CumulativeLinkFit | None,
                  case_mix: CaseMix | None) -> tuple[pd.DataFrame, Array]:
    """Set each rater's shares of the levels beside those expected under an average manager."""
    n_raters, k = len(counts.raters), counts.n_categories
    frame = counts.frame
    tally = np.bincount(frame["rater"].to_numpy() * k + frame["category"].to_numpy() - 1,
                        frame["n"].to_numpy(dtype=float), minlength=n_raters * k).reshape(n_raters, k)
    total = tally.sum(axis=1, keepdims=True)
    expected = np.zeros((n_raters, k))
    if fit is not None and case_mix is not None:
        shares = np.zeros((len(counts.patterns), k))
        shares[:, np.asarray(fit.categories) - 1] = category_shares(expected_location(fit, case_mix),
                                                                    fit.thresholds.to_numpy())
        np.add.at(expected, frame["rater"].to_numpy(),
                  shares[frame["pattern"].to_numpy()] * frame["n"].to_numpy(dtype=float)[:, None])
        expected /= total
    else:
        expected[:] = tally.sum(axis=0) / tally.sum()
    levels = framework.levels(counts.axis)
    return pd.DataFrame({
        "rater_id": np.repeat(counts.raters["rater_id"].astype("str").to_numpy(), k),
        "level": np.tile(np.arange(1, k + 1), n_raters), "label": np.tile([level.label for level in levels], n_raters),
        "n": tally.astype(np.int64).ravel(), "share": (tally / total).ravel(), "expected_share": expected.ravel(),
    }), expected


def _by_delta(counts: RatingCounts, evidence: Posteriors, rules: ManagerSettings,
              ) -> tuple[pd.DataFrame, dict[str, NDArray[np.bool_]]]:
    """Show how the list would change with the smallest difference that matters; also who would be on it."""
    rows, lists = [], {}
    for delta in sorted({*DELTAS, rules.delta}):
        listing = list_patterns(counts, evidence, rules, delta)
        rows.append((delta, int(listing.listed.sum()), listing.expected_wrong))
        lists[f"delta {delta:.2f}"] = listing.listed
    return pd.DataFrame(rows, columns=["delta", "n_listed", "expected_wrong"]), lists


def _facts(counts: RatingCounts, evidence: Posteriors, table: pd.DataFrame, listing: DiscoveryList,
           rules: ManagerSettings, wanted: Sequence[str]) -> dict[str, float | int | str | None]:
    knowledge = evidence.knowledge
    verdicts = table["verdict"].value_counts()
    return {
        "sd": knowledge.spread_quantile(0.5), "sd_lower": knowledge.spread_quantile(0.025),
        "sd_upper": knowledge.spread_quantile(0.975), "sd_people": evidence.person_sd,
        "sd_groups": knowledge.group_sd, "no_difference": int(evidence.shows_no_difference), "n_raters": len(table),
        "n_ratings": int(counts.frame["n"].sum()), "n_cycles": len(counts.cycles), "delta": rules.delta,
        "fdr": rules.fdr, "n_listed": int(listing.listed.sum()), "expected_wrong": listing.expected_wrong,
        "n_watch": int(verdicts.get(WATCH, 0)), "n_in_line": int(verdicts.get(IN_LINE, 0)),
        "n_cannot_tell": int(verdicts.get(CANNOT_TELL, 0)), "fair_share_one_cycle": _fair_share(counts, evidence),
        **count_movers(counts), "rating_sd": _rating_sd(counts), "sd_drift": evidence.drift_sd,
        "sd_use": evidence.use.sd, "case_mix": ", ".join(evidence.case_mix.columns),
        "case_mix_left_out": ", ".join(c for c in wanted if c not in evidence.case_mix.columns),
        "about": str(table["about"].iloc[0]), **_said_first(evidence),
    }


def _said_first(evidence: Posteriors) -> dict[str, int]:
    """Say whether the fit settled, what was left out, and whether ratings follow rules of recording: 1 or 0."""
    recording = evidence.recording
    has_settled = evidence.fit is None or evidence.fit.converged
    return dict(zip(SAID_FIRST, (int(not has_settled), int(evidence.too_large), int(recording.says_nothing.any()),
                                 int((recording.lowest_left_out > LIKELY).any())), strict=True))


def _fair_share(counts: RatingCounts, evidence: Posteriors) -> float:
    """Share of the spread of one cycle's mean ratings that would be there if all managers rated alike."""
    one_person = evidence.person_sd**2 + 1 / evidence.per_rating
    chance = one_person / counts.raters["mean_team_size"].to_numpy(dtype=float)
    return float(np.median(chance / (chance + evidence.leniency.spread_quantile(0.5) ** 2)))


def _rating_sd(counts: RatingCounts) -> float:
    """Standard deviation of one manager's ratings about their own mean, pooled over managers."""
    value = counts.frame["category"].to_numpy(dtype=float)
    n, rater = counts.frame["n"].to_numpy(dtype=float), counts.frame["rater"].to_numpy()
    total = counts.raters["n_ratings"].to_numpy(dtype=float)
    mean = _per_rater(counts, value) / total
    return float(np.sqrt(n @ (value - mean[rater]) ** 2 / max(n.sum() - len(total), 1.0)))


def _per_rater(counts: RatingCounts, values: Array) -> Array:
    frame = counts.frame
    return np.bincount(frame["rater"].to_numpy(), values * frame["n"].to_numpy(dtype=float),
                       minlength=len(counts.raters)).astype(np.float64)


def _nothing_to_compare(counts: RatingCounts, adjusted: bool, cycles: str, rules: ManagerSettings,
                        framework: Framework) -> Study:
    """Give an honest empty verdict where there is one rater, or one rating throughout."""
    raters = counts.raters
    mix, _ = _tabulate_mix(counts, framework, None, None)
    missing = np.full(len(raters), np.nan)
    mean = _per_rater(counts, counts.frame["category"].to_numpy(dtype=float)) / raters["n_ratings"].to_numpy()
    table = pd.DataFrame({
        "rater_id": raters["rater_id"].astype("str"), "n_ratings": raters["n_ratings"],
        "n_employees": raters["n_employees"], "mean_rating": mean, "expected_rating": missing, "estimate": missing,
        "lower": missing, "upper": missing, "probability": missing, "verdict": CANNOT_TELL, "detectable": missing,
        "caveat": "nothing_to_compare", "about": TOGETHER,
        **dict.fromkeys(BOTH_READINGS[1:], missing), **{column: raters[column] for column in ORGANISATION}})
    facts: dict[str, float | int | str | None] = dict.fromkeys(
        ("sd", "sd_lower", "sd_upper", "sd_people", "sd_groups", "fair_share_one_cycle", "share_movers", "sd_drift",
         "sd_use", "n_movers"))
    facts |= {"no_difference": 1, "n_raters": len(table), "n_ratings": int(counts.frame["n"].sum()),
              "n_cycles": len(counts.cycles), "delta": rules.delta, "fdr": rules.fdr, "n_listed": 0,
              "expected_wrong": 0.0, "rating_sd": _rating_sd(counts), "n_watch": 0, "n_in_line": 0,
              "n_cannot_tell": len(table), "case_mix": "", "case_mix_left_out": "", "about": TOGETHER,
              **dict.fromkeys(SAID_FIRST, 0)}
    by_delta = pd.DataFrame({"delta": sorted({*DELTAS, rules.delta}), "n_listed": 0, "expected_wrong": 0.0})
    nobody = np.zeros(len(raters), dtype=bool)
    lists = {"main": nobody, **{f"delta {delta:.2f}": nobody for delta in by_delta["delta"]}}
    return Study(counts.axis, adjusted, cycles, table, mix, by_delta, lists, facts, ("nothing_to_compare", "census"),
                 None)
