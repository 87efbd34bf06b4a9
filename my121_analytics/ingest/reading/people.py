"""Who is meant: an id, ``NAME (id)``, a name that only one person has, an e-mail address, a position number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from my121_analytics.ingest.reading.cells import (
    clean,
    is_missing,
    mend_encoding,
    parse_ids,
    plain_list,
    plain_words,
    word_list,
)

_WITH_ID = (re.compile(r"(?P<name>[^\d()\[\]]+?)\s*[(\[]\s*(?:(?:id|no|ref|emp|employee)\.?\s*:?\s*)?"
                       r"(?P<id>[A-Za-z]{0,4}\d[\w./\-]*)\s*[)\]]", re.I),
            re.compile(r"(?P<id>[A-Za-z]{0,4}\d[\w./]*)\s*(?:[-–—:,|]|\s)\s*(?P<name>[^\W\d_][^\d()\[\]]+)"),
            re.compile(r"(?P<name>[^\d()\[\]]+?)\s*(?:\s[-–—]|[-:,|/])\s*(?P<id>[A-Za-z]{0,4}\d[\w./]*)"))
_ACTING = re.compile(r"\s*[(\[](?:acting(?: up)?|interim|temporary|temp|job ?share|secondment|seconded|cover|"
                     r"(?:maternity|mat) cover)[)\]]|^(?:acting|interim)\s*[:\-]\s*", re.I)
_SEVERAL = re.compile(r"\s*[/;&+|]\s*|\s+and\s+|\s*,\s*(?=\d)", re.I)
_EMAIL = re.compile(r"([\w.+'\-]+)@[\w.\-]+")


@dataclass(frozen=True)
class Who:
    """One reading of a person's cell.

    Parameters
    ----------
    employee_id
        None where nobody (sure) is meant.
    state
        Empty, or ``vacant``, ``top``, ``ambiguous``, ``unknown``, ``bad``, ``disagrees`` (the name is not the one on
        the staff list), ``contradicts`` (the name is somebody else's), ``implausible`` (the only person with the name
        cannot well be the one who is meant).
    could_be
        The people it could be, for messages.
    name
        The name in the cell, where there is one.
    by_name
        Nothing but the name tells who is meant.
    """

    employee_id: str | None = None
    state: str = ""
    could_be: str = ""
    name: str = ""
    by_name: bool = False


@dataclass(frozen=True)
class Roster:
    """The people known by the exports.

    Parameters
    ----------
    people
        Ids of everyone known.
    pairs
        Ids and the names given for them.
    emails
        E-mail address, lower case -> employee id.
    holders
        Post -> ids of those in it (those in it now, where somebody is).
    has_list
        Whether the exports hold a staff list; without one the people are those whom rows are about.
    width
        As for ``parse_ids``.
    holds_leavers
        Whether the staff list holds those who left, so that an id that is not on it is nobody's.
    shared
        Numbers that two people have, with their names: such a number says nothing of who is meant.
    """

    people: frozenset[str]
    pairs: Sequence[tuple[str, str]] = ()
    emails: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    has_list: bool = False
    width: int | None = None
    holds_leavers: bool = False
    shared: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """Names by id; worked out only where some cell gives a name."""
        names: dict[str, set[str]] = {}
        for person, name in self.pairs:
            names.setdefault(person, set()).add(name)
        return names

    def find(self, text: str, pairs: Mapping[str, frozenset[str]] | None = None) -> Who:
        """Say who is meant by a cell.

        Parameters
        ----------
        text
            The cell.
        pairs
            Name (by :func:`name_key`) -> ids that stand beside it in the same file.
        """
        cell = _ACTING.sub("", mend_encoding(clean(text)))
        if is_missing(cell):
            return Who()
        words = plain_words(cell)
        if words in plain_list("vacant"):
            return Who(state="vacant")
        if words in plain_list("top_of_tree"):
            return Who(state="top")
        several = self._several(cell)
        if several:
            return Who(None, "ambiguous", several)
        single = parse_ids([cell], self.width)
        value = single.values[0]
        if value is not None and (any(c.isdigit() for c in value) or value in self.people):
            return self._by_code(value)
        if single.faults[0] == "scientific_id":
            return Who(state="bad")
        for form in _WITH_ID:
            found = form.fullmatch(cell)
            if found:
                return self._by_name_and_id(found["name"].strip(" ,"), found["id"])
        email = _EMAIL.fullmatch(cell)
        if email:
            return self._by_email(cell.casefold(), email[1])
        return self.find_name(cell, pairs)

    def _several(self, cell: str) -> str:
        """List the people where a cell names more than one, as for a post that two managers share."""
        parts = [part for part in _SEVERAL.split(cell) if part]
        if len(parts) < 2 or cell in self.people:
            return ""
        ids = {code if code in self.people else self.find_name(part).employee_id
               for part, code in zip(parts, parse_ids(parts, self.width).values, strict=True)}
        return self._show(ids - {None}) if None not in ids and len(ids) > 1 else ""

    def find_name(self, name: str, pairs: Mapping[str, frozenset[str]] | None = None) -> Who:
        """Say who has a name; ids beside it in the same file go first, since they are that column's own."""
        beside = (pairs or {}).get(name_key(name), frozenset())
        if len(beside) == 1:
            return Who(next(iter(beside)), "beside", name=name)
        for level, keys in enumerate(_name_keys(name, asking=True)):
            if not keys:  # a cell without a word asks for nobody: no index need be built for it
                continue
            ids: set[str] = set()
            index = self._tolerant[level - 1] if level else self._strict
            for key in keys:
                ids |= index.get(key, set())
            if len(ids) == 1:
                return Who(next(iter(ids)), name=name, by_name=True)
            if ids:
                return Who(None, "ambiguous", self._show(ids), name)
        return Who(None, "unknown", name=name)

    def _by_code(self, value: str) -> Who:
        if value in self.shared:
            return Who(None, "ambiguous", self.shared[value])
        if value in self.people:
            return Who(value)
        if not value.isdigit() and value in self.holders:
            return self.find_post(value)
        forms = self._forms.get(bare_id(value), set())
        return Who(None, "bad", self._show(forms)) if self.has_list and forms else Who(value)

    def find_post(self, value: str) -> Who:
        """Say who holds a post."""
        parsed = parse_ids([value]).values[0]
        if parsed is None:
            return Who()
        ids = self.holders.get(parsed, frozenset())
        if len(ids) == 1:
            return Who(next(iter(ids)))
        return Who(None, "ambiguous" if ids else "unknown", self._show(ids))

    def _by_name_and_id(self, name: str, code: str) -> Who:
        value = parse_ids([code], self.width).values[0]
        return Who(state="bad", name=name) if value is None else self.compare(value, name)

    def compare(self, value: str, name: str) -> Who:
        """Hold an id against the name that stands beside it.

        Returns
        -------
        Who
            The id; with state ``disagrees`` where the staff list has another name for it, as after a marriage; and
            nobody, with state ``contradicts``, where the name is another person's.
        """
        if value in self.shared:
            return Who(None, "ambiguous", self.shared[value], name)
        known = self.names.get(value, set())
        if not known or any(_may_be_one(name, other) for other in known):
            return Who(value, name=name)
        shown = " / ".join(sorted(known))
        other = self.find_name(name).employee_id
        if other is not None and other != value:
            return Who(None, "contradicts", f"{value} is {shown}, {name} is {other}", name)
        return Who(value, "disagrees", shown, name)

    def _by_email(self, address: str, local: str) -> Who:
        if address in self.emails:
            return Who(self.emails[address])
        return self.find_name(re.sub(r"[._\-\d]+", " ", local))

    @cached_property
    def _forms(self) -> dict[str, set[str]]:
        """Ids by what remains of them without zeros in front and case: 004711 and 4711 are perhaps one person."""
        forms: dict[str, set[str]] = {}
        for person in self.people:
            forms.setdefault(bare_id(person), set()).add(person)
        return forms

    def _show(self, ids: Iterable[str | None]) -> str:
        shown = sorted(str(i) for i in ids)
        return ", ".join(shown[:5]) + (f" or {len(shown) - 5} others" if len(shown) > 5 else "")

    @cached_property
    def _strict(self) -> dict[str, set[str]]:
        """Names -> ids by all words of a name; in most exports nothing more is ever asked."""
        index: dict[str, set[str]] = {}
        for employee_id, names in self.names.items():
            for name in names:
                if key := name_key(name):
                    index.setdefault(key, set()).add(employee_id)
        return index

    @cached_property
    def _tolerant(self) -> tuple[dict[str, set[str]], ...]:
        """Names -> ids by the more tolerant ways of comparing names, one after the other."""
        indexes: tuple[dict[str, set[str]], ...] = ({}, {}, {})
        for employee_id, names in self.names.items():
            for name in names:
                for index, keys in zip(indexes, _name_keys(name, asking=False)[1:], strict=True):
                    for key in keys:
                        index.setdefault(key, set()).add(employee_id)
        return indexes


def bare_id(value: str) -> str:
    """Bring an id to what remains without zeros in front and case: 004711 and 4711, E12 and e12 are alike."""
    return value.casefold().lstrip("0")


def name_key(name: str) -> str:
    """Bring a name to what is compared first: its words in alphabetical order, without titles or accents."""
    surname, forenames = _name_parts(name)
    return " ".join(sorted((*surname, *forenames)))


def resolve(roster: Roster, texts: Sequence[str] | np.ndarray, *, pairs: Mapping[str, frozenset[str]] | None = None,
            kind: str = "person") -> list[Who]:
    """Say who is meant by each distinct text of a column.

    Parameters
    ----------
    roster
        The people.
    texts
        Distinct texts.
    pairs
        As for :meth:`Roster.find`.
    kind
        ``person``, ``name`` (the column holds names only) or ``post`` (it holds position numbers).
    """
    if kind == "post":
        return [roster.find_post(text) for text in texts]
    if kind == "name":
        return [roster.find(text, pairs) for text in texts]
    codes = parse_ids(texts, roster.width).values
    return [Who(code) if code in roster.people else roster.find(text, pairs)
            for text, code in zip(texts, codes, strict=True)]


def _name_keys(name: str, *, asking: bool) -> tuple[list[str], ...]:
    """Give the keys by which a name is compared: all words; without initials; without middle names; initial only.

    On the last three levels one of the two names must be the shorter one: John A Smith is not John B Smith. So a
    shorter name on the roster is also filed under ``=``, and a longer one asks there.
    """
    surname, forenames = _name_parts(name)
    words = [*surname, *forenames]
    longer = [w for w in words if len(w) > 1]
    levels = [[" ".join(sorted(words))] if words else [],
              _file(" ".join(sorted(longer)), len(longer) == len(words), asking) if len(longer) > 1 else []]
    if not surname or not forenames:
        return (*levels, [], [])
    is_initial = len(forenames[0]) == 1
    first = " ".join(sorted((*surname, forenames[0])))
    initial = f"{forenames[0][0]} {' '.join(surname)}"
    return (*levels, [] if is_initial else _file(first, len(forenames) == 1, asking),
            _file(initial, is_initial, asking))


def _file(key: str, shorter: bool, asking: bool) -> list[str]:
    if asking:
        return [key] if shorter else [f"={key}"]
    return [key, f"={key}"] if shorter else [key]


def _name_parts(name: str) -> tuple[list[str], list[str]]:
    """Split a name into surname and forenames; ``Surname, Forename`` says so, else the last word is the surname."""
    plain = name.lower() if name.isascii() else "".join(
        c for c in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(c))
    plain = plain.replace("'", "").replace("’", "").replace("`", "")
    titles = word_list("titles")
    before, comma, after = plain.partition(",")

    def words(text: str) -> list[str]:
        return [w for w in re.findall(r"[^\W\d_]+", text) if w not in titles]

    if comma and words(after):
        return words(before), words(after)
    parts = words(plain)
    return parts[-1:], parts[:-1]


def _may_be_one(a: str, b: str) -> bool:
    """Say whether two names may be one person's: a surname in common, or one word within the other's."""
    words_of_a, words_of_b = ({word for part in _name_parts(name) for word in part if len(word) > 1} for name in (a, b))
    return bool(words_of_a & words_of_b) or not words_of_a or not words_of_b
