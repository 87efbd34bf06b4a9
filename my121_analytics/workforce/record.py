"""The record of a council's My 1:1s in memory: eight tables that agree with each other, and when they end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property, wraps
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.nine_box import Framework, build_framework
from my121_analytics.settings import Settings
from my121_analytics.viewable import Viewable
from my121_analytics.workforce.cycles import UNDATED, tabulate_cycles
from my121_analytics.workforce.row_keys import coded, find_repeated
from my121_analytics.workforce.schema import TABLES, conform, empty_table, unify_categories

_PEOPLE = {"employees": ("employee_id",), "posts": ("employee_id", "manager_id"),
           "placements": ("employee_id", "rater_id"), "conversations": ("employee_id", "rater_id"),
           "objectives": ("employee_id",), "development_actions": ("employee_id",), "successors": ("employee_id",)}
_POSTS = {"posts": ("post_id",), "placements": ("post_id",), "conversations": ("post_id",), "successors": ("post_id",)}

@dataclass(frozen=True, repr=False)
class Workforce(Viewable):
    """Everything known about the workforce; made by :func:`build_workforce`, never changed in place.

    Parameters
    ----------
    employees, posts, placements, conversations, objectives, development_actions, successors, evidence
        Tables with the columns of ``schema.TABLES``. Ids of people share one set of categories, ids of posts
        another, so that joins and group-bys run on integer codes.
    cycles
        ``label``, ``start``, ``end``, ordered by start; ``placements.cycle`` is an ordered categorical of them.
    framework
        Rating scale and map.
    settings
        As used to build it.
    as_of
        The day the record speaks of; ``UNDATED`` where nothing in it has a date.
    other_names
        Name by id of managers who are not on the staff list.
    """

    employees: pd.DataFrame
    posts: pd.DataFrame
    placements: pd.DataFrame
    conversations: pd.DataFrame
    objectives: pd.DataFrame
    development_actions: pd.DataFrame
    successors: pd.DataFrame
    evidence: pd.DataFrame
    cycles: pd.DataFrame
    framework: Framework = field(repr=False)
    settings: Settings = field(repr=False)
    as_of: date
    other_names: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def latest_cycle(self) -> str:
        """Label of the latest cycle with a placement.

        Raises
        ------
        DataUnusableError
            The record holds no placement.
        """
        if self.cycles.empty:
            raise DataUnusableError("The record holds no placements, so there is no cycle to report on.",
                                    hints=["Run my121 check: its page says what was not read, and why."])
        return str(self.cycles["label"].iloc[-1])

    def check_cycle(self, label: str | None) -> str:
        """Give the label back if the record holds that cycle; None means the latest.

        Raises
        ------
        UsageError
            No such cycle; the hint names what exists.
        """
        if label is None:
            return self.latest_cycle
        known = [str(known) for known in self.cycles["label"]]
        if label not in known:
            raise UsageError(f"The record holds no cycle '{label}'.", hints=[suggest(label, known)])
        return label

    def previous_cycle(self, label: str) -> str | None:
        """Give the label of the cycle before this one, None for the first."""
        labels = [str(known) for known in self.cycles["label"]]
        position = labels.index(label)
        return labels[position - 1] if position else None

    def cycle_end(self, label: str) -> pd.Timestamp:
        """Give the last day of a cycle, not later than the record itself."""
        end = self.cycles.set_index("label").loc[label, "end"]
        return min(end, pd.Timestamp(self.as_of)) if pd.notna(end) else pd.Timestamp(self.as_of)

    def posts_in_cycle(self, label: str) -> pd.DataFrame:
        """Give one row per employee and post: the row in force at the cycle's end, else the last within the cycle.

        Parameters
        ----------
        label
            A cycle of the record.

        Returns
        -------
        pandas.DataFrame
            Columns of ``posts``, plus ``in_force`` (still held on the cycle's last day by someone who had not left),
            ``tenure_months`` (whole months in post at the cycle's end; missing where not known) and ``tenure_band``.
        """
        if label not in self._posts_by_cycle:
            start = self.cycles.set_index("label").loc[label, "start"]
            self._posts_by_cycle[label] = _hold_in_cycle(self, start, self.cycle_end(label))
        return self._posts_by_cycle[label]

    @cached_property
    def names(self) -> pd.Series:
        """Name by id: employees (the id itself where no name was exported), then managers known by name only."""
        table = self.employees.drop_duplicates("employee_id")
        ids = table["employee_id"].astype("str")
        names = table["name"].where(table["name"].notna(), ids)
        known = pd.Series(names.to_numpy(), index=ids.to_numpy(), name="name")
        only_named = {person: name for person, name in self.other_names.items() if person not in known.index}
        return pd.concat([known, pd.Series(only_named, dtype="str", name="name")]) if only_named else known

    def names_of(self, ids: pd.Series) -> pd.Series:
        """Give each person's name, the id itself where there is none, missing where there is no id.

        Parameters
        ----------
        ids
            Employees or raters, as text or categories.

        Returns
        -------
        pandas.Series
            Text on the same index.
        """
        text = ids.astype("str")
        found = self.names.astype("str").reindex(text.to_numpy())
        return pd.Series(found.array, index=ids.index, dtype="str").fillna(text)

    @cached_property
    def made_before(self) -> dict[tuple[Hashable, ...], Any]:
        """What was worked out from this record, by what was asked; see :func:`remembered`."""
        return {}

    @cached_property
    def _first_days(self) -> tuple[pd.Series, pd.Series]:
        """First day of each row of the posts, and of the person in that post: the same for every cycle."""
        started = of_employee(self.employees, self.posts["employee_id"], "started")
        # a row without a first day cannot be older than the person's own start
        of_row = self.posts["valid_from"].fillna(started).fillna(self.posts["started_in_post"])
        return of_row, self.posts["started_in_post"].fillna(_first_day(self.posts))

    @cached_property
    def _posts_by_cycle(self) -> dict[str, pd.DataFrame]:
        """Filled cycle by cycle: most questions are about one of them."""
        return {}

    def with_tables(self, **tables: pd.DataFrame) -> Workforce:
        """Give a new record with some tables replaced and everything else re-agreed."""
        current = {name: getattr(self, name) for name in TABLES}
        return build_workforce({**current, **tables}, settings=self.settings, as_of=self.as_of,
                               other_names=self.other_names)


MOST_REMEMBERED = 200_000
"""Rows of a frame that is kept for the next time; a larger one is worked out again, so that memory stays bounded."""


def remembered(work: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Let a function of a record answer the same question once: a report asks for the same rows dozens of times.

    Parameters
    ----------
    work
        Takes the record, then what is asked; lists among it are taken as tuples.

    Returns
    -------
    callable
        The same function. Each caller gets a frame of its own on shared columns: pandas copies a column when it is
        changed, so that nobody changes what another sees.
    """
    usual = {name: parameter.default for name, parameter in signature(work).parameters.items()}

    @wraps(work)
    def ask(workforce: Workforce, *asked: Any, **options: Any) -> pd.DataFrame:
        key = (work.__qualname__, *(_hashable(argument) for argument in asked),
               *((name, _hashable(options[name])) for name in sorted(options) if options[name] != usual.get(name)))
        made: pd.DataFrame | None = workforce.made_before.get(key)
        if made is None:
            made = work(workforce, *asked, **options)
            if len(made) <= MOST_REMEMBERED:
                workforce.made_before[key] = made
        return made.copy(deep=False)
    return ask


def _hashable(asked: Any) -> Hashable:
    if isinstance(asked, set | frozenset):
        return frozenset(asked)
    return tuple(asked) if isinstance(asked, list | tuple) else asked


def build_workforce(tables: Mapping[str, pd.DataFrame], *, settings: Settings | None = None,
                    as_of: date | None = None, other_names: Mapping[str, str] | None = None) -> Workforce:
    """Build the record from parsed tables.

    Parameters
    ----------
    tables
        Frames by table name, each with a subset of the schema's columns; absent tables are empty.
    settings
        Framework, cycles and the extract's date.
    as_of
        The day the record speaks of; default ``[exports] extract_date``, else the latest date in the data up to
        which something happened (due dates and planned ends do not count), else the end of the last cycle.
    other_names
        Name by id of managers who are not on the staff list.

    Returns
    -------
    Workforce
        The frames given are not changed.
    """
    settings = settings or Settings()
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise KeyError(f"the record has no table {unknown}")
    frames = {name: conform(tables[name], name) if name in tables else empty_table(name) for name in TABLES}
    unify_categories((frames[name], column) for name, columns in _PEOPLE.items() for column in columns)
    unify_categories((frames[name], column) for name, columns in _POSTS.items() for column in columns)
    placements = frames["placements"]
    cycles = tabulate_cycles(placements["cycle"], placements["placed_on"], settings.cycles)
    placements["cycle"] = placements["cycle"].cat.set_categories(cycles["label"].astype("str"), ordered=True)
    return Workforce(**frames, cycles=cycles, framework=build_framework(settings), settings=settings,
                     as_of=as_of or settings.exports.extract_date or _latest_day(frames, cycles),
                     other_names=dict(other_names or {}))


def _latest_day(frames: Mapping[str, pd.DataFrame], cycles: pd.DataFrame) -> date:
    past = [frames["placements"]["placed_on"], frames["placements"]["agreed_on"], frames["conversations"]["held_on"],
            frames["employees"]["started"], frames["employees"]["left_on"], frames["posts"]["valid_from"],
            frames["posts"]["started_in_post"], frames["development_actions"]["completed_on"]]
    latest = pd.Series([values.max() for values in past]).max()
    if pd.isna(latest):
        latest = cycles["end"].max()
    return UNDATED if pd.isna(latest) else pd.Timestamp(latest).date()


def main_posts(posts: pd.DataFrame) -> pd.DataFrame:
    """Choose one post per person: the main one, else the one that best stands for the person.

    Parameters
    ----------
    posts
        One row per employee and post, as from ``Workforce.posts_in_cycle``.

    Returns
    -------
    pandas.DataFrame
        The chosen rows with their index, in their order. A post still in force comes before one that ended, then
        the flag ``is_main``, then the larger ``fte``, then the lower post number, so that the order of the rows of
        an export decides nothing.
    """
    shared = posts["employee_id"].duplicated(keep=False).to_numpy()
    if not shared.any():
        return posts
    order = ["in_force", "is_main", "fte", "post_id"] if "in_force" in posts else ["is_main", "fte", "post_id"]
    several = posts[shared].sort_values(order, ascending=[c == "post_id" for c in order], kind="stable")
    chosen = several.drop_duplicates("employee_id").index
    return posts.loc[posts.index[~shared].union(chosen)].sort_index()


def of_employee(employees: pd.DataFrame, ids: pd.Series, column: str) -> pd.Series:
    """Look up one column of the employees.

    Parameters
    ----------
    employees
        Table of the record; the first row of an employee counts.
    ids
        Employees of the same record, as in its tables.
    column
        Column of ``employees``.

    Returns
    -------
    pandas.Series
        On the index of ``ids``, in the column's dtype; missing for people who are not in the table.
    """
    return pd.Series(employees[column].array.take(_first_rows(employees, ids), allow_fill=True), index=ids.index,
                     name=column)


def _first_rows(employees: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    """Give the place of each person's first row among the employees; -1 for people who are not there."""
    people = employees["employee_id"].array
    first = np.full(len(people.categories) + 1, -1)
    first[people.codes[::-1]] = np.arange(len(people))[::-1]  # of several rows of one person the last written stays
    return first[ids.array.codes]


def is_employed(employees: pd.DataFrame, ids: pd.Series, day: pd.Timestamp) -> pd.Series:
    """Say who had not left by a day.

    Parameters
    ----------
    employees
        Table of the record.
    ids
        Employees of the same record, as in its tables.
    day
        The day.

    Returns
    -------
    pandas.Series
        Booleans on the index of ``ids``. Somebody who left on a day that is not known is not employed on any day: they
        count where they were rated, and are missed nowhere.
    """
    people, codes = employees["employee_id"].array, ids.array.codes
    left = np.zeros(len(people.categories) + 1, dtype=bool)
    left[people.codes[employees["has_left"].to_numpy()]] = True
    left_on = of_employee(employees, ids, "left_on").to_numpy()
    return pd.Series((np.isnat(left_on) & ~left[codes]) | (left_on >= day.to_datetime64()), index=ids.index)


def _hold_in_cycle(workforce: Workforce, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    of_row, in_post = workforce._first_days
    until = workforce.posts["valid_to"]
    held = (of_row.isna() | (of_row <= end)) & (until.isna() | (until >= (end if pd.isna(start) else min(start, end))))
    rows = workforce.posts[held]
    in_force = ((rows["valid_to"].isna() | (rows["valid_to"] >= end))
                & is_employed(workforce.employees, rows["employee_id"], end))
    return _latest_row(rows.assign(in_force=in_force, **_tenure(in_post[held], end))).reset_index(drop=True)


def _first_day(posts: pd.DataFrame) -> pd.Series:
    """Give the first day of a person in a post over all its rows: a regrading starts a row, not a new post."""
    columns = [coded(posts[column].array) for column in ("employee_id", "post_id")]
    if posts["started_in_post"].notna().all() or not len(find_repeated(columns)):
        return posts["valid_from"]
    return posts.groupby(["employee_id", "post_id"], observed=True, dropna=False)["valid_from"].transform("min")


def _tenure(in_post: pd.Series, end: pd.Timestamp) -> dict[str, pd.Series]:
    months = months_between(in_post, end)
    months = months.where(months >= 0)  # a staff list of today may name a post not yet held then
    codes = np.where(months.notna(), np.searchsorted(_LAST_MONTHS, months.to_numpy()), -1)
    bands = pd.Series(pd.Categorical.from_codes(codes, dtype=_TENURE_BANDS), index=months.index, name=months.name)
    return {"tenure_months": months.astype("Int32"), "tenure_band": bands}


_LAST_MONTHS = np.array([11, 35, 119])
"""The last month in post of each band but the longest."""
_TENURE_BANDS = pd.CategoricalDtype(["under 1 year", "1-2 years", "3-9 years", "10+ years"], ordered=True)


def months_between(start: pd.Series, end: pd.Timestamp) -> pd.Series:
    """Count whole months from each day to one later day; negative where it is earlier, missing where unknown."""
    days = start.to_numpy("datetime64[D]")
    of_month = days.astype("datetime64[M]")
    months = (np.datetime64(end, "M") - of_month).astype("float64")
    months -= (days - of_month).astype("int64") >= end.day
    return pd.Series(np.where(np.isnat(days), np.nan, months), index=start.index, name=start.name)


def _latest_row(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per employee and post: in force before ended, then the latest to begin."""
    return keep_latest(rows, ["employee_id", "post_id"], order=["in_force", "valid_from", "valid_to"])


def keep_latest(rows: pd.DataFrame, keys: Sequence[str], *, order: Sequence[str]) -> pd.DataFrame:
    """Keep one row per key: the last by some columns, then by where it was read; in the order of the rows given.

    Parameters
    ----------
    rows
        With their origin.
    keys
        Columns that name what a row is about.
    order
        Columns to sort by, the weightiest first.

    Returns
    -------
    pandas.DataFrame
    """
    double = np.zeros(len(rows), dtype=bool)
    double[find_repeated([coded(rows[key].astype("category").array) for key in keys])] = True
    if not double.any():
        return rows
    origin = ["origin_file", "origin_sheet", "origin_row"]
    several = rows.loc[double, list(dict.fromkeys([*keys, *order, *origin]))].reset_index(drop=True)
    if several.duplicated(origin).any():  # the other columns, so that the order of rows decides nothing
        several = rows[double].reset_index(drop=True)
    first = [*order, *origin, *several.columns.difference([*keys, *order, *origin], sort=False)]
    latest = several.sort_values(first, kind="stable", na_position="first").drop_duplicates(keys, keep="last").index
    kept = ~double
    kept[np.flatnonzero(double)[latest]] = True
    return rows[kept].sort_index()


def table_names() -> list[str]:
    """List the tables of the record."""
    return [f.name for f in fields(Workforce) if f.name in TABLES]
