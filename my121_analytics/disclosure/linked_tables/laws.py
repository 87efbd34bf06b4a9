"""Laws between counts of different tables, as declared in ``workforce.counted``, put as rows over the counts at hand.

A law that a record breaks (a rating that its box contradicts, a placement of a post that ended) is not dropped: a
reader has it, and knows that few records break it. It is kept as two inequalities with as much slack as the record
needs, which is more than a reader is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import EDITION, SEPARATOR, Shown, name_count
from my121_analytics.workforce.counted import LAWS, UNPRINTED, Law, Term
from my121_analytics.workforce.results import Count

Group = frozenset[tuple[str, str]]
TOLD = "told "
"""Begins what is kept of a count that nobody prints, among the slack: the most, and the least with a minus."""


def add_declared_laws(gathered: Gathered) -> None:
    """Add every law of which all counts are at hand; counts that no table prints are added for it."""
    names = _Names(gathered)
    for law in LAWS:
        editions: dict[tuple[str, str], list[tuple[list[int], int]]] = {}
        for whose in names.whose(law):
            rows = [row for group in names.groups(law, whose) if (row := names.row(law, group, whose)) is not None]
            editions.setdefault(whose[:2], []).extend(rows)  # broken by the same records, in every edition of them
            if law.exact and len(law.parts) > 1 and rows:
                gathered.note_parts(np.array([parts for parts, _ in rows]))
        for (source, cycle), rows in editions.items():
            _add(gathered, law, rows, names, f"{_say(law)}{source}@{cycle}")
    _bound_unprinted(gathered, names)


class _Names:
    """Counts by who is counted and of which group."""

    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.at: dict[tuple[str, Group], int] = {}
        self.truth = gathered.known_truth()
        for name, position in gathered.first_of_each_name().items():
            prefix, *pairs = name.split(SEPARATOR)
            self.at[prefix, frozenset(_pair(text) for text in pairs)] = position
        self.prefixes: dict[str, list[tuple[str, Group]]] = {}
        for prefix, group in self.at:
            self.prefixes.setdefault(prefix, []).append((prefix, group))

    def whose(self, law: Law) -> list[tuple[str, str, str]]:
        """List the source, cycle and edition of which a law's first part is counted."""
        found = []
        for prefix in list(self.prefixes):
            what, source, cycle, edition = _parse(prefix)
            if what == law.parts[0].what:
                found.append((source, cycle, edition))
        return found

    def groups(self, law: Law, whose: tuple[str, str, str]) -> Iterator[Group]:
        """Give the groups of which a law's first part is counted, those that the law is about."""
        part = law.parts[0]
        for _, group in list(self.prefixes.get(_prefix(part, whose), ())):
            if not frozenset(part.where) <= group:
                continue
            group = group - frozenset(part.where)
            if law.aside is None or {key for key, _ in group} <= set(law.aside):
                yield group

    def row(self, law: Law, group: Group, whose: tuple[str, str, str]) -> tuple[list[int], int] | None:
        """Give the positions of the parts and of the whole; None where one is not at hand."""
        places = [self._find(term, group, whose) for term in (*law.parts, law.whole)]
        if any(place is None and term.what not in UNPRINTED
               for place, term in zip(places, (*law.parts, law.whole), strict=True)):
            return None
        found = [self._create(term, group, whose, law, places) if place is None else place
                 for place, term in zip(places, (*law.parts, law.whole), strict=True)]
        return found[:-1], found[-1]

    def _find(self, term: Term, group: Group, whose: tuple[str, str, str]) -> int | None:
        return self.at.get((_prefix(term, whose), _group_of(term, group)))

    def _create(self, term: Term, group: Group, whose: tuple[str, str, str], law: Law,
                places: list[int | None]) -> int:
        """Add a count that nobody prints: what the others leave of the whole."""
        known = [self.truth[place] for place in places[:-1] if place is not None]
        rest = self.truth[places[-1]] - sum(known) if places[-1] is not None else np.nan
        prefix, where = _prefix(term, whose), _group_of(term, group)
        name = prefix + "".join(f"{SEPARATOR}{key}={value}" for key, value in sorted(where))
        at = int(self.gathered.add(np.array([name], dtype=object), np.array([rest]), np.array([np.nan]))[0])
        self.at[prefix, where] = at
        self.truth = np.append(self.truth, rest)
        self.prefixes.setdefault(prefix, []).append((prefix, where))
        return at


def _say(law: Law) -> str:
    """Name a law by what it says, so that releases kept by other versions name it alike."""
    terms = [" ".join([term.what, term.when, *map("=".join, term.where)]) for term in (law.whole, *law.parts)]
    return f"{' + '.join(terms[1:])} in {terms[0]}"


def _add(gathered: Gathered, law: Law, rows: list[tuple[list[int], int]], names: _Names, name: str) -> None:
    if not rows:
        return
    parts, wholes = np.array([parts for parts, _ in rows]), np.array([whole for _, whole in rows])
    over = names.truth[parts].sum(axis=1) - names.truth[wholes]
    above, below = gathered.find_slack(name, over if law.exact else np.maximum(over, 0.0))
    terms = np.column_stack([parts, wholes])
    weights = np.append(np.ones(parts.shape[1]), -1.0)
    if law.exact and not above and not below:
        gathered.add_matrix(terms, weights)
        return
    gathered.add_limits(terms, weights, above)
    if law.exact:
        gathered.add_limits(terms, -weights, below)


def say_unprinted(shown: Iterable[Shown]) -> dict[str, tuple[float, float]]:
    """Give what tables tell of counts that nobody prints, named and written as among the slack of a kept release."""
    return {f"{TOLD}{name_count(Count(what, cycle=cycle), table.subject)}": (float(n), -float(n))
            for table in shown if table.subject is not None and not table.edition for what, cycle, n in table.unprinted}


def _bound_unprinted(gathered: Gathered, names: _Names) -> None:
    """A reader may know how many of the whole council a count that nobody prints comes to: starters, leavers.

    Of a kept release alone that number is not known here. It is kept with what was published, as slack is, and several
    releases kept may differ in it: then it is known to lie between the least and the most of them. Where none holds it,
    a release that agrees with today's record has today's.
    """
    kept = {name: ends for name, ends in gathered.slack.items() if name.startswith(TOLD)}
    for (prefix, group), at in names.at.items():
        what, source, cycle, edition = _parse(prefix)
        if group or what not in UNPRINTED:
            continue
        kept_as, truth = f"{TOLD}{what}{source}@{cycle}", names.truth[at]
        if np.isfinite(truth):
            most = least = float(max(truth, 0.0))
            gathered.slack.setdefault(kept_as, (most, -least))
        elif not edition and kept_as in gathered.unprinted:
            most, least = gathered.unprinted[kept_as][0], -gathered.unprinted[kept_as][1]
        elif kept_as in kept:
            most, least = kept[kept_as][0], -kept[kept_as][1]
        else:
            continue
        place = np.array([[at]])
        gathered.add_limits(place, np.ones(1), most)
        gathered.add_limits(place, -np.ones(1), -least)


def _group_of(term: Term, group: Group) -> Group:
    renamed = dict(term.rename)
    return frozenset((renamed.get(key, key), value) for key, value in group) | frozenset(term.where)


def _prefix(term: Term, whose: tuple[str, str, str]) -> str:
    source, cycle, edition = whose
    before, _, after = cycle.partition(" > ")
    chosen: Mapping[str, str] = {"": cycle, "before": before, "after": after or before}
    return f"{term.what}{source}@{chosen[term.when]}{edition}"


def _parse(prefix: str) -> tuple[str, str, str, str]:
    """Take apart what is counted, whose placements, in which cycle, and the edition."""
    who, _, rest = prefix.partition("@")
    what, colon, source = who.partition(":")
    cycle, mark, edition = rest.partition(EDITION)
    return what, colon + source, cycle, mark + edition


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value
