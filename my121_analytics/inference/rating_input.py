"""What is given to a fit, checked: categories, raters, covariates, counts. Every fault is said, with its mend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from my121_analytics.errors import DataUnusableError, UsageError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MAX_CATEGORIES = 60
_LARGEST_KEY = 2**62
"""Kinds of rows that one integer can tell apart."""
NEARLY_ALL = 0.95
"""From this share of distinct values of one covariate on, looking for rows that are alike would find hardly any."""


def code_categories(ratings: ArrayLike) -> tuple[Codes, tuple[Any, ...]]:
    """Give each rating's place on the scale, and the scale: only categories that occur.

    Parameters
    ----------
    ratings
        An ordered categorical keeps its order; numbers, and texts that are numbers, are sorted by value.

    Returns
    -------
    tuple
        Codes from 0, and labels, lowest first.

    Raises
    ------
    DataUnusableError
        Missing ratings, fewer than two categories, too many, or words whose order is not known.
    """
    values = pd.Series(ratings).reset_index(drop=True)
    n_missing = int(values.isna().sum())
    if n_missing:
        raise DataUnusableError(f"{n_missing} of {len(values)} ratings are missing.",
                                hints=["Leave out rows without a rating before fitting."])
    if isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered:
        values = values.cat.remove_unused_categories()
        codes, labels = values.cat.codes.to_numpy(dtype=np.int64), tuple(values.cat.categories)
    else:
        found, plain = pd.factorize(values.to_numpy())
        order = np.argsort(_as_numbers(plain), kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        codes, labels = place[found], tuple(np.asarray(plain)[order].tolist())
    if len(labels) < 2:
        held = f"all are {labels[0]!r}" if labels else "there are none"
        raise DataUnusableError(f"Ratings need two categories or more to compare raters; {held}.")
    if len(labels) > MAX_CATEGORIES:
        raise DataUnusableError(f"Ratings take {len(labels)} different values; that is a measurement, not a scale.",
                                hints=[f"Give ordered categories, at most {MAX_CATEGORIES}."])
    return codes, labels


def _as_numbers(plain: Any) -> Array:
    """Read the values as numbers, or refuse: the order of words cannot be guessed from the alphabet."""
    numbers = pd.to_numeric(pd.Series(np.asarray(plain)), errors="coerce").to_numpy(dtype=float)
    words = [str(value) for value, number in zip(plain, numbers, strict=True) if not np.isfinite(number)]
    if words:
        shown = ", ".join(words[:5]) + (" ..." if len(words) > 5 else "")
        raise DataUnusableError(f"The order of these ratings is not known: {shown}.",
                                hints=["Give numbers, or a pandas Categorical with ordered=True and the categories "
                                       "from lowest to highest."])
    if len(np.unique(numbers)) < len(numbers):
        raise DataUnusableError("The same rating is written in several ways, such as 2 and '2'.",
                                hints=["Write each rating in one way."])
    return numbers


def code_names(names: ArrayLike, noun: str) -> tuple[Codes, pd.Index]:
    """Number raters, people or occasions in sorted order.

    Parameters
    ----------
    names
        One per rating.
    noun
        What they are, for the message.

    Returns
    -------
    tuple
        Codes from 0, and the names.

    Raises
    ------
    DataUnusableError
        Some are missing, or cannot be sorted.
    """
    names_given = pd.Series(names).to_numpy()
    try:
        codes, ids = pd.factorize(names_given, sort=True)
    except TypeError as fault:
        raise DataUnusableError(f"The names of {noun}s are of several kinds, such as numbers beside text.",
                                hints=["Give all of them as text, or all as numbers."]) from fault
    n_missing = int((codes < 0).sum())
    if n_missing:
        raise DataUnusableError(f"{n_missing} of {len(codes)} ratings name no {noun}.",
                                hints=[f"Leave out rows without a {noun} before fitting."])
    return codes.astype(np.int64, copy=False), pd.Index(ids)


def same_length(n: int, other: int, noun: str) -> None:
    """Refuse columns of different lengths."""
    if n != other:
        raise UsageError(f"There are {n} ratings but {other} {noun}s.", hints=[f"Give one {noun} for each rating."])


def check_counts(counts: pd.DataFrame, n_raters: int | None, n_patterns: int | None) -> None:
    """Refuse a table of counts that cannot be read, with all its faults.

    Parameters
    ----------
    counts
        ``rater``, ``pattern``, ``category``, ``n``.
    n_raters, n_patterns
        Sizes where known.

    Raises
    ------
    UsageError
        Columns are missing, codes are outside their range, or ``n`` is not a number of 0 or more.
    """
    needed = ["rater", "category", "n"] + (["pattern"] if n_patterns is not None else [])
    missing = [name for name in needed if name not in counts.columns]
    if missing:
        raise UsageError(f"The table of counts has no column {', '.join(missing)}.",
                         hints=["Give one row per rater, pattern and category, with n."])
    faults = []
    n = pd.to_numeric(counts["n"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(n) & (n >= 0))
    if wrong.any():
        faults.append(f"n is missing, infinite or below 0 in {int(wrong.sum())} rows, first in row "
                      f"{int(np.argmax(wrong))}")
    for name, size in (("rater", n_raters), ("pattern", n_patterns)):
        if name not in needed:
            continue
        if not pd.api.types.is_integer_dtype(counts[name]) or counts[name].isna().any():
            faults.append(f"{name} is not a whole number in every row")
        elif len(counts) and counts[name].min() < 0:
            faults.append(f"{name} is below 0 in some rows")
        elif len(counts) and size is not None and counts[name].max() >= size:
            faults.append(f"{name.capitalize()} {counts[name].max()} has no row in the design of {size} patterns"
                          if name == "pattern" else f"rater {counts[name].max()} has no name among {size}")
    if faults:
        raise UsageError(f"The table of counts cannot be used: {'; '.join(faults)}.",
                         hints=["Codes run from 0, one row of covariates for each pattern, one name for each rater."])


def read_numbers(covariates: pd.DataFrame) -> tuple[Array, list[str]]:
    """Give covariates as numbers, with their names.

    Raises
    ------
    UsageError
        A covariate is not numeric, or two have one name.
    DataUnusableError
        Values are missing or infinite.
    """
    if not isinstance(covariates, pd.DataFrame):
        raise UsageError(f"Covariates are a {type(covariates).__name__}; a pandas DataFrame is needed.",
                         hints=["Give one numeric column per covariate."])
    wrong = [str(name) for name, kind in zip(covariates.columns, covariates.dtypes, strict=True)
             if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind))
             or pd.api.types.is_complex_dtype(kind)]
    if wrong:
        raise UsageError(f"These covariates are not numbers: {', '.join(wrong)}.",
                         hints=["Make dummies first, for instance with pandas.get_dummies(..., drop_first=True)."])
    twice = [str(name) for name in covariates.columns[covariates.columns.duplicated()]]
    if twice:
        raise UsageError(f"These covariates have one name in common: {', '.join(twice)}.",
                         hints=["Give each column a name of its own."])
    values = covariates.to_numpy(dtype=float, na_value=np.nan)
    unknown = [str(name) for name, column in zip(covariates.columns, values.T, strict=True)
               if not np.isfinite(column).all()]
    if unknown:
        raise DataUnusableError(f"These covariates have missing or infinite values: {', '.join(unknown)}.",
                                hints=["Give missing values a category of their own."])
    return values, [str(c) for c in covariates.columns]


def distinct_rows(values: Array) -> tuple[Codes, Array]:
    """Number the distinct rows of covariates.

    Returns
    -------
    tuple
        Pattern of each row, and the distinct rows; all rows as they are where nearly all differ.
    """
    if values.shape[1] == 0:
        return np.zeros(len(values), dtype=np.int64), np.zeros((1, 0))
    key, n_kinds = np.zeros(len(values), dtype=np.int64), 1
    for column in values.T if len(values) else ():
        codes, n_distinct = _code_values(np.ascontiguousarray(column))
        if n_distinct > NEARLY_ALL * len(values):
            return np.arange(len(values)), values
        if n_kinds * n_distinct > _LARGEST_KEY:
            key, kinds = pd.factorize(key, sort=True)
            n_kinds = len(kinds)
        key = key * n_distinct + codes
        n_kinds *= n_distinct
    pattern, kinds = pd.factorize(key, sort=True)
    first = np.empty(len(kinds), dtype=np.int64)
    first[pattern[::-1]] = np.arange(len(pattern))[::-1]
    return pattern, values[first]


def _code_values(column: Array) -> tuple[Codes, int]:
    """Number the distinct values in rising order, and count them; dummies have two and need no sorting."""
    low, high = column.min(), column.max()
    is_high = column == high
    if (is_high | (column == low)).all():
        return is_high.astype(np.int64), 1 + int(low < high)
    codes, distinct = pd.factorize(column, sort=True)
    return codes, len(distinct)


def standardise(design: Array, weight: Array, names: list[str]) -> tuple[Array, Array, Array]:
    """Centre and scale covariates, and refuse those that the thresholds or each other already hold.

    Parameters
    ----------
    design
        Covariates, patterns x p.
    weight
        Ratings by occasion and pattern; occasions with thresholds of their own already hold their levels.
    names
        Of the covariates.

    Returns
    -------
    tuple
        Standardised design, centres and scales.

    Raises
    ------
    DataUnusableError
        A covariate is constant (within occasions), or follows from others.
    """
    share = weight.sum(axis=0) / weight.sum()
    centre = share @ design
    scale = np.sqrt(share @ (design - centre) ** 2)
    faint = scale <= 1e-10 * np.maximum(np.abs(centre), 1.0)
    constant = [name for name, is_faint in zip(names, faint, strict=True) if is_faint]
    if constant:
        raise DataUnusableError(f"These covariates have one value throughout: {', '.join(constant)}.",
                                hints=["Leave them out; the thresholds hold the common level."])
    scaled = (design - centre) / scale
    within = scaled.T @ (scaled * share[:, None])
    if len(weight) > 1:
        by_occasion = weight / weight.sum()
        level = by_occasion @ scaled
        within -= level.T @ (level / np.maximum(by_occasion.sum(axis=1), 1e-300)[:, None])
    repeated = [name for k, name in enumerate(names) if _is_repeated(within[:k + 1, :k + 1])]
    if repeated:
        raise DataUnusableError(f"These covariates follow from the others: {', '.join(repeated)}.",
                                hints=["Leave out one dummy of each column, and columns that say the same.",
                                       "Where occasions have thresholds of their own, these hold each one's level."])
    return scaled, centre, scale


def _is_repeated(within: Array) -> bool:
    """Say whether the last covariate is a sum of multiples of those before it."""
    before, last = within[:-1, :-1], within[:-1, -1]
    return bool(within[-1, -1] - last @ np.linalg.lstsq(before, last, rcond=None)[0] < 1e-9) if len(within) > 1 \
        else bool(within[-1, -1] < 1e-9)
