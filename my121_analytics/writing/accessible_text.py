"""What a text of a workbook may not be for a reader who hears it: a sign, a raised figure, an address, no title."""

from __future__ import annotations

import re
from collections.abc import Sequence

MARK = re.compile(r"\[[a-z]\]")
"""A marker of the Analysis Function: ``[c]``, ``[x]``."""
_MARK_AND_NUMBER = re.compile(r"[−-]?[£]?[\d,.]+ ?%? ?\[[a-z]\]|\[[a-z]\] ?[−-]?[\d,.]+ ?%?")
_MARK_AFTER_NUMBER = re.compile(r"[^\d.;:]{1,40}\d[\d,.]* ?%? ?\[[a-z]\]")
_FOR_MISSING = {"-", "\u2010", "\u2011", "\u2012", "–", "—", "−", "--", "~", ".", "..", "...", "…", ":", "*", "**", "?",
                "n/a", "na", "n.a.", "n/k", "nk", "nil", "null", "none", "not available", "tbc", "tba", "tbd",
                "(c)", "(x)", "(z)", "{c}", "{x}", "no data", "-/-", "#", "u/k"}
"""Signs in a column of any kind; beside numbers every word stands in the place of one."""
_NUMBER = re.compile(r"[+−-]?[£$€]?\d[\d,]*(?:\.\d+)? ?%?|\(\d[\d,]*(?:\.\d+)?\)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+|"
                     r"\d+(?:\.\d+)?[eE][+-]?\d+|\d+(?:\.\d+)? ?[kKmM]|'\d+|\d*[½¼¾]")
_CODES = re.compile(r"\b(?:ids?|no|ref|reference|code|requirement|indicator|action|post|issue|version|"
                    r"level|box|row|note|sheet|cycle|year|period|managers?|employees?|persons?|raters?|who|"
                    r"about|resource|reviewer|successor|rec|item)\b", re.I)
_COUNTS = re.compile(r"\b(?:number of|numbers|count|total|sum|share|per ?cent|percentage|people|posts|ratings|staff|"
                     r"at level)\b|%", re.I)
_NOTE_SIGN = re.compile(
    r"(?<!m)[⁰¹²³⁴-⁹]|[ᵃ-ᵛ]|[†‡§¶]|\w\s?\*+$|^\*+\s?\w|\w\^\d+$|\[\d{1,2}\]|\[notes? \d+(?:(?:,| and| &) ?\d+)+\]|"
    r"\[N(?:ote|OTE)s? ?\d|\((?:see )?notes? \d+\)|(?<!\[)\bnote \d+$", re.M)
_NOTE_AT_END = re.compile(r"[A-Za-z]\s\((?:\d|[a-e]|i{1,3}|iv)\)$")
_DOMAINS = (r"(?:gov\.uk|org\.uk|co\.uk|ac\.uk|nhs\.uk|police\.uk|gov\.wales|gov\.scot|com|org|net|info|eu|uk|wales|"
            r"scot|example)")
_ADDRESS = re.compile(rf"\b(?:https?|ftps?|file)://\S+|\bmailto:\S+|\bwww\.\S+|\\\\[\w.-]+\\\S+|"
                      rf"(?<![\w@.])(?:[a-z0-9-]+\.)+{_DOMAINS}(?:/\S*)?(?![\w.@])", re.I)
_NO_LINK_TEXT = re.compile(r"\W*(?:click|click here|here|link|this link|more|read more|see more|this|go|open|"
                           r"download)\W*", re.I)
_PLACEHOLDER = re.compile(r"\W*(?:tbc|tba|tbd|n/?a|none|nil|null|unknown|x+|\?+|-+|contact|name|email|e-mail|"
                          r"insert.*|\[.*\]|<.*>|to be (?:confirmed|added))?\W*", re.I)
_EMPTY_WORDS = frozenset((
    "book", "workbook", "document", "doc", "sheet", "worksheet", "spreadsheet", "untitled", "unnamed", "new",
    "title", "test", "report", "file", "copy", "of", "microsoft", "excel", "draft", "final", "data", "output",
    "outputs", "export", "exports", "download", "downloads", "temp", "tmp", "mappe", "arbeitsmappe", "classeur",
    "libro", "cartel", "foglio", "tabelle", "the", "a", "my", "version", "v", "rev", "xlsx", "xls", "csv", "table",
    "list", "results", "default", "template", "sample", "example", "calc", "libreoffice", "google", "office",
    "openpyxl", "xlsxwriter", "pandas"))
_FEWEST_WORDS, _LEAST_LETTERS = 2, 3
_LANGUAGES = {"en", "cy", "gd", "ga", "kw", "fr", "de", "es", "it", "nl", "pl", "pt", "ro", "ur", "pa", "bn", "ar"}
"""Languages that a UK council may write in; anything else in a document's properties is taken for a slip."""
_REGIONS = {"gb", "ie", "us", "ca", "au", "nz", "za", "in", "pk", "bd", "fr", "de", "es", "it", "nl", "be", "ch", "at",
            "pl", "pt", "br", "ro", "sa", "ae", "eg", "im", "je", "gg"}


def says_nothing(title: str) -> bool:
    """Say whether a document's title tells nothing: a program's default, a draft's name, a single word, no words."""
    words = re.findall(r"[^\W\d_]+", title.casefold())
    telling = [word for word in words if word not in _EMPTY_WORDS and len(word) >= _LEAST_LETTERS]
    return not telling or len(words) < _FEWEST_WORDS


def is_language(tag: str) -> bool:
    """Say whether a language tag is one in which a UK council may write: ``en``, ``en-GB``, ``cy``."""
    language, dash, region = tag.strip().casefold().partition("-")
    return language in _LANGUAGES and (not dash or region in _REGIONS)


def is_placeholder(text: str) -> bool:
    """Say whether an entry stands in the place of one: ``TBC``, ``[insert contact]``, a dash."""
    return bool(_PLACEHOLDER.fullmatch(text.strip()))


def refers_to_note(text: str) -> bool:
    """Say whether a text refers to a note by a raised figure, a star, a dagger or brackets other than ``[note 1]``."""
    if text.startswith("*") and text.endswith("*"):
        return False  # a line that a report has set between stars
    return bool(_NOTE_SIGN.search(text) or _NOTE_AT_END.search(text))


def holds_address(text: str) -> bool:
    """Say whether a text holds the bare address of a page, a file or a mailbox to be clicked."""
    return bool(_ADDRESS.search(text))


def is_empty_link(text: str) -> bool:
    """Say whether the words of a link do not say where it leads."""
    return bool(_NO_LINK_TEXT.fullmatch(text))


def is_sign_for_missing(text: str) -> bool:
    """Say whether a cell holds a sign or word, other than a marker, where a value is missing."""
    found = text.strip().casefold()
    return not found or found in _FOR_MISSING or (bool(MARK.fullmatch(found.replace(" ", "")))
                                                  and not MARK.fullmatch(text))


def has_marker_with_number(text: str) -> bool:
    """Say whether a marker and a number stand in one cell."""
    return bool(_MARK_AND_NUMBER.fullmatch(text.strip()) or _MARK_AFTER_NUMBER.fullmatch(text.strip()))


def is_number_in_text(text: str) -> bool:
    """Say whether a text is a number that is kept as text."""
    return bool(_NUMBER.fullmatch(text.strip()))


def heads_codes(heading: str) -> bool:
    """Say whether a column holds numbers that are names (``Post no``, ``Box``), and no counts."""
    words = heading.replace("_", " ")
    return bool(_CODES.search(words)) and not _COUNTS.search(words)


def are_codes(texts: Sequence[str]) -> bool:
    """Say whether texts of digits are names of something: all of one length from five digits on, or led by a nought."""
    digits = [text.strip() for text in texts]
    if len(digits) < _FEWEST_WORDS or not all(text.isdigit() for text in digits):
        return False
    return any(text.startswith("0") and len(text) > 1 for text in digits) or (
        len({len(text) for text in digits}) == 1 and len(digits[0]) >= _LONG)


_LONG = 5
