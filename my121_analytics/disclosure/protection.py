"""What to hide in all tables that leave the house together: small numbers, and what would give them away.

:func:`protect` turns tables into equations (``knowledge``), has a pattern chosen over all of them at once
(``secondary``), and turns the pattern back into masks. Where no pattern protects a count, a whole table is kept back,
so that there is always an end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.equations import (
    Knowledge,
    Nesting,
    Shown,
    Slack,
    context_of,
    show,
    write_equations,
)
from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints, propagate
from my121_analytics.disclosure.secondary.continuity import Usual, find_usual_cells
from my121_analytics.disclosure.secondary.pattern import (
    Draft,
    HiddenCellProblem,
    Pattern,
    count_open,
    draft_pattern,
)
from my121_analytics.disclosure.suppression import Mask, find_small, hide, threshold_of
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, About, Table, describe
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.single_counts import GROUPING

USUAL_DISCOUNT = 0.75
"""What was hidden in the release before costs less to hide again: a reader sees the same cells from cycle to cycle, and
two releases with different patterns tell more than two with the same."""
BARE = 0.1
"""A table of which less than this share of the counts would be shown is better left out: its row of marks and noughts
tells hardly anything to a reader, but enough to an attacker for more to be hidden elsewhere."""
WORTH_OF_BARE = 1.15
"""Tables that show hardly anything stay only where, by the draft, more than this many times as much is shown with them:
what they bring is spread over many nearly blank lines, and what they cost is whole lines of the others."""
NOTHING_COUNTED = Pattern(np.empty(0, dtype=bool), np.empty(0, dtype=np.int64), np.empty((0, 0)))
"""What to hide where no table counts anybody."""
FEW_TABLES = 10
"""Up to so many tables of one unit each is tried, to find the one whose withholding protects the most."""


EVERYBODY = describe("profile", as_of=date.min)
"""What a table is about that says nothing of it."""


@dataclass(frozen=True)
class Candidate:
    """A table on its way out.

    Parameters
    ----------
    name
        Unique among all tables of the release.
    table
        What it is, with the rows let through.
    about
        What its result is about.
    """

    name: str
    table: Table
    about: About = EVERYBODY

    @property
    def context(self) -> str:
        """The people and the measure: undeclared counts of different contexts are different numbers."""
        return context_of(self.about)[0]

    @property
    def within(self) -> tuple[tuple[str, str], ...]:
        """Column and unit that the whole table was cut to."""
        return self.about.subject.within

    def shown(self, frame: pd.DataFrame) -> Shown:
        """Lay it out with what is shown of it."""
        return show(self.name, frame, self.table, self.about)


@dataclass(frozen=True)
class Before:
    """What releases that were kept have shown.

    Parameters
    ----------
    tables
        Their tables.
    numbers
        Name of a release -> its context and the counts of everybody that stood beside its tables.
    find_narrow
        Gives table, row and column of hidden counts that could be worked out then already. It takes as long as an
        attack, and is asked only where counts of these releases cannot be protected.
    usual
        What the last release about other people or of another cycle hid: see :mod:`continuity`.
    narrow, is_asked
        What ``find_narrow`` gave, once it was asked.
    slack
        By how much the record contradicts laws, as all tables of today tell.
    """

    tables: Sequence[Shown] = ()
    numbers: Mapping[str, tuple[str, list[float]]] = field(default_factory=dict)
    find_narrow: Callable[[], frozenset[tuple[str, int, str]]] = frozenset
    usual: Usual = field(default_factory=dict)
    narrow: frozenset[tuple[str, int, str]] = frozenset()
    is_asked: bool = False
    slack: Slack = field(default_factory=dict)

    def has_shown(self, candidate: Candidate) -> bool:
        """Say whether these releases showed the same table of the same people."""
        return candidate.name.rpartition(".")[2] in self._shown_of(candidate)

    def left_out(self, candidate: Candidate) -> bool:
        """Say whether they showed other tables of the same people, and not this one."""
        shown = self._shown_of(candidate)
        return bool(shown) and candidate.name.rpartition(".")[2] not in shown

    def _shown_of(self, candidate: Candidate) -> set[str]:
        return {shown.name.rpartition(".")[2] for shown in self.tables
                if shown.context == candidate.context and shown.within == candidate.within}


@dataclass(frozen=True)
class Protection:
    """What is hidden.

    Parameters
    ----------
    masks
        For each table that may be shown; a table that is not named here is kept back.
    words
        Context -> numbers that may stand nowhere beside its tables.
    points
        Solutions that prove the ranges of hidden counts, for the attacker to check.
    bare
        Tables kept back since hardly anything of them could be shown, so that others show more.
    """

    masks: Mapping[str, Mask]
    words: Mapping[str, frozenset[float]]
    points: Floats = field(default_factory=lambda: np.empty((0, 0)))
    bare: frozenset[str] = frozenset()


def protect(candidates: Sequence[Candidate], numbers: Mapping[str, tuple[str, list[float]]],
            settings: DisclosureSettings, *, nesting: Nesting | None = None,
            earlier: Before | None = None) -> Protection:
    """Say what must be hidden so that no hidden count can be worked out from all that is shown.

    Parameters
    ----------
    candidates
        Tables about people that are to be released together.
    numbers
        Name of a result -> its context and the counts of everybody that stand beside its tables.
    settings
        Thresholds.
    nesting
        Which unit belongs to which, beyond what the tables themselves tell.
    earlier
        What releases that were kept have shown.

    Returns
    -------
    Protection
    """
    small = {candidate.name: _Small.of(candidate, settings) for candidate in candidates}
    known = {**nesting_of([candidate.table for candidate in candidates]), **(nesting or {})}
    attempt = _Attempt(candidates, small, numbers, settings, known, earlier or Before())
    bare = attempt.find_bare(attempt.hidden_here)
    # Both sets of tables are drafted, a quarter of the work, and one is finished: the draft foretells the end.
    chosen = _keep_back(attempt.without(bare) if bare else attempt, _Attempt.draft)
    before = chosen.earlier
    shown_before = {candidate.name for candidate in chosen.tables if before.has_shown(candidate)}
    more = chosen.find_bare(chosen.draft().hidden) - shown_before
    if more:
        without = _keep_back(chosen.without(more), _Attempt.draft)
        # Beside an earlier release what others show is settled; what it left out is left out again.
        worth = WORTH_OF_BARE * without.count_worth(without.draft())
        if before.tables or worth > chosen.count_worth(chosen.draft()):
            chosen, bare = without, bare | more
    chosen = _keep_back(chosen, _Attempt.choose)
    return replace(chosen.finish(chosen.choose()), bare=bare)


def _keep_back(attempt: _Attempt, choose: Callable[[_Attempt], Pattern]) -> _Attempt:
    """Keep tables back until a pattern, drafted or final, protects all others."""
    while True:
        pattern = choose(attempt)
        before, left = attempt.earlier, attempt.tables
        new = {candidate.name for candidate in left if before.left_out(candidate)}
        if pattern.open.size and new:  # what was kept back then opens what was hidden then
            attempt = attempt.without(new)
            continue
        if not before.is_asked and attempt.has_open_before(pattern):
            attempt = attempt.after(replace(before, is_asked=True, narrow=before.find_narrow()))
            continue
        if not pattern.open.size or not left:
            return attempt
        worst = _find_worst(attempt, pattern, left)
        if not worst:  # what is open stands in releases before this one: a table that they did not show opens it
            worst = frozenset({max(left, key=lambda candidate: (
                not before.has_shown(candidate), len(candidate.table.frame), candidate.name)).name})
        attempt = attempt.without(worst)


@dataclass(frozen=True)
class _Small:
    """What is hidden in a table in its own right."""

    mask: Mask
    frame: pd.DataFrame

    @classmethod
    def of(cls, candidate: Candidate, settings: DisclosureSettings) -> _Small:
        """Find it."""
        mask = find_small(candidate.table, settings)
        return cls(mask, hide(candidate.table, mask, settings.marker))


class _Attempt:
    """One try: these tables, with these numbers beside them."""

    def __init__(self, tables: Sequence[Candidate], small: Mapping[str, _Small],
                 numbers: Mapping[str, tuple[str, list[float]]], settings: DisclosureSettings, nesting: Nesting,
                 earlier: Before) -> None:
        self.tables, self.settings, self.nesting, self.earlier = tables, settings, nesting, earlier
        self.numbers = numbers
        self.small = small
        self.masks = {candidate.name: small[candidate.name].mask for candidate in tables}
        self.words = {context: self._hidden_totals(context) for context in {c for c, _ in numbers.values()}}
        spoken = {name: (context, [n for n in beside if n not in self.words[context]])
                  for name, (context, beside) in numbers.items()}
        self.known: Knowledge = self._write(spoken)
        if self._hide_noughts_of_before():
            self.known = self._write(spoken)
        if settings.show_zeros and self._show_implied_zeros():
            self.known = self._write(spoken)

    def _write(self, spoken: Mapping[str, tuple[str, list[float]]]) -> Knowledge:
        return write_equations([*(self._shown(candidate) for candidate in self.tables), *self.earlier.tables],
                               {**spoken, **self.earlier.numbers}, self.nesting, show_zeros=self.settings.show_zeros,
                               slack=self.earlier.slack)

    def _hide_noughts_of_before(self) -> bool:
        """Hide what stands beside tables and was 0 in an edition before this one, whatever it is today.

        A mark would else tell that it is 0 no more, and how little has changed says how many there are at most.
        """
        beside = {candidate.name for candidate in self.tables if not candidate.table.keys}
        places = self.known.places[self.known.places["table"].isin(beside)]
        places = places[self.known.was_nought[places["variable"].to_numpy(np.int64)]]
        for name, column in places[["table", "column"]].itertuples(index=False):
            self.masks[name] = self.masks[name].with_hidden(column, np.ones(1, dtype=bool))
        return bool(len(places))

    def _show_implied_zeros(self) -> bool:
        """Show the zeros that were hidden along with others and that a shown zero total gives away in any case."""
        system = self.known.system
        free = replace(system, lower=np.zeros_like(system.lower), upper=np.where(system.upper == 0, 0.0, np.inf))
        upper = propagate(free)[1]  # nothing but the zeros is known
        cells = self.known.cells
        implied = cells[upper[cells["variable"].to_numpy(np.int64)] == 0] if len(cells) else cells
        found = False
        for (name, column), group in implied.groupby(["table", "column"], sort=False):
            if name in self.masks and column in self.masks[name].cells:
                flags = self.masks[name].cells[column].copy()
                flags[group["row"].to_numpy(np.int64)] = False
                self.masks[name] = replace(self.masks[name], cells={**self.masks[name].cells, column: flags})
                found = True
        return found

    def _shown(self, candidate: Candidate) -> Shown:
        small, mask = self.small[candidate.name], self.masks[candidate.name]
        frame = small.frame if mask is small.mask else hide(candidate.table, mask, self.settings.marker)
        return candidate.shown(frame)

    def _hidden_totals(self, context: str) -> set[float]:
        found: set[float] = set()
        for candidate in (t for t in self.tables if t.context == context):
            found |= hidden_totals(candidate.table, self.masks[candidate.name])
        return found

    def draft(self) -> Pattern:
        """Draft a pattern: with counts hidden that could be shown, and proven in fractions only."""
        return NOTHING_COUNTED if self.known.places.empty else self._with_given_away(self._draft.pattern)

    def choose(self) -> Pattern:
        """Choose a pattern: the draft, finished."""
        return NOTHING_COUNTED if self.known.places.empty else self._with_given_away(self._finished)

    @cached_property
    def _draft(self) -> Draft:
        return draft_pattern(self._hidden_cell_problem())

    @cached_property
    def _finished(self) -> Pattern:
        return self._draft.finish()

    def _with_given_away(self, pattern: Pattern) -> Pattern:
        """Count as open also what figures shown beside hidden counts give away."""
        given_away = self._given_away()
        return replace(pattern, open=np.union1d(pattern.open, given_away)) if len(given_away) else pattern

    def has_open_before(self, pattern: Pattern) -> bool:
        """Say whether counts of releases before this one are open."""
        earlier = {shown.name for shown in self.earlier.tables}
        places = self.known.places
        return bool((places["variable"].isin(pattern.open) & places["table"].isin(earlier)).any())

    def _given_away(self) -> Ints:
        """List the hidden counts that figures shown beside them give away."""
        return self.known.cells.loc[self.known.cells["given_away"].astype(bool), "variable"].to_numpy(np.int64)

    def count_open(self, enough: float) -> int:
        """Count what cannot be protected, up to as many as are enough to know."""
        if self.known.places.empty:
            return 0
        return len(self._given_away()) + count_open(self._hidden_cell_problem(), enough)

    def _hidden_cell_problem(self) -> HiddenCellProblem:
        known, places = self.known, self.known.places
        n = len(known.truth)
        variable = places["variable"].to_numpy(np.int64)
        own = {candidate.name: candidate.table for candidate in self.tables}
        is_own = places["table"].isin(set(own)).to_numpy()
        tables = {shown.name: shown.table for shown in self.earlier.tables} | own
        limits = {name: threshold_of(table, self.settings) for name, table in tables.items()}
        needed, cost, listed = np.zeros(n), np.zeros(n), np.zeros(n, dtype=bool)
        counts = ~pd.MultiIndex.from_frame(places[["table", "row", "column"]]).isin(list(self.earlier.narrow))
        threshold = places["table"].map(limits).to_numpy(np.float64)
        asked = known.find_needed(variable, threshold)
        np.maximum.at(needed, variable[counts], asked[counts])
        last = np.zeros(n, dtype=bool)
        last[variable[asked == 0]] = True  # known from before to be no small number: hiding it protects little
        listed[variable] = True
        np.add.at(cost, variable[is_own], self._weights(places[is_own]))
        hidden = self.hidden
        cost[~listed] = self.settings.headline_weight  # fixed by a number beside the tables
        beside_before = [number for _, beside in self.earlier.numbers.values() for number in beside]
        cost[~listed & np.isin(known.truth, beside_before)] = np.inf
        cost *= _worth_of(known.truth)
        cost[variable[~is_own & ~hidden[variable]]] = np.inf  # shown in a release before
        usual = find_usual_cells(places[is_own], own, self.earlier.usual)
        cost[np.unique(variable[is_own][usual])] *= USUAL_DISCOUNT
        cost *= 1.0 + np.arange(n) / (1000.0 * n)  # so that there is one answer
        tied = hidden & (known.system.lower == known.system.upper) & (known.system.lower > 0) & np.isfinite(cost)
        system = replace(known.system, lower=np.where(tied, 1.0, known.system.lower),
                         upper=np.where(tied, np.inf, known.system.upper))  # hidden in one table, so in all of them
        return HiddenCellProblem(system, hidden, needed, cost, last)

    def _weights(self, places: pd.DataFrame) -> Floats:
        """Say how much a reader loses with each count: the council's first, totals next, then main groups."""
        rules, of_table = self.settings, {}
        for candidate in self.tables:
            keys = candidate.table.frame[list(candidate.table.keys)].astype("str")
            groups = [key for key in candidate.table.keys if key in GROUPING]
            total = keys.eq(TOTAL).any(axis="columns").to_numpy() | (not candidate.table.keys)
            council = keys[groups].eq(TOTAL).all(axis="columns").to_numpy() & (not candidate.within)
            main = rules.main_group_weight if ORGANISATION[0] in groups else 1.0
            of_table[candidate.name] = np.select([council & total, council | total],
                                                 [rules.headline_weight, rules.total_weight], main)
            of_table[candidate.name] *= _weigh_groups(keys[groups], rules.weights)
        out = np.ones(len(places))
        for name, rows in places.groupby("table", sort=False).indices.items():
            out[rows] = of_table[str(name)][places["row"].to_numpy(np.int64)[rows]]
        return out

    def finish(self, pattern: Pattern) -> Protection:
        """Turn a pattern into masks."""
        places = self.known.places
        gone = pattern.hidden[places["variable"].to_numpy(np.int64)] if len(places) else np.array([], dtype=bool)
        words = {context: set(found) for context, found in self.words.items()}
        masks = dict(self.masks)
        rows = places[gone] if len(places) else places
        for (name, column), group in rows.groupby(["table", "column"], sort=False):
            if name in masks and column in masks[name].cells:
                flags = np.zeros(len(masks[name].names), dtype=bool)
                flags[group["row"].to_numpy(np.int64)] = True
                masks[name] = masks[name].with_hidden(column, flags)
        for candidate in self.tables:
            words.setdefault(candidate.context, set()).update(hidden_totals(candidate.table, masks[candidate.name]))
        spoken = pattern.hidden & ~np.isin(np.arange(len(pattern.hidden)), places["variable"])
        values = set(self.known.truth[np.flatnonzero(spoken)].tolist())
        for context, beside in self.numbers.values():
            words.setdefault(context, set()).update(values & set(beside))
        return Protection(masks, {context: frozenset(found) for context, found in words.items()}, pattern.points)

    def without(self, names: Collection[str]) -> _Attempt:
        """Give the same try without some tables."""
        return self.with_tables([candidate for candidate in self.tables if candidate.name not in names])

    def with_tables(self, tables: Sequence[Candidate]) -> _Attempt:
        """Give the same try with some of its tables only."""
        return _Attempt(tables, self.small, self.numbers, self.settings, self.nesting, self.earlier)

    def after(self, earlier: Before) -> _Attempt:
        """Give the same try with more known of the releases before."""
        return _Attempt(self.tables, self.small, self.numbers, self.settings, self.nesting, earlier)

    @property
    def hidden(self) -> Bools:
        """Counts that are hidden in their own right, or were in a release before this one."""
        return self._flag(self.known.cells)

    @property
    def hidden_here(self) -> Bools:
        """Counts that are hidden in their own right."""
        own = [candidate.name for candidate in self.tables]
        return self._flag(self.known.cells[self.known.cells["table"].isin(own)])

    def _flag(self, cells: pd.DataFrame) -> Bools:
        flags = np.zeros(len(self.known.truth), dtype=bool)
        flags[cells["variable"].to_numpy(np.int64)] = True
        return flags

    def find_bare(self, hidden: Bools) -> frozenset[str]:
        """Find the tables cut by two keys or more of which hardly any count would be shown.

        Reckoned without noughts, which are shown whatever is hidden, and from what is shown alone, so that it tells
        nothing.
        """
        places = self._own_places(hidden)
        counts = places[places["is_hidden"] | (places["value"] > 0)].groupby("table")["is_hidden"].agg(["sum", "size"])
        shown = 1.0 - counts["sum"] / counts["size"]
        crossed = {candidate.name for candidate in self.tables if len(candidate.table.keys) > 1}
        return frozenset(name for name in shown.index[shown < BARE] if name in crossed)

    def count_worth(self, pattern: Pattern) -> float:
        """Weigh the counts that are shown by what readers need."""
        places = self._own_places(pattern.hidden)
        weight = self._weights(places) * _worth_of(places["value"].to_numpy(np.float64))
        return float(weight[(~places["is_hidden"] & (places["value"] > 0)).to_numpy()].sum())

    def _own_places(self, hidden: Bools) -> pd.DataFrame:
        """List the counts of these tables with their value and whether they are hidden."""
        places = self.known.places[self.known.places["table"].isin([candidate.name for candidate in self.tables])]
        variable = places["variable"].to_numpy(np.int64)
        return places.assign(is_hidden=hidden[variable], value=self.known.truth[variable])


def _worth_of(values: Floats) -> Floats:
    """A larger number tells more."""
    return np.asarray(1.0 + np.log2(np.maximum(np.nan_to_num(values), 1.0)) / 4, dtype=np.float64)


def _weigh_groups(keys: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """Give the settings' weight of each row: of the columns that it is grouped by, and of its groups."""
    out = np.ones(len(keys))
    for column in keys:
        of_all = keys[column].eq(TOTAL).to_numpy()
        own = keys[column].map(weights).fillna(1.0).to_numpy(np.float64) * weights.get(str(column), 1.0)
        out *= np.where(of_all, 1.0, own)
    return out


def hidden_totals(table: Table, mask: Mask) -> set[float]:
    """List the totals and bases of a table that are hidden, since the same numbers may stand elsewhere too."""
    total = np.zeros(len(table.frame), dtype=bool)
    for key in table.keys:
        total |= table.frame[key].astype("str").eq(TOTAL).to_numpy()
    found: set[float] = set()
    for column, hidden in mask.cells.items():
        of_all: Bools = hidden & (total | (column == table.base))
        if of_all.any():
            found |= set(pd.to_numeric(table.frame.loc[of_all, column]).dropna().astype(float))
    return found


def _find_worst(attempt: _Attempt, pattern: Pattern, left: Sequence[Candidate]) -> frozenset[str]:
    """Choose the tables to keep back, one for each unit that has counts open: without it the fewest stay open."""
    places = attempt.known.places
    found: set[str] = set()
    n_open = places.loc[places["variable"].isin(pattern.open), "table"].value_counts()
    for within in dict.fromkeys(candidate.within for candidate in left if candidate.name in n_open.index):
        near = [candidate for candidate in left if candidate.within == within]
        own = [candidate for candidate in near if candidate.name in n_open.index]
        if len(left) > FEW_TABLES and len(near) == len(left):
            found |= _cover(pattern, places[places["table"].isin([candidate.name for candidate in own])])
        else:
            found.add(_try_without(attempt, near, own if len(left) > FEW_TABLES else near))
    return frozenset(found)


def _cover(pattern: Pattern, places: pd.DataFrame) -> set[str]:
    """Choose tables that hold all open counts, each time the one that costs the fewest shown counts for one of them.

    Each by itself would be surer to be needed, and takes a search a table.
    """
    left = set(pattern.open.tolist()) & set(places["variable"].tolist())
    is_shown = ~pattern.hidden[places["variable"].to_numpy(np.int64)]
    n_shown = places.assign(is_shown=is_shown).groupby("table")["is_shown"].sum()
    of_table = {str(name): set(rows.tolist()) for name, rows in places.groupby("table")["variable"].unique().items()}
    found: set[str] = set()
    while left:
        best = max(sorted(of_table), key=lambda name: len(of_table[name] & left) / (1.0 + float(n_shown[name])))
        found.add(best)
        left -= of_table[best]
    return found


def _try_without(attempt: _Attempt, near: Sequence[Candidate], tried: Sequence[Candidate]) -> str:
    """Try the tables of a unit without some of them, one at a time."""
    alone = attempt.with_tables(near)
    worst, fewest = tried[0].name, float("inf")
    for candidate in sorted(tried, key=lambda candidate: (-len(candidate.table.frame), candidate.name)):
        n_open = alone.without({candidate.name}).count_open(fewest)
        if n_open < fewest:
            worst, fewest = candidate.name, n_open
        if not n_open:
            break
    return worst


def nesting_of(tables: Sequence[Table]) -> Nesting:
    """Read off the tables which unit belongs to which, where a row names both."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for parent, child in combinations(ORGANISATION, 2):
        pairs = [table.frame[[child, parent]].dropna().astype("str") for table in tables
                 if {child, parent} <= set(table.frame.columns)]
        if pairs:
            every = pd.concat(pairs).drop_duplicates()
            every = every[(every != TOTAL).all(axis="columns")].drop_duplicates(child, keep=False)
            found[child, parent] = dict(zip(every[child], every[parent], strict=True))
    return found
