"""What a result is: tidy tables that say which column counts people, what follows from it, and who is named.

Every analysis returns a :class:`Result`; only ``disclosure.release`` turns one into something that may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import pandas as pd

from my121_analytics.settings import Settings
from my121_analytics.viewable import Pictured
from my121_analytics.wording.catalogue import codes, say

TOTAL = "All"
"""Value of a key column in a margin row."""
NO_PLACEMENT = "No placement"
"""Outcome of a person and post without a placement in the cycle."""


@dataclass(frozen=True)
class Count:
    """Who is counted by a column or a fact. The same people counted in two tables are one number to the gate.

    Parameters
    ----------
    what
        Which people, posts or things: a code that the laws of ``workforce/counted.py`` speak of, or a new one.
    cycle
        Where it is not the result's own; ``<before> > <after>`` of what is counted in two cycles.
    where
        Attribute and value that hold of all that are counted, beyond the keys of the table.
    keys
        Key column -> the attribute that it stands for, where the two are called differently (``before`` of a table of
        moves is ``box_before``); empty for a key that does not say who is counted: the base of a share, which is the
        same in every row.
    """

    what: str
    cycle: str = ""
    where: tuple[tuple[str, str], ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


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
    rests_on
        Tables of the same result that it is computed from: where one of them loses a count or is kept back, this one is
        kept back, since its shares and odds ratios would give those counts away.
    tells
        Value of the first key -> facts of the same result, counts of people, that the row gives to whoever reckons: the
        row is hidden wherever one of them is, and where the row is too small to show, none of them is known.
    counts
        Column that counts -> who is counted. A column that is not named here is linked with nothing outside tables of
        the same subject.
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
    rests_on: tuple[str, ...] = ()
    tells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = [*self.keys, *self.follows, *self.parts, *self.people, *self.protected, *self.unit_columns, *self.sums,
                 *self.things]
        named += [column for column in (self.count, self.base, *self.counts) if column is not None]
        missing = sorted({column for column in named if column not in self.frame.columns})
        if missing:
            raise KeyError(f"the table has no column {missing}")


@dataclass(frozen=True)
class Subject:
    """What a result is about, as facts that a program can read. Sentences are made from it, for display only.

    Parameters
    ----------
    cycle
        Cycle reported on, or the first and last where several are pooled; empty where cycles play no part.
    as_of
        Day the record speaks of.
    population
        Who is in it: a code of ``wording``'s group ``population``.
    counts
        What is counted: people, posts, ratings, conversations, actions, requirements ...
    source
        Whose placements: ``manager``, ``self`` or ``calibrated``; empty where placements play no part.
    within
        Column of the organisation and unit that the whole result was cut to, a pair each.
    """

    cycle: str
    as_of: date
    population: str
    counts: str = "people"
    source: str = ""
    within: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class About:
    """What every figure and table says of itself.

    Parameters
    ----------
    subject
        What it is about, as structure.
    topic
        Code of the title (``wording``'s group ``title``) and of the measure (group ``measure``, where
        ``<topic>_<source>`` goes before ``<topic>``).
    n
        Size of the population; None where a release withholds it.
    caveats
        Codes of ``wording``'s caveats that must be printed with it.
    words
        What stands in the braces of those sentences: names, never numbers. A number about people reaches a reader
        through a declared fact, where it can be withheld.
    unprinted
        Counts of the whole council that no table prints and a reader may know, for laws between counts
        (``workforce.counted.UNPRINTED``): code, cycle, how many.
    """

    subject: Subject
    topic: str
    n: int | None = None
    caveats: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    unprinted: tuple[tuple[str, str, int], ...] = ()

    def __post_init__(self) -> None:
        numbers = sorted(name for name, word in self.words.items() if not isinstance(word, str))
        if numbers:
            raise TypeError(f"about '{self.topic}': {', '.join(numbers)} must be text; a number goes into a fact")

    @property
    def cycle(self) -> str:
        """Cycle reported on."""
        return self.subject.cycle

    @property
    def as_of(self) -> date:
        """Day the record speaks of."""
        return self.subject.as_of

    @property
    def counts_what(self) -> str:
        """What is counted, in words."""
        if self.topic in codes("size_in"):
            return say("size_in", self.topic)
        return say("counts", self.subject.counts) if self.subject.counts in codes("counts") else self.subject.counts

    @property
    def title(self) -> str:
        """The subject, as a heading."""
        return self._sentence("title", self.topic)

    @property
    def measure(self) -> str:
        """What is counted or estimated, with its unit."""
        by_source = f"{self.topic}_{self.subject.source}"
        return self._sentence("measure", by_source if by_source in codes("measure") else self.topic)

    @property
    def population(self) -> str:
        """Who is in it, with the units it was cut to."""
        whole = self._sentence("population", self.subject.population)
        units = ", ".join(unit for _, unit in self.subject.within)
        return f"{whole}; {units}" if units else whole

    def _sentence(self, group: str, code: str) -> str:
        return say(group, code, **{"cycle": self.cycle, **self.words})


def describe(topic: str, *, as_of: date, cycle: str = "", population: str = "", counts: str = "people",
             source: str = "", filters: Mapping[str, str] | None = None, n: int | None = None,
             caveats: Sequence[str] = (), **words: str) -> About:
    """Say what a result is about: :class:`About` and its :class:`Subject` in one call.

    Parameters
    ----------
    topic
        Code of the title and the measure.
    population
        Code of the population; default: the topic.
    filters
        Column of the organisation -> the unit that the result was cut to, as given to the analysis.
    as_of, cycle, counts, source, n, caveats, words
        As in :class:`Subject` and :class:`About`.
    """
    within = tuple((filters or {}).items())
    return About(Subject(cycle, as_of, population or topic, counts, source, within), topic, n, tuple(caveats), words)


@dataclass(frozen=True)
class Fact:
    """What a single value beside the tables is, so that the gate knows when to withhold it.

    Parameters
    ----------
    counts
        What it counts: people, posts, managers, actions ...; empty for an estimate, a label or a setting.
    about_people
        Whether people stand behind it. False for labels, settings, and counts of things: they are always shown.
    part_of
        Fact or population of which it counts a part; estimates do not rest on a part alone.
    sums_with
        Facts that together with this one make a number known from elsewhere, so that one hidden alone could be had by
        subtraction.
    who
        Who is counted, where tables count them too: see :class:`Count`.
    follows
        Facts it is computed from: hidden with any of them. An estimate that names none is hidden wherever a count of
        the whole result is.
    """

    counts: str = ""
    about_people: bool = True
    part_of: str = ""
    sums_with: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    who: Count | None = None

    @property
    def counts_people(self) -> bool:
        """Whether it is a count with people behind it."""
        return bool(self.counts) and self.about_people


LABEL = Fact(about_people=False)
"""A name, a day, a setting: it says nothing of anybody."""
ESTIMATE = Fact()
"""A statistic of everybody in the result."""


def count_of_things(what: str) -> Fact:
    """Declare a count with nobody behind it (actions, cycles, requirements)."""
    return Fact(what, about_people=False)


def parts_of(whole: str, counts: str, *names: str) -> dict[str, Fact]:
    """Declare counts that together make one number which is known from elsewhere.

    Parameters
    ----------
    whole
        What they are parts of.
    counts
        What they count.
    names
        Of the facts.
    """
    return {name: Fact(counts, part_of=whole, sums_with=tuple(n for n in names if n != name)) for name in names}


@dataclass(frozen=True, repr=False)
class Result(Pictured):
    """A frozen result: tables by name and what they are about.

    Results do not release, draw or write themselves: what a notebook shows of one is for the analyst's own eyes, made
    by the viewer and marked so.

    Parameters
    ----------
    about
        What it is about.
    tables
        By name.
    facts
        Single values about the whole organisation, never about a person or a small group.
    declared
        Name of a fact -> what it is; the release gate refuses a fact that is not in here. ``n`` may say who is counted
        by ``about.n``.
    settings
        As the record was read under; the gate goes by them where it is given none.
    """

    about: About
    # out of the way of a subclass whose decorator writes a repr of its own
    tables: Mapping[str, Table] = field(repr=False)
    facts: Mapping[str, float | int | str | None] = field(default_factory=dict, repr=False)
    declared: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    settings: Settings | None = field(default=None, repr=False)

    def frame(self, name: str) -> pd.DataFrame:
        """Give one table's frame, for an analyst's own use."""
        return self.tables[name].frame

    def with_frame(self, name: str, frame: pd.DataFrame) -> Result:
        """Give a new result with one table's frame replaced."""
        return replace(self, tables={**self.tables, name: replace(self.tables[name], frame=frame)})

    def under(self, settings: Settings) -> Self:
        """Give the same result with the settings that its record was read under."""
        return replace(self, settings=settings)
