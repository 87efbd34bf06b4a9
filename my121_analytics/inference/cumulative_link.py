"""Cumulative-link mixed model: ordered ratings, covariates, and a random effect of the rater."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.category_table import tabulate_cells
from my121_analytics.inference.quadrature import Evaluation, Problem, evaluate, lay_out, sensitivities
from my121_analytics.inference.rater_posterior import average_over_sd, beyond, summarise

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MAX_CATEGORIES = 60
DECREMENT = 1e-9
"""Stop when a Newton step would raise the log-likelihood by less than half of this."""
GRADIENT_CHECK = 1e-6
"""Converged: the last step's squared length in standard errors is below this (0.001 standard errors)."""
SMALLEST_SD = 1e-3
LARGEST_COEFFICIENT = 20.0
"""Logits per standard deviation of a covariate: nothing that can be seen lies beyond."""
SEPARATED = 8.0
"""Logits over a covariate's range (odds of 3,000) at which a group is taken to be wholly in an end category."""
MAX_STEPS = 60


@dataclass(frozen=True)
class CumulativeLinkFit:
    """A fitted cumulative-link mixed model.

    Parameters
    ----------
    thresholds
        K - 1 thresholds, indexed ``1|2``, ``2|3`` ... by the categories they part.
    coefficients
        One row per covariate: ``estimate``, ``se``, ``lower``, ``upper``; positive raises ratings.
    parameters
        All of the above and ``log(sd)``, in the same columns; ``se`` from the observed information.
    sd
        Standard deviation of the rater effect, logits; 0.0 where the data show no spread at all.
    log_likelihood
        Marginal, at the estimates.
    converged
        True only when the gradient at the estimates passed its check.
    raters
        Indexed by rater: ``n``, ``mode``, ``mean``, ``sd``, ``lower``, ``upper`` (95 %) of the rater effect; larger
        means higher ratings. Where ``sd`` is 0 they are averaged over the spreads that still fit, so that no
        interval has zero width.
    categories
        The categories fitted, lowest first.
    notes
        What had to be done or doubted, as sentences; empty in a plain fit.
    covariance
        Of ``parameters``.

    Notes
    -----
    ``logit P(y <= k) = threshold_k - x'beta - u_j``, ``u_j ~ N(0, sd^2)``. It assumes that a rater shifts all
    categories alike (proportional odds), that ratings of one rater are independent given ``u_j``, and that covariates
    act alike under all raters. It misleads where raters differ in how much of the scale they use.

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
    converged: bool
    raters: pd.DataFrame
    categories: tuple[Any, ...]
    notes: tuple[str, ...]
    covariance: Array = field(repr=False)
    _problem: Problem = field(repr=False)
    _point: Array = field(repr=False)
    _spreads: tuple[tuple[float, float], ...] = field(repr=False)

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
        for sd, weight in self._spreads:
            low, high = beyond(self._problem, np.append(self._point[:-1], np.log(sd)), delta)
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
        slopes = sensitivities(self._problem, point)
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
        found = evaluate(self._problem, np.append(self._point[:-1], np.log(sd)), information="all").information
        return np.eye(0) if found is None else found[:-1, :-1]


def fit_cumulative_link(ratings: ArrayLike, raters: ArrayLike, covariates: pd.DataFrame | None = None, *,
                        nodes: int | None = None) -> CumulativeLinkFit:
    """Estimate how much raters differ, and where each rater stands, from single ratings.

    Parameters
    ----------
    ratings
        One ordered category per rating; an ordered categorical keeps its order, anything else is sorted.
    raters
        Who gave each rating.
    covariates
        One numeric row per rating (dummies made by the caller); None for none.
    nodes
        Quadrature nodes under every rater; None chooses a spacing below the narrowest posterior's.

    Returns
    -------
    CumulativeLinkFit

    Raises
    ------
    UsageError
        Lengths differ, or a covariate is not numeric.
    DataUnusableError
        Values are missing, fewer than two raters or categories, or covariates that repeat each other.
    """
    category, labels = _categories(ratings)
    rater, rater_ids = _rater_codes(raters)
    if len(rater) != len(category):
        raise UsageError(f"There are {len(category)} ratings but {len(rater)} raters.",
                         hints=["Give one rater for each rating."])
    if covariates is None:
        covariates = pd.DataFrame(index=range(len(category)))
    if len(covariates) != len(category):
        raise UsageError(f"There are {len(category)} ratings but {len(covariates)} rows of covariates.",
                         hints=["Give one row of covariates for each rating."])
    values, names = _numeric(covariates)
    pattern, design = _distinct_rows(values)
    return _fit(rater, pattern, category, np.ones(len(category)), design, names, rater_ids, labels, nodes)


def fit_cumulative_link_counts(counts: pd.DataFrame, design: pd.DataFrame | None = None, *,
                               rater_ids: Sequence[Any] | None = None, nodes: int | None = None) -> CumulativeLinkFit:
    """Estimate the same from counts, so that the heavy pass over ratings is one group-by.

    Parameters
    ----------
    counts
        ``rater`` and ``pattern`` (codes from 0), ``category``, ``n`` (may be fractions: ratings that count less).
    design
        One numeric row per pattern; None where patterns do not matter.
    rater_ids
        Name of each rater code; default the codes themselves.
    nodes
        As for :func:`fit_cumulative_link`.

    Returns
    -------
    CumulativeLinkFit

    Raises
    ------
    UsageError
        A pattern has no row in ``design``, or a covariate is not numeric.
    DataUnusableError
        As for :func:`fit_cumulative_link`.
    """
    kept = counts[counts["n"] > 0]
    category, labels = _categories(kept["category"])
    rater = kept["rater"].to_numpy(dtype=np.int64)
    if rater_ids is None:
        present, rater = np.unique(rater, return_inverse=True)
        rater_ids = list(present)
    pattern = kept["pattern"].to_numpy(dtype=np.int64) if design is not None else np.zeros(len(kept), dtype=np.int64)
    values, names = _numeric(design) if design is not None else (np.zeros((1, 0)), [])
    if len(kept) and pattern.max() >= len(values):
        raise UsageError(f"Pattern {pattern.max()} has no row in the design of {len(values)} patterns.",
                         hints=["Give one row of covariates for each pattern code."])
    return _fit(rater, pattern, category, kept["n"].to_numpy(dtype=float), values, names, pd.Index(rater_ids), labels,
                nodes)


def _fit(rater: Codes, pattern: Codes, category: Codes, n: Array, design: Array, names: list[str],
         rater_ids: pd.Index, labels: tuple[Any, ...], nodes: int | None) -> CumulativeLinkFit:
    if len(rater_ids) < 2:
        raise DataUnusableError(f"There are ratings from {len(rater_ids)} rater, so raters cannot be compared.",
                                hints=["Pool more of the organisation, or more cycles."])
    scaled, centre, scale = _standardise(design, pattern, n, names)
    problem = lay_out(rater, pattern, category, n, scaled, n_raters=len(rater_ids), n_categories=len(labels),
                      fixed_nodes=nodes)
    start, has_spread = _start(rater, pattern, category, n, scaled, len(labels), len(rater_ids))
    notes = []
    if has_spread:
        point, final, converged = _climb(problem, start)
        has_spread = point[-1] > np.log(SMALLEST_SD)
    if not has_spread:
        point, final, converged = _climb_without_spread(problem, start)
        notes.append("The ratings show no spread between raters; intervals are averaged over spreads that still fit.")
    table, covariance = _parameter_table(point, final, centre, scale, names, labels)
    separated = _separated(table.iloc[len(labels) - 1:-1], np.ptp(design, axis=0))
    if separated:
        notes.append(f"All ratings of some group are in an end category, so the size of these effects is not known, "
                     f"only their direction: {', '.join(separated)}.")
    spreads: tuple[tuple[float, float], ...]
    if has_spread:
        posterior, spreads = summarise(problem, point), ((float(np.exp(point[-1])), 1.0),)
    else:
        posterior, sds, weights = average_over_sd(problem, point)
        spreads = tuple((float(s), float(w)) for s, w in zip(sds, weights, strict=True))
    raters = pd.DataFrame({"n": problem.ratings, **posterior}, index=pd.Index(rater_ids, name="rater"))
    cut = len(labels) - 1
    return CumulativeLinkFit(table["estimate"].iloc[:cut].rename("threshold"), table.iloc[cut:-1], table,
                             float(np.exp(point[-1])) if has_spread else 0.0, final.log_likelihood, converged, raters,
                             labels, tuple(notes), covariance, problem, point, spreads)


def _separated(coefficients: pd.DataFrame, reach: Array) -> list[str]:
    """Name covariates whose effect has run off: vast over the covariate's range, and as vastly uncertain."""
    off = (coefficients["estimate"].abs() * reach > SEPARATED) & (coefficients["se"] * reach > SEPARATED / 2)
    return [str(name) for name in coefficients.index[off]]


def _climb(problem: Problem, start: Array) -> tuple[Array, Evaluation, bool]:
    """Newton's method with step halving; the metric comes from part of the raters, the last check from all."""
    point, here = start, evaluate(problem, start, information="some")
    for _ in range(MAX_STEPS):
        step = _newton_step(here)
        if float(here.gradient @ step) < DECREMENT or point[-1] < np.log(SMALLEST_SD):
            break
        point, here, moved = _advance(problem, point, here, step)
        if not moved:
            break
    for _ in range(5):
        final = evaluate(problem, point, information="all")
        step = _newton_step(final)
        decrement = float(final.gradient @ step)
        if decrement < GRADIENT_CHECK or point[-1] < np.log(SMALLEST_SD):
            break
        point, _, moved = _advance(problem, point, final, step)
        if not moved:
            break
    return point, final, decrement < GRADIENT_CHECK


def _advance(problem: Problem, point: Array, here: Evaluation, step: Array) -> tuple[Array, Evaluation, bool]:
    gain = float(here.gradient @ step)
    length = min(1.0, 1.5 / max(abs(step[-1]), 1e-12))
    for _ in range(25):
        there = point + length * step
        there[problem.n_categories - 1:-1] = there[problem.n_categories - 1:-1].clip(-LARGEST_COEFFICIENT,
                                                                                   LARGEST_COEFFICIENT)
        if (np.diff(there[:problem.n_categories - 1]) > 1e-8).all():
            trial = evaluate(problem, there, information="some")
            slack = 1e-12 * abs(here.log_likelihood)
            if trial.log_likelihood >= here.log_likelihood + 1e-4 * length * gain - slack:
                return there, trial, True
        length /= 2
    return point, here, False


def _newton_step(here: Evaluation) -> Array:
    """Solve for the step; directions in which the surface is not curved downwards are held back."""
    information = here.information
    if information is None:
        raise ValueError("the evaluation holds no information matrix")
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-12))
    values, vectors = np.linalg.eigh(information / scale[:, None] / scale[None, :])
    values = np.maximum(np.abs(values), 1e-8)
    return vectors @ ((vectors.T @ (here.gradient / scale)) / values) / scale


def _climb_without_spread(problem: Problem, start: Array) -> tuple[Array, Evaluation, bool]:
    """Use the fit without raters, which is the maximum when the spread is nought."""
    point = np.append(start[:-1], np.log(1e-6))
    final = evaluate(problem, point, information="all")
    return point, final, bool(np.abs(final.gradient[:-1]).max() < 1e-3 * np.sqrt(problem.ratings.sum()))


def _start(rater: Codes, pattern: Codes, category: Codes, n: Array, design: Array, n_categories: int,
           n_raters: int) -> tuple[Array, bool]:
    """Fit without raters (a small table), then read a first spread off the raters' scores.

    Also says whether the likelihood rises as the spread leaves nought; if not, nought is the estimate.
    """
    cell, place = np.unique(pattern * n_categories + category, return_inverse=True)
    alone = lay_out(np.zeros(len(cell), dtype=np.int64), cell // n_categories, cell % n_categories,
                    np.bincount(place, n).astype(np.float64), design, n_raters=1, n_categories=n_categories)
    shares = np.cumsum(np.bincount(category, n, minlength=n_categories))[:-1] / n.sum()
    point = np.concatenate([np.log(shares / (1 - shares)), np.zeros(design.shape[1]), [np.log(1e-6)]])
    here = evaluate(alone, point, information="all")
    for _ in range(MAX_STEPS):
        step = _newton_step(here)
        step[-1] = 0.0
        if float(here.gradient @ step) < DECREMENT:
            break
        point, here, moved = _advance(alone, point, here, step)
        if not moved:
            break
    location = design @ point[n_categories - 1:-1]
    table = tabulate_cells(cell % n_categories, location[cell // n_categories], point[:n_categories - 1],
                           np.zeros((1, 1)))
    score = np.bincount(rater, n * table.slope[place, 0], minlength=n_raters)
    information = np.bincount(rater, n * table.curvature[place, 0], minlength=n_raters)
    excess = float((score**2 - information).sum())
    sd = np.sqrt(np.clip(excess / (information**2).sum(), 0.01, 4.0))
    if excess <= 0:
        return point, False
    stretch = np.sqrt(1 + 0.346 * sd**2)  # (16 sqrt(3) / (15 pi))^2: from marginal to conditional logits
    return np.append(point[:-1] * stretch, np.log(sd)), True


def _parameter_table(point: Array, final: Evaluation, centre: Array, scale: Array, names: list[str],
                     labels: tuple[Any, ...]) -> tuple[pd.DataFrame, Array]:
    """Take estimates and standard errors back to the covariates' own units."""
    cut, size = len(labels) - 1, len(point)
    back = np.eye(size)
    back[cut:-1, cut:-1] = np.diag(1 / scale)
    back[:cut, cut:-1] = centre / scale
    information = final.information
    if information is None:
        raise ValueError("the evaluation holds no information matrix")
    covariance = np.full((size, size), np.nan)
    known = np.ones(size, dtype=bool)
    known[-1] = point[-1] > np.log(SMALLEST_SD)
    covariance[np.ix_(known, known)] = back[np.ix_(known, known)] @ np.linalg.pinv(
        information[np.ix_(known, known)], hermitian=True) @ back[np.ix_(known, known)].T
    estimate, se = back @ point, np.sqrt(np.diag(covariance))
    index = [f"{low}|{high}" for low, high in pairwise(labels)] + [*names, "log(sd)"]
    z = float(ndtri(0.975))
    return pd.DataFrame({"estimate": estimate, "se": se, "lower": estimate - z * se, "upper": estimate + z * se},
                        index=index), covariance


def _standardise(design: Array, pattern: Codes, n: Array, names: list[str]) -> tuple[Array, Array, Array]:
    """Centre and scale covariates, and refuse those that the thresholds or each other already hold."""
    weight = np.bincount(pattern, n, minlength=len(design))
    weight = weight / weight.sum()
    centre = weight @ design
    scale = np.sqrt(weight @ (design - centre) ** 2)
    constant = [name for name, s, c in zip(names, scale, centre, strict=True) if s <= 1e-10 * max(abs(c), 1.0)]
    if constant:
        raise DataUnusableError(f"These covariates have one value throughout: {', '.join(constant)}.",
                                hints=["Leave them out; the thresholds hold the common level."])
    scaled = (design - centre) / scale
    correlation = scaled.T @ (scaled * weight[:, None])
    repeated = [name for k, name in enumerate(names) if k and _is_repeated(correlation[:k + 1, :k + 1])]
    if repeated:
        raise DataUnusableError(f"These covariates follow from the others: {', '.join(repeated)}.",
                                hints=["Leave out one dummy of each column, and columns that say the same."])
    return scaled, centre, scale


def _is_repeated(correlation: Array) -> bool:
    """Say whether the last covariate is a sum of multiples of those before it."""
    before, last = correlation[:-1, :-1], correlation[:-1, -1]
    return bool(correlation[-1, -1] - last @ np.linalg.lstsq(before, last, rcond=None)[0] < 1e-9)


def _categories(ratings: ArrayLike) -> tuple[Codes, tuple[Any, ...]]:
    values = pd.Series(ratings).reset_index(drop=True)
    n_missing = int(values.isna().sum())
    if n_missing:
        raise DataUnusableError(f"{n_missing} of {len(values)} ratings are missing.",
                                hints=["Leave out rows without a rating before fitting."])
    if isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered:
        values = values.cat.remove_unused_categories()
        codes, labels = values.cat.codes.to_numpy(dtype=np.int64), tuple(values.cat.categories)
    else:
        plain, codes = np.unique(values.to_numpy(), return_inverse=True)
        labels = tuple(plain.tolist())
    if len(labels) < 2:
        found = f"all are {labels[0]!r}" if labels else "there are none"
        raise DataUnusableError(f"Ratings need two categories or more to compare raters; {found}.")
    if len(labels) > MAX_CATEGORIES:
        raise DataUnusableError(f"Ratings take {len(labels)} different values; that is a measurement, not a scale.",
                                hints=[f"Give ordered categories, at most {MAX_CATEGORIES}."])
    return codes, labels


def _rater_codes(raters: ArrayLike) -> tuple[Codes, pd.Index]:
    codes, ids = pd.factorize(pd.Series(raters).to_numpy(), sort=True)
    n_missing = int((codes < 0).sum())
    if n_missing:
        raise DataUnusableError(f"{n_missing} of {len(codes)} ratings name no rater.",
                                hints=["Leave out rows without a rater before fitting."])
    return codes.astype(np.int64), pd.Index(ids)


def _numeric(covariates: pd.DataFrame) -> tuple[Array, list[str]]:
    wrong = [str(c) for c in covariates.columns
             if not (pd.api.types.is_numeric_dtype(covariates[c]) or pd.api.types.is_bool_dtype(covariates[c]))]
    if wrong:
        raise UsageError(f"These covariates are not numbers: {', '.join(wrong)}.",
                         hints=["Make dummies first, for instance with pandas.get_dummies(..., drop_first=True)."])
    values = covariates.to_numpy(dtype=float)
    unknown = [str(c) for c, bad in zip(covariates.columns, ~np.isfinite(values).all(axis=0), strict=True) if bad]
    if unknown:
        raise DataUnusableError(f"These covariates have missing or infinite values: {', '.join(unknown)}.",
                                hints=["Give missing values a category of their own."])
    return values, [str(c) for c in covariates.columns]


def _distinct_rows(values: Array) -> tuple[Codes, Array]:
    if values.shape[1] == 0:
        return np.zeros(len(values), dtype=np.int64), np.zeros((1, 0))
    frame = pd.DataFrame(values)
    pattern = frame.groupby(list(frame.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    first = np.unique(pattern, return_index=True)[1]
    return pattern, values[first]
