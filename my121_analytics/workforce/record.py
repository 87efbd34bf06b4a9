"""The record of a council's My 1:1s in memory: eight tables that agree with each other, and when they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property

import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.nine_box import Framework, build_framework
from my121_analytics.settings import Settings
from my121_analytics.workforce.cycles import tabulate_cycles
from my121_analytics.workforce.schema import TABLES, conform, empty_table, unify_categories

_PEOPLE = {"employees": ("employee_id",), "posts": ("employee_id", "manager_id"),
           "placements": ("employee_id", "rater_id"), "conversations": ("employee_id", "rater_id"),
           "objectives": ("employee_id",), "development_actions": ("employee_id",), "successors": ("employee_id",)}
_POSTS = {"posts": ("post_id",), "placements": ("post_id",), "conversations": ("post_id",), "successors": ("post_id",)}


@dataclass(frozen=True)
class Workforce:
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
        The day the record speaks of.
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

    def __repr__(self) -> str:
        return (f"Workforce({len(self.employees):,} employees, {len(self.placements):,} placements, "
                f"{len(self.cycles)} cycles, as of {self.as_of})")

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
                                    hints=["Check quarantine.csv for the reasons rows were refused."])
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
            Columns of ``posts``, plus ``tenure_months`` (whole months in post at the cycle's end; may be missing)
            and ``tenure_band``.
        """
        return self._posts_by_cycle[label]

    @cached_property
    def names(self) -> pd.Series:
        """Name by employee_id; the id itself where no name was exported."""
        table = self.employees.drop_duplicates("employee_id")
        ids = table["employee_id"].astype("str")
        names = table["name"].where(table["name"].notna(), ids)
        return pd.Series(names.to_numpy(), index=ids.to_numpy(), name="name")

    @cached_property
    def _posts_by_cycle(self) -> dict[str, pd.DataFrame]:
        return {str(row.label): _in_force(self.posts, row.start, self.cycle_end(str(row.label)))
                for row in self.cycles.itertuples()}

    def with_tables(self, **tables: pd.DataFrame) -> Workforce:
        """Give a new record with some tables replaced and everything else re-agreed."""
        current = {name: getattr(self, name) for name in TABLES}
        return build_workforce({**current, **tables}, settings=self.settings, as_of=self.as_of)


def build_workforce(tables: Mapping[str, pd.DataFrame], *, settings: Settings | None = None,
                    as_of: date | None = None) -> Workforce:
    """Build the record from parsed tables.

    Parameters
    ----------
    tables
        Frames by table name, each with a subset of the schema's columns; absent tables are empty.
    settings
        Framework, cycles and the extract's date.
    as_of
        The day the record speaks of; default ``[exports] extract_date``, else the latest date in the data up to
        which something happened (due dates and planned ends do not count).

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
    order = pd.CategoricalDtype(cycles["label"].astype("str"), ordered=True)
    placements["cycle"] = placements["cycle"].astype("str").astype(order)
    return Workforce(**frames, cycles=cycles, framework=build_framework(settings), settings=settings,
                     as_of=as_of or settings.exports.extract_date or _latest_day(frames))


def restrict(workforce: Workforce, cycles: list[str]) -> Workforce:
    """Give the record with only the placements of some cycles; people, posts and conversations stay."""
    kept = workforce.placements["cycle"].isin(cycles)
    placements = workforce.placements[kept].reset_index(drop=True)
    placements["cycle"] = placements["cycle"].cat.remove_unused_categories()
    table = workforce.cycles[workforce.cycles["label"].isin(cycles)].reset_index(drop=True)
    return replace(workforce, placements=placements, cycles=table)


def _latest_day(frames: Mapping[str, pd.DataFrame]) -> date:
    past = [frames["placements"]["placed_on"], frames["placements"]["agreed_on"], frames["conversations"]["held_on"],
            frames["employees"]["started"], frames["employees"]["left_on"], frames["posts"]["valid_from"],
            frames["posts"]["started_in_post"], frames["development_actions"]["completed_on"]]
    latest = pd.Series([values.max() for values in past]).max()
    return date(1900, 1, 1) if pd.isna(latest) else pd.Timestamp(latest).date()


def _in_force(posts: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    begun = posts["valid_from"].isna() | (posts["valid_from"] <= end)
    not_over = posts["valid_to"].isna() | (posts["valid_to"] >= start)
    rows = posts[begun & not_over].sort_values("valid_from", kind="stable", na_position="first")
    rows = rows.drop_duplicates(["employee_id", "post_id"], keep="last").sort_index()
    in_post = rows["started_in_post"].where(rows["started_in_post"].notna(), rows["valid_from"])
    months = (end.year - in_post.dt.year) * 12 + (end.month - in_post.dt.month) - (in_post.dt.day > end.day)
    bands = pd.cut(months.astype("float64"), [-float("inf"), 11, 35, 119, float("inf")],
                   labels=["under 1 year", "1-2 years", "3-9 years", "10+ years"])
    return rows.assign(tenure_months=months.astype("Int32"), tenure_band=bands).reset_index(drop=True)


def table_names() -> list[str]:
    """List the tables of the record."""
    return [f.name for f in fields(Workforce) if f.name in TABLES]
