"""Every column of the record, once: its name, its kind, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["id", "text", "category", "date", "integer", "number", "flag"]
Reader = Literal["", "names", "leavers", "posts", "managers", "texts", "categories", "grades", "words", "dates",
                 "flags", "parts", "counts", "shares"]

MANAGER, SELF, CALIBRATED = "manager", "self", "calibrated"
SOURCES = (MANAGER, SELF, CALIBRATED)
FORMAL, CATCH_UP = "formal", "catch-up"

PREFER_NOT_TO_SAY = "Prefer not to say"
NOT_KNOWN = "Not known"


@dataclass(frozen=True)
class Column:
    """One column of the record.

    Parameters
    ----------
    name
        snake_case; spelled here and nowhere else.
    kind
        ``id`` and ``category`` are categoricals in memory and text outside; ``integer`` may be missing.
    meaning
        One sentence for the data dictionary.
    required
        A row without it cannot be used.
    protected
        A protected characteristic under the Equality Act 2010: special care, own threshold.
    reader
        How a cell of it is read, one of the readers of ``ingest.reading.record_columns``; empty: by its table, as the
        key, the rating or the period of a row.
    vocabulary
        For ``words``: the group of ``values.toml`` that lists its values with their spellings.
    groups
        Placements may be joined with it, counted by it and published by it; so spellings of one value are joined.
    changes
        It may change while a person holds a post: a new value starts a new row of the post through time.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    protected: bool = False
    reader: Reader = ""
    vocabulary: str = ""
    groups: bool = False
    changes: bool = False

    @property
    def label(self) -> str:
        """The name in plain words, where the catalogue has none for it."""
        return self.name.removeprefix("is_").replace("_", " ").capitalize()


ORIGIN = (
    Column("origin_file", "category", "File the row was read from."),
    Column("origin_sheet", "category", "Sheet the row was read from; empty for text files."),
    Column("origin_row", "integer", "Row of that sheet, counted as a spreadsheet counts, from 1."),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "employees": (
        Column("employee_id", "id", "Employee or payroll number, as text.", required=True),
        Column("name", "text", "Name as in the export.", reader="names"),
        Column("started", "date", "First day with the council.", reader="dates"),
        Column("left_on", "date", "Last day with the council; empty while employed.", reader="dates"),
        Column("has_left", "flag", "Has left by the employment status, be the day known or not.", reader="leavers"),
        Column("sex", "category", "Sex as recorded.", protected=True, reader="categories", groups=True),
        Column("age_band", "category", "Age in bands.", protected=True, reader="categories", groups=True),
        Column("ethnicity", "category", "Ethnic group as recorded.", protected=True, reader="categories", groups=True),
        Column("disability", "category", "Disability as declared.", protected=True, reader="categories", groups=True),
        Column("religion", "category", "Religion or belief as declared.",
               protected=True, reader="categories", groups=True),
        Column("sexual_orientation", "category", "Sexual orientation as declared.",
               protected=True, reader="categories", groups=True),
        Column("gender_reassignment", "category", "Gender reassignment as declared.",
               protected=True, reader="categories", groups=True),
        Column("marital_status", "category", "Marriage or civil partnership as recorded.",
               protected=True, reader="categories", groups=True),
        Column("pregnancy_maternity", "category", "Pregnancy or maternity in the period.",
               protected=True, reader="categories", groups=True),
        *ORIGIN,
    ),
    "posts": (
        Column("employee_id", "id", "Who holds the post.", required=True),
        Column("post_id", "id", "Post or assignment number.", required=True, reader="posts"),
        Column("valid_from", "date", "First day this row is true; empty: since ever.", reader="dates"),
        Column("valid_to", "date", "Last day this row is true; empty: still.", reader="dates"),
        Column("is_main", "flag", "The person's main post.", reader="flags", groups=True, changes=True),
        Column("is_key", "flag", "A key post for succession.", reader="flags", groups=True, changes=True),
        Column("directorate", "category", "Directorate the post belongs to.",
               reader="categories", groups=True, changes=True),
        Column("service", "category", "Service within the directorate.",
               reader="categories", groups=True, changes=True),
        Column("team", "category", "Team within the service.", reader="categories", groups=True, changes=True),
        Column("grade", "category", "Pay grade.", reader="grades", groups=True, changes=True),
        Column("role", "category", "Job title.", reader="texts", groups=True, changes=True),
        Column("manager_id", "id", "Employee who manages the post; empty at the top or where vacant.",
               reader="managers", changes=True),
        Column("started_in_post", "date", "First day in this post.", reader="dates"),
        Column("fte", "number", "Full-time equivalent, share 0-1.", reader="shares", changes=True),
        Column("contract", "category", "Permanent, fixed term, casual, as in the export.",
               reader="categories", groups=True, changes=True),
        Column("working_pattern", "category", "Full time, part time, term time and the like, as in the export.",
               reader="categories", groups=True, changes=True),
        *ORIGIN,
    ),
    "placements": (
        Column("employee_id", "id", "Who is placed.", required=True),
        Column("post_id", "id", "For which post.", reader="posts"),
        Column("cycle", "category", "Review cycle, ordered by start date.", required=True),
        Column("placed_on", "date", "Day of the placement."),
        Column("rater_id", "id", "Who placed: the manager, or the employee for a self placement."),
        Column("source", "category", "manager, self or calibrated.", required=True),
        Column("performance", "integer", "Performance level, 1 (lowest) to K."),
        Column("potential", "integer", "Potential level, 1 to 3 (high)."),
        Column("box", "integer", "Box of the map; a label, not a distance."),
        Column("agreed_on", "date", "Day manager and employee, or the panel, agreed it.", reader="dates"),
        Column("reason", "text", "Reason recorded with the placement.", reader="texts"),
        Column("repaired", "flag", "A spelling in the row was repaired; see the findings."),
        Column("derived", "flag", "An axis or the box was derived from the others."),
        *ORIGIN,
    ),
    "conversations": (
        Column("employee_id", "id", "Whose conversation.", required=True),
        Column("post_id", "id", "About which post.", reader="posts"),
        Column("rater_id", "id", "With which manager."),
        Column("held_on", "date", "Day it was held.", required=True),
        Column("kind", "category", "formal or catch-up.", reader="words", vocabulary="conversation_kinds"),
        Column("has_objectives_review", "flag", "Earlier objectives reviewed.", reader="parts"),
        Column("has_new_objectives", "flag", "New objectives set.", reader="parts"),
        Column("has_summary", "flag", "Summary filled.", reader="parts"),
        Column("has_achievements", "flag", "Achievements and evidence filled.", reader="parts"),
        Column("has_reflections", "flag", "Comments on reflections filled.", reader="parts"),
        Column("has_future_actions", "flag", "Future actions filled.", reader="parts"),
        *ORIGIN,
    ),
    "objectives": (
        Column("employee_id", "id", "Whose objectives.", required=True),
        Column("cycle", "category", "Review cycle.", required=True),
        Column("kind", "category", "performance, development or behaviour.",
               reader="words", vocabulary="objective_kinds"),
        Column("n_set", "integer", "Objectives set.", reader="counts"),
        Column("n_met", "integer", "Of those, met.", reader="counts"),
        *ORIGIN,
    ),
    "development_actions": (
        Column("employee_id", "id", "For whom.", required=True),
        Column("intervention", "category", "Development intervention.", reader="texts"),
        Column("purpose", "category", "maintain, address or prepare.", reader="words", vocabulary="purposes"),
        Column("agreed_on", "date", "Day it was agreed.", reader="dates"),
        Column("due_on", "date", "Day it is due.", reader="dates"),
        Column("completed_on", "date", "Day it was completed.", reader="dates"),
        *ORIGIN,
    ),
    "successors": (
        Column("post_id", "id", "Key post.", required=True),
        Column("employee_id", "id", "Possible successor.", required=True),
        Column("readiness", "category", "ready now, 1-2 years, 3+ years.", reader="words", vocabulary="readiness"),
        *ORIGIN,
    ),
    "evidence": (
        Column("requirement_id", "id", "Evidence requirement.", required=True),
        Column("indicator", "category", "Indicator of the framework.", reader="categories"),
        Column("tier", "category", "core or the award level it first counts for.", reader="categories"),
        Column("directorate", "category", "Where it was tested; empty: the council.", reader="categories"),
        Column("result", "category", "met, not met or not tested.", reader="words", vocabulary="results"),
        Column("sample_size", "integer", "People heard.", reader="counts"),
        *ORIGIN,
    ),
}

PROTECTED = tuple(column.name for column in TABLES["employees"] if column.protected)
AXES = ("performance", "potential")
"""What a placement rates."""
ORGANISATION = ("directorate", "service", "team")
GROUPS = tuple(column for table in ("posts", "employees") for column in TABLES[table] if column.groups)
"""What people and posts are counted by, those of the posts first."""
ORDERED = ("grade", "tenure_band", "age_band")
"""Columns whose values have an order of their own, which tables and pictures keep."""
RECORD_PARTS = tuple(column.name for column in TABLES["conversations"] if column.name.startswith("has_"))

DTYPES: Mapping[str, str] = {"text": "str", "date": "datetime64[s]", "integer": "Int32", "number": "float64",
                             "flag": "bool", "id": "category", "category": "category"}


def column_names(table: str) -> list[str]:
    """List the columns of one table, in order."""
    return [column.name for column in TABLES[table]]


def empty_table(table: str) -> pd.DataFrame:
    """Give one table of the record with every column and no rows."""
    return _make_empty(table).copy()


@cache
def _make_empty(table: str) -> pd.DataFrame:
    """Make a table without rows once: most tables of a small record have none."""
    return _bring(pd.DataFrame(), table)


def conform(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Bring a frame to a table's columns, order and dtypes; absent columns are filled with missing values.

    Parameters
    ----------
    frame
        Any subset of the table's columns with values already parsed (dates as datetimes, integers as numbers).
    table
        Name in ``TABLES``.

    Returns
    -------
    pandas.DataFrame
        A new frame with exactly the table's columns and a fresh index.

    Raises
    ------
    KeyError
        The frame has a column that the table does not know.
    """
    known = column_names(table)
    unknown = [name for name in frame.columns if name not in known]
    if unknown:
        raise KeyError(f"{table} has no column {unknown}")
    return _bring(frame, table)


def _bring(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    numbered = frame.reset_index(drop=True)
    present = dict(numbered.items())
    return pd.DataFrame({column.name: _as_kind(present[column.name], column.kind) if column.name in present
                         else _missing(len(numbered), column.kind) for column in TABLES[table]},
                        index=numbered.index, copy=False)


def _as_kind(values: pd.Series, kind: Kind) -> pd.Series:
    if kind == "flag":
        return values if values.dtype == bool else values.astype("boolean").fillna(False).astype(bool)
    if kind in ("id", "category"):
        if isinstance(values.dtype, pd.CategoricalDtype) and isinstance(values.dtype.categories.dtype, pd.StringDtype):
            return values
        return values.astype("str").astype("category")
    if kind == "integer" and values.dtype == object:
        values = pd.to_numeric(values)
    return values if values.dtype == _KIND_DTYPES[kind] else values.astype(_KIND_DTYPES[kind])


def _missing(n_rows: int, kind: Kind) -> np.ndarray | pd.api.extensions.ExtensionArray:
    if kind in ("id", "category"):
        return pd.Categorical.from_codes(np.full(n_rows, -1, dtype=np.int8), dtype=_NO_CATEGORIES)
    if kind == "integer":
        return pd.arrays.IntegerArray(np.ones(n_rows, dtype=np.int32), np.ones(n_rows, dtype=bool))
    if kind == "text":
        return pd.array([None] * n_rows, dtype=_KIND_DTYPES[kind])
    absent = {"flag": False, "date": np.datetime64("NaT"), "number": np.nan}
    return np.full(n_rows, absent[kind], dtype=_KIND_DTYPES[kind])


_KIND_DTYPES = {kind: pd.api.types.pandas_dtype(name) for kind, name in DTYPES.items()}
_NO_CATEGORIES = pd.CategoricalDtype(pd.Index([], dtype="str"))


def unify_categories(frames: Iterable[tuple[pd.DataFrame, str]]) -> None:
    """Give several id columns one common set of categories, in place, so that joins stay on integer codes.

    Parameters
    ----------
    frames
        Pairs of a frame owned by the caller and the column in it.
    """
    pairs = list(frames)
    own = {id(frame[name].array.categories): frame[name].array.categories for frame, name in pairs}
    common: pd.Index = pd.Index([], dtype="str")
    for categories in own.values():  # columns of one sheet share theirs
        common = common.union(categories.astype("str"), sort=False)
    common = common.sort_values()
    codes = {key: np.append(common.get_indexer(categories), -1) for key, categories in own.items()}
    for frame, name in pairs:
        values = frame[name].array
        frame[name] = pd.Categorical.from_codes(codes[id(values.categories)][values.codes], categories=common)
