"""Cumulative-link mixed model: ordered ratings, covariates, and a random effect of the rater."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.ascent import DRIFT, LARGEST_SD, SMALLEST_SD, Summit, climb, confirm
from my121_analytics.inference.crossed import CrossedCounts
from my121_analytics.inference.crossed_ascent import fit_crossed
from my121_analytics.inference.quadrature import evaluate, sensitivities
from my121_analytics.inference.rater_blocks import Problem, lay_out
from my121_analytics.inference.rater_posterior import average_over_sd, beyond, summarise
from my121_analytics.inference.rating_counts import CellCounts, count_cells
from my121_analytics.inference.rating_input import (
    check_counts,
    code_categories,
    code_names,
    distinct_rows,
    read_numbers,
    same_length,
    standardise,
)

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

NO_INFORMATION = 1e-10
"""Eigenvalue of the information (scaled to ones on its diagonal) below which a direction is not held by the data."""
SEPARATED = 8.0
"""Logits over a covariate's range (odds of 3,000) beyond which an effect that still moves has run off."""


@dataclass(frozen=True)
class CumulativeLinkFit:
    """A fitted cumulative-link mixed model.

    Parameters
    ----------
    thresholds
        K - 1 thresholds, indexed ``1|2``, ``2|3`` ... by the categories they part; where occasions have thresholds of
        their own, indexed by occasion and threshold.
    coefficients
        One row per covariate: ``estimate``, ``se``, ``lower``, ``upper``; positive raises ratings.
    parameters
        All of the above, ``log(sd)`` and ``log(sd_subject)``, in the same columns; ``se`` from the observed
        information.
    sd
        Standard deviation of the rater effect, logits; 0.0 where the data show no spread at all.
    log_likelihood
        Marginal, at the estimates; by Laplace's method where subjects are crossed with raters.
    raters
        Indexed by rater: ``n``, ``mode``, ``mean``, ``sd``, ``lower``, ``upper`` (95 %) of the rater effect; larger
        means higher ratings. Where ``sd`` is 0 all but ``mode`` are averaged over the spreads that still fit, so that
        no interval has zero width.
    categories
        The categories fitted, lowest first.
    notes
        What had to be done or doubted, as sentences; empty in a plain fit.
    covariance
        Of ``parameters``.
    sd_subject
        Standard deviation of the effect of the people rated, logits; None where they are not in the model.
    subjects
        Indexed by subject: ``n``, ``mode``, ``sd``; None where they are not in the model.

    Notes
    -----
    ``logit P(y <= k) = threshold_k - x'beta - u_j``, ``u_j ~ N(0, sd^2)``. It assumes that a rater shifts all
    categories alike (proportional odds), that ratings of one rater are independent given ``u_j``, and that covariates
    act alike under all raters. It misleads where raters differ in how much of the scale they use. With subjects, their
    effect ``a_i ~ N(0, sd_subject^2)`` is subtracted beside ``u_j`` and Laplace's method replaces quadrature.

    References
    ----------
    Christensen, ``ordinal``: Regression Models for Ordinal Data (R package); Tutz & Hennevogl (1996),
    Computational Statistics & Data Analysis 22:537; Louis (1982), JRSS B 44:226.
    """

    thresholds: pd.Series
    coefficients: pd.DataFrame
    parameters: pd.DataFrame
    sd: float
    log_likelihood: float
    raters: pd.DataFrame
    categories: tuple[Any, ...]
    notes: tuple[str, ...]
    covariance: Array = field(repr=False)
    _problem: Problem | None = field(repr=False)
    _point: Array = field(repr=False)
    _spreads: tuple[tuple[float, float], ...] = field(repr=False)
    _has_settled: bool = field(repr=False)
    _top: Summit | None = field(default=None, repr=False)
    sd_subject: float | None = None
    subjects: pd.DataFrame | None = field(default=None, repr=False)
    _informations: dict[float, Array] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def converged(self) -> bool:
        """True only when the fit has come to its top.

        The gradient at the estimates passed its check, no effect is still running off, and difference quotients of the
        log-likelihood on a finer grid agree: these are worked out when first asked for.
        """
        return self._has_settled and (self._problem is None or self._top is None or confirm(self._problem, self._top))

    def probability_beyond(self, delta: float) -> pd.DataFrame:
        """Say how probable it is that each rater's effect is larger than ``delta``, on either side.

        Parameters
        ----------
        delta
            Smallest difference that matters, logits, 0 or more.

        Returns
        -------
        pandas.DataFrame
            Indexed by rater: ``below`` (effect under ``-delta``) and ``above`` (over ``delta``), 0-1.

        Raises
        ------
        UsageError
            ``delta`` is negative.
        """
        if not delta >= 0:
            raise UsageError(f"delta is {delta}; it is the size of a difference, 0 or more.")
        below, above = np.zeros(len(self.raters)), np.zeros(len(self.raters))
        if self._problem is None:
            mean, spread = self.raters["mean"].to_numpy(), np.maximum(self.raters["sd"].to_numpy(), 1e-12)
            below, above = ndtr((-delta - mean) / spread), ndtr((mean - delta) / spread)
        for sd, weight in self._spreads:
            low, high = beyond(self._alone(), np.append(self._point[:-1], np.log(sd)), delta)
            below += weight * low
            above += weight * high
        return pd.DataFrame({"below": below, "above": above}, index=self.raters.index)

    def location_sd(self, sd: float) -> pd.Series:
        """Say how far each rater's effect is uncertain only because thresholds and coefficients are estimates.

        Parameters
        ----------
        sd
            Spread of raters to suppose, logits, above 0.

        Returns
        -------
        pandas.Series
            Standard deviation per rater, logits: large where few raters share a threshold or covariate.
        """
        point = np.append(self._point[:-1], np.log(sd))
        slopes = sensitivities(self._alone(), point)
        covariance = np.linalg.pinv(self._information(sd), hermitian=True)
        return pd.Series(np.sqrt(np.einsum("ja,ab,jb->j", slopes, covariance, slopes)), index=self.raters.index)

    def spread_correction(self, sds: Array) -> Array:
        """Give what averaging over thresholds and coefficients adds to the log-likelihood of each spread.

        Parameters
        ----------
        sds
            Spreads, logits, above 0.

        Returns
        -------
        numpy.ndarray
            ``-log det(information) / 2`` (Laplace); with few raters it undoes the pull of the maximum towards 0.
        """
        return np.array([-np.linalg.slogdet(self._information(float(sd)))[1] / 2 for sd in sds])

    def _information(self, sd: float) -> Array:
        if sd not in self._informations:  # asked for the same spreads by what averages over them
            found = evaluate(self._alone(), np.append(self._point[:-1], np.log(sd)), information="all").information
            self._informations[sd] = np.eye(0) if found is None else found[:-1, :-1]
        return self._informations[sd]

    def _alone(self) -> Problem:
        if self._problem is None:
            raise UsageError("This is known only of fits without subjects.", hints=["Fit raters alone."])
        return self._problem


def fit_cumulative_link(ratings: ArrayLike, raters: ArrayLike, covariates: pd.DataFrame | None = None, *,
                        subjects: ArrayLike | None = None, occasions: ArrayLike | None = None,
                        nodes: int | None = None) -> CumulativeLinkFit:
    """Estimate how much raters differ, and where each rater stands, from single ratings.

    Parameters
    ----------
    ratings
        One ordered category per rating; an ordered categorical keeps its order, numbers are sorted.
    raters
        Who gave each rating.
    covariates
        One numeric row per rating (dummies made by the caller); None for none.
    subjects
        Who was rated each time: gives each person a lasting effect beside the rater's. None for none.
    occasions
        When each rating was given: each occasion gets thresholds of its own. None for one set throughout.
    nodes
        Least number of quadrature nodes under every rater; in any case they are closer together than the narrowest
        posterior is wide.

    Returns
    -------
    CumulativeLinkFit

    Raises
    ------
    UsageError
        Lengths differ, a covariate is not numeric, or ``nodes`` is below 1 or given together with ``subjects``.
    DataUnusableError
        Values are missing, fewer than two raters or categories, words without an order, covariates that repeat each
        other, or subjects who were all rated once.

    Examples
    --------
    Ann gives nine of twelve a 3, Bob three of twelve.

    >>> ratings = [3] * 9 + [2] * 3 + [3] * 3 + [2] * 6 + [1] * 3
    >>> fit = fit_cumulative_link(ratings, ["Ann"] * 12 + ["Bob"] * 12)
    >>> fit.converged, list(fit.thresholds.index)
    (True, ['1|2', '2|3'])
    >>> fit.raters[["n", "mean", "lower", "upper"]].round(1).loc["Ann"].to_dict()
    {'n': 12.0, 'mean': 0.9, 'lower': -0.1, 'upper': 2.0}
    >>> fit.probability_beyond(0.5)["above"].round(1).to_dict()
    {'Ann': 0.8, 'Bob': 0.0}
    """
    category, labels = code_categories(ratings)
    rater, rater_ids = code_names(raters, "rater")
    same_length(len(category), len(rater), "rater")
    if covariates is None:
        covariates = pd.DataFrame(index=range(len(category)))
    values, names = read_numbers(covariates)
    if len(values) != len(category):
        raise UsageError(f"There are {len(category)} ratings but {len(covariates)} rows of covariates.",
                         hints=["Give one row of covariates for each rating."])
    pattern, design = distinct_rows(values)
    del values  # of one row per rating: the largest thing here, and no longer needed
    data = _RatingData(rater, pattern, category, None, design, names, rater_ids, labels)
    return _fit(data, subjects, occasions, nodes)


def fit_cumulative_link_counts(counts: pd.DataFrame, design: pd.DataFrame | None = None, *,
                               rater_ids: Sequence[Any] | None = None, subjects: ArrayLike | None = None,
                               occasions: ArrayLike | None = None, nodes: int | None = None) -> CumulativeLinkFit:
    """Estimate the same from counts, so that the heavy pass over ratings is one group-by.

    Parameters
    ----------
    counts
        ``rater`` and ``pattern`` (codes from 0), ``category``, ``n`` (may be fractions: ratings that count less).
        Rows of one rater, pattern and category are added up.
    design
        One numeric row per pattern; None where patterns do not matter.
    rater_ids
        Name of each rater code; default the codes themselves.
    subjects, occasions
        As for :func:`fit_cumulative_link`, one per row of ``counts``.
    nodes
        As for :func:`fit_cumulative_link`.

    Returns
    -------
    CumulativeLinkFit

    Raises
    ------
    UsageError
        A code is out of range, ``n`` is missing or negative, or a covariate is not numeric.
    DataUnusableError
        As for :func:`fit_cumulative_link`.

    Examples
    --------
    Nine 3s and three 2s from Ann; three 3s, six 2s and three 1s from Bob.

    >>> counts = pd.DataFrame({"rater": [0, 0, 1, 1, 1], "pattern": 0, "category": [3, 2, 3, 2, 1],
    ...                        "n": [9, 3, 3, 6, 3]})
    >>> fit_cumulative_link_counts(counts, rater_ids=["Ann", "Bob"]).raters["mean"].round(1).to_dict()
    {'Ann': 0.9, 'Bob': -0.9}
    """
    values, names = read_numbers(design) if design is not None else (np.zeros((1, 0)), [])
    check_counts(counts, None if rater_ids is None else len(rater_ids), len(values) if design is not None else None)
    n = counts["n"].to_numpy(dtype=float)
    kept = slice(None) if (n > 0).all() else n > 0
    category, labels = code_categories(counts["category"].to_numpy()[kept] if counts["category"].dtype != "category"
                                       else counts["category"][kept])
    rater = counts["rater"].to_numpy()[kept]
    if rater_ids is None:
        rater, names_found = code_names(rater, "rater")
        rater_ids = list(names_found)
    pattern: NDArray[np.integer[Any]] = np.zeros(len(counts), dtype=np.int8)
    if design is not None:
        pattern = counts["pattern"].to_numpy()
    by_row: list[pd.Series | None] = []
    for each, noun in ((subjects, "subject"), (occasions, "occasion")):
        column = None if each is None else pd.Series(each).reset_index(drop=True)
        if column is not None:
            same_length(len(counts), len(column), noun)
        by_row.append(None if column is None else column[kept])
    data = _RatingData(rater, pattern[kept], category, None if (n == 1).all() else n[kept], values, names,
                       pd.Index(rater_ids), labels)
    return _fit(data, by_row[0], by_row[1], nodes)


@dataclass(frozen=True)
class _RatingData:
    """The codes of a fit, checked: one entry per count, then what the codes mean."""

    rater: NDArray[np.integer[Any]]
    pattern: NDArray[np.integer[Any]]
    category: Codes
    n: Array | None
    design: Array
    names: list[str]
    rater_ids: pd.Index
    labels: tuple[Any, ...]


def _fit(data: _RatingData, subjects: ArrayLike | None, occasions: ArrayLike | None,
         nodes: int | None) -> CumulativeLinkFit:
    if nodes is not None and (subjects is not None or nodes < 1):
        raise UsageError("nodes must be 1 or more." if subjects is None else
                         "With subjects the fit uses Laplace's method, which has no nodes.", hints=["Leave nodes out."])
    occasion, occasion_ids = (None, pd.Index([])) if occasions is None else code_names(occasions, "occasion")
    if occasion is not None:
        same_length(len(data.category), len(occasion), "occasion")
    counts = count_cells(data.rater, data.pattern, data.category, data.n, n_raters=len(data.rater_ids),
                         n_patterns=len(data.design), labels=data.labels, occasion=occasion,
                         occasions=list(occasion_ids), keep_column=subjects is not None)
    n_active = int((counts.ratings > 0).sum())
    if n_active < 2:
        raise DataUnusableError(f"There are ratings from {n_active} rater, so raters cannot be compared.",
                                hints=["Pool more of the organisation, or more cycles."])
    scaled, centre, scale = standardise(data.design, counts.by_occasion(len(data.design)), data.names)
    units = _Units(centre, scale, np.ptp(data.design, axis=0), data.names)
    if subjects is None:
        return _fit_raters(data, counts, scaled, units, occasion_ids, nodes)
    subject, subject_ids = code_names(subjects, "subject")
    same_length(len(data.category), len(subject), "subject")
    crossed = CrossedCounts.gather(data.rater, subject, counts, data.n)
    return _fit_both(data, counts, crossed, scaled, units, occasion_ids, subject_ids)


@dataclass(frozen=True)
class _Units:
    """How covariates were standardised, and their range."""

    centre: Array
    scale: Array
    reach: Array
    names: list[str]


def _fit_raters(data: _RatingData, counts: CellCounts, scaled: Array, units: _Units, occasion_ids: pd.Index,
                nodes: int | None) -> CumulativeLinkFit:
    problem = lay_out(counts, scaled, nodes)
    top = climb(problem, counts)
    cut, sd = problem.n_thresholds, float(np.exp(top.point[-1]))
    known = np.append(np.ones(len(top.point) - 1, dtype=bool), top.has_spread)
    information = _information(top.final.information)
    table, covariance = _parameter_table(top.point, information, known, units,
                                         [*counts.thresholds, *units.names], ["log(sd)"])
    notes = _notes(counts, occasion_ids)
    if not top.has_spread:
        notes.append("The ratings show no spread between raters; intervals are averaged over spreads that still fit.")
    drifting = _drifting(table.iloc[cut:-1], top.last_step[cut:-1], information[:-1, :-1], units)
    notes += _word_of(drifting)
    too_wide = sd >= 0.99 * LARGEST_SD
    if too_wide:
        notes.append("Raters hardly share a category, so the spread between them is too large to be measured.")
    spreads: tuple[tuple[float, float], ...]
    if top.has_spread:
        posterior, spreads = summarise(problem, top.point), ((sd, 1.0),)
    else:
        posterior, sds, weights = average_over_sd(problem, top.point)
        spreads = tuple((float(s), float(w)) for s, w in zip(sds, weights, strict=True))
    raters = pd.DataFrame({"n": problem.ratings, **posterior}, index=data.rater_ids.rename("rater"))
    return CumulativeLinkFit(_thresholds(table, counts, occasion_ids), table.iloc[cut:-1], table,
                             sd if top.has_spread else 0.0, top.final.log_likelihood,
                             raters, data.labels, tuple(notes), covariance, problem, top.point, spreads,
                             top.has_settled and not drifting and not too_wide, top)


def _fit_both(data: _RatingData, counts: CellCounts, crossed: CrossedCounts, scaled: Array, units: _Units,
              occasion_ids: pd.Index, subject_ids: pd.Index) -> CumulativeLinkFit:
    top = fit_crossed(crossed, counts, scaled)
    cut = int(counts.ladders[-1])
    sds = np.exp(top.point[-2:])
    has_spread = sds > SMALLEST_SD
    known = np.append(np.ones(len(top.point) - 2, dtype=bool), has_spread)
    table, covariance = _parameter_table(top.point, top.information, known, units,
                                         [*counts.thresholds, *units.names], ["log(sd)", "log(sd_subject)"])
    drifting = _drifting(table.iloc[cut:-2], top.last_step[cut:-2], top.information[:-2, :-2], units)
    notes = [*_notes(counts, occasion_ids), *_word_of(drifting), *top.notes]
    for is_there, noun in zip(has_spread, ("raters", "subjects"), strict=True):
        if not is_there:
            notes.append(f"The ratings show no spread between {noun}.")
    z = float(ndtri(0.975))
    raters = pd.DataFrame({"n": counts.ratings, "mode": top.rater_mode, "mean": top.rater_mode, "sd": top.rater_sd,
                           "lower": top.rater_mode - z * top.rater_sd, "upper": top.rater_mode + z * top.rater_sd},
                          index=data.rater_ids.rename("rater"))
    subjects = pd.DataFrame({"n": crossed.of_subjects, "mode": top.subject_mode, "sd": top.subject_sd},
                            index=subject_ids.rename("subject"))
    return CumulativeLinkFit(_thresholds(table, counts, occasion_ids), table.iloc[cut:-2], table,
                             float(sds[0]) if has_spread[0] else 0.0, top.log_likelihood,
                             raters, data.labels, tuple(notes), covariance, None, top.point, (),
                             top.is_top and not drifting, None, float(sds[1]) if has_spread[1] else 0.0, subjects)


def _information(found: Array | None) -> Array:
    if found is None:
        raise ValueError("the evaluation holds no information matrix")
    return found


def _notes(counts: CellCounts, occasion_ids: pd.Index) -> list[str]:
    """Say which occasions have a single category, so that they tell nothing."""
    silent = [str(occasion_ids[k]) for k in np.flatnonzero(np.diff(counts.ladders) == 0)] if len(occasion_ids) else []
    return [f"All ratings are alike on these occasions, which therefore tell nothing: {', '.join(silent)}."] \
        if silent else []


def _thresholds(table: pd.DataFrame, counts: CellCounts, occasion_ids: pd.Index) -> pd.Series:
    found = table["estimate"].iloc[:counts.ladders[-1]].rename("threshold")
    if len(occasion_ids):
        plain = [name.removeprefix(f"{occasion_ids[t]}: ")
                 for name, t in zip(counts.thresholds, counts.occasion, strict=True)]
        found.index = pd.MultiIndex.from_arrays([occasion_ids[counts.occasion], plain],
                                                names=["occasion", "threshold"])
    return found


def _drifting(coefficients: pd.DataFrame, last_step: Array, information: Array, units: _Units) -> list[str]:
    """Name covariates whose effect has run off: vast over the covariate's range, and nothing holds it there.

    Either the last step still moves it, or the information has a direction of nought in which it moves. Covariates that
    nearly repeat each other are refused well before their information is so small.
    """
    over_range, p = units.reach / units.scale, len(units.scale)
    off = np.abs(last_step) * over_range > DRIFT
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information * scale[:, None] * scale)
    for vector in vectors.T[values < NO_INFORMATION]:
        move = np.abs(vector * scale)[len(vector) - p:] * over_range
        off |= move > 0.1 * move.max(initial=0)
    return [str(name) for name in coefficients.index[off & (coefficients["estimate"].abs() * units.reach > SEPARATED)]]


def _word_of(drifting: list[str]) -> list[str]:
    return [f"All ratings of some group are in an end category, so the size of these effects is not known, "
            f"only their direction: {', '.join(drifting)}."] if drifting else []


def _parameter_table(point: Array, information: Array, known: NDArray[np.bool_], units: _Units,
                     names: list[str], spreads: list[str]) -> tuple[pd.DataFrame, Array]:
    """Take estimates and standard errors back to the covariates' own units."""
    size, p = len(point), len(units.scale)
    cut = size - p - len(spreads)
    effects = slice(cut, cut + p)
    back = np.eye(size)
    back[effects, effects] = np.diag(1 / units.scale)
    back[:cut, effects] = units.centre / units.scale
    covariance = np.full((size, size), np.nan)
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(information)[known]), 1e-300))
    inner = information[np.ix_(known, known)] * scale[:, None] * scale
    inverse = np.linalg.pinv(inner, rcond=1e-14, hermitian=True) * scale[:, None] * scale
    covariance[np.ix_(known, known)] = back[np.ix_(known, known)] @ inverse @ back[np.ix_(known, known)].T
    estimate, se = back @ point, np.sqrt(np.maximum(np.diag(covariance), 0))
    z = float(ndtri(0.975))
    return pd.DataFrame({"estimate": estimate, "se": se, "lower": estimate - z * se, "upper": estimate + z * se},
                        index=[*names, *spreads]), covariance
