"""What a heading means: a table of synonyms kept as data, read together with what stands under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.ingest.reading.dates import MONTHS
from my121_analytics.ingest.reading.states import EMPLOYMENT, RELATIONSHIP, STATE_COLUMNS, STATUS_MEANINGS
from my121_analytics.packaged_data import read_packaged_toml
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, ORGANISATION, PROTECTED, SELF, TABLES

AXES = ("performance", "potential", "box")
READING_ONLY = ("surname", "forename", "email", "manager_name", "manager_post", "rater_name", "rater_post",
                *STATE_COLUMNS)
"""Columns that help to read a row and are not kept in the record."""
EVENTS = ("evidence", "successors", "objectives", "development_actions", "conversations", "placements")
"""Tables that a row can enter besides people and posts."""
_SIGNS = {"evidence": {"requirement_id"}, "successors": {"readiness"}, "objectives": {"n_set", "n_met"},
          "development_actions": {"intervention"}, "conversations": {"held_on"}, "placements": set(AXES)}
_REMEMBERED = 16_384
"""Headings and words whose reading is kept: the tops of all sheets are searched, and they repeat themselves."""
_ALONE = ("evidence", "successors")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d\d\s*[-/]\s*\d\d(?!\d)|\bfy\s?\d\d\b|\b[hqt][1-4]\b"
                   r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*[-' ]*\d\d\b"
                   r"|\b(?:previous|prior|last)\b", re.I)
"""What ties a rating to a cycle of its own, so that it may not be the one of the row."""
_A_PERSON = re.compile(r"(?:performance|potential|box|rating|score|review)[\s_]+"
                       r"(?:manager|reviewer|appraiser|supervisor)\s*$", re.I)
"""A heading about somebody, not about whose rating it is."""
_ASKS = re.compile(r"\?\s*$|\(?\by\s*/\s*n\b\)?\s*$|\byes\s*/\s*no\b", re.I)
"""A heading that asks yes or no."""
_APART = re.compile(r"[\W_]+")
"""All but letters and digits."""
_INITIALS = re.compile(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)")
_E_MAIL = re.compile(r"\be-(?=mail)", re.I)
_OF_SOMEBODY = re.compile(r"'s\b")
_ESCAPED = re.compile(r"_x00[0-9A-Fa-f]{2}_")
"""A character that some exports write as its number."""
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_WORDLESS = re.compile(r"[0-9 ./:,;|+*()-]*")
"""A text without a letter, or a sign that stands for a word."""
_DAYS = frozenset(c.name for columns in TABLES.values() for c in columns if c.kind == "date")
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


@dataclass(frozen=True)
class SheetMap:
    """The meaning of a sheet's columns.

    Parameters
    ----------
    headings
        One per column with a heading or a cell.
    tables
        Tables that the sheet's rows enter: ``people`` and those of ``EVENTS``; empty where it is no part of the record.
    """

    headings: tuple[Heading, ...]
    tables: tuple[str, ...]
    columns: Mapping[str, int] = field(default_factory=dict)
    """Column of the record -> column of the sheet, ratings aside."""
    ratings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Source (empty where the heading names none) -> axis -> column of the sheet."""
    labels: Mapping[int, int] = field(default_factory=dict)
    """Column of the sheet with the codes of a rating -> column with their labels."""

    def text(self, position: int) -> str:
        """Give the heading of a column of the sheet."""
        return next((h.text for h in self.headings if h.position == position), "")


def compact(text: str) -> str:
    """Bring a heading to the letters and digits that tell it apart."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and").replace("’", "").replace("'", "")
    return _APART.sub("", plain)


def words_of(text: str) -> list[str]:
    """Split a heading into its words, abbreviations written out: ``LineMgr_No.`` is line, manager, number."""
    return list(_words_of(text))


@lru_cache(maxsize=_REMEMBERED)
def _words_of(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", text).replace("#", " number ").replace("’", "'")
    plain = _E_MAIL.sub("e", _INITIALS.sub("", plain))
    plain = _INNER_CAPITAL.sub(" ", _ESCAPED.sub(" ", _OF_SOMEBODY.sub(" ", plain)))
    short = _abbreviations()
    words = [short.get(w, w) for w in _WORD.findall(plain.replace("&", " and ").casefold())]
    return tuple(w for j, w in enumerate(words) if not j or w != "number" or words[j - 1] != "number")


def is_recognised(text: str, overrides: Mapping[str, str] | None = None) -> bool:
    """Say whether a text is a heading that the synonym table or the settings know, used or not."""
    known = {compact(k) for k in overrides or {}}
    if _WORDLESS.fullmatch(text):  # half the cells that are looked at are dates and numbers
        return compact(text) in known - {""}
    book = _book()
    return any(k in known or k in book.candidates or k in book.by_content or k in book.ambiguous or k in book.axis_open
               or k in book.refused for k in _heading_keys(text)) or _read_rating(text) is not None


def column_of(text: str, tables: Sequence[str]) -> str:
    """Give the column that a known heading stands for in a sheet that enters some tables; empty where it is none."""
    found = [entry for key in heading_keys(text) for entry in _book().candidates.get(key, ())]
    return next((column for table in (*tables[1:], *tables[:1]) for group, column, _ in found if group == table), "")


def check_overrides(overrides: Mapping[str, str]) -> None:
    """Refuse ``[exports.columns]`` entries that name no column of the record.

    Raises
    ------
    SettingsError
        All unknown columns are listed.
    """
    known = column_words()
    faults = [f"[exports.columns] \"{heading}\": '{target}' is no column of the record. {suggest(target, known)}"
              for heading, target in overrides.items() if _target(target) is None]
    if faults:
        raise SettingsError(f"[exports.columns]: {len(faults)} column(s) of the record do not exist.", hints=faults)


def column_words() -> list[str]:
    """List every word that may stand on the right side of ``[exports.columns]``, ratings with whose they are too."""
    whose = [f"{source} {axis}" for source in (MANAGER, SELF, CALIBRATED) for axis in AXES]
    return [*sorted(_known_columns()), *whose, "ignore"]


def map_headings(texts: Sequence[str], overrides: Mapping[str, str] | None = None, *,
                 looks_like: Callable[[int], str] = lambda _: "words",
                 same: Callable[[int, int], bool] = lambda a, b: False,
                 fits: Callable[[int], frozenset[str] | None] = lambda _: frozenset(AXES),
                 paired: Callable[[int, int], bool] = lambda a, b: False,
                 finest: Callable[[Sequence[int]], int] = lambda _: -1,
                 clearest: Callable[[Sequence[int]], int] = lambda _: -1,
                 twice: Mapping[int, str] | None = None) -> SheetMap:
    """Say what each column of a sheet is.

    Parameters
    ----------
    texts
        Headings in order; empty where a column has none.
    overrides
        ``[exports.columns]``: heading -> record column or ``ignore``; beats the synonym table.
    looks_like
        Gives ``ids``, ``sources``, or ``words`` for what stands in a column; settles headings with two meanings.
    same
        Says whether two columns hold the same cells, so that a column exported twice is no riddle.
    fits
        Gives the axes on whose scale all cells of a column are; None where they are no levels of any scale.
    paired
        Says whether the second column puts into words what the first holds as codes.
    finest
        Of several columns with review periods gives the one to read where they agree row by row, else -1.
    clearest
        Of several columns with a category gives the one to read where they tell rows apart alike, else -1.
    twice
        Column -> heading without the line above that tells it from another one with the same heading.

    Returns
    -------
    SheetMap
    """
    settled = {compact(k): v for k, v in (overrides or {}).items()}
    found = [_first_reading(j, text, settled, looks_like) for j, text in enumerate(texts)]
    for j, text in enumerate(texts):
        base = _NUMBERED.fullmatch(text)
        if base and not found[j].candidates and found[j].heading.how in ("unused", "ambiguous") and any(
                compact(base[1]) == compact(other) for other in texts):
            again = _first_reading(j, base[1], {}, looks_like)  # a program has numbered the second of two headings
            found[j] = replace(again, heading=replace(again.heading, text=text))
    for j, bottom in (twice or {}).items():
        found[j] = _ask_which(found[j], _first_reading(j, bottom, {}, looks_like))
    events = _events(found)
    chosen = _settle_all(found, events, fits, paired)
    if "placements" not in events and any(h.how == "assumed" for h in chosen):
        # An assumed rating is the first sign of placements: what else their sheets hold is settled anew.
        found = [_Reading(h) if h.how == "assumed" else r for h, r in zip(chosen, found, strict=True)]
        events = _events(found)
        chosen = _settle_all(found, events, fits, paired)
    chosen = _part_names_from_ids(chosen, looks_like)
    chosen = _drop_duplicates(chosen, _belonging(chosen, events), same, finest, clearest)
    return _assemble(chosen, events)


_NUMBERED = re.compile(r"(.*\S)(?:\.|_| \(?)[1-9]\)?")
"""A heading that a program has told from another one by a number: ``Rating.1``, ``Rating_2``, ``Rating (2)``."""


def _settle_all(found: list[_Reading], events: tuple[str, ...], fits: Callable[[int], frozenset[str] | None],
                paired: Callable[[int, int], bool]) -> list[Heading]:
    """Choose what each heading is, once it is known which tables the sheet enters."""
    chosen = [_settle(reading, events) for reading in found]
    chosen = _fill_weak(chosen, found, events)
    chosen = _ask_the_rest(_settle_open_axis(chosen), events)
    chosen = _resolve_employee_prefix(chosen)
    chosen = _take_employees_for_self(chosen)
    return _assume_performance(_pair_labels(chosen, paired), fits)


# One heading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    heading: Heading
    candidates: tuple[tuple[str, str, bool], ...] = ()
    """(table, column, strong) while the sheet's kind is not known yet."""


def _first_reading(position: int, text: str, settled: Mapping[str, str],
                   looks_like: Callable[[int], str]) -> _Reading:
    blank = Heading(position, text)
    keys = [*_named_unit(text), *heading_keys(text)]
    book = _book()
    if not keys:
        return _Reading(blank)
    if any(key in book.refused for key in keys) or _is_refused(text):
        return _Reading(replace(blank, how="refused"))
    setting = next((settled[key] for key in keys if key in settled), None)
    if setting is not None:
        source, column = _target(setting) or ("", "")
        how = "setting" if column else "ignored"
        return _Reading(replace(blank, column=column, source=source, how=how))
    asks = bool(_ASKS.search(text))
    for key in keys:
        if key in book.candidates:
            found = book.candidates[key]
            found = tuple(c for c in found if c[1] in _FLAGS) if asks else found
            return _Reading(blank, found)
        if key in book.by_content:
            return _Reading(_settle_by_content(blank, book.by_content[key], looks_like(position)))
        if key in book.axis_open:
            look = looks_like(position)
            how = "assumed" if look == "performance" else "content"
            return _Reading(replace(blank, column=look, how=how) if look in AXES else
                            replace(blank, how="ambiguous", meanings=AXES))
        if key in book.ambiguous:
            return _Reading(replace(blank, how="ambiguous", meanings=book.ambiguous[key]))
    rating = _read_rating(text)
    if rating is not None:
        source, column = rating
        if source == "dated":
            return _Reading(replace(blank, how="dated", meanings=(column,)))
        if source == "several":
            return _Reading(replace(blank, how="ambiguous", meanings=(f"self {column}", f"manager {column}")))
        if not column:
            return _Reading(replace(blank, how="ambiguous", meanings=tuple(f"{source} {axis}" for axis in AXES)))
        return _Reading(replace(blank, column=column, source=source, how="source"))
    near = get_close_matches(keys[0], book.spelled, n=1, cutoff=0.85)
    return _Reading(replace(blank, suggestion=book.spelled[near[0]] if near else ""))


def _ask_which(whole: _Reading, bottom: _Reading) -> _Reading:
    """Ask about a heading that stands twice and that the line above does not explain (``Round 1``, ``2024``)."""
    heading = whole.heading
    meant = {bottom.heading.column} if bottom.heading.column else {c for _, c, strong in bottom.candidates if strong}
    if heading.column or whole.candidates or heading.how in ("ignored", "refused") or not (meant or
                                                                                           bottom.heading.meanings):
        return whole
    return _Reading(replace(heading, how="twice", meanings=tuple(sorted(meant)) or bottom.heading.meanings,
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


@lru_cache(maxsize=_REMEMBERED)
def _read_rating(text: str) -> tuple[str, str] | None:
    """Read a heading such as ``Self rating: performance`` as (source, axis); None where it speaks of no rating.

    The source may be ``dated`` (it names a period, so it may be another cycle's) or ``several``.
    """
    book = _book()
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
    dated = _YEAR.search(text)
    if dated:
        words_of_source = {t for name in whose for t in book.sources[name]}
        rest = [t for t in words_of(_YEAR.sub(" ", text)) if t not in words_of_source]
        found = _axis_of([t for t in rest if not t.isdigit() and t not in _PERIOD_WORDS], "dated")
        return ("dated", found[1] or "performance") if found else None
    if len(whose) != 1:
        named = [a for a in AXES if a in tokens]
        return ("several", named[0]) if len(whose) > 1 and len(named) == 1 else None
    return _axis_of([t for t in tokens if t not in book.sources[whose[0]]], whose[0])


@lru_cache(maxsize=_REMEMBERED)
def _parted(word: str) -> tuple[str, ...]:
    """Part a word that runs whose rating and the rating together: ``selfrating``, ``mgrscore``."""
    book = _book()
    ends = {*_RATING_WORDS, *AXES}
    for whose in sorted({w for name in (MANAGER, SELF, CALIBRATED, "employee") for w in book.sources[name]}, key=len):
        rest = word.removeprefix(whose)
        if rest != word and rest in ends:
            return whose, rest
    return (word,)


def _axis_of(rest: list[str], source: str) -> tuple[str, str] | None:
    """Give the axis that the words beside the source name; an empty axis where they speak of a rating without one."""
    book = _book()
    axis = next((book.axes[key] for key in (compact("".join(rest)),
                                            compact("".join(t for t in rest if t not in book.filler)))
                 if key in book.axes), "")
    if axis or (rest and all(t in book.filler for t in rest) and _RATING_WORDS & set(rest)):
        return source, axis
    return None


_PERIOD_WORDS = frozenset({*MONTHS, "year", "years"})
_RATING_WORDS = frozenset({"rating", "ratings", "score", "assessment", "evaluation"})


def heading_keys(text: str) -> list[str]:
    """Give what a heading may be looked up by: all of it, and without what stands in brackets; then with short forms
    written out. Brackets that say whose or when (``Performance (self)``) belong to the heading.
    """
    return list(_heading_keys(text))


@lru_cache(maxsize=_REMEMBERED)
def _heading_keys(text: str) -> tuple[str, ...]:
    inside = {word for part in re.findall(r"[(\[](.*?)[)\]]", text) for word in words_of(part)}
    telling = bool(inside & _book_words()) or any(_YEAR.search(p) for p in re.findall(r"[(\[](.*?)[)\]]", text))
    asked = _ASKS.sub(" ", text)
    shorter = asked if telling else re.sub(r"[(\[].*?[)\]]", " ", asked)
    forms = (text,) if shorter == text else (text, shorter)
    plain = [compact(_ESCAPED.sub(" ", form).replace("#", " number ")) for form in forms]
    bare = _OUR_REVIEW.sub(" ", shorter)  # what the review is called says nothing of the column
    of_bare = (compact(bare), canonical(bare)) if bare != shorter else ()
    asks = (f"is{compact(asked)}",) if text.rstrip().endswith("?") and compact(asked) else ()
    both = (*plain, *(canonical(form) for form in forms), *of_bare, *asks)
    found = tuple(dict.fromkeys(key for key in both if key))
    return found if ("/" not in text and "|" not in text) or set(found) & set(_book().candidates) else (
        *found, *_in_two_languages(text))


def _in_two_languages(text: str) -> tuple[str, ...]:
    """Give the key of a heading that says one thing twice: ``Leaving date / Dyddiad gadael``."""
    halves = [canonical(half) for half in re.split(r"[/|]", text)]
    meant = [{column for _, column, _ in _book().candidates.get(half, ())} for half in halves]
    in_welsh = [bool(set(words_of(half)) & set(_table()["welsh"]["words"])) for half in re.split(r"[/|]", text)]
    return (halves[0],) if len(halves) == 2 and sum(in_welsh) == 1 and meant[0] & meant[1] else ()


_OUR_REVIEW = re.compile(r"\bmy[ _-]?(?:1|one)[ _:-]{0,3}(?:2|to)?[ _:-]{0,3}(?:1|one)s?\b"
                         r"(?=.*\b(?:rating|score|box|performance|potential)\b)", re.I)
_LEVEL = re.compile(r"\b(?:(?:org(?:ani[sz]ation(?:al)?)?|hierarchy|structure|unit|name|tier)[\s_.\-]*)*"
                    r"(?:l|lvl|lev|level|tier)[\s_.\-]*0?\d+\b", re.I)


def _named_unit(text: str) -> list[str]:
    """Give the key of the unit that a heading names beside a level's number: ``Org Level 2 (Directorate)``."""
    if not _LEVEL.search(text):
        return []
    rest = words_of(_LEVEL.sub(" ", text))
    known = _book().candidates
    for key in ("".join(rest), "".join(w for w in rest if w not in ("name", "unit", "organisation"))):
        if any(column in ORGANISATION for _, column, _ in known.get(key, ())):
            return [key]
    return []


def canonical(text: str) -> str:
    """Bring a heading to its words, abbreviations written out and run together."""
    words = words_of(text)
    if len(words) > 1 and words[-1] == "description" and words[0] not in ("job", "performance", "potential"):
        words = words[:-1]
    return "".join(words)


def _is_refused(text: str) -> bool:
    """Say whether a refused heading stands in the words of this one (``Employee NI number``, ``Home Postcode``)."""
    book = _book()
    if any(key in book.allowed or key in book.candidates for key in heading_keys(text)):
        return False
    for words in (_words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)), " ".join(words_of(text))):
        for phrase in sorted(book.allowed_phrases, key=len, reverse=True):
            words = words.replace(phrase, "")
        if any(f" {phrase} " in f" {words} " for phrase in book.refused_phrases):
            return True
    return False


# A whole sheet ----------------------------------------------------------------------------------------------------


def _events(found: Iterable[_Reading]) -> tuple[str, ...]:
    """Tell from the headings which tables a sheet's rows enter."""
    signs: dict[str, set[str]] = {table: set() for table in EVENTS}
    for reading in found:
        if reading.heading.column:
            for table, columns in _SIGNS.items():
                signs[table] |= {reading.heading.column} & columns
        tables = {table for table, _, strong in reading.candidates if strong}
        for table, column, strong in reading.candidates:
            if strong and table in signs and column in _SIGNS[table] and len(tables) == 1:
                signs[table].add(column)
    if not signs["placements"]:
        weak = {column for r in found for table, column, strong in r.candidates if table == "placements"}
        signs["placements"] = weak & _SIGNS["placements"]
    # Reviews may say how ready somebody is for the next post: with ratings beside it the sheet is about those.
    alone = [table for table in _ALONE if signs[table] and not signs["placements"]]
    return (alone[0],) if alone else tuple(table for table in EVENTS if signs[table] and table not in _ALONE)


def _settle(reading: _Reading, events: tuple[str, ...]) -> Heading:
    """Choose the strong candidate of the first table that the sheet enters."""
    for table in (*events, "people"):
        for group, column, strong in reading.candidates:
            if strong and group == table and not (table == "people" and "evidence" in events):
                return replace(reading.heading, column=column, how="synonym")
    return reading.heading


def _fill_weak(chosen: list[Heading], found: list[_Reading], events: tuple[str, ...]) -> list[Heading]:
    """Use weak candidates for columns that no stronger heading gives; the employee's id may borrow a post's."""
    have = {h.column for h in chosen if h.column}
    out = list(chosen)
    for table in (*events, "people"):
        for column in _book().weak_order.get(table, ()):
            if column in have:
                continue
            for j, reading in enumerate(found):
                free = not out[j].column or (column == "employee_id" and out[j].column == "post_id")
                if free and (table, column, False) in reading.candidates:
                    out[j] = replace(out[j], column=column, how="synonym")
                    have.add(column)
                    break
    if "placements" in events and "placed_on" not in have and "held_on" in have:
        out = [replace(h, column="placed_on") if h.column == "held_on" and "conversations" not in events else h
               for h in out]
    return out


def _settle_open_axis(chosen: list[Heading]) -> list[Heading]:
    """``Rating`` beside ``Potential rating`` is performance, where nothing else is."""
    have = {h.column for h in chosen}
    is_open = _book().axis_open
    open_ones = [j for j, h in enumerate(chosen) if h.how == "ambiguous" and is_open & set(heading_keys(h.text))]
    if "potential" not in have or "performance" in have or len(open_ones) != 1:
        return chosen
    out = list(chosen)
    out[open_ones[0]] = replace(out[open_ones[0]], column="performance", how="synonym", meanings=())
    return out


def _ask_the_rest(chosen: list[Heading], events: tuple[str, ...]) -> list[Heading]:
    """Ask about headings of two meanings that nothing settled; a sheet's only date is the placement's."""
    have = {h.column for h in chosen}
    book = _book()
    out = []
    for heading in chosen:
        key = next((k for k in heading_keys(heading.text) if k in book.ambiguous), None)
        if heading.how in ("unused", "ambiguous") and key is not None:
            if key == "date" and "placements" in events and not have & {*_DAYS, "cycle"}:
                heading = replace(heading, column="placed_on", how="synonym", meanings=())
            else:
                heading = replace(heading, how="ambiguous", meanings=book.ambiguous[key])
        out.append(heading)
    return out


def _resolve_employee_prefix(chosen: list[Heading]) -> list[Heading]:
    """``Employee rating`` is the employee's own where the manager's stands beside it, else nobody can say."""
    managers_axes = {h.column for h in chosen if h.column in AXES and h.source in ("", MANAGER)}
    return [h if h.source != "employee" else replace(h, source=SELF) if h.column in managers_axes else
            replace(h, column="", source="", how="ambiguous", meanings=(f"self {h.column}", f"manager {h.column}"))
            for h in chosen]


def _take_employees_for_self(chosen: list[Heading]) -> list[Heading]:
    """``Employee score`` beside ``Appraiser score`` is the employee's own; alone it may be either's."""
    has_managers = any(h.source == MANAGER or any(m.startswith(f"{MANAGER} ") for m in h.meanings) for h in chosen)
    whose = (SELF,) if has_managers else (SELF, MANAGER)
    return [replace(h, meanings=tuple(m.replace("employee", source, 1) for source in whose for m in h.meanings))
            if h.how == "ambiguous" and h.meanings and all(m.startswith("employee ") for m in h.meanings) else h
            for h in chosen]


def _part_names_from_ids(chosen: list[Heading], looks_like: Callable[[int], str]) -> list[Heading]:
    """Where ``Manager`` stands beside ``Manager id``, the one that holds words is the name."""
    out = list(chosen)
    for column, name in (("manager_id", "manager_name"), ("rater_id", "rater_name")):
        rivals = [j for j, h in enumerate(chosen) if h.column == column and h.how == "synonym"]
        if len(rivals) == 2 and not any(h.column == name for h in chosen):
            words = [j for j in rivals if looks_like(chosen[j].position) == "words"]
            if len(words) == 1:
                out[words[0]] = replace(out[words[0]], column=name, how="content")
    return out


def _pair_labels(chosen: list[Heading], paired: Callable[[int, int], bool]) -> list[Heading]:
    """Give a column that puts the codes of a rating into words to that rating (``Rating`` and ``Rating label``)."""
    out = list(chosen)
    for j, label in enumerate(chosen):
        if label.how in ("setting", "ignored", "refused", "dated") or not label.text.strip():
            continue
        rivals = [i for i, h in enumerate(chosen) if i != j and out[i].how != "label" and _is_label_of(label, h)
                  and paired(h.position, label.position)]
        if rivals:
            near = min(rivals, key=lambda i: abs(chosen[i].position - label.position))
            out[j] = replace(label, column="", source="", how="label", meanings=(), suggestion="",
                             label_of=chosen[near].position)
    return out


def _is_label_of(label: Heading, rating: Heading) -> bool:
    """Say whether a heading can be the label of a rating's: of the same axis, or the same words and one for a label."""
    axes = _axes_meant(rating)
    if not axes:
        return False
    book, words = _book(), words_of(label.text)
    named = set(words) & book.label_words
    rest = [w for w in words if w not in book.label_words and w not in book.label_filler]
    if label.column in AXES:
        return {(label.source, label.column)} == axes or (len(axes) > 1 and bool(named) and (label.source, label.column)
                                                           in axes)
    if _axes_meant(label):
        return _axes_meant(label) >= axes and bool(named)
    own = [w for w in words_of(rating.text) if w not in book.label_filler and w != "number"]
    return bool(named) and label.how == "unused" and (not rest or rest == own)


def _axes_meant(heading: Heading) -> set[tuple[str, str]]:
    """Give the sources and axes that a heading is or could be."""
    if heading.column in AXES:
        return {(heading.source, heading.column)}
    found = {tuple(m.rsplit(" ", 1)) if " " in m else ("", m) for m in heading.meanings}
    return {(str(m[0]), str(m[1])) for m in found} if found and all(m[1] in AXES for m in found) else set()


def _assume_performance(chosen: list[Heading], fits: Callable[[int], frozenset[str] | None]) -> list[Heading]:
    """Take the only rating of a source that names no axis as performance, where its cells fit that scale alone."""
    out = list(chosen)
    for source in ("", MANAGER, SELF, CALIBRATED):
        meant = {(source, axis) for axis in AXES}
        asked = [j for j, h in enumerate(out) if h.how == "ambiguous" and _axes_meant(h) == meant]
        labels = {h.label_of: h.position for h in out if h.how == "label"}
        scales = {j: fits(labels.get(out[j].position, out[j].position)) for j in asked}
        candidates = [j for j in asked if scales[j] is not None]
        has_one = any(h.column == "performance" and h.source in (source, *(("", MANAGER) if source in ("", MANAGER)
                                                                          else ())) for h in out)
        if len(candidates) == 1 and not has_one and scales[candidates[0]] == {"performance"}:
            out[candidates[0]] = replace(out[candidates[0]], column="performance", source=source, how="assumed",
                                         meanings=())
    return out


def _belonging(chosen: Sequence[Heading], events: tuple[str, ...]) -> frozenset[int]:
    """List the headings that the synonym table has under one of the sheet's own events."""
    return frozenset(j for j, h in enumerate(chosen) if h.is_used and _belongs(h, events))


_CATEGORIES = frozenset({*ORGANISATION, "grade", "role", "contract", *PROTECTED})
"""Columns that may stand in a sheet as a code and as its name."""


def _drop_duplicates(chosen: list[Heading], belonging: frozenset[int], same: Callable[[int, int], bool],
                     finest: Callable[[Sequence[int]], int],
                     clearest: Callable[[Sequence[int]], int]) -> list[Heading]:
    """Settle which of several headings for one column is read.

    Settings go first, then the heading of the sheet's own event, equal cells or periods, and the heading that is
    preferred wherever both stand; else none of them is used.
    """
    out = list(chosen)
    places: dict[tuple[str, str], list[int]] = {}
    for j, heading in enumerate(chosen):
        if heading.is_used:
            key = (heading.source or MANAGER if heading.column in AXES else "", heading.column)
            places.setdefault(key, []).append(j)
    for (_, column), rivals in places.items():
        if len(rivals) < 2:
            continue
        by_setting = [j for j in rivals if chosen[j].how == "setting"]
        of_event = [j for j in rivals if j in belonging]
        agree = finest if column == "cycle" else clearest if column in _CATEGORIES else None
        agreed = agree([chosen[j].position for j in rivals]) if agree and not by_setting else -1
        if len(by_setting) == 1:
            winner = by_setting[0]
        elif len(of_event) == 1 and not by_setting:
            winner = of_event[0]
        elif all(same(rivals[0], j) for j in rivals[1:]):
            winner = rivals[0]
        elif agreed >= 0:
            winner = next(j for j in rivals if chosen[j].position == agreed)
        elif len(preferred := [j for j in rivals if _is_preferred(chosen[j])]) == 1 and not by_setting:
            winner = preferred[0]
        else:
            for j in rivals:
                out[j] = replace(out[j], column="", source="", how="ambiguous", meanings=(column,))
            continue
        for j in rivals:
            if j != winner:
                out[j] = replace(out[j], column="", source="", how="duplicate")
    return out


def _is_preferred(heading: Heading) -> bool:
    return any(key in _book().preferred.get(heading.column, ()) for key in heading_keys(heading.text))


def _belongs(heading: Heading, events: tuple[str, ...]) -> bool:
    """Say whether the synonym table lists a heading under one of the sheet's own events."""
    book = _book()
    numbered = _NUMBERED.fullmatch(heading.text)
    keys = [*heading_keys(heading.text), *(heading_keys(numbered[1]) if numbered else [])]
    return any(table in events and column == heading.column
               for key in keys for table, column, _ in book.candidates.get(key, ()))


def _assemble(chosen: list[Heading], events: tuple[str, ...]) -> SheetMap:
    columns = {h.column: h.position for h in chosen if h.is_used and h.column not in AXES}
    ratings: dict[str, dict[str, int]] = {}
    for h in chosen:
        if h.column in AXES:
            ratings.setdefault(h.source, {})[h.column] = h.position
    tables: tuple[str, ...] = ()
    events = tuple(e for e in events if e != "placements" or ratings)
    if "evidence" in events:
        tables = ("evidence",) if "requirement_id" in columns else ()
    elif "employee_id" in columns:
        people = {c.name for t in ("employees", "posts") for c in TABLES[t]} | {"surname", "forename", "manager_name",
                                                                                       EMPLOYMENT, RELATIONSHIP}
        details = set(columns) & people - {"employee_id"}
        if "successors" in events:
            tables = ("successors",) if "post_id" in columns else ()
        elif events or details:
            tables = ("people", *events)
    headings = tuple(h for h in chosen if h.text.strip() or h.is_used)
    labels = {h.label_of: h.position for h in chosen if h.how == "label"}
    return SheetMap(headings, tables, columns, ratings, labels)


# The table of synonyms --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Book:
    candidates: dict[str, tuple[tuple[str, str, bool], ...]]
    by_content: dict[str, tuple[str, str]]
    ambiguous: dict[str, tuple[str, ...]]
    axis_open: frozenset[str]
    refused: frozenset[str]
    refused_phrases: tuple[str, ...]
    allowed: frozenset[str]
    allowed_phrases: tuple[str, ...]
    axes: dict[str, str]
    sources: dict[str, frozenset[str]]
    filler: frozenset[str]
    label_words: frozenset[str]
    label_filler: frozenset[str]
    spelled: dict[str, str]
    weak_order: dict[str, tuple[str, ...]]
    preferred: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _book() -> _Book:
    data = _table()
    candidates: dict[str, list[tuple[str, str, bool]]] = {}
    written_out: dict[str, list[tuple[str, str, bool]]] = {}
    spelled: dict[str, str] = {}
    for strength in ("strong", "weak"):
        for table, columns in data[strength].items():
            for column, spellings in columns.items():
                for spelling in (*spellings, column):
                    entry = (table, column, strength == "strong")
                    for key, found in ((compact(spelling), candidates), ("".join(words_of(spelling)), written_out)):
                        if entry not in found.setdefault(key, []):
                            found[key].append(entry)
                    spelled.setdefault(compact(spelling), spelling)
    for key, entries in written_out.items():
        if key not in candidates and _is_one_meaning(entries):
            candidates[key] = entries
    axes = {key(s): axis for axis in AXES for s in data["strong"]["placements"][axis] for key in (canonical, compact)}
    axes.update({axis: axis for axis in AXES})
    sources = {name: frozenset(words) for name, words in data["sources"].items() if name != "filler"}
    refused, allowed = data["refused"]["headings"], data["refused"]["allowed"]

    def by_key(entries: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """Look entries up by both kinds of key, those as written first."""
        return {**{canonical(k): tuple(v) for k, v in entries.items() if canonical(k) not in candidates},
                **{compact(k): tuple(v) for k, v in entries.items()}}

    by_content = {k: (v[0], v[1]) for k, v in by_key(data["by_content"]).items()}
    axis_open = frozenset(key(h) for h in data["axis_open"]["headings"] for key in (compact, canonical))
    return _Book({k: tuple(v) for k, v in candidates.items()}, by_content, by_key(data["ambiguous"]), axis_open,
                 frozenset(compact(h) for h in refused),
                 tuple({*(_words(h) for h in refused), *(" ".join(words_of(h)) for h in refused)}),
                 frozenset(compact(h) for h in allowed), tuple(_words(h) for h in allowed), axes, sources,
                 frozenset(data["sources"]["filler"]), frozenset(data["labels"]["words"]),
                 frozenset(data["labels"]["generic"]), spelled,
                 {table: tuple(columns) for table, columns in data["weak"].items()},
                 {column: frozenset(compact(h) for h in headings) for column, headings in data["preferred"].items()})


def _is_one_meaning(entries: Sequence[tuple[str, str, bool]]) -> bool:
    """Say whether spellings that become one when written out mean one column in each table."""
    tables = [(table, strong) for table, _, strong in entries]
    return len(tables) == len(set(tables))


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return read_packaged_toml("ingest.reading", "headings.toml")


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, str]:
    return dict(_table()["abbreviations"])


@lru_cache(maxsize=1)
def _book_words() -> frozenset[str]:
    """Words in brackets that change what a heading means: whose a rating is, and which of two."""
    data = _table()
    whose = {w for name, words in data["sources"].items() if name != "filler" for w in words}
    return frozenset(whose | {"name", "email", "post", "position", "comments", "notes", "date", "previous", "prior",
                              "last", "old", "target", "change"})


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", text.casefold()))


@lru_cache(maxsize=1)
def _known_columns() -> frozenset[str]:
    record = {c.name for columns in TABLES.values() for c in columns if not c.name.startswith("origin_")}
    return frozenset(record - {"repaired", "derived"} | set(READING_ONLY))


def _target(setting: str) -> tuple[str, str] | None:
    """Read the right side of ``[exports.columns]`` as (source, column); empty column for ``ignore``."""
    words = re.split(r"[\s._]+", setting.strip().casefold(), maxsplit=1)
    if setting.strip().casefold() in ("ignore", "ignored", ""):
        return "", ""
    if len(words) == 2 and words[0] in (MANAGER, SELF, CALIBRATED) and words[1] in AXES:
        return words[0], words[1]
    column = re.sub(r"\s+", "_", setting.strip().casefold())
    return ("", column) if column in _known_columns() else None
