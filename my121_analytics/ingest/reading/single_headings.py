"""What one heading says by itself, before the rest of its sheet is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from my121_analytics.ingest.reading.dates import MONTHS
from my121_analytics.ingest.reading.states import STATE_COLUMNS, STATUS_MEANINGS
from my121_analytics.ingest.reading.synonyms import (
    ASKS,
    AXES,
    REMEMBERED,
    YEAR,
    compact,
    heading_keys,
    plain_words,
    synonym_book,
    target_of,
    words_of,
)
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, ORGANISATION, SELF, TABLES

_A_PERSON = re.compile(r"(?:performance|potential|box|rating|score|review)[\s_]+"
                       r"(?:manager|reviewer|appraiser|supervisor)\s*$", re.I)
"""A heading about somebody, not about whose rating it is."""
_WORDLESS = re.compile(r"[0-9 ./:,;|+*()-]*")
"""A text without a letter, or a sign that stands for a word."""
_FLAGS = frozenset({c.name for columns in TABLES.values() for c in columns if c.kind == "flag"}
                   | {"disability", *STATE_COLUMNS})


@dataclass(frozen=True)
class Heading:
    """What one column of a sheet is taken for.

    Parameters
    ----------
    position
        Column of the sheet, counted from 0.
    text
        The heading as written.
    column
        Column of the record, or one of ``READING_ONLY``; empty where the column is not used.
    source
        For a rating: whose it is, where the heading says so.
    how
        ``setting``, ``synonym``, ``content``, ``source`` (a rating with whose it is), ``assumed`` (a rating that names
        no axis, taken as performance), ``label`` (says in words what the code beside it means), ``unused``,
        ``ignored``, ``states_asked`` (may be a column of states), ``ambiguous``, ``dated``, ``twice`` (one heading in
        two columns), ``duplicate``, ``refused``.
    meanings
        For ambiguous headings: what it could be.
    suggestion
        For unused headings: a known heading that is near.
    label_of
        For labels: column of the sheet with the codes; else -1.
    """

    position: int
    text: str
    column: str = ""
    source: str = ""
    how: str = "unused"
    meanings: tuple[str, ...] = ()
    suggestion: str = ""
    label_of: int = -1

    @property
    def is_used(self) -> bool:
        """Whether the column enters the record."""
        return bool(self.column)


def is_recognised(text: str, overrides: Mapping[str, str] | None = None) -> bool:
    """Say whether a text is a heading that the synonym table or the settings know, used or not."""
    known = {compact(k) for k in overrides or {}}
    if _WORDLESS.fullmatch(text):  # half the cells that are looked at are dates and numbers
        return compact(text) in known - {""}
    book = synonym_book()
    return any(k in known or k in book.candidates or k in book.by_content or k in book.ambiguous or k in book.axis_open
               or k in book.refused for k in heading_keys(text)) or _read_rating(text) is not None


@dataclass(frozen=True)
class OpenHeading:
    """A heading as far as it can be read alone, with what else it may be."""

    heading: Heading
    candidates: tuple[tuple[str, str, bool], ...] = ()
    """(table, column, strong) while the sheet's kind is not known yet."""


def first_reading(position: int, text: str, settled: Mapping[str, str],
                  looks_like: Callable[[int], str]) -> OpenHeading:
    """Read one heading: a setting, a synonym, a rating with whose it is, or what its cells say."""
    blank = Heading(position, text)
    keys = [*_named_unit(text), *heading_keys(text)]
    book = synonym_book()
    if not keys:
        return OpenHeading(blank)
    if any(key in book.refused for key in keys) or _is_refused(text):
        return OpenHeading(replace(blank, how="refused"))
    setting = next((settled[key] for key in keys if key in settled), None)
    if setting is not None:
        source, column = target_of(setting) or ("", "")
        how = "setting" if column else "ignored"
        return OpenHeading(replace(blank, column=column, source=source, how=how))
    asks = bool(ASKS.search(text))
    for key in keys:
        if key in book.candidates:
            found = book.candidates[key]
            found = tuple(c for c in found if c[1] in _FLAGS) if asks else found
            return OpenHeading(blank, found)
        if key in book.by_content:
            return OpenHeading(_settle_by_content(blank, book.by_content[key], looks_like(position)))
        if key in book.axis_open:
            look = looks_like(position)
            how = "assumed" if look == "performance" else "content"
            return OpenHeading(replace(blank, column=look, how=how) if look in AXES else
                            replace(blank, how="ambiguous", meanings=AXES))
        if key in book.ambiguous:
            return OpenHeading(replace(blank, how="ambiguous", meanings=book.ambiguous[key]))
    rating = _read_rating(text)
    if rating is not None:
        source, column = rating
        if source == "dated":
            return OpenHeading(replace(blank, how="dated", meanings=(column,)))
        if source == "several":
            return OpenHeading(replace(blank, how="ambiguous", meanings=(f"self {column}", f"manager {column}")))
        if not column:
            return OpenHeading(replace(blank, how="ambiguous", meanings=tuple(f"{source} {axis}" for axis in AXES)))
        return OpenHeading(replace(blank, column=column, source=source, how="source"))
    near = get_close_matches(keys[0], book.spelled, n=1, cutoff=0.85)
    return OpenHeading(replace(blank, suggestion=book.spelled[near[0]] if near else ""))


def ask_which(whole: OpenHeading, bottom: OpenHeading) -> OpenHeading:
    """Ask about a heading that stands twice and that the line above does not explain (``Round 1``, ``2024``)."""
    heading = whole.heading
    meant = {bottom.heading.column} if bottom.heading.column else {c for _, c, strong in bottom.candidates if strong}
    if heading.column or whole.candidates or heading.how in ("ignored", "refused") or not (meant or
                                                                                           bottom.heading.meanings):
        return whole
    return OpenHeading(replace(heading, how="twice", meanings=tuple(sorted(meant)) or bottom.heading.meanings,
                            suggestion=""))


def _settle_by_content(heading: Heading, meanings: tuple[str, str], look: str) -> Heading:
    """Choose between two columns by what stands under the heading."""
    as_ids, as_words = meanings
    if "source" in meanings and look == "sources":
        column = "source"
    elif look in STATE_COLUMNS and as_words == "ask":
        column = look
    elif as_ids == "source":
        column = as_words
    else:
        column = as_ids if look == "ids" or as_words == "source" else as_words
    if column == "ask":
        return replace(heading, how="ambiguous", meanings=STATUS_MEANINGS)
    return heading if column == "other" else replace(heading, column=column, how="content")


@lru_cache(maxsize=REMEMBERED)
def _read_rating(text: str) -> tuple[str, str] | None:
    """Read a heading such as ``Self rating: performance`` as (source, axis); None where it speaks of no rating.

    The source may be ``dated`` (it names a period, so it may be another cycle's) or ``several``.
    """
    book = synonym_book()
    tokens = [part for word in words_of(text) for part in _parted(word)]
    before = bool(set(tokens) & book.sources["before"])
    if _A_PERSON.search(text) or "manager manager" in " ".join(tokens):
        return None
    whose = [name for name, words in book.sources.items() if name != "before" and any(t in words for t in tokens)]
    if "self" in whose and "employee" in whose:
        whose.remove("employee")
        tokens = [t for t in tokens if t not in book.sources["employee"]]
    if before and whose == [CALIBRATED]:
        spent = book.sources[CALIBRATED] | book.sources["before"]
        return _axis_of([t for t in tokens if t not in spent], MANAGER)
    dated = YEAR.search(text)
    if dated:
        words_of_source = {t for name in whose for t in book.sources[name]}
        rest = [t for t in words_of(YEAR.sub(" ", text)) if t not in words_of_source]
        found = _axis_of([t for t in rest if not t.isdigit() and t not in _PERIOD_WORDS], "dated")
        return ("dated", found[1] or "performance") if found else None
    if len(whose) != 1:
        named = [a for a in AXES if a in tokens]
        return ("several", named[0]) if len(whose) > 1 and len(named) == 1 else None
    return _axis_of([t for t in tokens if t not in book.sources[whose[0]]], whose[0])


@lru_cache(maxsize=REMEMBERED)
def _parted(word: str) -> tuple[str, ...]:
    """Part a word that runs whose rating and the rating together: ``selfrating``, ``mgrscore``."""
    book = synonym_book()
    ends = {*_RATING_WORDS, *AXES}
    for whose in sorted({w for name in (MANAGER, SELF, CALIBRATED, "employee") for w in book.sources[name]}, key=len):
        rest = word.removeprefix(whose)
        if rest != word and rest in ends:
            return whose, rest
    return (word,)


def _axis_of(rest: list[str], source: str) -> tuple[str, str] | None:
    """Give the axis that the words beside the source name; an empty axis where they speak of a rating without one."""
    book = synonym_book()
    axis = next((book.axes[key] for key in (compact("".join(rest)),
                                            compact("".join(t for t in rest if t not in book.filler)))
                 if key in book.axes), "")
    if axis or (rest and all(t in book.filler for t in rest) and _RATING_WORDS & set(rest)):
        return source, axis
    return None


_PERIOD_WORDS = frozenset({*MONTHS, "year", "years"})
_RATING_WORDS = frozenset({"rating", "ratings", "score", "assessment", "evaluation"})
_LEVEL = re.compile(r"\b(?:(?:org(?:ani[sz]ation(?:al)?)?|hierarchy|structure|unit|name|tier)[\s_.\-]*)*"
                    r"(?:l|lvl|lev|level|tier)[\s_.\-]*0?\d+\b", re.I)


def _named_unit(text: str) -> list[str]:
    """Give the key of the unit that a heading names beside a level's number: ``Org Level 2 (Directorate)``."""
    if not _LEVEL.search(text):
        return []
    rest = words_of(_LEVEL.sub(" ", text))
    known = synonym_book().candidates
    for key in ("".join(rest), "".join(w for w in rest if w not in ("name", "unit", "organisation"))):
        if any(column in ORGANISATION for _, column, _ in known.get(key, ())):
            return [key]
    return []


def _is_refused(text: str) -> bool:
    """Say whether a refused heading stands in the words of this one (``Employee NI number``, ``Home Postcode``)."""
    book = synonym_book()
    if any(key in book.allowed or key in book.candidates for key in heading_keys(text)):
        return False
    for words in (plain_words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)), " ".join(words_of(text))):
        for phrase in sorted(book.allowed_phrases, key=len, reverse=True):
            words = words.replace(phrase, "")
        if any(f" {phrase} " in f" {words} " for phrase in book.refused_phrases):
            return True
    return False


def axes_meant(heading: Heading) -> set[tuple[str, str]]:
    """Give the sources and axes that a heading is or could be."""
    if heading.column in AXES:
        return {(heading.source, heading.column)}
    found = {tuple(m.rsplit(" ", 1)) if " " in m else ("", m) for m in heading.meanings}
    return {(str(m[0]), str(m[1])) for m in found} if found and all(m[1] in AXES for m in found) else set()
