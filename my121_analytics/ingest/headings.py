"""What a heading means: a table of synonyms kept as data, read together with what stands under it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Any

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, SELF, TABLES

AXES = ("performance", "potential", "box")
READING_ONLY = ("surname", "forename", "email", "manager_name", "manager_post", "rater_name", "rater_post")
"""Columns that help to read a row and are not kept in the record."""
EVENTS = ("evidence", "successors", "objectives", "development_actions", "conversations", "placements")
"""Tables that a row can enter besides people and posts."""
_SIGNS = {"evidence": {"requirement_id"}, "successors": {"readiness"}, "objectives": {"n_set", "n_met"},
          "development_actions": {"intervention"}, "conversations": {"held_on"}, "placements": set(AXES)}
_ALONE = ("evidence", "successors")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


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
        ``setting``, ``synonym``, ``content``, ``source`` (a rating with whose it is), ``unused``, ``ignored``,
        ``ambiguous``, ``dated``, ``duplicate``, ``refused``.
    meanings
        For ambiguous headings: what it could be.
    suggestion
        For unused headings: a known heading that is near.
    """

    position: int
    text: str
    column: str = ""
    source: str = ""
    how: str = "unused"
    meanings: tuple[str, ...] = ()
    suggestion: str = ""

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

    def text(self, position: int) -> str:
        """Give the heading of a column of the sheet."""
        return next((h.text for h in self.headings if h.position == position), "")


def compact(text: str) -> str:
    """Bring a heading to the letters and digits that tell it apart."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and").replace("’", "").replace("'", "")
    return "".join(c for c in plain if c.isalnum())


def is_recognised(text: str, overrides: Mapping[str, str] | None = None) -> bool:
    """Say whether a text is a heading that the synonym table or the settings know, used or not."""
    keys = _keys(text)
    if not keys:
        return False
    book = _book()
    known = {compact(k) for k in overrides or {}}
    return any(k in known or k in book.candidates or k in book.by_content or k in book.ambiguous or k in book.refused
               for k in keys) or _read_rating(text) is not None


def check_overrides(overrides: Mapping[str, str]) -> None:
    """Refuse ``[exports.columns]`` entries that name no column of the record.

    Raises
    ------
    SettingsError
        All unknown columns are listed.
    """
    known = sorted({*_known_columns(), "ignore"})
    faults = [f"[exports.columns] \"{heading}\": '{target}' is no column of the record. {suggest(target, known)}"
              for heading, target in overrides.items() if _target(target) is None]
    if faults:
        raise SettingsError(f"[exports.columns]: {len(faults)} column(s) of the record do not exist.", hints=faults)


def map_headings(texts: Sequence[str], overrides: Mapping[str, str] | None = None, *,
                 looks_like: Callable[[int], str] = lambda _: "words",
                 same: Callable[[int, int], bool] = lambda a, b: False) -> SheetMap:
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

    Returns
    -------
    SheetMap
    """
    settled = {compact(k): v for k, v in (overrides or {}).items()}
    found = [_first_reading(j, text, settled, looks_like) for j, text in enumerate(texts)]
    events = _events(found)
    chosen = [_settle(reading, events) for reading in found]
    chosen = _fill_weak(chosen, found, events)
    chosen = _resolve_employee_prefix(chosen)
    chosen = _part_names_from_ids(chosen, looks_like)
    chosen = _drop_duplicates(chosen, events, same)
    return _assemble(chosen, events)


# One heading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    heading: Heading
    candidates: tuple[tuple[str, str, bool], ...] = ()
    """(table, column, strong) while the sheet's kind is not known yet."""


def _first_reading(position: int, text: str, settled: Mapping[str, str],
                   looks_like: Callable[[int], str]) -> _Reading:
    blank = Heading(position, text)
    keys = _keys(text)
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
    for key in keys:
        if key in book.candidates:
            return _Reading(blank, book.candidates[key])
        if key in book.by_content:
            as_ids, as_words = book.by_content[key]
            look = looks_like(position)
            column = "source" if "source" in (as_ids, as_words) and look == "sources" else (
                as_ids if look == "ids" or as_words == "source" else as_words)
            return _Reading(replace(blank, column=column, how="content"))
        if key in book.ambiguous:
            return _Reading(replace(blank, how="ambiguous", meanings=book.ambiguous[key]))
    rating = _read_rating(text)
    if rating is not None:
        source, column = rating
        if source == "dated":
            return _Reading(replace(blank, how="dated", meanings=(column,)))
        if not column:
            return _Reading(replace(blank, how="ambiguous", meanings=tuple(f"{source} {axis}" for axis in AXES)))
        return _Reading(replace(blank, column=column, source=source, how="source"))
    near = get_close_matches(keys[0], book.spelled, n=1, cutoff=0.85)
    return _Reading(replace(blank, suggestion=book.spelled[near[0]] if near else ""))


def _read_rating(text: str) -> tuple[str, str] | None:
    """Read a heading such as ``Self rating: performance`` as (source, axis); None where it speaks of no rating."""
    book = _book()
    tokens = re.findall(r"[a-z]+|\d+", unicodedata.normalize("NFKC", text).casefold())
    if _YEAR.search(text):
        rest = [t for t in tokens if t.isalpha()]
        axis = next((a for a in AXES if a in rest), "performance" if "rating" in rest else "")
        return ("dated", axis) if axis else None
    whose = [name for name, words in book.sources.items() if any(t in words for t in tokens)]
    if len(whose) != 1:
        return None
    rest = [t for t in tokens if t not in book.sources[whose[0]]]
    axis = next((book.axes[key] for key in (compact("".join(rest)),
                                            compact("".join(t for t in rest if t not in book.filler)))
                 if key in book.axes), "")
    if not axis and not (rest and all(t in book.filler for t in rest) and {"rating", "score"} & set(rest)):
        return None
    return whose[0], axis


def _keys(text: str) -> list[str]:
    """Give what a heading may be looked up by: all of it, and without what stands in brackets."""
    shorter = re.sub(r"[(\[].*?[)\]]", " ", text)
    return list(dict.fromkeys(key for key in (compact(text), compact(shorter)) if key))


def _is_refused(text: str) -> bool:
    """Say whether a refused heading stands in the words of this one (``Employee NI number``, ``Home Postcode``)."""
    words = " ".join(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()))
    book = _book()
    if any(key in book.allowed or key in book.candidates for key in _keys(text)):
        return False
    for phrase in sorted(book.allowed_phrases, key=len, reverse=True):
        words = words.replace(phrase, "")
    return any(f" {phrase} " in f" {words} " for phrase in book.refused_phrases)


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
    alone = [table for table in _ALONE if signs[table]]
    return (alone[0],) if alone else tuple(table for table in EVENTS if signs[table])


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


def _resolve_employee_prefix(chosen: list[Heading]) -> list[Heading]:
    """``Employee rating`` is the employee's own where the manager's stands beside it, else nobody can say."""
    others = {h.column for h in chosen if h.column in AXES and h.source in ("", MANAGER)}
    return [h if h.source != "employee" else replace(h, source=SELF) if h.column in others else
            replace(h, column="", source="", how="ambiguous", meanings=(f"self {h.column}", f"manager {h.column}"))
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


def _drop_duplicates(chosen: list[Heading], events: tuple[str, ...],
                     same: Callable[[int, int], bool]) -> list[Heading]:
    """Where two headings mean one column: settings first, then equal cells, else neither is used."""
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
        of_event = [j for j in rivals if _belongs(chosen[j], events)]
        if len(by_setting) == 1:
            winner = by_setting[0]
        elif len(of_event) == 1 and not by_setting:
            winner = of_event[0]
        elif all(same(rivals[0], j) for j in rivals[1:]):
            winner = rivals[0]
        else:
            for j in rivals:
                out[j] = replace(out[j], column="", source="", how="ambiguous", meanings=(column,))
            continue
        for j in rivals:
            if j != winner:
                out[j] = replace(out[j], column="", source="", how="duplicate")
    return out


def _belongs(heading: Heading, events: tuple[str, ...]) -> bool:
    """Say whether the synonym table lists a heading under one of the sheet's own events."""
    book = _book()
    return any(table in events and column == heading.column
               for key in _keys(heading.text) for table, column, _ in book.candidates.get(key, ()))


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
        people = {c.name for t in ("employees", "posts") for c in TABLES[t]} | {"surname", "forename", "manager_name"}
        details = set(columns) & people - {"employee_id"}
        if "successors" in events:
            tables = ("successors",) if "post_id" in columns else ()
        elif events or details:
            tables = ("people", *events)
    headings = tuple(h for h in chosen if h.text.strip() or h.is_used)
    return SheetMap(headings, tables, columns, ratings)


# The table of synonyms --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Book:
    candidates: dict[str, tuple[tuple[str, str, bool], ...]]
    by_content: dict[str, tuple[str, str]]
    ambiguous: dict[str, tuple[str, ...]]
    refused: frozenset[str]
    refused_phrases: tuple[str, ...]
    allowed: frozenset[str]
    allowed_phrases: tuple[str, ...]
    axes: dict[str, str]
    sources: dict[str, frozenset[str]]
    filler: frozenset[str]
    spelled: dict[str, str]
    weak_order: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _book() -> _Book:
    text = resources.files("my121_analytics.ingest").joinpath("headings.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    candidates: dict[str, list[tuple[str, str, bool]]] = {}
    spelled: dict[str, str] = {}
    for strength in ("strong", "weak"):
        for table, columns in data[strength].items():
            for column, spellings in columns.items():
                for spelling in (*spellings, column):
                    entry = (table, column, strength == "strong")
                    if entry not in candidates.setdefault(compact(spelling), []):
                        candidates[compact(spelling)].append(entry)
                        spelled.setdefault(compact(spelling), spelling)
    axes = {compact(s): axis for axis in AXES for s in data["strong"]["placements"][axis]}
    axes.update({axis: axis for axis in AXES})
    sources = {name: frozenset(words) for name, words in data["sources"].items() if name != "filler"}
    refused, allowed = data["refused"]["headings"], data["refused"]["allowed"]
    return _Book({k: tuple(v) for k, v in candidates.items()},
                 {compact(k): (v[0], v[1]) for k, v in data["by_content"].items()},
                 {compact(k): tuple(v) for k, v in data["ambiguous"].items()},
                 frozenset(compact(h) for h in refused), tuple(_words(h) for h in refused),
                 frozenset(compact(h) for h in allowed), tuple(_words(h) for h in allowed), axes, sources,
                 frozenset(data["sources"]["filler"]), spelled,
                 {table: tuple(columns) for table, columns in data["weak"].items()})


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
