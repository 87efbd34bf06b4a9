"""Which rows have the same values in several columns of codes, without a look at each row's values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

Coded = tuple[np.ndarray, int]
"""A column as one code per row, -1 where missing, and how many values there are."""
_LARGEST = 2 ** 62
_CELLS_PER_ROW = 8
"""A table of counts has so many cells for each row at most: a larger one would not fit the processor's own memory."""


def coded(values: pd.Categorical) -> Coded:
    """Give a categorical as codes and the number of its categories."""
    return values.codes, len(values.categories)


def number_rows(columns: Sequence[Coded]) -> np.ndarray:
    """Give each row one number for its values in all columns; equal numbers are equal values.

    Parameters
    ----------
    columns
        At least one; missing is a value like others.

    Returns
    -------
    numpy.ndarray
        Integers, one per row, in the order of the values' codes, the first column the weightiest.
    """
    numbers, span = np.zeros(len(columns[0][0]), dtype=np.int64), 1
    for codes, size in columns:
        if span * (size + 1) > _LARGEST:
            numbers, distinct = pd.factorize(numbers, sort=True)
            span = len(distinct)
        numbers = numbers * (size + 1) + codes + 1
        span *= size + 1
    return numbers


def find_repeated(columns: Sequence[Coded]) -> np.ndarray:
    """Find the rows whose values in all columns another row has too.

    Parameters
    ----------
    columns
        At least one; missing is a value like others.

    Returns
    -------
    numpy.ndarray
        Places of the rows, ascending.
    """
    n_rows = len(columns[0][0])
    few, cells = [], 1
    for column in columns:
        if cells * (column[1] + 1) <= _CELLS_PER_ROW * n_rows:
            few.append(column)
            cells *= column[1] + 1
    suspects = np.arange(n_rows)
    if few:  # rows that differ in some columns differ in all: nearly always that clears every row
        numbers = number_rows(few)
        suspects = np.flatnonzero((np.bincount(numbers) > 1)[numbers])
    if len(few) == len(columns) or not len(suspects):
        return suspects
    numbers = number_rows([(codes[suspects], size) for codes, size in columns])
    return suspects[pd.Series(numbers).duplicated(keep=False).to_numpy()]


def count_distinct(columns: Sequence[Coded]) -> int:
    """Count the combinations of values.

    Parameters
    ----------
    columns
        At least one; missing is a value like others.
    """
    repeated = find_repeated(columns)
    several = number_rows([(codes[repeated], size) for codes, size in columns])
    return len(columns[0][0]) - len(repeated) + len(pd.unique(several))


def first_of_each(columns: Sequence[Coded], among: np.ndarray | None = None) -> np.ndarray:
    """Find the first row of each combination of values.

    Parameters
    ----------
    columns
        At least one; missing is a value like others.
    among
        Which rows count, as booleans; default all.

    Returns
    -------
    numpy.ndarray
        Places of the rows, ascending.
    """
    rows = np.arange(len(columns[0][0])) if among is None else np.flatnonzero(among)
    numbers = number_rows([(codes[rows], size) for codes, size in columns])
    # Exports keep the rows of one person together: of each run one row is looked at.
    begins = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[:len(numbers)])
    return rows[begins[~pd.Series(numbers[begins]).duplicated().to_numpy()]]
