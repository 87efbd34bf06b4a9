"""What a cell says: each distinct text of a column is read once, and a text with no sure reading says why."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np

from my121_analytics.ingest.files.source_sheet import UNREAD
from my121_analytics.packaged_data import read_packaged_toml
from my121_analytics.workforce.schema import NOT_KNOWN, PREFER_NOT_TO_SAY

Texts = Sequence[str] | np.ndarray
"""The distinct texts of a column."""
_SPACES = " \t\r\n\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u061c\u200b-\u200f\u202a-\u202e"
                        "\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]|_x00(?:0[0-8BbCcEeFf]|1[0-9A-Fa-f])_")
_BLANKS = re.compile(f"(?:[{_SPACES}]|_x00(?:0[9AaDd]|A0|a0)_)+")
_ORDINARY = re.compile(r"[!#-%(-<>-~](?:[!#-%'-~]| (?! ))*(?<! )|")
"""Printable ASCII that needs no cleaning: no outer or double spaces, no guard in front, no quotes or entities."""
_OUTSIDE_ORDINARY = re.compile(r"[^!#-%'-~ \n]")
_BLOCK = 500
"""Texts that are looked at together: one that is odd costs a look at each of its block."""
_ENTITY = re.compile(r"&(?:#\d{2,5}|#x[0-9a-fA-F]{2,4}|[a-zA-Z]{2,6});")
_COUNT = re.compile(r"\W*\d[\d,]* (?:records?|rows?|employees|people)\b.*", re.I)
_GUARDED = "=+-@\t\r0123456789"
"""What a leading apostrophe hides from a spreadsheet; our own writer puts one there too."""
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms of ASCII."""
_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]")
_MAJORITY, _ENOUGH = 0.8, 3
"""A column is of one kind where this share of its cells is, and at least so many; then the odd one is no id."""


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


def collect(rows: Iterable[tuple[Any, str, str]], dtype: Any, expected: str = "") -> Parsed:
    """Put readings (value, fault, repair), one per distinct text, together."""
    rows = list(rows)
    values = np.empty(len(rows), dtype=dtype)
    for position, (value, _, _) in enumerate(rows):
        values[position] = value
    return Parsed(values, np.array([fault for _, fault, _ in rows], dtype=object),
                  np.array([repair for _, _, repair in rows], dtype=object), expected)


def _parsed_texts(texts: Texts, odd: Iterable[int], read: Callable[[str], tuple[Any, str, str]]) -> Parsed:
    """Take texts as they stand, without a call each, but for the odd ones at some places: these are read."""
    values = np.array(texts, dtype=object)
    faults, repairs = np.full(len(values), "", dtype=object), np.full(len(values), "", dtype=object)
    for i in odd:
        values[i], faults[i], repairs[i] = read(texts[i])
    return Parsed(values, faults, repairs)


def _find_odd(texts: Texts, are_usual: Callable[[Sequence[str]], bool],
              is_usual: Callable[[str], bool]) -> Iterator[int]:
    """Find the places of texts that are not usual, by looks at many together, many times as fast as one by one."""
    every = texts.tolist() if isinstance(texts, np.ndarray) else list(texts)
    for start in range(0, len(every), _BLOCK):
        block = every[start:start + _BLOCK]
        if not are_usual(block):
            yield from (place for place, text in enumerate(block, start) if not is_usual(text))


# Text -------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Take off what exports wrap around a value: spaces of all kinds, ``="..."``, quotes, a guarding apostrophe."""
    if _ORDINARY.fullmatch(text) and "_x" not in text:
        return text
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    if "&" in text and _ENTITY.search(text):
        text = _BLANKS.sub(" ", html.unescape(text))
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[1:]
    while len(text) > 1 and text[0] == text[-1] == '"' and (text[1:-1].strip('"').count('"') == 0):
        text = text[1:-1].strip()
    if text in ("'", "''"):
        return ""
    if len(text) > 1 and text[0] in "'’‘" and text[1] in _GUARDED:
        text = text[1:].strip()
    return text


def _are_ordinary(texts: Sequence[str]) -> bool:
    """Say whether all texts are ordinary and hold no ``_x``."""
    lines = "\n".join(("", *texts, ""))
    return (lines.count("\n") == len(texts) + 1 and lines.isascii() and not _OUTSIDE_ORDINARY.search(lines)
            and not any(odd in lines for odd in ("_x", "  ", " \n", "\n ", "\n'", "\n=")))


def narrow(text: str) -> str:
    """Write full-width forms as ASCII and the digits of every script as 0 to 9; superscripts and halves stay."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c
                   for c in text.translate(_NARROW))


def plain_dashes(text: str) -> str:
    """Write every kind of dash and minus sign as ``-``."""
    return text if text.isascii() else _DASHES.sub("-", text)


def mend_encoding(text: str) -> str:
    """Undo UTF-8 read as cp1252 (``â€“``), once or twice over, and cp1252 read as latin-1 (C1 controls)."""
    if text.isascii():
        return text
    for _ in range(3):
        mended = _mend_once(text)
        if mended == text:
            return text
        text = mended
    return text


def _mend_once(text: str) -> str:
    if any("\u0080" <= c <= "\u009f" for c in text) and "â" not in text and "Ã" not in text:
        text = "".join(bytes([ord(c)]).decode("cp1252", "replace") if "\u0080" <= c <= "\u009f" else c for c in text)
    text = re.sub(r"(?<=\S)Â(?=\s|$)", "", text)  # what is left of a no-break space
    if any(mark in text for mark in ("â€", "Ã", "Â", "Å", "Ä", "â\u0080", "ï¿", "ï»")):
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
    value = clean(text)
    if not value.isascii():
        value = plain_dashes(narrow(mend_encoding(value)))
    return value.casefold() in word_list("missing")


@cache
def word_list(name: str) -> frozenset[str]:
    """Give one list of words of ``values.toml``."""
    return frozenset(value_table()[name])


@cache
def plain_list(*names: str) -> frozenset[str]:
    """Give lists of words of ``values.toml``, each brought to its :func:`plain_words`."""
    return frozenset(plain_words(word) for name in names for word in value_table()[name])


@lru_cache(maxsize=1)
def value_table() -> dict[str, Any]:
    """Give the words that cells hold, as data."""
    return read_packaged_toml("ingest.reading", "values.toml")


def begins_with(text: str, words: str) -> bool:
    """Say whether a text is, or begins with, one of the words that mark ``totals`` or ``footers``."""
    plain = re.sub(r"^\W+|\W+$", "", text).casefold()
    return any(plain == word or (plain.startswith(word) and not plain[len(word)].isalnum())
               or (words == "totals" and plain.endswith((f" {word}", f"-{word}")) and word in ("total", "totals",
                                                                                         "subtotal", "sub-total"))
               for word in value_table()[words])


def tells_count(text: str) -> bool:
    """Say whether a line below a table begins with how many rows or people it has: ``*** 941 records ***``."""
    return _COUNT.fullmatch(text) is not None


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
        if mended != value and (mended if names else mended.casefold()) in missing:
            return None, "", ""
        return mended, "", "encoding_repaired" if mended != value else ""

    words = {*missing, UNREAD, UNREAD.casefold()}

    def are_usual(block: Sequence[str]) -> bool:
        return _are_ordinary(block) and words.isdisjoint(block if names else map(str.casefold, block))

    def is_usual(text: str) -> bool:
        word = text if names else text.casefold()
        return bool(_ORDINARY.fullmatch(text)) and "_x" not in text and word not in words

    return _parsed_texts(texts, _find_odd(texts, are_usual, is_usual), read)


def parse_categories(texts: Texts, *, protected: bool = False) -> Parsed:
    """Read a category as in the export; for protected characteristics the two kinds of silence are told apart."""
    found = parse_texts(texts)
    if not protected:
        return found
    silences = {**dict.fromkeys(word_list("prefer_not_to_say"), PREFER_NOT_TO_SAY),
                **dict.fromkeys(word_list("not_known"), NOT_KNOWN)}
    values = np.array([None if v is None else silences.get(v.casefold(), v) for v in found.values], dtype=object)
    return Parsed(values, found.faults, found.repairs)


def parse_grades(texts: Texts) -> Parsed:
    """Read pay grades: text, but ``7.0`` is 7, and a grade that a spreadsheet took for a date is lost.

    Returns
    -------
    Parsed
        Text; fault ``bad_grade`` for dates (``5-Jan`` was ``1-5`` or ``5-1``) and scientific notation; repair
        ``id_repaired``.
    """
    found = parse_texts(texts)

    def read(value: str | None, repair: str) -> tuple[str | None, str, str]:
        if value is None or value.isalnum():
            return value, "", repair
        if _DATE_LIKE.fullmatch(value) or _SCIENTIFIC.fullmatch(value):
            return None, "bad_grade", ""
        as_float = _FLOAT.fullmatch(value)
        return (as_float[1], "", "id_repaired") if as_float else (value, "", repair)

    return collect(map(read, found.values, found.repairs), object, "a grade")


def parse_words(texts: Texts, table: str) -> Parsed:
    """Read a word of a small known set, such as ``formal`` and ``catch-up``; anything else is ``unknown_word``."""
    known = _known_words(table)

    def read(text: str) -> tuple[str | None, str, str]:
        if is_missing(text):
            return None, "", ""
        value = mend_encoding(clean(text))
        found = None if "?" in value else known.get(plain_words(value))
        return found, "" if found else "unknown_word", ""

    return collect(map(read, texts), object, ", ".join(value_table()[table]))


@cache
def _known_words(table: str) -> dict[str, str]:
    return {plain_words(word): value for value, words in value_table()[table].items() for word in (value, *words)}


def parse_sources(texts: Texts) -> Parsed:
    """Read whose a placement is; ``Final`` is the calibrated one where the column holds provisional ones beside it."""
    found = parse_words(texts, "placement_sources")
    words = [plain_words(mend_encoding(clean(text))) for text in texts]
    if not any(w in plain_list("provisional") for w in words):
        return found
    final = np.array([w in plain_list("final") for w in words], dtype=bool)
    values, faults = found.values.copy(), found.faults.copy()
    values[final], faults[final] = "calibrated", ""
    return Parsed(values, faults, found.repairs, found.expected)


# Ids --------------------------------------------------------------------------------------------------------------

_ID = re.compile(r"(?=[^\s]*[A-Za-z0-9])[A-Za-z0-9_](?:[\w./\\\-]*[A-Za-z0-9_])?|[A-Za-z]{1,6} \d[\w/\-]*", re.A)
_SCIENTIFIC = re.compile(r"\d+[.,]\d+[eE][+-]?\d+|\d+[eE]\+\d+")
_FLOAT = re.compile(r"(\d+)\.0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*")
_DIGIT = re.compile(r"\d")
_LONGEST_ID = 60
_NO_ID = re.compile(r"^(?:[A-Za-z]+|0+)$", re.M)
"""Signs; a key that a system makes of two others has some forty."""
_SUFFIX = re.compile(r"(.*\d.*?)[-/](\d{1,2})")
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DATE_LIKE = re.compile(
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}[-/ ]{_MONTH_NAME}(?:[-/ ]\d{{2,4}})?|{_MONTH_NAME}[-/ ]\d{{2}}(?:\d\d)?)(?:[ T]\d\d?:\d\d.*)?", re.I)
_LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")


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
        Text; faults ``scientific_id`` and ``bad_id``; repairs ``id_repaired`` (``1234.0`` and the like). In a column
        of codes with digits, a word is no id, nor is a number in which a letter stands for a digit (``47I1``).
    """
    def is_usual(text: str) -> bool:
        return bool(text.isalnum() and text.isascii() and not text.isalpha() and text.strip("0")
                    and len(text) <= _LONGEST_ID and (width is None or len(text) >= width or not text.isdigit()))

    odd = _find_odd(texts, lambda block: _are_usual_ids(block, width), is_usual)  # nearly no id
    return _refuse_odd_ids(_parsed_texts(texts, odd, lambda text: _read_id(text, width)))


def _are_usual_ids(texts: Sequence[str], width: int | None) -> bool:
    """Say whether all are letters and digits with a digit other than 0, none too short or too long."""
    letters = "".join(texts)
    lengths = [*map(len, texts)]
    return (letters.isalnum() and letters.isascii() and max(lengths) <= _LONGEST_ID
            and min(lengths) >= (width or 1) and not _NO_ID.search("\n".join(texts)))


def _read_id(text: str, width: int | None) -> tuple[str | None, str, str]:
    value = clean(text)
    if is_missing(value):
        return None, "", ""
    repair = ""
    if not (value.isalnum() and value.isascii()):
        plain = narrow(value)
        plain = plain.rstrip(".,;:") if len(plain) > 1 else plain
        plain = plain[1:] if plain[:1] in "'’‘`" else plain
        repair = "id_repaired" if plain != value else ""
        value = plain
        if _SCIENTIFIC.fullmatch(value):
            return None, "scientific_id", ""
        as_float = _FLOAT.fullmatch(value)
        if as_float:
            value, repair = as_float[1], "id_repaired"
        elif _THOUSANDS.fullmatch(value):
            value, repair = re.sub("[, ]", "", value), "id_repaired"
        elif not _ID.fullmatch(value) or ("." in value and value.replace(".", "").isdigit()) or (
                _DATE_LIKE.fullmatch(value)):
            return None, "bad_id", ""
    if len(value) > _LONGEST_ID or not value.strip("0") or (
            plain_words(value) in plain_list("not_rated", "vacant", "not_known", "no_id")):
        return None, "bad_id", ""
    if width is not None and len(value) < width and value.isdigit():
        value = value.zfill(width)
    return value, "", repair


def _refuse_odd_ids(found: Parsed) -> Parsed:
    """Refuse, in a column of codes, the words, and the numbers in which a letter stands for a digit."""
    ids = [value for value in found.values if value is not None]
    if "".join(ids).isdigit():
        return found
    all_digits = sum(map(str.isdigit, ids))
    with_digit = sum(map(bool, map(_DIGIT.search, ids)))
    if with_digit < _ENOUGH or with_digit < _MAJORITY * len(ids) or (
            with_digit == len(ids) and all_digits < _MAJORITY * len(ids)):
        return found
    known = [(place, value) for place, value in enumerate(found.values) if value is not None]
    numbers = all_digits >= _ENOUGH and all_digits >= _MAJORITY * len(known)
    values, faults, repairs = found.values.copy(), found.faults.copy(), found.repairs.copy()
    for place, value in known:
        is_word = not any(c.isdigit() for c in value)
        slipped = numbers and not value.isdigit() and value.translate(_LETTERS_FOR_DIGITS).isdigit()
        if is_word or slipped:
            values[place], faults[place], repairs[place] = None, "bad_id", ""
    return Parsed(values, faults, repairs, found.expected)


def split_assignment(value: str) -> tuple[str, bool]:
    """Split an assignment such as ``004711-2`` into the employee's id and whether there was a suffix."""
    found = _SUFFIX.fullmatch(value)
    return (found[1], True) if found else (value, False)


# Flags and numbers ------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(\d+(?:\.\d*)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*(%?)")
_WITH_COMMA = re.compile(r"(?:\d+|\d{1,3}(?:[. ]\d{3})+)?,\d+\s*%?")
_TICK = "x"


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
        1, 0, or -1 where missing; fault ``not_yes_or_no``. A cross is a tick where nothing else says yes; beside
        ticks or yeses it could mean either.
    """
    answers = {**dict.fromkeys(word_list("no"), 0), **dict.fromkeys(word_list("yes"), 1)}
    keys = ["" if is_missing(text) else _flag_key(text) for text in texts]
    if any(key != _TICK and answers.get(key) == 1 for key in keys):
        del answers[_TICK]
    found = [-1 if not key else answers.get(key, 2) for key in keys]
    n_other = sum(answer == 2 for answer in found)
    as_text = free_text and n_other * 2 > sum(answer >= 0 for answer in found)

    def read(key: str, answer: int) -> tuple[int, str, str]:
        if answer != 2:
            return answer, "", ""
        if as_text and key not in word_list("either"):
            return int(plain_words(key) not in plain_list("not_rated")), "", ""
        return -1, "not_yes_or_no", ""

    return collect(map(read, keys, found), np.int8, "yes, no")


def _flag_key(text: str) -> str:
    key = narrow(mend_encoding(clean(text))).casefold().rstrip(" .!")
    return key[:-2] if key in ("1.0", "0.0") else key


def parse_numbers(texts: Texts, *, check: Callable[[float], bool] = lambda _: True, expected: str = "a number",
                  units: Sequence[str] = (), shares: bool = True, decimal_comma: bool = False) -> Parsed:
    """Read numbers; ``81%`` is 0.81; a comma parts the thousands, or the decimals where the file shows it.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    check
        Says whether a number can be right.
    expected
        What could have stood there, for messages.
    units
        Words that may stand before or after the number.
    shares
        Whether a percentage may stand for a share.
    decimal_comma
        The file may write decimals with a comma; where ``1,000`` could be either, ``check`` has to settle it.

    Returns
    -------
    Parsed
        NaN where missing; fault ``bad_number`` for text and for numbers that ``check`` refuses.
    """
    unit = re.compile(rf"^(?:{'|'.join(units)})\b\s*|\s*(?<![^\W\d_])(?:{'|'.join(units)})$", re.I) if units else None
    words = {word: str(number) for number, word in enumerate(value_table()["numbers"])}

    def read(text: str) -> tuple[float, str, str]:
        if is_missing(text):
            return float("nan"), "", ""
        value = narrow(clean(text))
        value = unit.sub("", value) if unit else value
        if decimal_comma and _WITH_COMMA.fullmatch(value):
            as_decimal = re.sub(r"[. ](?=\d{3})", "", value).replace(",", ".")
            if _NUMBER.fullmatch(value) and check(_number(as_decimal)) and check(_number(value.replace(",", ""))):
                return float("nan"), "bad_number", ""
            value = value if _NUMBER.fullmatch(value) and not check(_number(as_decimal)) else as_decimal
        found = _NUMBER.fullmatch(words.get(value.casefold(), value))
        if not found or (found[2] and not shares):
            return float("nan"), "bad_number", ""
        number = _number(found[0].replace(",", ""))
        return (number, "", "") if check(number) else (float("nan"), "bad_number", "")

    return collect(map(read, texts), np.float64, expected)


def _number(text: str) -> float:
    return float(text.rstrip(" %")) / (100 if text.endswith("%") else 1)


def parse_counts(texts: Texts, *, decimal_comma: bool = False) -> Parsed:
    """Read whole numbers, also as words (``three``)."""
    return parse_numbers(texts, check=lambda v: v.is_integer(), expected="a whole number", shares=False,
                         decimal_comma=decimal_comma)
