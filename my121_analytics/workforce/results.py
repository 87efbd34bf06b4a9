"""What a result is: tidy tables that say which column counts people, what follows from it, and who is named.

Every analysis returns a :class:`Result`; only ``disclosure.release`` turns one into something that may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

TOTAL = "All"
"""Value of a key column in a margin row."""
NO_PLACEMENT = "No placement"
"""Outcome of a person and post without a placement in the cycle."""


@dataclass(frozen=True)
class Table:
    """One tidy table and what the release gate must know about it.

    Parameters
    ----------
    frame
        The table.
    keys
        Columns that say which group a row is; a margin row holds ``TOTAL`` in the key it sums over.
    count
        Column with the number of people (or posts) in the row; None for a table about single people.
    parts
        Further columns that count some of the people in ``count`` (those with a placement): where such a number, or
        what is left of ``count`` without it, is small, the row's parts and all that follows are hidden.
    base
        Column with the number the shares are of; None where there are no shares.
    follows
        Columns computed from ``count``: hidden wherever it is hidden.
    people
        Columns that identify a person: ids, names, free text about one person. A row that names a person belongs to
        that person's unit in the ``unit_columns``.
    protected
        Key columns that hold protected characteristics.
    unit_columns
        Columns of the organisation (directorate, service, team) that say whose row it is.
    about_people
        False where the rows and counts are of things (actions of a plan): there is nobody to protect.
    things
        Columns named ``n_...`` that count things other than people (requirements met), in a table that also counts
        people.
    sums
        Key columns over which the counts add up to a margin row, so that a margin could give a hidden count away.
    events
        The counts are of what people did (conversations), not of people. Where it is withheld how many people there
        were, such a table is withheld too: at two each, the number of conversations tells the number of people.
    """

    frame: pd.DataFrame
    keys: tuple[str, ...]
    count: str | None = None
    base: str | None = None
    follows: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    unit_columns: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    about_people: bool = True
    events: bool = False

    def __post_init__(self) -> None:
        named = [*self.keys, *self.follows, *self.parts, *self.people, *self.protected, *self.unit_columns, *self.sums,
                 *self.things]
        named += [column for column in (self.count, self.base) if column is not None]
        missing = sorted({column for column in named if column not in self.frame.columns})
        if missing:
            raise KeyError(f"the table has no column {missing}")


@dataclass(frozen=True)
class About:
    """What every figure and table says of itself.

    Parameters
    ----------
    title
        The subject, as a heading.
    measure
        What is counted or estimated, with its unit.
    population
        Who is in it.
    counts_what
        ``people`` or ``posts``.
    as_of
        Day the record speaks of.
    cycle
        Cycle reported on, or the first and last where several are pooled.
    n
        Size of the population; None where a release withholds it.
    caveats
        Codes of ``wording``'s caveats that must be printed with it.
    """

    title: str
    measure: str
    population: str
    counts_what: str
    as_of: date
    cycle: str
    n: int | None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """A frozen result: tables by name and what they are about. Results do not print, draw or write themselves."""

    about: About
    tables: Mapping[str, Table]
    facts: Mapping[str, float | int | str | None] = field(default_factory=dict)
    """Single numbers about the whole organisation, never about a person or a small group."""

    def frame(self, name: str) -> pd.DataFrame:
        """Give one table's frame, for an analyst's own use."""
        return self.tables[name].frame

    def with_frame(self, name: str, frame: pd.DataFrame) -> Result:
        """Give a new result with one table's frame replaced."""
        return replace(self, tables={**self.tables, name: replace(self.tables[name], frame=frame)})

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{self.about.title}</strong> — analyst only: not released, may name people.</p>"]
        parts += [f"<h4>{name}</h4>{table.frame.head(20).to_html(index=False, na_rep='')}"
                  for name, table in self.tables.items()]
        return "\n".join(parts)
