"""Which rating or box a cell says: a code, a label, or both, and a refusal where two readings remain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.reading.cells import (
    Parsed,
    Texts,
    clean,
    collect,
    is_missing,
    mend_encoding,
    narrow,
    plain_dashes,
    plain_list,
    plain_words,
    value_table,
)
from my121_analytics.settings import Settings

_FILLER = {"performance": frozenset({"level", "rating", "score", "category", "point", "is", "the", "overall",
                                     "performance"}),
           "potential": frozenset({"level", "rating", "score", "category", "point", "is", "the", "overall",
                                   "potential"}),
           "box": frozenset({"box", "segment", "cell", "square", "map", "number", "is", "the", "category",
                             "placement", "position"})}
"""Words beside a code or label that say nothing."""
_ANY_FILLER = frozenset().union(*_FILLER.values())
_PARTS = re.compile(r"\s*(?:[/;|,+]|\bor\b|\bto\b|\band\b)\s*|\s+-\s+", re.I)
_DOUBT = re.compile(r"[?~<>≈±→*%£$€+]|^-\s*\d|[-+]$|\d-$")
"""Marks that make a rating another one or no sure one: 2?, 3*, Meets+, -1."""
_WHOLE_WITH_COMMA = re.compile(r"\d,0+(?!\d)")
_LOST_DASH = re.compile(r"(?<=\w) ?[?\ufffd] ?(?=\w)")
_TRUNCATED = 12
"""From this length on, a label cut off by a narrow column is still known."""


@dataclass(frozen=True)
class Scale:
    """One axis as it may be written.

    Parameters
    ----------
    axis
        ``performance``, ``potential`` or ``box``.
    labels
        Level or box number -> label.
    spellings
        Words -> level, those of the framework.
    synonyms
        Words -> level, those of ``[ratings.synonyms]``; as written where marks belong to them (``A*``, ``2+``).
        Level 0 stands for no rating.
    codes
        Level or box number -> code as the exports write it, in small letters.
    """

    axis: str
    labels: Mapping[int, str]
    spellings: Mapping[str, int]
    synonyms: Mapping[str, int]
    codes: Mapping[int, str] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        """What could have been written, for messages."""
        return ", ".join(self.shown(number) for number in self.labels)

    def shown(self, number: int) -> str:
        """Give a level or box as a message shows it: its code in the exports and its label."""
        return f"{self.code_of(number).upper()} {self.labels[number]}"

    def code_of(self, number: int) -> str:
        """Give the code that the exports write for a level or box."""
        return self.codes.get(number, str(number))

    def level_of(self, code: str) -> int:
        """Give the level or box that a bare code stands for; 0 where it stands for none."""
        wanted = _same_number(code.casefold())
        return next((number for number in self.labels if _same_number(self.code_of(number)) == wanted), 0)

    def parse(self, texts: Texts) -> Parsed:
        """Read the distinct texts of a column; 0 where there is no rating."""
        labels = {number: self.shown(number) for number in self.labels}
        return replace(collect(map(self._read, texts), np.int8, self.expected), labels=labels)

    def _read(self, text: str) -> tuple[int, str, str]:
        if is_missing(text):
            return 0, "", ""
        cleaned = clean(text)
        mended = mend_encoding(cleaned)
        repair = "encoding_repaired" if mended != cleaned else ""
        plain = plain_dashes(narrow(mended))
        if plain.casefold() in self.synonyms:
            return self.synonyms[plain.casefold()], "", repair
        lost = _LOST_DASH.sub(" - ", plain)
        if lost != plain and re.search(r"\d", plain) and "/" not in plain:
            plain, repair = lost, "encoding_repaired"  # a dash that an old code page had no sign for
        words = plain_words(plain)
        if words in plain_list("not_rated") or " ".join(w for w in words.split() if w != self.axis) in plain_list(
                "not_rated"):
            return 0, "", repair
        if _DOUBT.search(plain):
            return 0, self._fault("unknown"), ""
        for known in (self.synonyms, self.spellings):
            if words in known:
                return known[words], "", repair
        value, fault, spelling = self._read_parts(plain)
        if fault == self._fault("unknown"):
            value, fault, spelling = self._read_parts(_number_words(plain))
        return value, fault, "" if fault else spelling or repair

    def _read_parts(self, text: str) -> tuple[int, str, str]:
        """Read a text that is no known spelling as it stands: a code, a code with a label, or a misspelling."""
        plain = plain_decimals(text)
        if self.axis == "box":
            plain = re.sub(r"^\s*b\s*(?=\d\s*$)|\bno\s+(?=\d)", "", plain)
        if re.search(r"\d[^\W\d_]|[^\W\d_]\d", re.sub(r"\b(?:box|level|segment|cell)(?=\d)", "", plain)):
            return 0, self._fault("unknown"), ""
        plain, n_of_other = self._without_total(plain)
        tokens = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", plain)
        codes = [t for t in tokens if t[0].isdigit()]
        words = " ".join(t for t in tokens if not t[0].isdigit())
        bare = " ".join(t for t in words.split() if t not in _FILLER[self.axis])
        if len(codes) > 1 or n_of_other:
            return 0, self._fault("ambiguous"), ""
        if not bare:
            level = self.level_of(codes[0]) if codes else 0
            repair = "comma_repaired" if _WHOLE_WITH_COMMA.search(text) else ""
            return (level, "", repair) if level else (0, self._fault("unknown"), "")
        if not codes and self.level_of(bare):
            return self.level_of(bare), "", ""
        letter, _, rest = bare.partition(" ")
        if not codes and rest and self.level_of(letter):
            codes, words, bare = [letter], rest, rest
        value, fault, repair = self._read_words(words, bare, text)
        if fault or not codes:
            return value, fault, repair
        if not self.level_of(codes[0]):
            return 0, f"unknown_{self._noun}_code", ""
        return (value, "", repair) if self.level_of(codes[0]) == value else (0, f"{self._noun}_code_label_disagree", "")

    def _without_total(self, text: str) -> tuple[str, bool]:
        """Take ``of 3`` off ``2 of 3``; say whether it counts another scale's levels."""
        found = re.search(r"(?<=\d)\s+(?:out\s+)?of\s+(\d+)\b", text)
        if not found:
            return text, False
        return text[:found.start()] + text[found.end():], int(found[1]) != len(self.labels)

    def _read_words(self, words: str, bare: str, text: str) -> tuple[int, str, str]:
        for known in (self.synonyms, self.spellings):
            for spelling in (words, bare):
                if spelling in known:
                    return known[spelling], "", ""
        near = {level for spelling, level in {**self.spellings, **self.synonyms}.items()
                if is_misspelling(bare, spelling) or is_misspelling(words, spelling)}
        if not near and len(words) >= _TRUNCATED:
            near = {level for spelling, level in self.spellings.items() if spelling.startswith(words)}
        if len(near) == 1:
            return near.pop(), "", "spelling_repaired"
        parts = {self.spellings.get(plain_words(part)) for part in _PARTS.split(text)} - {None}
        return 0, self._fault("ambiguous" if len(near) > 1 or len(parts) > 1 else "unknown"), ""

    @property
    def _noun(self) -> str:
        return "box" if self.axis == "box" else "rating"

    def _fault(self, kind: str) -> str:
        return f"{kind}_{self._noun}"


def build_scales(framework: Framework, settings: Settings) -> dict[str, Scale]:
    """Build what may be written on each axis from the framework and ``[ratings.synonyms]``.

    Raises
    ------
    SettingsError
        A synonym stands for a level or label that the framework does not have; all are listed.
    """
    choices = {"performance": [(lv.level, lv.label, lv.spellings) for lv in framework.performance],
               "potential": [(lv.level, lv.label, lv.spellings) for lv in framework.potential],
               "box": [(b.number, b.name, b.spellings) for b in framework.boxes]}
    scales, faults = {}, []
    for axis, levels in choices.items():
        labels = {number: label for number, label, _ in levels}
        spellings = {plain_words(s): number for number, label, known in levels for s in (label, *known)}
        synonyms: dict[str, int] = {}
        for spelling, meant in settings.ratings.synonyms.get(axis, {}).items():
            level = meant if isinstance(meant, int) else spellings.get(plain_words(meant), 0)
            if level not in labels and plain_words(str(meant)) not in plain_list("not_rated"):
                faults.append(f"[ratings.synonyms.{axis}] \"{spelling}\" = {meant!r}: "
                              f"{suggest(str(meant), list(labels.values()))}")
            written = plain_dashes(narrow(clean(spelling)))
            synonyms[written.casefold()] = level
            if not _DOUBT.search(written):  # "A*" and "A" are two grades, so the bare letter does not stand for it
                synonyms[plain_words(spelling)] = level
        scales[axis] = Scale(axis, labels, spellings, synonyms, _codes(axis, labels, settings))
    if faults:
        raise SettingsError(f"[ratings.synonyms]: {len(faults)} synonym(s) stand for no level of the scale.",
                            hints=faults)
    return scales


def _codes(axis: str, labels: Mapping[int, str], settings: Settings) -> dict[int, str]:
    """Give the code that the exports write for each level or box."""
    own_codes = {"performance": settings.framework.performance_codes, "potential": settings.framework.potential_codes,
             "box": settings.framework.box_numbering}[axis]
    codes = [str(code).strip().casefold() for code in own_codes] if own_codes else [str(number) for number in labels]
    return dict(zip(labels, codes, strict=True)) if labels else {}


def _same_number(code: str) -> str:
    """Bring ``3``, ``3.0`` and ``03`` to one form."""
    found = re.fullmatch(r"0*(\d+?)(?:\.0+)?", code)
    return found[1] if found else code


def bare_code(text: str) -> float | None:
    """Give the number where a cell holds a bare code (``4``, ``3.7``, ``Level 4``, ``4 of 5``); else None.

    Parameters
    ----------
    text
        A cell of a column of ratings.
    """
    plain = re.sub(r"(?<=\d),(?=\d)", ".", plain_dashes(narrow(clean(text))))
    plain = re.sub(r"\s*(?:/|\bout of\b|\bof\b)\s*\d+\s*$", "", plain, flags=re.I)
    words = [w for w in re.findall(r"[^\W\d_]+", plain.casefold()) if w not in _ANY_FILLER]
    numbers = re.findall(r"\d+(?:\.\d+)?", plain)
    return float(numbers[0]) if len(numbers) == 1 and not words else None


def _number_words(text: str) -> str:
    """Write ``seven`` as 7."""
    numbers = {word: str(number) for number, word in enumerate(value_table()["numbers"])}
    return re.sub(r"[A-Za-z]+", lambda m: numbers.get(m[0].casefold(), m[0]), text)


def plain_decimals(text: str) -> str:
    """Write ``2.0`` as ``2`` and lower the case, keeping other digits and letters."""
    pointed = re.sub(r"(?<![\d.,])(\d+),(?=0+(?![\d.,]))", r"\1.", text)
    return re.sub(r"(?<![\d.])(\d+)\.0+(?![\d.])", r"\1", plain_points(pointed))


def plain_points(text: str) -> str:
    """Lower the case and turn everything but letters, digits and decimal points into spaces."""
    text = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ").replace("'", "").replace("’", "")
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_", " ", text)


# Misspellings -----------------------------------------------------------------------------------------------------

_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)  # the same cells are held against the same labels again and again
def is_misspelling(text: str, known: str) -> bool:
    """Say whether a text is a label with a slip in it: within two edits in all, and each word near its own.

    ``Poor Performer`` is two edits from ``Good Performer`` and yet another word; ``Needs`` is no misspelt ``Meets``.
    """
    if not is_near(text, known):
        return False
    written, meant = text.split(), known.split()
    real = plain_list("not_misspelt")
    if any(word in real for word in written if word not in meant):
        return False
    if len(written) == len(meant):
        return all(is_near(a, b) for a, b in zip(written, meant, strict=True))
    return _edits(text.replace(" ", ""), known.replace(" ", ""), 1) <= 1


def is_near(text: str, known: str) -> bool:
    """Say whether two spellings are within two edits (one for words under five letters, none under three).

    An edit is a letter added, lost, changed, or swapped with its neighbour; in a word of three letters a changed
    letter makes another word (``Low``, ``Now``).
    """
    if text == known:
        return True
    shorter = min(len(text), len(known))
    limit = 2 if shorter >= 5 else 1 if shorter >= 3 else 0
    if abs(len(text) - len(known)) > limit:
        return False
    if len(text) == len(known) == 3 and sorted(text) != sorted(known):
        return False
    return _edits(text, known, limit) <= limit


def _edits(a: str, b: str, limit: int) -> int:
    """Count edits between two texts (optimal string alignment), giving up beyond the limit."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        row = [i]
        for j, right in enumerate(b, start=1):
            cost = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return last[-1]
