"""What a reader sees of one released table: which columns, under which headings, in which form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from my121_analytics.cell_text import clean_text
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.errors import DisclosureError
from my121_analytics.wording.shares import percent

Kind = Literal["text", "range", "id", "integer", "number", "decimal", "signed", "share", "points", "date"]
NUMERIC = ("integer", "number", "decimal", "signed", "share", "points")
MINUS = "−"


_CODES = ("box", "performance", "potential", "level")
"""Columns of codes of the map, in which 0 is kept for those without a placement."""
_WORDS = ("purpose", "axis")
"""Columns of codes that are words as they stand."""
NOT_APPLICABLE = "[z]"
"""Stands where a figure does not apply: the box of those who have none."""


@dataclass(frozen=True)
class Field:
    """One column as shown.

    Parameters
    ----------
    name
        Column of the frame; for a column to be filled in by people, any name.
    heading
        As shown; unique within a table.
    kind
        How values are written: ``range`` is an interval as text, kept on one line; ``share`` is 0-1 shown in percent;
        ``decimal`` is a number with one place; ``points`` is a difference of shares in percentage points; ``signed``
        has a plus or minus.
    note
        Code of the note that explains it; empty for none.
    choices
        Values offered in a drop-down list, in a workbook to be filled in.
    blank
        True for a column that people fill in.
    heat
        True where larger values are shaded darker (``working`` profile).
    entry
        True for a column that holds text which people may change, in a workbook to be corrected.
    marked_by
        Column of the frame that is true in the rows where this column's cell is to stand out; empty for none.
    is_open
        True where the choices are a help and other values may be written too.
    """

    name: str
    heading: str
    kind: Kind = "text"
    note: str = ""
    choices: tuple[str, ...] = ()
    blank: bool = False
    heat: bool = False
    entry: bool = False
    marked_by: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class View:
    """One table of a released result with the columns that a reader sees.

    Parameters
    ----------
    released
        What the gate let through.
    table
        Name of the table in it.
    title
        Heading or caption: what the table shows, of whom, when.
    fields
        Columns in order; the first one heads its row.
    rows
        The released rows selected, ordered, set side by side or put into words; None shows them as they are. A column
        that the released table has may only hold values that were let through.
    beside
        Further released results with a table of the same name, where ``rows`` sets several side by side.

    Raises
    ------
    DisclosureError
        The result has not passed the gate, or the rows hold what it did not let through.
    """

    released: Released
    table: str
    title: str
    fields: tuple[Field, ...]
    rows: pd.DataFrame | None = None
    beside: tuple[Released, ...] = ()

    def __post_init__(self) -> None:
        require_released(self.released, wanted_by="View")
        headings = [field.heading.casefold() for field in self.fields]
        if len(set(headings)) < len(headings) or not all(headings):
            raise ValueError(f"the headings of '{self.title}' are not unique: {headings}")
        missing = [f.name for f in self.fields if not f.blank and f.name not in self.frame.columns]
        if missing:
            raise KeyError(f"the table '{self.table}' has no column {missing}")
        if self.rows is None and not self.beside:  # the released table itself
            return
        every = [require_released(released, wanted_by="View").tables[self.table]
                 for released in (self.released, *self.beside)]
        let_through = every[0] if len(every) == 1 else pd.concat(every, ignore_index=True)
        for column in self.frame.columns.intersection(let_through.columns).drop(MARKER, errors="ignore"):
            values, allowed = self.frame[column], let_through[column]
            # Most columns are shown as they were let through: sets tell that in a tenth of the time.
            if not set(values.tolist()) <= set(allowed.tolist()) and not values.dropna().isin(allowed).all():
                raise DisclosureError(f"'{self.title}' holds values of {column} that were not let through.",
                                      hints=["Make the rows from the released table alone."])

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as shown, each with its marker."""
        if self.rows is None:
            return self.released.tables[self.table]
        return self.rows if MARKER in self.rows else self.rows.assign(**{MARKER: ""})

    @cached_property
    def has_hidden(self) -> bool:
        """Whether any row's figures were withheld."""
        return MARKER in self.frame.columns and bool((self.frame[MARKER] != "").any())

    def hides(self, field: Field) -> np.ndarray:
        """Say for each row whether this column's value was withheld."""
        if field.blank or field.kind not in NUMERIC or not self.has_hidden:
            return np.zeros(len(self.frame), dtype=bool)
        return ((self.frame[MARKER] != "") & self.frame[field.name].isna()).to_numpy()

    def has_none(self, field: Field) -> np.ndarray:
        """Say for each row whether this column's code stands for no placement: there is no box or level 0."""
        if field.blank or field.kind != "integer" or not holds_codes(field.name, self.frame):
            return np.zeros(len(self.frame), dtype=bool)
        return is_no_code(self.frame[field.name])

    def cells(self) -> list[list[str]]:
        """Give every cell as text, as a page shows it; the marker where a value was withheld or does not apply."""
        columns = []
        for field in self.fields:
            if field.blank:
                columns.append([""] * len(self.frame))
                continue
            values = [format_value(value, field.kind) for value in self.frame[field.name]]
            values = [NOT_APPLICABLE if none else value
                      for value, none in zip(values, self.has_none(field), strict=True)]
            hidden = self.hides(field)
            markers = self.frame[MARKER] if MARKER in self.frame.columns else values
            columns.append([str(m) if h else v for v, h, m in zip(values, hidden, markers, strict=True)])
        return [list(row) for row in zip(*columns, strict=True)]


def begin_large(rows: pd.DataFrame, fields: Sequence[Field]) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Put codes that are words, such as the purpose of an action, with a capital into columns beside them."""
    words = {f"{name}_words": rows[name].astype("str").str[:1].str.upper() + rows[name].astype("str").str[1:]
             for name in _WORDS if name in rows}
    shown = tuple(replace(field, name=f"{field.name}_words") if field.name in _WORDS and field.name in rows else field
                  for field in fields)
    return rows.assign(**words), shown


def holds_codes(name: str, frame: pd.DataFrame) -> bool:
    """Say whether a column holds codes of the map: by its name, or because the names of its codes stand beside it."""
    return name in _CODES or f"{name}_name" in frame.columns


def is_no_code(values: pd.Series) -> np.ndarray:
    """Say which codes of the map stand for no placement."""
    return (pd.to_numeric(values) == 0).fillna(False).to_numpy(bool)


def format_value(value: object, kind: Kind) -> str:
    """Write one value as prose and pages show it; missing values are empty.

    Parameters
    ----------
    value
        A cell.
    kind
        As in :class:`Field`.

    Returns
    -------
    str
        ``1,234``, ``12%`` (as :func:`percent`), ``+0.82``, ``+3``, an ISO date, or clean
        text.
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if kind == "integer":
        return f"{int(value):,}".replace("-", MINUS)  # type: ignore[call-overload]
    if kind in NUMERIC:
        return _format_number(float(value), kind)  # type: ignore[arg-type]
    if kind == "date":
        return pd.Timestamp(value).date().isoformat()
    return clean_text(str(value))


def _format_number(value: float, kind: Kind) -> str:
    if kind == "share":
        return percent(value)
    if kind in ("number", "decimal"):
        return f"{value:,.{2 if kind == 'number' else 1}f}".replace("-", MINUS)
    text = f"{value * 100:+.0f}" if kind == "points" else f"{value:+.2f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", MINUS)
