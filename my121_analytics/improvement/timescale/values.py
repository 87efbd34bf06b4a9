"""Tokens put together to what they mean: a length, a range of lengths, an interval, a stretch of the calendar.

``RULES`` is the table: each rule has a pattern over kinds and a function that gives the value, nothing (the tokens
stay as they are), or a refusal. Rules are tried in order, from left to right, each over the whole phrase; what comes
first in the table binds closest. A refusal becomes a token of kind ``refused`` that holds its code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.durations import Duration, count_units
from my121_analytics.improvement.timescale.periods import (
    FIRST_YEAR,
    LAST_YEAR,
    FinancialYear,
    Period,
    consecutive_year,
    full_year,
    next_day,
    next_months,
    part_of_year,
    period_of_day,
    period_of_months,
)
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import Token, compile_pattern, kinds_of

REFUSED = "refused"
_MONTHS_IN = {"quarter": 3, "half": 6}


@dataclass(frozen=True)
class Span:
    """The tokens that a rule's pattern matched."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """As written, near enough for a message."""
        return " ".join(token.text for token in self.tokens)

    def all(self, *kinds: str) -> list[Token]:
        """Give its tokens of some kinds, in order."""
        return [token for token in self.tokens if token.kind in kinds]

    def first(self, *kinds: str) -> Token | None:
        """Give the first token of some kinds; None where there is none."""
        return next((token for token in self.tokens if token.kind in kinds), None)

    def value(self, *kinds: str) -> object:
        """Give the value of the first token of some kinds; None where there is none."""
        token = self.first(*kinds)
        return None if token is None else token.value

    @property
    def is_tight(self) -> bool:
        """Say whether no dash in it has a space beside it: ``12-month`` is one word, ``6 - months`` nothing."""
        return all(token.text == "-" for token in self.all("dash"))

    def has(self, *kinds: str) -> bool:
        """Say whether it holds a token of one of some kinds."""
        return self.first(*kinds) is not None


_Builder = Callable[[Span, Scene], Token | None]


@dataclass(frozen=True)
class ValueRule:
    """A pattern over kinds, and what the tokens that match it mean."""

    pattern: re.Pattern[str]
    build: _Builder


def reduce_values(tokens: Sequence[Token], scene: Scene) -> list[Token]:
    """Put tokens together to values.

    Parameters
    ----------
    tokens
        Of :func:`~my121_analytics.improvement.timescale.tokens.split_tokens`.
    scene
        Anchor and order of dates.

    Returns
    -------
    list of Token
        With ``length``, ``lengths``, ``every``, ``period`` and ``refused`` in place of what they were made of.
    """
    reduced = list(tokens)
    for rule in RULES:
        reduced = _apply(rule, reduced, scene)
    return reduced


def _apply(rule: ValueRule, tokens: list[Token], scene: Scene) -> list[Token]:
    kinds, position, offset = kinds_of(tokens), 0, 0
    kept: list[Token] = []
    while position < len(tokens):
        found = rule.pattern.match(kinds, offset)
        n = found[0].count(" ") if found else 0
        span = Span(tuple(tokens[position: position + n]))
        value = _build(rule, span, scene) if n else None
        step = n if value is not None else 1
        kept.append(value if value is not None else tokens[position])
        offset += sum(len(token.kind) + 1 for token in tokens[position: position + step])
        position += step
    return kept


def _build(rule: ValueRule, span: Span, scene: Scene) -> Token | None:
    try:
        return rule.build(span, scene)
    except TimescaleError as problem:
        return Token(REFUSED, span.text, problem.code)


# Lengths of time ------------------------------------------------------------------------------------------------


def _length_in_months(span: Span, scene: Scene) -> Token | None:
    return Token("length", span.text, Duration(months=span.value("months")))  # type: ignore[arg-type]


def _decimal_years(span: Span, scene: Scene) -> Token | None:
    unit = span.first("unit")
    if unit is None or unit.value != ("months", 12):
        return None
    return Token("length", span.text, Duration(months=int(12 * float(span.tokens[0].text))))


def _length(span: Span, scene: Scene) -> Token | None:
    """Read ``12 months``, ``a year``, ``1 year 6 months``; "2 weeks and 3 days" is rare enough to ask."""
    numbers, units = span.all("number", "a"), span.all("unit")
    if not span.is_tight:
        return None
    lengths = [count_units(_count(number), unit.value, span.text)
               for number, unit in zip(numbers, units, strict=True)]
    if None in lengths:
        return None
    if len(lengths) == 1:
        return Token("length", span.text, lengths[0])
    if [unit.value for unit in units] != [("months", 12), ("months", 1)]:
        return None
    return Token("length", span.text, Duration(months=sum(length.months for length in lengths if length)))


def _lengths_of_numbers(span: Span, scene: Scene) -> Token | None:
    """Read ``18-24 months``, ``six to nine months``, ``between 6 and 9 months``."""
    pair, unit = span.first("pair"), span.all("unit")[-1]
    if pair is not None and "-" not in pair.text:
        return None  # "18/24 months" may be either
    if span.tokens[-2].kind == "dash" and span.tokens[-2].text != "-":
        return None
    low, high = map(int, pair.text.split("-")) if pair else map(_count, span.all("number", "a"))
    units = span.all("unit")
    if span.has("a") and len(units) == 1:
        return None  # "a to 12 months"
    if len(units) == 2 and units[0].value != unit.value:
        return None  # each end has a unit of its own
    shorter = Duration() if low == 0 and len(units) == 1 else count_units(low, unit.value, span.text)
    return _ordered(span, shorter, count_units(high, unit.value, span.text))


def _count(token: Token) -> int:
    return 1 if token.kind == "a" else int(token.value)


def _lengths_of_lengths(span: Span, scene: Scene) -> Token | None:
    return _ordered(span, *(token.value for token in span.all("length")))


def _ordered(span: Span, low: Duration | None, high: Duration | None) -> Token | None:
    if low is None or high is None:
        return None
    if low.roughly_days > high.roughly_days:
        raise TimescaleError(span.text, "backwards")
    return Token("lengths", span.text, (low, high))


# Intervals ------------------------------------------------------------------------------------------------------


def _every_length(span: Span, scene: Scene) -> Token | None:
    """Read ``every six months``, ``each quarter``, ``3-monthly``, ``every Monday``."""
    if span.has("weekday"):
        return Token("every", span.text, "P1W")
    if span.has("length"):
        length = span.value("length")
        return Token("every", span.text, length.iso) if isinstance(length, Duration) else None
    if span.has("quarter_word"):
        return Token("every", span.text, "P3M")
    unit = span.all("unit")[0]
    if unit.text.endswith("s"):
        return None  # "every months" lacks its number
    length = count_units(1, unit.value, span.text)
    return None if length is None else Token("every", span.text, length.iso)


def _weekday_of_month(span: Span, scene: Scene) -> Token | None:
    last = span.tokens[-1]
    is_month = last.value == ("months", 1) or (last.value == "P1M" and last.text.endswith(" month"))
    return Token("every", span.text, "P1M") if is_month and last.text != "months" else None


_UNIT_OF_INTERVAL = {"P1M": ("months", 1), "P1W": ("days", 7), "P1Y": ("months", 12)}


def _number_ly(span: Span, scene: Scene) -> Token | None:
    every = span.tokens[-1]
    if not span.is_tight:
        return None
    unit = _UNIT_OF_INTERVAL.get(str(every.value)) if every.text in ("monthly", "weekly", "yearly") else None
    length = count_units(span.tokens[0].value, unit, span.text) if unit else None
    return None if length is None else Token("every", span.text, length.iso)


def _times_a_year(span: Span, scene: Scene) -> Token | None:
    number, unit = int(span.tokens[0].value), span.all("unit")[0].value
    if unit != ("months", 12) or number not in (2, 3, 4, 6, 12):
        return None
    return Token("every", span.text, Duration(months=12 // number).iso)


# Days and weeks -------------------------------------------------------------------------------------------------


def _weekday(span: Span) -> int | None:
    return span.value("weekday")  # type: ignore[return-value]


def _day_figures(span: Span, scene: Scene) -> Token | None:
    """Read numeric dates; a year of four figures stands last, or first, whatever the order of the other two."""
    figures = re.findall(r"\d+", span.all("figures")[0].text)
    if len(figures[0]) == 8:
        figures = [figures[0][:4], figures[0][4:6], figures[0][6:8]]
    order = "ymd" if len(figures[0]) == 4 else scene.order
    if len(figures[2]) == 4:
        order = "mdy" if scene.order == "mdy" else "dmy"
    parts = dict(zip(order, figures, strict=False))
    day = period_of_day(span.text, full_year(parts["y"]), int(parts["m"]), int(parts["d"]), _weekday(span))
    return Token("period", span.text, day)


def _day(span: Span, scene: Scene) -> Token | None:
    """Read ``31 March 2014``, ``March 31, 2014``; a year may have two figures where it stands last."""
    month = span.first("month")
    numbers = span.all("number", "ordinal")
    year = span.first("year", "short_year")
    if year is None:
        year = numbers.pop()
        if not re.fullmatch(r"\d\d", year.text):
            return None
    if month is None or len(numbers) != 1 or not _is_day_number(numbers[0]) or not span.is_tight:
        return None
    day = period_of_day(span.text, full_year(year.text), month.value, numbers[0].value, _weekday(span))
    return Token("period", span.text, day)


def _is_day_number(token: Token) -> bool:
    """Say whether it is written in one or two figures: "six December" is no day."""
    return re.fullmatch(r"\d{1,2}\D*", token.text) is not None


def _bare_day(span: Span, scene: Scene) -> Token | None:
    day = span.first("number", "ordinal")
    if day is None or not _is_day_number(day) or not span.is_tight:
        return None
    return Token("bare_day", span.text, (span.value("month"), day.value, _weekday(span)))


def _week(span: Span, scene: Scene) -> Token | None:
    written = span.tokens[-1]
    day = next_day(span.text, scene.anchor, *written.value) if written.kind == "bare_day" else written.value
    if day.span != "day":
        return None
    week = replace(day, span="week")
    return Token("period", span.text, replace(week, end=Duration(days=6).after(day.start)) if span.has("week_of")
                 else replace(week, start=Duration(days=-6).after(day.end)))


# Years, and months, quarters, halves and seasons of them --------------------------------------------------------


def _financial(span: Span, scene: Scene) -> Token | None:
    """Read ``2013/14``, ``FY 2014-15``; two figures alone may be a day, ``2014-03`` is a month."""
    written = span.first("years", "pair", "year")
    texts = re.findall(r"\d+", span.text)
    if written is None or len(texts) != 2:
        return None
    first, labelled, is_dash = consecutive_year(*texts), span.has("fy_label"), "-" in span.text
    if first is not None:
        doubt = ""
        if written.kind == "pair":
            doubt = "day_or_year" if is_dash or int(texts[0]) <= 12 else ""
        elif is_dash and len(texts[1]) == 4:
            doubt = "two_years"
        elif written.kind == "years" and is_dash and int(texts[1]) <= 12:
            doubt = "month_or_year"
        return Token("financial", span.text, FinancialYear(first, "" if labelled else doubt))
    if written.kind == "years" and is_dash and len(texts[1]) == 4 and texts[0] < texts[1]:
        raise TimescaleError(span.text, "two_years")
    if written.kind == "years" and is_dash and not labelled and len(texts[1]) == 2 and 1 <= int(texts[1]) <= 12:
        return Token("period", span.text, period_of_months(span.text, int(texts[0]), int(texts[1]), 1, "month"))
    return None


def _which_year(span: Span, scene: Scene) -> Token | None:
    number = span.first("number")
    if number is not None and not re.fullmatch(r"\d\d", number.text):
        return None
    raise TimescaleError(span.text, "which_year")


def _own_financial_year(span: Span, scene: Scene) -> Token | None:
    if scene.anchor is None or span.has("following"):
        raise TimescaleError(span.text, "which_year")
    first = scene.anchor.year - (scene.anchor.month < 4) + span.has("next")
    year = period_of_months(span.text, first, 4, 12, "year")
    return Token("period", span.text, replace(year, note="year_from_anchor"))


def _own_calendar_year(span: Span, scene: Scene) -> Token | None:
    if scene.anchor is None:
        raise TimescaleError(span.text, "no_year")
    year = period_of_months(span.text, scene.anchor.year, 1, 12, "year")
    return Token("period", span.text, replace(year, note="year_from_anchor"))


def _calendar_year(span: Span, scene: Scene) -> Token | None:
    if span.has("unit") and span.tokens[0].text != "year":
        return None
    year = int(span.all("year")[0].text)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return Token("period", span.text, period_of_months(span.text, year, 1, 12, "year"))


def _month_of_financial_year(span: Span, scene: Scene) -> Token | None:
    month, year = span.all("month")[0].value, span.all("financial")[0].value.first
    return Token("period", span.text, period_of_months(span.text, year + (month < 4), month, 1, "month"))


def _month(span: Span, scene: Scene) -> Token | None:
    if not span.is_tight:
        return None
    year = full_year(span.all("year", "short_year")[0].text)
    return Token("period", span.text, period_of_months(span.text, year, span.all("month")[0].value, 1, "month"))


def _month_in_figures(span: Span, scene: Scene) -> Token | None:
    month, year = map(int, span.text.split("/"))
    if not 1 <= month <= 12:
        return None
    return Token("period", span.text, period_of_months(span.text, year, month, 1, "month"))


def _month_with_figures(span: Span, scene: Scene) -> Token | None:
    """Keep ``August 13`` as it is: a day or a year, which only some words before it settle."""
    number = span.all("number")[0]
    if not re.fullmatch(r"\d\d", number.text) or not span.is_tight:
        return None
    month = period_of_months(span.text, 2000 + number.value, span.all("month")[0].value, 1, "month")
    return Token("month_figures", span.text, None if span.has("dash") else month)


def _ordinal_part(span: Span, scene: Scene) -> Token | None:
    """Read ``third quarter``, ``2nd half``, ``last quarter``."""
    kind = "quarter" if span.has("quarter_word") else "half"
    parts = 12 // _MONTHS_IN[kind]
    which = span.tokens[0]
    number = {"first": 1, "last": parts}.get(which.kind, which.value)
    return Token(kind, span.text, number) if 1 <= number <= parts else None


def _part_of_financial_year(span: Span, scene: Scene) -> Token | None:
    part, year = span.all("quarter", "half")[0], span.all("financial")[0].value
    return Token("period", span.text, part_of_year(span.text, part.value, _MONTHS_IN[part.kind], year.first))


def _part_of_calendar_year(span: Span, scene: Scene) -> Token | None:
    part, year = span.all("quarter", "half")[0], int(span.all("year")[0].text)
    months = _MONTHS_IN[part.kind]
    return Token("period", span.text, part_of_year(span.text, part.value, months, year, starts=1))


def _parts_of_financial_year(span: Span, scene: Scene) -> Token | None:
    """Read ``Q1 - Q2 2014/15``, ``2014/15 Q3/Q4``, ``H1/H2 2014/15``: to the last day of the later one."""
    parts, year = span.all("quarter", "half", "number"), span.all("financial")[0].value
    kind = next(part.kind for part in parts if part.kind != "number")
    if any(part.kind not in (kind, "number") for part in parts) or parts[-1].value > 12 // _MONTHS_IN[kind]:
        return None
    first, last = (part_of_year(span.text, part.value, _MONTHS_IN[kind], year.first) for part in parts)
    if span.tokens[0].kind == "financial" and first.start > last.start:
        return None  # the year of the second may stand behind it: "2013/14 Q4 - Q1 2014/15"
    return _joined(span, first, last)


def _season(span: Span, scene: Scene) -> Token | None:
    """Read a season of a year; winter lies in two, so that only ``2013/14`` settles which."""
    month, year = span.all("season")[0].value, span.first("financial")
    if year is not None:
        if month != 12:
            raise TimescaleError(span.text, "season_year")
        return Token("period", span.text, period_of_months(span.text, year.value.first, 12, 3, "season"))
    figures = span.all("year", "short_year", "number")[0]
    if figures.kind == "number" and not re.fullmatch(r"\d\d", figures.text):
        return None
    if month == 12:
        raise TimescaleError(span.text, "season_year")
    return Token("period", span.text, period_of_months(span.text, full_year(figures.text), month, 3, "season"))


def _feast_with_year(span: Span, scene: Scene) -> Token | None:
    return Token("feast", span.text, period_of_day(span.text, int(span.tokens[-1].text), 12, 25))


# From one stretch to another ------------------------------------------------------------------------------------


def _range(span: Span, scene: Scene) -> Token | None:
    """Read ``April - June 2014``: an end without a year takes the other's."""
    ends = span.all("period", *_WITHOUT_YEAR, "number", "ordinal")
    left, last = ends[0], ends[-1].value
    if last.span == "range" or (left.kind == "period" and left.value.span == "range"):
        return None
    first = left.value if left.kind == "period" else _with_year_of(left, span, last)
    if first is None:
        return None
    if first.is_calendar_year and last.is_calendar_year:
        raise TimescaleError(span.text, "two_years")
    return _joined(span, first, last)


def _refused_range(span: Span, scene: Scene) -> Token | None:
    raise TimescaleError(span.text, str(span.value(REFUSED)))


def _range_without_years(span: Span, scene: Scene) -> Token | None:
    """Read two months without years as the next such stretch; one that the anchor lies in has two readings."""
    if scene.anchor is None:
        return None
    first, last = (next_months(span.text, scene.anchor, token.value, 1, "month") for token in span.all("bare_month"))
    if last.start < first.start:
        raise TimescaleError(span.text, "no_year")
    return _joined(span, first, last)


def _days_of_month(span: Span, scene: Scene) -> Token | None:
    """Read ``10-14 June 2014``, whose two days came as one pair of figures."""
    pair, month, year = (span.all(kind)[0] for kind in ("pair", "month", "year"))
    if "-" not in pair.text:
        return None
    first, last = (period_of_day(span.text, int(year.text), month.value, int(day)) for day in pair.text.split("-"))
    return _joined(span, first, last)


def _joined(span: Span, first: Period, last: Period) -> Token | None:
    if (first.start, first.end) == (last.start, last.end):
        return None  # the same in two languages
    if first.start > last.start or first.end > last.end:
        raise TimescaleError(span.text, "backwards")
    # "March/April 2014" is one stretch, "March/June 2014" two answers.
    is_pair = span.has("slash", "or") or (span.has("and") and not span.has("between"))
    if is_pair and last.start != first.day_after:
        raise TimescaleError(span.text, "two_readings")
    return Token("period", span.text, Period(first.start, last.end, "range", last.note, last.span))


def _with_year_of(left: Token, span: Span, last: Period) -> Period | None:
    """Give the left end with the year of the right one, in the way in which that year is written."""
    years = re.findall(r"\d{4} ?[/-] ?(?:\d{4}|\d{2})\b|\d{2}[/-]\d{2}$|\d{4}|'\d{2}", span.text)
    is_financial = bool(years) and re.search(r"[/-]", years[-1]) is not None and last.span != "day"
    year = last.start.year - (last.start.month < 4 and is_financial)
    if left.kind in ("number", "ordinal"):
        is_day = last.span == "day" and _is_day_number(left)
        return period_of_day(span.text, last.end.year, last.end.month, left.value) if is_day else None
    if not years:
        return None
    if left.kind == "bare_day":
        month, day, weekday = left.value
        if is_financial:
            return None
        return period_of_day(span.text, last.end.year, month, day, weekday)
    if left.kind == "bare_month":
        own_year = year + (left.value < 4) if is_financial else last.end.year
        return period_of_months(span.text, own_year, left.value, 1, "month")
    if left.kind == "season":
        if is_financial or left.value == 12:
            raise TimescaleError(span.text, "season_year")
        return period_of_months(span.text, last.end.year, left.value, 3, "season")
    if not is_financial:
        raise TimescaleError(span.text, "which_year")
    if last.span != left.kind:
        return None
    return part_of_year(span.text, left.value, _MONTHS_IN[left.kind], year)


# What is left without a year, and lengths with a start of their own ---------------------------------------------


def _resolve(span: Span, scene: Scene) -> Token | None:
    token = span.tokens[0]
    if token.kind == "bare_month":
        return Token("period", token.text, next_months(token.text, scene.anchor, token.value, 1, "month"))
    if token.kind == "season":
        return Token("period", token.text, next_months(token.text, scene.anchor, token.value, 3, "season"))
    if token.kind == "bare_day":
        return Token("period", token.text, next_day(token.text, scene.anchor, *token.value))
    if token.kind == "feast":
        day = token.value or next_day(token.text, scene.anchor, 12, 25, None)
        return Token("feast", token.text, day)
    if token.kind == "financial" and not token.value.doubt:
        return Token("period", token.text, period_of_months(token.text, token.value.first, 4, 12, "year"))
    raise TimescaleError(token.text, token.value.doubt if token.kind == "financial" else "no_year_quarter")


def _own_start(span: Span, scene: Scene) -> Token | None:
    """Let a length count from a day that the phrase names itself; a month stands for its last day."""
    length, start = span.all("length", "lengths")[0], span.tokens[-1]
    if start.kind in ("immediate", "open_from_now"):
        return length if start.text in ("now", "today", "from now") else None
    begins = span.has("start", "beginning")  # in that month, or when it is over?
    period = start.value
    if start.kind != "period" or period.note or period.span not in ("day", "month") or (begins
                                                                                       and period.span != "day"):
        raise TimescaleError(span.text, "from_event")
    return Token(f"{length.kind}_from", span.text, (length.value, period.end))


_WITHOUT_YEAR = ("bare_month", "bare_day", "quarter", "half", "season")
_GAP = "comma? dash? of|in?"
_OPEN_END = "period|bare_month|bare_day|quarter|half|season|number|ordinal"
_JOINER = "to|and|or|until|dash|slash"
_TO = "dash|to|upto"

RULES: tuple[ValueRule, ...] = tuple(ValueRule(compile_pattern(pattern), build) for pattern, build in (
    # lengths
    ("months period_word?", _length_in_months),
    ("decimal unit", _decimal_years),
    ("between number|a unit? dash|to|and number|a dash? unit", _lengths_of_numbers),
    (f"from? number|a unit? {_TO} number|a dash? unit", _lengths_of_numbers),
    ("number dash to dash number dash? unit", _lengths_of_numbers),
    ("between|from? pair dash? unit", _lengths_of_numbers),
    ("number|a dash? unit comma? and? number|a dash? unit", _length),
    ("number|a dash? unit dash? period_word", _length),
    ("number|a dash? unit", _length),
    ("between length dash|to|and length", _lengths_of_lengths),
    (f"from? length {_TO} length", _lengths_of_lengths),
    # intervals
    ("number times unit", _times_a_year),
    ("number times each unit", _times_a_year),
    ("number dash? every", _number_ly),
    ("each length", _every_length),
    ("each unit", _every_length),
    ("each quarter_word", _every_length),
    ("each weekday", _every_length),
    ("first|nth|ordinal|last weekday of|in each? unit|every", _weekday_of_month),
    # days
    ("weekday? comma? number|ordinal of? dash|slash|stop? month comma? dash|slash? year|short_year|number clock?",
     _day),
    ("weekday? comma? month number|ordinal comma? year", _day),
    ("pair month year", _days_of_month),
    ("weekday? comma? number|ordinal of? dash? month", _bare_day),
    ("weekday? comma? month ordinal", _bare_day),
    ("weekday? comma? figures", _day_figures),
    # years
    ("fy_label years|pair", _financial),
    ("years|pair fy_label", _financial),
    ("years|pair", _financial),
    ("year dash|slash number|year", _financial),
    ("fy_label year|short_year|number", _which_year),
    ("this|next|following? fy_label", _own_financial_year),
    # months
    ("month comma? of|in? financial", _month_of_financial_year),
    ("month comma? dash? of? year|short_year", _month),
    ("month_year", _month_in_figures),
    ("month dash? number", _month_with_figures),
    # quarters, halves, seasons
    ("first|nth|ordinal|last quarter_word|half_word", _ordinal_part),
    (f"quarter|half {_JOINER} quarter|half|number {_GAP} financial", _parts_of_financial_year),
    (f"quarter|half {_JOINER} quarter|half|number {_GAP} year", _which_year),
    ("financial comma? dash? quarter|half dash|slash|to quarter|half", _parts_of_financial_year),
    (f"quarter|half {_GAP} financial", _part_of_financial_year),
    ("financial comma? dash? quarter|half", _part_of_financial_year),
    (f"quarter|half {_GAP} calendar|calendar_year year", _part_of_calendar_year),
    (f"quarter|half {_GAP} year calendar|calendar_year", _part_of_calendar_year),
    ("calendar|calendar_year quarter|half year", _part_of_calendar_year),
    (f"quarter|half {_GAP} year|refused", _which_year),
    ("season comma? dash? of? financial", _season),
    ("season comma? dash? of? year|short_year|number", _season),
    ("feast comma? year", _feast_with_year),
    ("calendar|calendar_year year", _calendar_year),
    ("year calendar|calendar_year", _calendar_year),
    ("unit year", _calendar_year),
    ("year", _calendar_year),
    ("this? calendar_year", _own_calendar_year),
    ("month", lambda span, scene: Token("bare_month", span.text, span.tokens[0].value)),
    # from one to another
    ("week_of|week_ending colon|stop? period|bare_day", _week),
    ("financial", lambda span, scene: None if span.tokens[0].value.doubt else _resolve(span, scene)),
    (f"between|from? {_OPEN_END} {_JOINER} period", _range),
    (f"between|from? {_OPEN_END} {_JOINER} end of? period", _range),
    (f"between|from? start|beginning of? period {_JOINER} period", _range),
    (f"between|from? start|beginning of? period {_JOINER} end of? period", _range),
    (f"between|from? bare_month {_JOINER} bare_month", _range_without_years),
    (f"between|from? {_OPEN_END} {_JOINER} refused", _refused_range),
    (f"between|from? {_OPEN_END} {_JOINER} end of? refused", _refused_range),
    (f"between|from? refused {_JOINER} period|refused", _refused_range),
    ("financial|bare_month|bare_day|quarter|half|season|feast", _resolve),
    ("length|lengths from|of|after|following|start|beginning period|immediate|refused", _own_start),
    ("length|lengths open_from_now", _own_start),
))
"""What tokens mean together, the closest first."""
