"""What a cell says: each distinct text of a column is read once, and a text with no sure reading says why."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.grid import UNREAD
from my121_analytics.settings import Settings
from my121_analytics.workforce.schema import NOT_KNOWN, PREFER_NOT_TO_SAY

Texts = Sequence[str] | np.ndarray
"""The distinct texts of a column."""
_SPACES = " \t\r\n\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u3000"
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e]")
_ORDINARY = re.compile(r"[!-&(-<>-~][!-~]*(?: [!-~]+)*|")
"""Printable ASCII that needs no cleaning: no outer or double spaces, no guard in front."""
_GUARDED = "=+-@\t\r0123456789"
"""What a leading apostrophe hides from a spreadsheet; our own writer puts one there too."""


@dataclass(frozen=True)
class Parsed:
    """The reading of a column's distinct texts.

    Parameters
    ----------
    values
        One per text; missing (0, NaT, NaN, None, by kind) where there is none or none is sure.
    faults
        Code of the rule that stops the text; empty where it is fine.
    repairs
        Code of the rule that mended it; empty where nothing was mended.
    expected
        What could have stood there, for messages.
    """

    values: np.ndarray
    faults: np.ndarray
    repairs: np.ndarray
    expected: str = ""
    labels: Mapping[int, str] = field(default_factory=dict)
    """For ratings: level or box -> code and label."""

    def shown(self, value: Any) -> str:
        """Give a value as a message shows it."""
        return self.labels.get(value, str(value)) if self.labels else str(value)


def _parsed(rows: Iterable[tuple[Any, str, str]], dtype: Any, expected: str = "") -> Parsed:
    rows = list(rows)
    values = np.empty(len(rows), dtype=dtype)
    for position, (value, _, _) in enumerate(rows):
        values[position] = value
    return Parsed(values, np.array([fault for _, fault, _ in rows], dtype=object),
                  np.array([repair for _, _, repair in rows], dtype=object), expected)


def _parsed_texts(texts: Texts, usual: Iterable[object], missing: Collection[str],
                  read: Callable[[str], tuple[Any, str, str]], *, any_case: bool = True) -> Parsed:
    """Take usual texts that are no word for missing as they stand, without a call each; read the others."""
    silent = map(missing.__contains__, map(str.casefold, texts) if any_case else texts)
    odd = ~np.fromiter(usual, dtype=bool, count=len(texts)) | np.fromiter(silent, dtype=bool, count=len(texts))
    values = np.array(texts, dtype=object)
    faults, repairs = np.full(len(values), "", dtype=object), np.full(len(values), "", dtype=object)
    for i in np.flatnonzero(odd).tolist():
        values[i], faults[i], repairs[i] = read(texts[i])
    return Parsed(values, faults, repairs)


# Text -------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Take off what exports wrap around a value: spaces of all kinds, ``="..."``, a guarding apostrophe."""
    if _ORDINARY.fullmatch(text):
        return text
    text = _INVISIBLE.sub("", text).strip(_SPACES)
    if len(text) > 3 and text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip(_SPACES)
    if len(text) > 1 and text[0] == "'" and text[1] in _GUARDED:
        text = text[1:]
    return re.sub(f"[{_SPACES}]+", " ", text)


def mend_encoding(text: str) -> str:
    """Undo UTF-8 read as cp1252 (``â€“``) and cp1252 read as latin-1 (C1 controls), where that is what happened."""
    if text.isascii():
        return text
    if any("\u0080" <= c <= "\u009f" for c in text) and "â" not in text and "Ã" not in text:
        text = "".join(bytes([ord(c)]).decode("cp1252", "replace") if "\u0080" <= c <= "\u009f" else c for c in text)
    if any(mark in text for mark in ("â€", "Ã", "Â", "â\u0080")):
        try:
            return b"".join(_cp1252(c) for c in text).decode("utf-8")
        except (UnicodeDecodeError, UnicodeEncodeError):
            return text
    return text


def _cp1252(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def is_missing(text: str) -> bool:
    """Say whether a cell holds nothing: blank, NULL, N/A, a dash, a spreadsheet's error."""
    return clean(text).casefold() in word_list("missing")


@cache
def word_list(name: str) -> frozenset[str]:
    """Give one list of words of ``values.toml``."""
    return frozenset(value_table()[name])


@lru_cache(maxsize=1)
def value_table() -> dict[str, Any]:
    """Give the words that cells hold, as data."""
    return tomllib.loads(resources.files("my121_analytics.ingest").joinpath("values.toml").read_text("utf-8"))


def plain_words(text: str) -> str:
    """Bring a label to its words: no case, accents, dashes, brackets or punctuation."""
    text = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ").replace("'", "").replace("’", "")
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in text if not unicodedata.combining(c))))


def parse_texts(texts: Texts, *, names: bool = False) -> Parsed:
    """Read free text and names: cleaned, a broken encoding mended, nothing else."""
    missing = word_list("missing_names") if names else word_list("missing")

    def read(text: str) -> tuple[str | None, str, str]:
        value = clean(text)
        if value == UNREAD:
            return None, "unread_formula", ""
        if (value if names else value.casefold()) in missing:
            return None, "", ""
        mended = mend_encoding(value)
        return mended, "", "encoding_repaired" if mended != value else ""

    unusual = {*missing, UNREAD, UNREAD.casefold()}
    return _parsed_texts(texts, map(_ORDINARY.fullmatch, texts), unusual, read, any_case=not names)


def parse_categories(texts: Texts, *, protected: bool = False) -> Parsed:
    """Read a category as in the export; for protected characteristics the two kinds of silence are told apart."""
    found = parse_texts(texts)
    if not protected:
        return found
    silences = {**dict.fromkeys(word_list("prefer_not_to_say"), PREFER_NOT_TO_SAY),
                **dict.fromkeys(word_list("not_known"), NOT_KNOWN)}
    values = np.array([None if v is None else silences.get(v.casefold(), v) for v in found.values], dtype=object)
    return Parsed(values, found.faults, found.repairs)


def parse_words(texts: Texts, table: str) -> Parsed:
    """Read a word of a small known set, such as ``formal`` and ``catch-up``; anything else is ``unknown_word``."""
    known = {plain_words(word): value for value, words in value_table()[table].items() for word in (value, *words)}

    def read(text: str) -> tuple[str | None, str, str]:
        if is_missing(text):
            return None, "", ""
        value = known.get(plain_words(mend_encoding(clean(text))))
        return value, "" if value else "unknown_word", ""

    return _parsed(map(read, texts), object, ", ".join(value_table()[table]))


# Ids --------------------------------------------------------------------------------------------------------------

_ID = re.compile(r"(?=[^\s]*[A-Za-z0-9])[A-Za-z0-9_](?:[\w./\\\-]*[A-Za-z0-9_])?|[A-Za-z]{1,6} \d[\w/\-]*", re.A)
_PLAIN_ID = re.compile(r"[A-Za-z0-9]+")
_SCIENTIFIC = re.compile(r"\d+\.\d+[eE]\+?\d+|\d+[eE]\+\d+")
_FLOAT = re.compile(r"(\d+)\.0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_SUFFIX = re.compile(r"(.*\d.*?)[-/](\d{1,2})")


def parse_ids(texts: Texts, width: int | None = None) -> Parsed:
    """Read ids as text.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    width
        Shorter numeric ids are padded with zeros to this width; None pads nothing.

    Returns
    -------
    Parsed
        Text; faults ``scientific_id`` and ``bad_id``; repairs ``id_repaired`` (``1234.0`` and the like).
    """
    missing = word_list("missing")

    def read(text: str) -> tuple[str | None, str, str]:
        value = clean(text)
        if value.casefold() in missing:
            return None, "", ""
        repair = ""
        if not value.isalnum():
            if _SCIENTIFIC.fullmatch(value):
                return None, "scientific_id", ""
            as_float = _FLOAT.fullmatch(value)
            if as_float:
                value, repair = as_float[1], "id_repaired"
            elif _THOUSANDS.fullmatch(value):
                value, repair = value.replace(",", ""), "id_repaired"
            elif not _ID.fullmatch(value) or ("." in value and value.replace(".", "").isdigit()):
                return None, "bad_id", ""
        if width is not None and len(value) < width and value.isdigit():
            value = value.zfill(width)
        return value, "", repair

    plain = (text.isalnum() and text.isascii() and len(text) >= width for text in texts) if width is not None else (
        map(_PLAIN_ID.fullmatch, texts))
    return _parsed_texts(texts, plain, missing, read)


def split_assignment(value: str) -> tuple[str, bool]:
    """Split an assignment such as ``004711-2`` into the employee's id and whether there was a suffix."""
    found = _SUFFIX.fullmatch(value)
    return (found[1], True) if found else (value, False)


# Ratings and boxes ------------------------------------------------------------------------------------------------

_FILLER = frozenset({"level", "rating", "score", "box", "segment", "b", "cell", "point", "category", "is", "the"})
_PARTS = re.compile(r"\s*(?:[/;|,+]|\bor\b|\bto\b|\band\b)\s*", re.I)


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
        Words -> level, those of the framework and of ``[ratings.synonyms]``.
    """

    axis: str
    labels: Mapping[int, str]
    spellings: Mapping[str, int]
    synonyms: Mapping[str, int]

    @property
    def expected(self) -> str:
        """What could have been written, for messages."""
        return ", ".join(f"{number} {label}" for number, label in self.labels.items())

    def parse(self, texts: Texts) -> Parsed:
        """Read the distinct texts of a column; 0 where there is no rating."""
        labels = {number: f"{number} {label}" for number, label in self.labels.items()}
        return replace(_parsed(map(self._read, texts), np.int8, self.expected), labels=labels)

    def _read(self, text: str) -> tuple[int, str, str]:
        cleaned = clean(text)
        if cleaned.casefold() in word_list("missing"):
            return 0, "", ""
        mended = mend_encoding(cleaned)
        repair = "encoding_repaired" if mended != cleaned else ""
        words = plain_words(mended)
        if words in self.synonyms:
            return self.synonyms[words], "", repair
        if words in _plain_list("not_rated"):
            return 0, "", repair
        if words in self.spellings:
            return self.spellings[words], "", repair
        value, fault, spelling = self._read_parts(mended)
        return value, fault, "" if fault else spelling or repair

    def _read_parts(self, text: str) -> tuple[int, str, str]:
        """Read a text that is no known spelling as it stands: a code, a code with a label, or a misspelling."""
        tokens = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", plain_decimals(text))
        codes = {float(t) for t in tokens if t[0].isdigit()}
        words = " ".join(t for t in tokens if not t[0].isdigit())
        bare = " ".join(t for t in words.split() if t not in _FILLER)
        if len(codes) > 1:
            return 0, self._fault("ambiguous"), ""
        if re.match(r"[-+]\s*\d", text):
            return 0, self._fault("unknown"), ""
        if not bare:
            code = codes.pop() if codes else -1.0
            return (int(code), "", "") if code in self.labels else (0, self._fault("unknown"), "")
        value, fault, repair = self._read_words(words, bare, text)
        if fault or not codes:
            return value, fault, repair
        return (value, "", repair) if codes == {float(value)} else (0, f"{self._noun}_code_label_disagree", "")

    def _read_words(self, words: str, bare: str, text: str) -> tuple[int, str, str]:
        for known in (self.synonyms, self.spellings):
            for spelling in (words, bare):
                if spelling in known:
                    return known[spelling], "", ""
        near = {level for spelling, level in {**self.spellings, **self.synonyms}.items() if is_near(words, spelling)}
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
            if level not in labels:
                faults.append(f"[ratings.synonyms.{axis}] \"{spelling}\" = {meant!r}: "
                              f"{suggest(str(meant), list(labels.values()))}")
            synonyms[plain_words(spelling)] = level
        scales[axis] = Scale(axis, labels, spellings, synonyms)
    if faults:
        raise SettingsError(f"[ratings.synonyms]: {len(faults)} synonym(s) stand for no level of the scale.",
                            hints=faults)
    return scales


def plain_decimals(text: str) -> str:
    """Write ``2.0`` as ``2`` and lower the case, keeping other digits and letters."""
    return re.sub(r"(?<![\d.])(\d+)\.0+(?![\d.])", r"\1", plain_points(text))


def plain_points(text: str) -> str:
    """Lower the case and turn everything but letters, digits and decimal points into spaces."""
    text = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ").replace("'", "").replace("’", "")
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_", " ", text)


def is_near(text: str, known: str) -> bool:
    """Say whether two spellings are within two edits (one for words under five letters, none under three).

    An edit is a letter added, lost, changed, or swapped with its neighbour.
    """
    shorter = min(len(text), len(known))
    limit = 2 if shorter >= 5 else 1 if shorter >= 3 else 0
    if abs(len(text) - len(known)) > limit:
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


@cache
def _plain_list(name: str) -> frozenset[str]:
    return frozenset(plain_words(word) for word in value_table()[name])


# Dates ------------------------------------------------------------------------------------------------------------

_MONTHS = {name: number for number, names in enumerate(
    (("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
     ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
     ("dec", "december")), start=1) for name in names}
_TIME = re.compile(r"[ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?(?:Z|[+-]\d{2}:?\d{2})?$", re.I)
_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)[a-z]*[.,]?\s+(?=\w)", re.I)
_ISO = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*(?:of )?([A-Za-z]{3,9})[-/., ]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 7_306, 73_050
"""Serials of 1920-01-01 and 2099-12-31: other five-digit numbers are no dates of this record."""
_OPEN = np.datetime64("9999-12-31", "s")
"""Marks an end-of-time date while the column is read."""


@dataclass(frozen=True)
class Dates:
    """The reading of a column of dates; ``open_end`` marks end-of-time dates, whose value is missing."""

    parsed: Parsed
    open_end: np.ndarray
    order_doubtful: bool
    """More dates fit the other order of day and month than fit the one set."""


def parse_dates(texts: Texts, order: str = "dmy", latest_year: int | None = None) -> Dates:
    """Read dates in the order set, and in every way that leaves no doubt.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    order
        ``dmy``, ``mdy`` or ``ymd``.
    latest_year
        Two-digit years do not lie after it; None splits at 69, as POSIX does.

    Returns
    -------
    Dates
        Faults: ``not_a_date``, ``impossible_date``, ``date_order_unsettled``.
    """
    pivot = latest_year if latest_year is not None else 2068
    readings = [_read_date(_bare_date(text), order, pivot) for text in texts]
    for_order = sum(r.fits == "order" for r in readings)
    for_other = sum(r.fits == "other" for r in readings)
    doubtful = for_other > for_order
    rows = [(np.datetime64("NaT"), "date_order_unsettled", "") if doubtful and r.fits == "both" else
            (r.day, r.fault, "") for r in readings]
    found = _parsed(rows, "datetime64[s]", {"dmy": "day/month/year", "mdy": "month/day/year",
                                            "ymd": "year-month-day"}[order])
    open_end = found.values == _OPEN
    values = found.values.copy()
    values[open_end] = np.datetime64("NaT")
    return Dates(Parsed(values, found.faults, found.repairs, found.expected), open_end, doubtful)


@dataclass(frozen=True)
class _Day:
    day: np.datetime64
    fault: str = ""
    fits: str = ""
    """For all-number dates: ``order``, ``other`` or ``both`` orders of day and month give a real day."""


_NO_DAY = _Day(np.datetime64("NaT"))
_NOT_A_DATE = _Day(np.datetime64("NaT"), "not_a_date")
_IMPOSSIBLE = _Day(np.datetime64("NaT"), "impossible_date")


def _bare_date(text: str) -> str:
    text = clean(text)
    return text if len(text) <= 10 else _WEEKDAY.sub("", _TIME.sub("", text))


def _read_date(text: str, order: str, pivot: int) -> _Day:
    if text.casefold() in word_list("missing"):
        return _NO_DAY
    found = _ISO.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _NUMERIC.fullmatch(text)
    if found:
        return _read_numeric(found, order, pivot)
    found = _NAMED.fullmatch(text)
    if found and found[2].casefold() in _MONTHS:
        return _day(_year(found[3], pivot), _MONTHS[found[2].casefold()], int(found[1]))
    found = _NAMED_FIRST.fullmatch(text)
    if found and found[1].casefold() in _MONTHS:
        return _day(_year(found[3], pivot), _MONTHS[found[1].casefold()], int(found[2]))
    if len(text) == 8 and text.isdigit():
        return _read_eight(text, order)
    found = _SERIAL.fullmatch(text)
    if found and _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        day = _EXCEL_EPOCH + timedelta(days=int(found[1]))
        return _day(day.year, day.month, day.day)
    return _NOT_A_DATE


def _read_numeric(found: re.Match[str], order: str, pivot: int) -> _Day:
    first, second = int(found[1]), int(found[2])
    if order == "ymd" and len(found[3]) == 2:
        return _day(_year(found[1], pivot), second, int(found[3]))
    year = _year(found[3], pivot)
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    chosen, other = (month_first, day_first) if order == "mdy" else (day_first, month_first)
    if first == second:
        return chosen
    fits = "both" if not chosen.fault and not other.fault else "order" if not chosen.fault else (
        "other" if not other.fault else "")
    return _Day(chosen.day, chosen.fault, fits)


def _read_eight(text: str, order: str) -> _Day:
    """Read eight digits: year first where that is a day of our time, else in the column's order."""
    year_first = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    year = int(text[4:])
    day, month = (text[2:4], text[:2]) if order == "mdy" else (text[:2], text[2:4])
    year_last = _day(year, int(month), int(day)) if 1900 <= year <= 2100 else _IMPOSSIBLE
    if not year_first.fault and not year_last.fault and year_first.day != year_last.day:
        return _Day(np.datetime64("NaT"), "date_order_unsettled")
    return year_first if not year_first.fault else year_last


def _day(year: int, month: int, day: int) -> _Day:
    table = value_table()
    if year >= table["end_of_time_year"]:
        return _Day(_OPEN)
    try:
        found = date(year, month, day)
    except ValueError:
        return _IMPOSSIBLE
    if found.isoformat() in table["start_of_time"]:
        return _NO_DAY
    return _IMPOSSIBLE if year < table["earliest_year"] else _Day(np.datetime64(found, "s"))


def _year(text: str, pivot: int) -> int:
    if len(text) == 4:
        return int(text)
    year = pivot - pivot % 100 + int(text)
    return year if year <= pivot else year - 100


# Flags and numbers ------------------------------------------------------------------------------------------------


def parse_flags(texts: Texts, *, free_text: bool = False) -> Parsed:
    """Read yes and no.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    free_text
        The column may hold the very text of the record: then anything written means yes.

    Returns
    -------
    Parsed
        1, 0, or -1 where missing; fault ``not_yes_or_no``.
    """
    answers = {**dict.fromkeys(word_list("no"), 0), **dict.fromkeys(word_list("yes"), 1)}
    found = [-1 if is_missing(text) else answers.get(clean(text).casefold(), 2) for text in texts]
    n_other = sum(answer == 2 for answer in found)
    as_text = free_text and n_other * 2 > sum(answer >= 0 for answer in found)
    rows = [(1, "", "") if answer == 2 and as_text else (-1, "not_yes_or_no", "") if answer == 2 else (answer, "", "")
            for answer in found]
    return _parsed(rows, np.int8, "yes, no")


def parse_numbers(texts: Texts, *, check: Callable[[float], bool] = lambda _: True,
                  expected: str = "a number") -> Parsed:
    """Read numbers; ``81%`` is 0.81, and a comma may part the thousands.

    Returns
    -------
    Parsed
        NaN where missing; fault ``bad_number`` for text and for numbers that ``check`` refuses.
    """
    def read(text: str) -> tuple[float, str, str]:
        if is_missing(text):
            return float("nan"), "", ""
        value = clean(text).replace(",", "")
        share = value.endswith("%")
        try:
            number = float(value.rstrip("% ")) / (100 if share else 1)
        except ValueError:
            return float("nan"), "bad_number", ""
        return (number, "", "") if np.isfinite(number) and check(number) else (float("nan"), "bad_number", "")

    return _parsed(map(read, texts), np.float64, expected)
