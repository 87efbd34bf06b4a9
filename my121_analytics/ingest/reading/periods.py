"""Which review cycle a cell says: a standard period in any spelling, a span of dates, or a label of the council's."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

import numpy as np

from my121_analytics.ingest.reading.cells import clean, is_missing, narrow, plain_dashes, plain_list, plain_words
from my121_analytics.ingest.reading.dates import MONTHS, parse_dates
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import Cycle, cycle_of, parse_cycle

_LOOKS_STANDARD = re.compile(r"(?:fy|[HTQPM]\s?[\dOoIlSs]{1,2})?\s*[\dOoIlSs]{2,6}\s*[/\-]\s*[\dOoIlSs]{1,5}"
                             r"(?:\s*[/\-]?\s*[HTQPM]\s?[\dOoIl]{0,2})?|(?:19|20)\d\d\s*[HTQPM]\s?\d{1,2}"
                             r"|(?:19|20)\d\d\s*[/\-]\s*(?=[A-Z]*\d)[\dA-Z]{1,5}", re.I)
_BARE_PART = re.compile(r"(?:[HTQPM]|half|quarter|term|period)\s?\d{1,2}|\d[HQ]", re.I)
"""A part of a year that does not say which year."""
_NOISE = re.compile(r"\b(?:(?:financial|fiscal|appraisal|review|performance|plan|reporting)[ -]?year|f/y|year"
                    r"|appraisals?|reviews?|pdrs?|cycle|period|round|annual)\b", re.I)
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4"}
_SPAN = re.compile(r"(.+?)\s+(?:-|to|until)\s+(.+)|([^-]+)-([^-]+)", re.I)
_MONTH = re.compile(r"([A-Za-z]{3,9})\.?[ -]*((?:19|20)\d\d)?")
_LENGTHS = (12, 6, 4, 3)


def read_period(text: str, rules: CycleSettings, order: str = "dmy") -> Cycle | str | None:
    """Read a review period.

    Parameters
    ----------
    text
        The cell.
    rules
        First month of the year and months per cycle.
    order
        Of day and month, as for ``parse_dates``.

    Returns
    -------
    Cycle, str or None
        A cycle, a label of the council's own as written, ``""`` where it is misspelt or says no year, None where
        missing.
    """
    if is_missing(text):
        return None
    label = clean(text)
    text = plain_dashes(narrow(label))
    if not any(c.isalnum() for c in text) or plain_words(text) in plain_list("not_rated", "not_known"):
        return ""
    plain = _bring_to_standard(text)
    for candidate in (plain, " ".join(_NOISE.sub(" ", plain).split()).strip(" -:,")):
        found = parse_cycle(candidate, rules)
        if found is not None:
            return found
    found = _read_span(text, rules, order) or _read_day(text, rules, order)
    if found is not None:
        return found
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return label  # a year that may be either of two, under its own name; its dates say when it was
    misspelt = not re.search(r"[^\W\d_]", text) or any(p.fullmatch(t) for p in (_LOOKS_STANDARD, _BARE_PART)
                                                       for t in (text, plain))
    return "" if misspelt else label


def find_period(text: str, rules: CycleSettings) -> str:
    """Find a review period in a heading, such as the 2024/25 of ``Year-end 2024/25 rating``; empty where none is.

    Parameters
    ----------
    text
        A heading.
    rules
        First month of the year and months per cycle.
    """
    words = text.split()
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            part = " ".join(words[start:start + length])
            found = read_period(part, rules) if any(c.isdigit() for c in part) else None
            if isinstance(found, Cycle):
                return found.label
    return next((word for word in words if re.fullmatch(r"(?:19|20)\d\d", word)), "")


def _bring_to_standard(text: str) -> str:
    """Write the parts of a year as ``H1`` and ``Q3``, and what parts two years as a slash."""
    ordinals = "|".join(_ORDINALS)
    plain = re.sub(rf"\b({ordinals})[ -](half|quarter)\b", lambda m: f"{m[2]} {_ORDINALS[m[1].casefold()]}", text,
                   flags=re.I)
    plain = re.sub(r"\bquarter\s*(?=\d)", "Q", plain, flags=re.I)
    plain = re.sub(r"\bhalf(?:[ -]year)?\s*(?=\d)", "H", plain, flags=re.I)
    plain = re.sub(r"\b([HTQPM]) (?=\d{1,2}\b)", r"\1", plain, flags=re.I)
    plain = re.sub(r"\b([1-4])([HQ])\b", r"\2\1", plain, flags=re.I)
    plain = re.sub(r"(?<=\d)(?:\s*[/_\\-]\s*|\s+to\s+)(?=\d)", "/", plain)
    plain = re.sub(r"\bF/?Y\s*(?=\d)|[()]", " ", plain, flags=re.I).strip()
    plain = re.sub(r"\s*[-,:(]\s*(?=[HTQPM]\d)|(?<=[HTQPM]\d)\s*[-,:]\s*|\)$", " ", plain, flags=re.I).strip()
    return re.sub(r"(?<!\d)(?<!\d/)(\d\d)(?=/\d\d(?![\d/]))", r"20\1", plain)


def _read_span(text: str, rules: CycleSettings, order: str) -> Cycle | None:
    """Read ``Apr 2024 - Sep 2024`` or two days as the cycle that runs from the one to the other."""
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    left, right = (found[1], found[2]) if found[1] else (found[3], found[4])
    last = _edge(right, order, is_end=True)
    first = _edge(left, order, is_end=False, year=last.year if last else None)
    if first is None or last is None or first >= last:
        return None
    for months in _LENGTHS:
        cycle = cycle_of(first, rules.model_copy(update={"months": months}))
        if (cycle.start, cycle.end) == (first, last):
            return cycle
    return None


def _edge(text: str, order: str, *, is_end: bool, year: int | None = None) -> date | None:
    month = _MONTH.fullmatch(text.strip())
    if month and month[1].casefold() in MONTHS:
        number, of = MONTHS[month[1].casefold()], int(month[2]) if month[2] else year
        return None if of is None else date(of, number, monthrange(of, number)[1] if is_end else 1)
    day = parse_dates([text], order).parsed.values[0]
    return None if np.isnat(day) else day.astype("datetime64[D]").item()


def _read_day(text: str, rules: CycleSettings, order: str) -> Cycle | None:
    """Read a day as the cycle it falls into."""
    day = parse_dates([text], order).parsed.values[0]
    if np.isnat(day) or text.replace(".", "").isdigit():
        return None
    return cycle_of(day.astype("datetime64[D]").item(), rules)
