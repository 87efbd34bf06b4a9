"""Lengths of time in words and figures: ``12 months``, ``one year``, ``six weeks``, ``18-24 months``."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from my121_analytics.improvement.timescale.refusal import TimescaleError

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
          "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: n for n, word in enumerate(_SMALL, start=1)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_WORDS |= {f"{ten}{gap}{unit}": 10 * i + j for i, ten in enumerate(_TENS, start=2)
           for j, unit in enumerate(_SMALL[:9], start=1) for gap in ("-", " ")}
_WORDS |= {"a": 1, "an": 1}
# Longest first, so that "twenty-four" is not read as "twenty".
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_UNIT = (r"(?:(?:calendar )?(?:days?|weeks?|wks?|fortnights?|months?|mths?|mnths?|mos?|years?|yrs?|hours?|hrs?)\.?|"
         r"(?<=\d)[mwy]|(?<=\d )[mwy])")  # one letter only after a figure: "am" is no month
_AMOUNT = rf"{NUMBER}[ -]?{_UNIT}"
_DURATION = re.compile(rf"(?P<first>{_AMOUNT})(?:(?:,| and|,? &)? (?P<second>{_AMOUNT}))?")
_PARTS = re.compile(rf"(?P<number>{NUMBER})[ -]?(?P<unit>{_UNIT})")
_TO = r"(?: ?- ?|-to-| to | up to )"
_AND = r"(?: ?- ?| to | and )"  # after "between"; "6 months and 12 months" are two answers
_RANGE = re.compile(rf"(?:from )?(?P<low>{NUMBER})(?: ?{_UNIT})?{_TO}(?P<high>{_AMOUNT})|"
                    rf"between (?P<low2>{NUMBER})(?: ?{_UNIT})?{_AND}(?P<high2>{_AMOUNT})")
_MIXED = re.compile(rf"(?:from )?(?P<low>{_AMOUNT}){_TO}(?P<high>{_AMOUNT})|"
                    rf"between (?P<low2>{_AMOUNT}){_AND}(?P<high2>{_AMOUNT})")
_HALVES = {"half a year": 6, "half year": 6, "a half year": 6, "one and a half years": 18, "a year and a half": 18,
           "one year and a half": 18, "two and a half years": 30, "two years and a half": 30,
           "three and a half years": 42}
_PART_YEARS = re.compile(r"(?P<years>\d{0,2}\.(?:25|50?|75)) ?(?:years?|yrs?)")
_LONGEST_MONTHS = 240  # twenty years: a longer figure in a plan is a slip of the key
_LONGEST_DAYS = 3660


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time; calendar months and days are kept apart, since a month has no fixed number of days."""

    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """Give the day this long after another.

        Parameters
        ----------
        start
            Day to count from.

        Returns
        -------
        datetime.date
            Months end on the corresponding date, or on the last day of a month that has no such date: six months
            from 31 August end on 28 February, and six months from 30 June on 30 December.

        Notes
        -----
        This is the corresponding-date rule by which periods of months run in English law (Dodds v Walker, 1981), and
        what EDATE does in a spreadsheet.
        """
        month = start.year * 12 + start.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)

    @property
    def roughly_days(self) -> float:
        """Length in days, with a month of average length; for putting two durations in order."""
        return self.months * 30.44 + self.days


def read_duration(text: str) -> Duration | None:
    """Read one length of time.

    Parameters
    ----------
    text
        Tidied: lower case, plain dashes, single spaces.

    Returns
    -------
    Duration or None
        None where the text is not a duration.

    Raises
    ------
    TimescaleError
        The length is nothing, or longer than a plan can mean.
    """
    text = re.sub(r"[ -]period$", "", text)
    if text in _HALVES:
        return Duration(months=_HALVES[text])
    part = _PART_YEARS.fullmatch(text)
    if part:
        return Duration(months=int(12 * float(part["years"])))
    found = _DURATION.fullmatch(text)
    if not found:
        return None
    first, unit = _amount(found["first"])
    if found["second"]:
        second, smaller = _amount(found["second"])
        if (unit, smaller) != ("year", "month"):  # "2 weeks and 3 days" is rare enough to ask
            return None
        first = Duration(first.months + second.months)
    if unit == "hour" and first.days == 0:
        return None
    if not 0 < first.months <= _LONGEST_MONTHS and not 0 < first.days <= _LONGEST_DAYS:
        raise TimescaleError(text, "out_of_range")
    return first


def read_duration_range(text: str) -> tuple[Duration, Duration] | None:
    """Read a range such as ``18-24 months``, ``six to nine months``, ``18 months to 2 years``.

    Parameters
    ----------
    text
        Tidied, as for :func:`read_duration`.

    Returns
    -------
    tuple of Duration, or None
        Shorter and longer; None where the text is not a range.

    Raises
    ------
    TimescaleError
        The range runs backwards.
    """
    mixed = _MIXED.fullmatch(text)
    plain = _RANGE.fullmatch(text)
    found = mixed or plain
    if not found:
        return None
    shorter, longer = found["low"] or found["low2"], found["high"] or found["high2"]
    high = read_duration(longer)
    unit = _PARTS.fullmatch(longer)
    if mixed:
        low = read_duration(shorter)
    else:
        low = read_duration(f"{shorter} {unit['unit']}") if unit and shorter != "0" else Duration()
    if low is None or high is None:
        return None
    if low.roughly_days > high.roughly_days:
        raise TimescaleError(text, "backwards")
    return low, high


def _amount(text: str) -> tuple[Duration, str]:
    """Read a number with its unit; the unit is told so that years and months can be added."""
    found = _PARTS.fullmatch(text)
    number = int(found["number"]) if found["number"].isdigit() else _WORDS[found["number"]]  # type: ignore[index]
    unit = found["unit"].removeprefix("calendar ")  # type: ignore[index]
    if unit.startswith("y"):
        return Duration(months=12 * number), "year"
    if unit.startswith("m"):
        return Duration(months=number), "month"
    if unit.startswith("h"):  # whole days only: a due date has no hour
        return Duration(days=0 if number % 24 else number // 24), "hour"
    days = {"d": 1, "w": 7, "f": 14}[unit[0]]
    return Duration(days=days * number), "day"
