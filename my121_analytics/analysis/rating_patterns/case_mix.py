"""What a rating may fairly differ by, kept small where data are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.workforce.counts import RatingCounts

RATINGS_PER_PARAMETER = 10
"""The usual least number of observations for each coefficient of a logistic model (Peduzzi et al. 1996)."""
RATERS_PER_PARAMETER = 5
"""A coefficient learnt from fewer raters would take up those raters' own patterns."""
OTHER = "Other"


@dataclass(frozen=True)
class CaseMix:
    """Dummies of the case mix.

    Parameters
    ----------
    design
        One row per pattern of the counts, one column per dummy; the largest level of each column is the reference.
    columns
        Columns of the case mix that are in it (the cycle, always tried first, is not named).
    """

    design: pd.DataFrame
    columns: tuple[str, ...]


def build_case_mix(counts: RatingCounts, columns: Sequence[str]) -> CaseMix:
    """Build the dummies that the data can carry.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    columns
        Case-mix columns wanted, the most important first.

    Returns
    -------
    CaseMix

    Notes
    -----
    A level needs 10 ratings and 5 raters of its own; rarer levels are put together, and with the reference if still
    rare. In all there is room for one dummy per 10 ratings and per 5 raters: the cycle comes first, then the columns
    in order, and a column that no longer fits is left out whole. Dummies that follow from earlier ones are dropped.
    """
    frame, patterns = counts.frame, counts.patterns
    pattern, rater = frame["pattern"].to_numpy(), frame["rater"].to_numpy()
    n = frame["n"].to_numpy(dtype=float)
    room = int(min(n.sum() / RATINGS_PER_PARAMETER, len(counts.raters) / RATERS_PER_PARAMETER))
    weight = np.bincount(pattern, n, minlength=len(patterns)).astype(np.float64)
    design = pd.DataFrame(index=patterns.index)
    used = []
    for column in ["cycle", *columns]:
        levels = _merge_rare(patterns[column].astype("str"), pattern, rater, n)
        dummies = _independent(design, _dummies(levels, weight, column), weight)
        if dummies.shape[1] == 0 or dummies.shape[1] > room:
            continue
        design = pd.concat([design, dummies], axis="columns")
        room -= dummies.shape[1]
        if column != "cycle":
            used.append(column)
    return CaseMix(design, tuple(used))


def merge_alike(counts: RatingCounts, case_mix: CaseMix) -> tuple[RatingCounts, CaseMix]:
    """Put together the patterns that neither the cycle nor the dummies tell apart: nine in ten, as a rule.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    case_mix
        Its dummies.

    Returns
    -------
    tuple
        Counts and dummies with fewer patterns. Of each pattern's columns the cycle alone still holds for all of it.
    """
    cycle = pd.factorize(counts.patterns["cycle"])[0]
    told_apart = np.column_stack([cycle, case_mix.design.to_numpy(dtype=float)])
    _, first, merged = np.unique(told_apart, axis=0, return_index=True, return_inverse=True)
    frame = counts.frame.assign(pattern=merged.reshape(-1)[counts.frame["pattern"].to_numpy()])
    return (replace(counts, frame=frame, patterns=counts.patterns.iloc[first].reset_index(drop=True)),
            replace(case_mix, design=case_mix.design.iloc[first].reset_index(drop=True)))


def _merge_rare(levels: pd.Series, pattern: NDArray[np.int64], rater: NDArray[np.int64], n: NDArray[np.float64],
                ) -> pd.Series:
    """Put levels with too few ratings or raters together, and the rest with the largest level if still too few."""
    for target in (OTHER, None):
        code, names = pd.factorize(levels, sort=True)
        total = np.bincount(code[pattern], n, minlength=len(names))
        n_raters = np.bincount(np.unique(np.column_stack([code[pattern], rater]), axis=0)[:, 0], minlength=len(names))
        rare = names[(total < RATINGS_PER_PARAMETER) | (n_raters < RATERS_PER_PARAMETER)]
        levels = levels.where(~levels.isin(rare), target if target is not None else names[total.argmax()])
    return levels


def _dummies(levels: pd.Series, weight: NDArray[np.float64], column: str) -> pd.DataFrame:
    sizes = pd.Series(weight, index=levels.index).groupby(levels).sum()
    reference = sizes.idxmax()
    return pd.DataFrame({f"{column}: {level}": (levels == level).astype(float) for level in sorted(sizes.index)
                         if level != reference}, index=levels.index)


def _independent(design: pd.DataFrame, dummies: pd.DataFrame, weight: NDArray[np.float64]) -> pd.DataFrame:
    """Keep the dummies that do not follow from the design, the common level, and the dummies before them."""
    root = np.sqrt(weight / weight.sum())
    held = np.column_stack([np.ones(len(root)), design.to_numpy(dtype=float)]) * root[:, None]
    kept = []
    for name in dummies.columns:
        new = dummies[name].to_numpy() * root
        left = new - held @ np.linalg.lstsq(held, new, rcond=None)[0]
        if left @ left > 1e-6 * (new @ new):
            kept.append(name)
            held = np.column_stack([held, new])
    return dummies[kept]
