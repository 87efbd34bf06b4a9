"""Raters whose ratings follow a rule of recording: the lowest rating never written down, or a fixed mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from my121_analytics.inference.category_stretch import StretchUse, average_over_stretch
from my121_analytics.inference.category_table import category_shares
from my121_analytics.inference.fixed_mix import free_log_likelihood, weigh_fixed_mix, weigh_rule
from my121_analytics.inference.grid_likelihood import MARGINAL_SCALE, PersonCounts, tabulate_likelihood
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_ODDS, LEAST_ODDS_MIX = 0.0, 5.0
"""Log-odds, given all raters, that some leave the lowest out or give a fixed mix, below which nobody is taken to. A
mix is one of hundreds that were tried."""
LIKELY = 0.5
"""Chance from which a rater is said to follow a rule."""
LEAST_LEVELS = 3
"""Of the scale: with two, ratings above the lowest are all alike, and any mix is a share."""
ABOVE_LOWEST_TELLS = 0.6
"""Information about a rater that ratings bring without the lowest, on a scale where a tenth would have it."""
LEAST_PART = 0.02
"""Of a rating that still counts where its rater gives a fixed mix for sure, so that nobody is lost from the fit."""
_EFFECTS = np.linspace(-5.0, 5.0, 51)


@dataclass(frozen=True)
class Recording:
    """Each rater's chance of following a rule of recording.

    Parameters
    ----------
    lowest_left_out
        Per rater, 0-1: the lowest rating is never written down; who would have it is left without a rating.
    fixed_mix
        Per rater, 0-1: the mix is given by a quota and says nothing of the rater's level.
    """

    lowest_left_out: Array
    fixed_mix: Array

    @property
    def is_free(self) -> bool:
        """Whether no rater is taken to follow a rule."""
        return not (self.lowest_left_out.any() or self.fixed_mix.any())

    @property
    def free(self) -> Array:
        """Per rater: chance of following none."""
        return 1 - self.lowest_left_out - self.fixed_mix

    @property
    def informative(self) -> Array:
        """Per rater: about the part of what ratings tell that is left."""
        return np.maximum(self.free + ABOVE_LOWEST_TELLS * self.lowest_left_out, LEAST_PART)

    @property
    def says_nothing(self) -> Flags:
        """Per rater: whether the mix is so likely fixed that nothing can be said of the rater's level."""
        return self.fixed_mix > LIKELY

    def mix(self, as_rated: Array, above_lowest: Array, prior: Array) -> Array:
        """Average log-likelihoods (raters x nodes) over what each rater may do; a fixed mix tells nothing.

        Parameters
        ----------
        as_rated, above_lowest
            If the rater follows no rule, and if the lowest rating is left out.
        prior
            Of the effect at the nodes, sums to 1: each reading is scaled to its own evidence.
        """
        total = np.log(np.maximum(self.fixed_mix, 1e-300))[:, None] + np.zeros_like(as_rated)
        for share, log_p in ((self.free, as_rated), (self.lowest_left_out, above_lowest)):
            evidence = _average(log_p, prior)
            total = np.logaddexp(total, log_p - evidence[:, None] + np.log(np.maximum(share, 1e-300))[:, None])
        return np.asarray(total)


def find_recording(counts: RatingCounts, persons: PersonCounts, location: Array, thresholds: Array, person_sd: float,
                   spread: float, use: StretchUse) -> Recording:
    """Find raters who follow a rule of recording.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    persons, location, thresholds, person_sd
        As for ``tabulate_likelihood``.
    spread
        Standard deviation of rater effects to suppose meanwhile.
    use
        How widely raters use the scale: who keeps to the middle seldom gives the lowest rating either.

    Returns
    -------
    Recording
        Zeros where the ratings of all raters together do not make such rules likely.
    """
    nobody = np.zeros(len(counts.raters))
    if len(thresholds) + 1 < LEAST_LEVELS:
        return Recording(nobody, nobody)
    prior = np.exp(-((_EFFECTS / spread) ** 2) / 2)
    prior /= prior.sum()
    fixed = _weigh_mix(counts, location, thresholds, person_sd, prior)
    left_out = _weigh_left_out(persons, location, thresholds, person_sd, prior, use, fixed > LIKELY)
    return Recording(left_out * (1 - fixed), fixed)


def _weigh_left_out(persons: PersonCounts, location: Array, thresholds: Array, person_sd: float, prior: Array,
                    use: StretchUse, set_aside: Flags) -> Array:
    lowest = np.bincount(persons.rater, persons.cells[:, persons.category == 0].sum(axis=1),
                         minlength=persons.n_raters)
    as_rated, above = (_average(average_over_stretch(persons, location, thresholds, _EFFECTS, person_sd, use,
                                                     above_lowest=above_lowest), prior)
                       for above_lowest in (False, True))
    gain = np.where(lowest > 0, -np.inf, above - as_rated)
    odds, each = weigh_rule(gain[~set_aside])
    found = np.zeros(persons.n_raters)
    found[~set_aside] = each if odds > LEAST_ODDS else 0.0
    return found


def _weigh_mix(counts: RatingCounts, location: Array, thresholds: Array, person_sd: float, prior: Array) -> Array:
    groups = _count_ends(counts)
    stretch = np.sqrt(1 + (MARGINAL_SCALE * person_sd) ** 2)
    by_pattern = category_shares((location[:, None] + _EFFECTS) / stretch, thresholds / stretch)
    weight = sparse.csr_array((groups.n / groups.size[groups.group], (groups.group, groups.pattern)),
                              shape=(len(groups.size), len(location)))
    shares = np.stack([weight @ by_pattern[:, :, 0], weight @ by_pattern[:, :, -1]], axis=-1)
    free = free_log_likelihood(groups.rater, groups.size, groups.top, groups.low, shares, prior)
    # Whoever leaves the lowest out has no lowest rating in any group either, without any rule for the highest.
    above = np.stack([np.zeros_like(shares[:, :, 0]), shares[:, :, 1] / (1 - shares[:, :, 0])], axis=-1)
    without_lowest = free_log_likelihood(groups.rater, groups.size, groups.top, groups.low, above, prior)
    free = np.maximum(free, without_lowest)
    # Who gives one rating throughout fits some rule for small groups, and is known without it.
    lowest, highest = range_used(counts)
    free[lowest == highest] = np.inf
    odds, each = weigh_fixed_mix(groups.rater, groups.size, groups.top, groups.low, free)
    return each if odds > LEAST_ODDS_MIX else np.zeros(len(free))


def range_used(counts: RatingCounts) -> tuple[Codes, Codes]:
    """Give the lowest and the highest rating that each rater gave; 0 for both where a rater gave none."""
    rater, category, n = counts.frame["rater"].to_numpy(), counts.frame["category"].to_numpy(), counts.n_categories + 1
    gave = np.bincount(rater * n + category, minlength=len(counts.raters) * n).reshape(-1, n) > 0
    return gave.argmax(axis=1), np.where(gave.any(axis=1), n - 1 - gave[:, ::-1].argmax(axis=1), 0)


@dataclass(frozen=True)
class _Groups:
    """People rated by one rater in one cycle: per group, and per group and pattern."""

    rater: Codes
    size: Codes
    top: Codes
    low: Codes
    group: Codes
    pattern: Codes
    n: Array


def _count_ends(counts: RatingCounts) -> _Groups:
    """Count the lowest and the highest rating in use in each group."""
    frame = counts.frame
    cycle = pd.factorize(counts.patterns["cycle"])[0][frame["pattern"]]
    code = frame["rater"].to_numpy(np.int64) * (cycle.max() + 1) + cycle
    groups, group = np.unique(code, return_inverse=True)
    n, category = frame["n"].to_numpy(dtype=float), frame["category"].to_numpy()

    def count(among: NDArray[np.bool_]) -> Codes:
        return np.bincount(group, n * among, minlength=len(groups)).astype(np.int64)

    return _Groups(groups // (cycle.max() + 1), count(np.ones(len(n), dtype=bool)), count(category == category.max()),
                   count(category == category.min()), group, frame["pattern"].to_numpy(np.int64), n)


def weigh_down(frame: pd.DataFrame, recording: Recording, location: Array, thresholds: Array, effect: Array,
               ) -> pd.DataFrame:
    """Give the counts as thresholds and case mix are to be learnt from them.

    Parameters
    ----------
    frame
        ``rater, pattern, category, n``.
    recording
        From :func:`find_recording`.
    location, thresholds
        As fitted, marginal scale.
    effect
        Per rater, if the lowest rating is left out.

    Returns
    -------
    pandas.DataFrame
        Ratings of a fixed mix count less; lowest ratings that are taken to be missing are added, as many as expected
        beside those there are.
    """
    rater = frame["rater"].to_numpy()
    kept = frame.assign(n=frame["n"] * np.maximum(1 - recording.fixed_mix, LEAST_PART)[rater])
    by_pattern = kept.groupby(["rater", "pattern"], sort=True)["n"].sum().reset_index()
    left_out = recording.lowest_left_out[by_pattern["rater"]]
    lowest = expit(thresholds[0] - location[by_pattern["pattern"]] - effect[by_pattern["rater"]])
    missing = by_pattern.assign(category=frame["category"].min(), n=by_pattern["n"] * left_out * lowest / (1 - lowest))
    return pd.concat([kept[["rater", "pattern", "category", "n"]], missing[missing["n"] > 0]], ignore_index=True)


def effects_above_lowest(persons: PersonCounts, location: Array, thresholds: Array, person_sd: float,
                         spread: float) -> Array:
    """Estimate each rater's effect if the lowest rating is left out.

    Parameters
    ----------
    persons, location, thresholds, person_sd, spread
        As for :func:`find_recording`.
    """
    log_p = tabulate_likelihood(persons, location, thresholds, _EFFECTS, person_sd, above_lowest=True)
    weight = np.exp(log_p - log_p.max(axis=1, keepdims=True)) * np.exp(-((_EFFECTS / spread) ** 2) / 2)
    return np.asarray(weight @ _EFFECTS / weight.sum(axis=1))


def _average(log_p: Array, prior: Array) -> Array:
    peak = log_p.max(axis=1)
    return np.asarray(np.log(np.maximum(np.exp(log_p - peak[:, None]) @ prior, 1e-300)) + peak)
