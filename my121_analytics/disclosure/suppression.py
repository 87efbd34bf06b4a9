"""Primary suppression: which cells are too small to show, and what follows from them.

The work goes in three steps, each a function from masks to masks: :func:`find_small` says what must be hidden in its
own right, ``protection.protect`` what must go with it so that nothing can be had by subtraction, and
:func:`hide` takes the hidden values out of the frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.counted import find_rest, may_be_part
from my121_analytics.workforce.results import TOTAL, Table
from my121_analytics.workforce.single_counts import outcome_keys

MARKER = "marker"
"""Column of every released table: empty, or the marker of a row in which something was withheld."""

LABELS = frozenset({"box", "box_name", "level", "label", "description", "performance", "potential", "axis", "cycle"})
"""Columns that describe a key and hold nothing about anybody; they stay on a hidden row."""

PEOPLE = frozenset({"employee_id", "name", "rater_id", "rater_name", "manager_id", "manager_name", "post_id",
                    "successor_id", "reviewer_id"})
"""Columns that identify a person even where a table forgets to say so."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Mask:
    """Which cells of a table's count columns are hidden: an array per column, one entry a row."""

    cells: Mapping[str, Bools]
    names: Bools
    """Rows whose outcome must not be named either, since the table lists only outcomes that occur."""

    @property
    def rows(self) -> Bools:
        """Rows in which anything is hidden."""
        return np.logical_or.reduce([self.names, *self.cells.values()])

    def with_hidden(self, column: str, rows: Bools) -> Mask:
        """Give a new mask in which these cells are hidden too."""
        return replace(self, cells={**self.cells, column: self.cells[column] | rows})


def count_columns(table: Table) -> list[str]:
    """List the columns that count people: the declared count, parts, counts and base, and every further ``n_...``.

    Returns
    -------
    list of str
        The declared count first, the base last.
    """
    further = [c for c in table.frame.columns if str(c).startswith("n_") and c not in table.keys
               and c not in table.things
               and pd.api.types.is_numeric_dtype(table.frame[c].dtype)]
    listed = [c for c in (table.count, *table.parts, *table.counts, *further) if c is not None and c != table.base]
    return list(dict.fromkeys([*listed, *([table.base] if table.base else [])]))


def threshold_of(table: Table, settings: DisclosureSettings) -> int:
    """Give the smallest count that may be shown in this table."""
    return max(settings.equality_threshold, settings.threshold) if table.protected else settings.threshold


def find_small(table: Table, settings: DisclosureSettings) -> Mask:
    """Find what must be hidden in its own right.

    Parameters
    ----------
    table
        The rows to be released and what their columns are.
    settings
        Thresholds, and whether true zeros are shown.

    Returns
    -------
    Mask

    Notes
    -----
    A cell is hidden when it counts 1 to threshold - 1; when it stands on such a base; when it is all but a few of its
    base, in a table whose rows are not the parts of a whole (98 with a conversation out of 100 names the two without);
    and when its group is wholly in one category, which would tell what every member of the group got. In that last
    case the zeros go as well, since they say where the group is not.
    """
    threshold = threshold_of(table, settings)
    values = {column: _numbers(table.frame[column]) for column in count_columns(table)}
    cells = {column: _is_small(of, threshold) for column, of in values.items()}
    if not settings.show_zeros:
        cells = {c: hidden | ((values[c] == 0) if c != table.base else False) for c, hidden in cells.items()}
    if table.base is not None:
        on_small_base = cells[table.base]
        cells = {column: hidden | on_small_base for column, hidden in cells.items()}
    names = np.zeros(len(table.frame), dtype=bool)
    outcomes = outcome_keys(table)
    for whole in dict.fromkeys(c for c in (table.count, table.base) if c is not None and not outcomes):
        for column, of in values.items():
            if column not in (whole, table.base) and bool((of <= values[whole]).all()):
                all_but_few = _is_small(values[whole] - of, threshold)
                true_whole = _find_whole(table, column, whole)
                if true_whole:  # where the two wholes are nearly one, a reader takes the one for the other
                    all_but_few &= np.abs(values[true_whole] - values[whole]) < threshold
                cells[column] = cells[column] | cells[whole] | all_but_few
    for key in outcomes:
        for column in values:
            if column != table.base:
                in_one = _in_one_category(table, key, values[column])
                cells[column] = cells[column] | in_one
                names |= _tells_by_being_listed(table, key, in_one)
    return Mask(cells, names)


def _find_whole(table: Table, column: str, whole: str) -> str:
    """Find the column that a column is a part of where it is none of a whole of its row; empty where it may be.

    Posts with a placement are no part of the people in the row but of its posts. Where those who are missing are a
    column too (posts without one), the law between the three protects them.
    """
    who, of_whole = table.counts.get(column), table.counts.get(whole)
    if who is None or of_whole is None or may_be_part(who.what, of_whole.what):
        return ""
    counted = {other.what for other in table.counts.values()}
    return next((name for name, other in table.counts.items() if find_rest(who.what, other.what) in counted), "")


def hide(table: Table, mask: Mask, marker: str) -> pd.DataFrame:
    """Take the hidden values, and everything computed from them, out of a table's frame.

    Parameters
    ----------
    table
        The rows to be released.
    mask
        What to hide.
    marker
        Written into the column ``marker`` of every row that lost a value.

    Returns
    -------
    pandas.DataFrame
        A new frame; hidden values are missing, not zero. On a row that lost a value only its keys, its unit, the
        labels of its keys, and the counts that may be shown stay.
    """
    out = table.frame.copy()
    groups = {*table.keys, *table.unit_columns}.difference(outcome_keys(table))
    for column in out.columns:
        if column in mask.cells:
            hidden = mask.cells[column]
        elif column not in groups and (column in table.keys or column in LABELS):
            hidden = mask.names
        elif column in groups or column in table.things:
            continue
        else:
            hidden = _hidden_with(str(column), table, mask)
        if hidden.any():
            values = out[column]
            whole_numbers = pd.api.types.is_integer_dtype(values.dtype)
            out[column] = (values.astype("Int64") if whole_numbers else _maskable(values)).mask(hidden)
    return out.assign(**{MARKER: np.where(mask.rows, marker, "")})


def hide_rows(table: Table, frame: pd.DataFrame, rows: Bools, marker: str) -> pd.DataFrame:
    """Take the counts of some rows, and what follows from them, out of a frame that was made for release."""
    out = frame.copy()
    for column in dict.fromkeys([*count_columns(table), *table.follows]):
        out[column] = _maskable(out[column]).mask(rows)
    return out.assign(**{MARKER: out[MARKER].mask(rows, marker)})


def _hidden_with(column: str, table: Table, mask: Mask) -> Bools:
    """Say where a computed column must go: wherever a count that it may be computed from is hidden."""
    sources = _sources(column, table, list(mask.cells))
    return np.logical_or.reduce([mask.names, *(mask.cells[c] for c in sources)])


def _sources(column: str, table: Table, counts: list[str]) -> list[str]:
    """Find the counts that a computed column may give away: all of them, unless it is plainly the share of one."""
    if table.base is None:
        return counts
    points = [c for c in ("estimate", "share") if c in table.frame.columns]
    if len(points) != 1 or column not in (points[0], "lower", "upper"):
        return counts
    base = _numbers(table.frame[table.base])
    point = pd.to_numeric(table.frame[points[0]]).to_numpy("float64", na_value=np.nan)
    known = (base > 0) & np.isfinite(point)
    for count in counts:
        share = _numbers(table.frame[count])[known] / base[known]
        if known.any() and count != table.base and np.allclose(share, point[known], rtol=0, atol=1e-9):
            return [count, table.base]
    return counts


def _in_one_category(table: Table, key: str, counts: npt.NDArray[np.float64]) -> Bools:
    """Find the rows of groups (of at least one person) that are wholly in one category of a key.

    The group is taken both with and without those who have no outcome: all who were placed being in one box tells as
    much as everybody being there. The base says which rows belong to which.
    """
    frame = table.frame
    parts = (frame[key].astype("str") != TOTAL).to_numpy()
    if frame.loc[parts, key].nunique(dropna=False) < 2:  # with one category there is nothing to learn
        return np.zeros(len(frame), dtype=bool)
    other_keys = [k for k in table.keys if k != key]
    hidden = np.zeros(len(frame), dtype=bool)
    # Both wholes can be printed, so both can be compared with a single cell: group disclosure (Hundepool et al.,
    # Statistical Disclosure Control, 2012).
    for by in (other_keys, [*other_keys, table.base] if table.base else other_keys):
        groups = group_codes(frame, by)
        whole = np.bincount(groups[parts], weights=counts[parts], minlength=groups.max(initial=-1) + 1)[groups]
        filled = np.bincount(groups[parts & (counts > 0)], minlength=groups.max(initial=-1) + 1)
        alone = parts & (filled[groups] == 1)
        if by != other_keys:  # a base that counts more people than these rows has others who are elsewhere
            alone &= whole == _numbers(frame[str(table.base)])
        hidden |= alone & (whole > 0)
    return hidden


def _tells_by_being_listed(table: Table, key: str, in_one: Bools) -> Bools:
    """Find rows of such groups in a table that lists only what occurs: there the category itself gives it away."""
    groups = group_codes(table.frame, [k for k in table.keys if k != key])
    parts = (table.frame[key].astype("str") != TOTAL).to_numpy()
    listed = np.bincount(groups[parts], minlength=groups.max(initial=-1) + 1)
    return np.asarray(in_one & (listed[groups] < table.frame.loc[parts, key].nunique(dropna=False)), dtype=bool)


def group_codes(frame: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.int64]:
    """Number the groups that rows belong to, 0 for all where there is nothing to group by."""
    if not columns:
        return np.zeros(len(frame), dtype=np.int64)
    return frame.groupby(columns, dropna=False, sort=False, observed=True).ngroup().to_numpy(np.int64)


def _is_small(counts: npt.NDArray[np.float64], threshold: int) -> Bools:
    return np.asarray((counts > 0) & (counts < threshold), dtype=bool)


def _numbers(values: pd.Series) -> npt.NDArray[np.float64]:
    return pd.to_numeric(values).to_numpy("float64", na_value=0.0, copy=True)


def _maskable(values: pd.Series) -> pd.Series:
    return values.astype("boolean") if pd.api.types.is_bool_dtype(values.dtype) else values
