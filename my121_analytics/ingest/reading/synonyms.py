"""The table of synonyms, kept as data: the words of a heading and the columns that they may stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.ingest.reading.states import STATE_COLUMNS
from my121_analytics.packaged_data import read_packaged_toml
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, SELF, TABLES

AXES = ("performance", "potential", "box")
READING_ONLY = ("surname", "forename", "email", "manager_name", "manager_post", "rater_name", "rater_post",
                *STATE_COLUMNS)
"""Columns that help to read a row and are not kept in the record."""
REMEMBERED = 16_384
"""Headings and words whose reading is kept: the tops of all sheets are searched, and they repeat themselves."""
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d\d\s*[-/]\s*\d\d(?!\d)|\bfy\s?\d\d\b|\b[hqt][1-4]\b"
                   r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*[-' ]*\d\d\b"
                   r"|\b(?:previous|prior|last)\b", re.I)
"""What ties a rating to a cycle of its own, so that it may not be the one of the row."""
ASKS = re.compile(r"\?\s*$|\(?\by\s*/\s*n\b\)?\s*$|\byes\s*/\s*no\b", re.I)
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


def compact(text: str) -> str:
    """Bring a heading to the letters and digits that tell it apart."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and").replace("’", "").replace("'", "")
    return _APART.sub("", plain)


def words_of(text: str) -> list[str]:
    """Split a heading into its words, abbreviations written out: ``LineMgr_No.`` is line, manager, number."""
    return list(_words_of(text))


@lru_cache(maxsize=REMEMBERED)
def _words_of(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", text).replace("#", " number ").replace("’", "'")
    plain = _E_MAIL.sub("e", _INITIALS.sub("", plain))
    plain = _INNER_CAPITAL.sub(" ", _ESCAPED.sub(" ", _OF_SOMEBODY.sub(" ", plain)))
    short = _abbreviations()
    words = [short.get(w, w) for w in _WORD.findall(plain.replace("&", " and ").casefold())]
    return tuple(w for j, w in enumerate(words) if not j or w != "number" or words[j - 1] != "number")


def column_of(text: str, tables: Sequence[str]) -> str:
    """Give the column that a known heading stands for in a sheet that enters some tables; empty where it is none."""
    found = [entry for key in heading_keys(text) for entry in synonym_book().candidates.get(key, ())]
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
              for heading, target in overrides.items() if target_of(target) is None]
    if faults:
        raise SettingsError(f"[exports.columns]: {len(faults)} column(s) of the record do not exist.", hints=faults)


def column_words() -> list[str]:
    """List every word that may stand on the right side of ``[exports.columns]``, ratings with whose they are too."""
    whose = [f"{source} {axis}" for source in (MANAGER, SELF, CALIBRATED) for axis in AXES]
    return [*sorted(_known_columns()), *whose, "ignore"]


def heading_keys(text: str) -> list[str]:
    """Give what a heading may be looked up by: all of it, and without what stands in brackets; then with short forms
    written out. Brackets that say whose or when (``Performance (self)``) belong to the heading.
    """
    return list(_heading_keys(text))


@lru_cache(maxsize=REMEMBERED)
def _heading_keys(text: str) -> tuple[str, ...]:
    inside = {word for part in re.findall(r"[(\[](.*?)[)\]]", text) for word in words_of(part)}
    telling = bool(inside & _book_words()) or any(YEAR.search(p) for p in re.findall(r"[(\[](.*?)[)\]]", text))
    asked = ASKS.sub(" ", text)
    shorter = asked if telling else re.sub(r"[(\[].*?[)\]]", " ", asked)
    forms = (text,) if shorter == text else (text, shorter)
    plain = [compact(_ESCAPED.sub(" ", form).replace("#", " number ")) for form in forms]
    bare = _OUR_REVIEW.sub(" ", shorter)  # what the review is called says nothing of the column
    of_bare = (compact(bare), canonical(bare)) if bare != shorter else ()
    asks = (f"is{compact(asked)}",) if text.rstrip().endswith("?") and compact(asked) else ()
    both = (*plain, *(canonical(form) for form in forms), *of_bare, *asks)
    found = tuple(dict.fromkeys(key for key in both if key))
    return found if ("/" not in text and "|" not in text) or set(found) & set(synonym_book().candidates) else (
        *found, *_in_two_languages(text))


def _in_two_languages(text: str) -> tuple[str, ...]:
    """Give the key of a heading that says one thing twice: ``Leaving date / Dyddiad gadael``."""
    halves = [canonical(half) for half in re.split(r"[/|]", text)]
    meant = [{column for _, column, _ in synonym_book().candidates.get(half, ())} for half in halves]
    in_welsh = [bool(set(words_of(half)) & set(_table()["welsh"]["words"])) for half in re.split(r"[/|]", text)]
    return (halves[0],) if len(halves) == 2 and sum(in_welsh) == 1 and meant[0] & meant[1] else ()


_OUR_REVIEW = re.compile(r"\bmy[ _-]?(?:1|one)[ _:-]{0,3}(?:2|to)?[ _:-]{0,3}(?:1|one)s?\b"
                         r"(?=.*\b(?:rating|score|box|performance|potential)\b)", re.I)


def canonical(text: str) -> str:
    """Bring a heading to its words, abbreviations written out and run together."""
    words = words_of(text)
    if len(words) > 1 and words[-1] == "description" and words[0] not in ("job", "performance", "potential"):
        words = words[:-1]
    return "".join(words)


@dataclass(frozen=True)
class SynonymBook:
    """The table of synonyms, looked up by :func:`compact` and :func:`canonical` keys."""

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
def synonym_book() -> SynonymBook:
    """Read the table of synonyms, once."""
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
    return SynonymBook({k: tuple(v) for k, v in candidates.items()}, by_content, by_key(data["ambiguous"]), axis_open,
                 frozenset(compact(h) for h in refused),
                 tuple({*(plain_words(h) for h in refused), *(" ".join(words_of(h)) for h in refused)}),
                 frozenset(compact(h) for h in allowed), tuple(plain_words(h) for h in allowed), axes, sources,
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


def plain_words(text: str) -> str:
    """Give the Latin letters of a text as words in lower case, one space between."""
    return " ".join(re.findall(r"[a-z]+", text.casefold()))


@lru_cache(maxsize=1)
def _known_columns() -> frozenset[str]:
    record = {c.name for columns in TABLES.values() for c in columns if not c.name.startswith("origin_")}
    return frozenset(record - {"repaired", "derived"} | set(READING_ONLY))


def target_of(setting: str) -> tuple[str, str] | None:
    """Read the right side of ``[exports.columns]`` as (source, column); empty column for ``ignore``."""
    words = re.split(r"[\s._]+", setting.strip().casefold(), maxsplit=1)
    if setting.strip().casefold() in ("ignore", "ignored", ""):
        return "", ""
    if len(words) == 2 and words[0] in (MANAGER, SELF, CALIBRATED) and words[1] in AXES:
        return words[0], words[1]
    column = re.sub(r"\s+", "_", setting.strip().casefold())
    return ("", column) if column in _known_columns() else None
