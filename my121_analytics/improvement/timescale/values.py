"""Tokens put together to what they mean: a length, an interval, a stretch of the calendar.

``RULES`` is the table: a pattern over kinds, the kind and the function that gives the value, and a phrase in which it
serves. Rules are tried in order, each over the whole phrase from left to right; what comes first binds closest. A
function gives None where the tokens stay as they are; a refusal becomes the value, and is raised by whatever uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.durations import Duration, count_units
from my121_analytics.improvement.timescale.periods import (
    Doubtful,
    Named,
    Period,
    Year,
    consecutive_year,
    full_year,
    in_year,
    join_periods,
    next_after,
    next_months,
    period_of_day,
    period_of_months,
    period_of_year,
)
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import GROUPS, Token, Tokens, compile_pattern, kinds_of, text_of

PERIODS = tuple(GROUPS["PERIOD"].split("|"))
_NAMED = ("day", "month", "part", "season", "feast")


@dataclass(frozen=True)
class Lengths:
    """A length of time, or the shortest and the longest; ``start`` where it counts from a day of its own."""

    low: Duration
    high: Duration
    start: date | None = None


@dataclass(frozen=True)
class Span:
    """The tokens that a rule's pattern matched, and those before and after them."""

    tokens: Tokens
    before: Tokens = ()
    after: Tokens = ()

    @property
    def text(self) -> str:
        """As written, near enough for a message."""
        return text_of(self.tokens)

    def all(self, *kinds: str) -> list[Token]:
        """Give its tokens of some kinds, in order."""
        return [token for token in self.tokens if token.kind in kinds]

    def first(self, *kinds: str) -> Token | None:
        """Give the first token of some kinds; None where there is none."""
        return next((token for token in self.tokens if token.kind in kinds), None)

    def has(self, *kinds: str) -> bool:
        """Say whether it holds a token of one of some kinds."""
        return self.first(*kinds) is not None

    def value(self, *kinds: str) -> Any:
        """Give the value of the first token of some kinds; raises it where it is a refusal."""
        token = self.first(*kinds)
        if token is not None and isinstance(token.value, TimescaleError):
            raise token.value
        return None if token is None else token.value

    def period(self, scene: Scene, *, settled: bool = False) -> Period:
        """Give its first stretch of the calendar; ``settled`` where the words say that ``August 13`` is a month."""
        token = self.first(*PERIODS, "feast")
        if token is None:
            raise ValueError("a rule asks for a stretch of the calendar that its pattern does not have")
        if settled and isinstance(token.value, Doubtful):
            return token.value.period
        return resolve(token, scene)

    @property
    def is_tight(self) -> bool:
        """Say whether no dash in it has a space beside it: ``12-month`` is one word, ``6 - months`` nothing."""
        return all(token.text == "-" for token in self.all("dash"))


class ValueRule(NamedTuple):
    """A pattern over kinds, the kind of what it makes, the function that makes it, and a phrase in which it serves."""

    pattern: str
    kind: str
    build: Callable[[Span, Scene], Any]
    example: str


def resolve(token: Token, scene: Scene) -> Period:
    """Give the days of a token that is a stretch of the calendar; raises its refusal where it has one."""
    value = token.value
    if isinstance(value, TimescaleError):
        raise value
    if isinstance(value, Doubtful):
        raise TimescaleError(token.text, value.doubt)
    if isinstance(value, Named):
        return next_after(token.text, value, scene.anchor)
    return period_of_year(token.text, value) if isinstance(value, Year) else value


def reduce_values(tokens: Tokens, scene: Scene) -> Tokens:
    """Put tokens together to values.

    Parameters
    ----------
    tokens
        Of :func:`~my121_analytics.improvement.timescale.tokens.scan`.
    scene
        Anchor and order of dates.

    Returns
    -------
    tuple of Token
        With ``length``, ``lengths``, ``every`` and ``period`` in place of what they were made of.
    """
    for rule in RULES:
        tokens = apply_rule(rule, tokens, scene)
    return tokens


def apply_rule(rule: ValueRule, tokens: Tokens, scene: Scene) -> Tokens:
    """Put together all that one rule matches, from left to right."""
    pattern, kinds = compile_pattern(rule.pattern), kinds_of(tokens)
    kept: list[Token] = []
    position = offset = 0
    while position < len(tokens):
        found = pattern.match(kinds, offset)
        n = found[0].count(" ") if found else 0
        span = Span(tokens[position: position + n], tokens[:position], tokens[position + n:])
        made = _build(rule, span, scene) if n else None
        step = n if made is not None else 1
        kept.append(made if made is not None else tokens[position])
        offset += sum(len(token.kind) + 1 for token in tokens[position: position + step])
        position += step
    return tuple(kept)


def _build(rule: ValueRule, span: Span, scene: Scene) -> Token | None:
    try:
        value = rule.build(span, scene)
    except TimescaleError as problem:
        value = problem
    first, last = span.tokens[0], span.tokens[-1]
    return None if value is None else Token(rule.kind, span.text, value, first.start, last.end, span.tokens)


# Lengths of time ------------------------------------------------------------------------------------------------


def _length(span: Span, scene: Scene) -> Lengths | None:
    """Read ``12 months``, ``a year``, ``1.5 years``, ``18-month period``, ``six (6) months``."""
    if span.has("length_word"):
        return _same(Duration(months=span.value("length_word")))
    number, unit = span.value("number", "a", "decimal"), span.value("unit")
    if any(token.value != number for token in span.all("number")):
        return None
    if span.has("decimal"):
        return _same(Duration(months=int(12 * number))) if unit == ("months", 12) else None
    if number == 0:
        raise TimescaleError(span.text, "out_of_range")
    length = count_units(number, unit, span.text) if span.is_tight else None
    return None if length is None else _same(length)


def _same(length: Duration) -> Lengths:
    return Lengths(length, length)


def _unit_of(token: Token) -> Any:
    units = [part.value for part in token.parts if part.kind == "unit"]
    return units[0] if len(units) == 1 else None


def _years_and_months(span: Span, scene: Scene) -> Lengths | None:
    """Read ``1 year 6 months``; "2 weeks and 3 days" is rare enough to ask."""
    lengths = span.all("length")
    if [_unit_of(length) for length in lengths] != [("months", 12), ("months", 1)]:
        return None
    years, months = (length.low.months for length in _lengths_in(span))
    return _same(Duration(months=years + months)) if months < 12 else None


def _range_of_lengths(span: Span, scene: Scene) -> Lengths | None:
    """Read ``18-24 months``, ``six to nine months``, ``between 6 and 9 months``, ``18 months to 2 years``."""
    if span.has("and") and not span.has("between"):
        return None  # "6 months and 12 months"
    low_end, high_end = _lengths_in(span)[0], _lengths_in(span)[-1]
    if span.has("number"):
        low, unit = span.value("number"), _unit_of(span.tokens[-1])
        if unit is None or any(part.kind == "a" for part in span.tokens[-1].parts):
            return None  # "1 to a month"
        shorter = count_units(low, unit, span.text) if low else Duration()
    else:
        shorter = low_end.low
    if shorter is None:
        return None
    if shorter.roughly_days > high_end.high.roughly_days:
        raise TimescaleError(span.text, "backwards")
    return Lengths(shorter, high_end.high)


def _lengths_in(span: Span) -> list[Lengths]:
    """Give its lengths; raises the refusal of one."""
    return [Span((token,)).value("length") for token in span.all("length")]


def _own_start(span: Span, scene: Scene) -> Lengths:
    """Let a length count from a day that the phrase names itself; a month stands for its last day."""
    lengths = span.value("length", "lengths")
    if span.has("immediate", "now", "open_from_now"):
        if span.tokens[-1].text not in ("now", "today", "from now"):
            raise TimescaleError(span.text, "from_event")
        return lengths
    period = span.period(scene) if not isinstance(span.tokens[-1].value, TimescaleError) else None
    begins = span.has("start", "beginning")  # in that month, or when it is over?
    if period is None or period.note or period.span not in ("day", "month") or (begins and period.span != "day"):
        raise TimescaleError(span.text, "from_event")
    return replace(lengths, start=period.end)


# Intervals ------------------------------------------------------------------------------------------------------


def _every(span: Span, scene: Scene) -> str | None:
    """Read ``every six months``, ``each quarter``, ``every Monday``."""
    if span.has("weekday"):
        return "P1W"
    if span.has("quarter_word"):
        return "P3M"
    if span.has("length"):
        return span.value("length").low.iso
    unit = span.tokens[-1]
    length = None if unit.text.endswith("s") else count_units(1, unit.value, span.text)  # "every months"
    return None if length is None else length.iso


def _number_ly(span: Span, scene: Scene) -> str | None:
    """Read ``6-monthly``, ``six weekly``."""
    unit = {"monthly": ("months", 1), "weekly": ("days", 7), "yearly": ("months", 12)}.get(span.tokens[-1].text)
    length = count_units(span.value("number"), unit, span.text) if unit and span.is_tight else None
    return None if length is None else length.iso


def _times_a_year(span: Span, scene: Scene) -> str | None:
    number = span.value("number")
    if span.value("unit") != ("months", 12) or number not in (2, 3, 4, 6, 12):
        return None
    return Duration(months=12 // number).iso


def _weekday_of_month(span: Span, scene: Scene) -> str | None:
    last = span.tokens[-1]
    is_month = last.value == ("months", 1) or (last.value == "P1M" and last.text.endswith(" month"))
    return "P1M" if is_month and last.text != "months" else None


# Days and weeks -------------------------------------------------------------------------------------------------


def _figures(span: Span, scene: Scene) -> Period | None:
    """Read ``03/2014`` and numeric dates; a year of four figures stands first or last, whatever the order set."""
    text = span.tokens[-1].text
    figures = "".join(c if c.isdigit() else " " for c in text).split()
    if len(figures) == 2:
        return None if span.has("weekday") else period_of_months(text, int(figures[1]), int(figures[0]), 1, "month")
    if len(figures[0]) == 8:
        figures = [figures[0][:4], figures[0][4:6], figures[0][6:8]]
    order = "ymd" if len(figures[0]) == 4 else scene.order
    if len(figures[2]) == 4:
        order = "mdy" if scene.order == "mdy" else "dmy"
    parts = dict(zip(order, figures, strict=False))
    return period_of_day(span.text, full_year(parts["y"]), int(parts["m"]), int(parts["d"]), span.value("weekday"))


def _is_figures(token: Token) -> bool:
    """Say whether it is written in one or two figures: "six December" is no day."""
    return token.text[0].isdigit() and token.value < 100


def _day(span: Span, scene: Scene) -> Named | None:
    """Read ``31 March``, ``Monday the 31st of March``, ``March 31st``, ``March 31, 2014``: the year stands behind."""
    number, month = span.all("number", "ordinal")[0], span.all("month")[0]
    if not _is_figures(number) or not span.is_tight:
        return None
    if number.kind == "number" and span.tokens[-1] is number and not _is_year_next(span.after):
        return None  # "March 31" may be the month of a year
    return Named("day", month.value.number, number.value, span.value("weekday"))


def _is_year_next(after: Tokens) -> bool:
    rest = after[1:] if after[:1] and after[0].kind == "comma" else after
    return bool(rest) and rest[0].kind == "year"


def _year_of(token: Token) -> Year | None:
    """Give the year that a token is, also one of two figures; raises its refusal."""
    if isinstance(token.value, TimescaleError):
        raise token.value
    if isinstance(token.value, Year):
        return token.value
    return Year(full_year(token.text), "plain") if token.kind != "year" and _is_year(token) else None


def _is_year(token: Token) -> bool:
    return token.kind in ("year", "short_year") or (len(token.text) == 2 and token.text.isdigit())


def _week(span: Span, scene: Scene) -> Period | None:
    day = span.period(scene)
    if day.span != "day":
        return None
    if span.has("week_of"):
        return Period(day.start, Duration(days=6).after(day.start), "week", day.note)
    return Period(Duration(days=-6).after(day.end), day.end, "week", day.note)


# Years, and months, quarters, halves and seasons of them --------------------------------------------------------


def _financial(span: Span, scene: Scene) -> Year | Period | None:
    """Read ``2013/14``, ``FY 2014-15``; two figures alone may be a day, ``2014-03`` is a month."""
    years, sign = span.all("number", "year"), span.all("dash", "slash")[0].text
    first, second = (token.text for token in years)
    is_pair, is_dash, is_labelled = years[0].kind == "number", "-" in sign, span.has("fy_label")
    if len(second) not in (2, 4) or not second.isdigit() or (is_pair and (len(first) != 2 or sign.strip() != sign)):
        return None
    if span.after[:1] and span.after[0].kind in ("month", "unit"):
        return None  # "10-11 June 2014", "1 March 2014-15 March 2014"
    year = consecutive_year(first, second)
    is_month = is_dash and len(second) == 2 and 1 <= int(second) <= 12 and sign == "-"
    if year is None:
        if is_pair or not is_dash or sign != "-":
            return None
        if len(second) == 4 and first < second:
            raise TimescaleError(span.text, "two_years")
        is_month = is_month and not is_labelled
        return period_of_months(span.text, int(first), int(second), 1, "month") if is_month else None
    doubt = ""
    if is_pair:
        doubt = "day_or_year" if is_dash or int(first) <= 12 else ""
    elif is_dash:
        doubt = "two_years" if len(second) == 4 else "month_or_year" if is_month else ""
    return Year(year, "financial", "" if is_labelled else doubt)


def _one_year(span: Span, scene: Scene) -> Year | None:
    """Read ``2014``, ``calendar year 2014``; the second year of "FY 2014" is not settled."""
    year = span.all("year", "short_year", "number")[0]
    if (year.kind == "year" and year.value is not None) or not _is_year(year):
        return None
    if span.has("fy_label"):
        raise TimescaleError(span.text, "which_year")
    if span.has("unit") and span.tokens[0].text != "year":
        return None
    return Year(int(year.text), "calendar" if len(span.tokens) > 1 else "plain")


def _own_year(span: Span, scene: Scene) -> Period:
    """Read ``this financial year``, ``next financial year``, ``the calendar year``: the anchor's."""
    is_financial = span.has("fy_label")
    is_following = bool(span.before) and span.before[-1].text == "following"
    if scene.anchor is None or is_following or (span.has("next") and not is_financial):
        raise TimescaleError(span.text, "which_year" if is_financial else "no_year")
    month = 4 if is_financial else 1
    first = scene.anchor.year - (scene.anchor.month < month) + span.has("next")
    return replace(period_of_months(span.text, first, month, 12, "year"), note="year_from_anchor")


def _row_of_parts(span: Span, scene: Scene) -> Named | None:
    """Read ``Q1/Q2``, ``Q3-4``, ``from Q1 to Q3``; a year on both sides belongs to one of them each."""
    if span.has("from") and span.has("slash", "and"):
        return None
    parts = [token.value for token in span.all("part")]
    if span.has("dash", "slash", "to", "and") and any(part.number != part.last for part in parts):
        return None  # "first two quarters - Q3"
    numbers = [token.value if token.kind == "number" else token.value.last for token in span.all("part", "number")]
    if len({part.span for part in parts}) > 1 or (span.before[-1:] and span.before[-1].kind == "year"
                                                  and any(token.kind == "year" for token in span.after[:2])):
        return None
    if any(token.kind == "number" and (len(token.text) > 1 or token.value > 4) for token in span.tokens):
        return None
    if span.has("slash", "and") and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise TimescaleError(span.text, "two_readings")
    return Named(parts[0].span, numbers[0], numbers[-1]) if numbers[0] < numbers[-1] else None


def _with_year(span: Span, scene: Scene) -> Period | Doubtful | None:
    """Read ``March 2014``, ``Q3 of 2013/14``, ``2013/14 Q3``, ``Autumn 13``; ``August 13`` may be a day or a year."""
    named, year = span.all(*_NAMED)[0], span.all("year", "short_year", "number")[0]
    if named.kind in ("month", "day") and not span.is_tight:
        return None
    if kinds_of(span.tokens[:1] + span.before[-1:] + span.after[:1]) == "part year part ":
        return None  # "2013/14 Q4 - 2014/15 Q1": each has its year before it
    value = _year_of(year)
    if value is None or (named.kind == "day" and value.style == "financial") or (
            span.has("slash", "clock") and named.kind != "day"):
        return None
    if named.kind == "month" and year.kind == "number":
        if span.has("dash"):
            raise TimescaleError(span.text, "day_or_year")
        return Doubtful(in_year(span.text, named.value, value), "day_or_year")
    return in_year(span.text, span.value(named.kind), value)


# From one stretch to another ------------------------------------------------------------------------------------


def _range(span: Span, scene: Scene) -> Period | None:
    """Read ``April - June 2014``, ``from 1 to 15 March 2014``: an end without a year takes the other's."""
    left, right = (token for token in span.all(*PERIODS, "number", "ordinal", "feast"))
    if left.kind == right.kind == "month":
        return _months_without_years(span, left, right, scene)
    if isinstance(right.value, Named) and left.kind in ("period", "year"):
        raise TimescaleError(span.text, "no_year_quarter" if right.kind == "part" else "no_year")
    last = resolve(right, scene)
    if last.span == "range":
        return None
    first = _left_end(left, right, last, span, scene)
    if first is None or first.span == "range" or (first.start, first.end) == (last.start, last.end):
        return None  # the same in two languages
    if first.is_calendar_year and last.is_calendar_year:
        raise TimescaleError(span.text, "two_years")
    if first.start > last.start or first.end > last.end:
        raise TimescaleError(span.text, "backwards")
    # "March/April 2014" is one stretch, "March/June 2014" two answers.
    is_pair = span.has("slash", "or") or (span.has("and") and not span.has("between"))
    if is_pair and last.start != first.day_after:
        raise TimescaleError(span.text, "two_readings")
    return join_periods(first, last)


def _months_without_years(span: Span, left: Token, right: Token, scene: Scene) -> Period | None:
    """Read two months without years as the next such stretch; one that the anchor lies in has two readings."""
    if scene.anchor is None:
        return None
    first, last = (next_months(span.text, scene.anchor, token.value.number, 1, "month") for token in (left, right))
    if last.start < first.start:
        raise TimescaleError(span.text, "no_year")
    if span.has("slash", "or", "and") and not span.has("between") and last.start != first.day_after:
        raise TimescaleError(span.text, "two_readings")
    return join_periods(first, last)


def _left_end(left: Token, right: Token, last: Period, span: Span, scene: Scene) -> Period | None:
    """Give the left end, with the year of the right one where it has none, in the way that year is written."""
    if left.kind in ("number", "ordinal"):
        is_day = last.span == "day" and _is_figures(left)
        return period_of_day(span.text, last.end.year, last.end.month, left.value) if is_day else None
    if not isinstance(left.value, Named):
        return resolve(left, scene)
    year = _year_within(right)
    if year is None:
        return None
    if year.style == "financial" and left.kind in ("part",) and last.span != left.value.span:
        return None
    return in_year(span.text, left.value, year)


def _year_within(token: Token) -> Year | None:
    """Give the year that a token was written with; None where it has none."""
    last = token.parts[-1] if token.parts and token.kind != "year" else token
    if last.kind in ("figures", "month_year"):
        return Year(int(last.text[-4:]), "plain") if last.text[-4:].isdigit() else None
    return _year_of(last) if last is not token and last.kind in ("year", "short_year", "number") else None


RULES: tuple[ValueRule, ...] = tuple(ValueRule(*row) for row in (
    # lengths
    ("( number|a|decimal ( bracket number bracket )? dash? unit | length_word )", "length", _length, "12 months"),
    ("length comma? and? length", "length", _years_and_months, "1 year 6 months"),
    ("between|from? ( number|length dash|to|upto|and length | number dash to dash length )", "lengths",
     _range_of_lengths, "18 to 24 months"),
    # intervals
    ("each length|unit|quarter_word|weekday", "every", _every, "every six months"),
    ("number dash? every", "every", _number_ly, "six-monthly"),
    ("number times each? unit", "every", _times_a_year, "4 times a year"),
    ("first|nth|ordinal|last weekday of|in each? unit|every", "every", _weekday_of_month, "last Friday of each month"),
    # years
    ("( year|number dash|slash year|number fy_label | fy_label? year|number dash|slash year|number )", "year",
     _financial, "2013/14"),
    ("( fy_label year|short_year|number | calendar_year|unit? year calendar_year? )", "year", _one_year,
     "calendar year 2014"),
    ("this|next? fy_label|calendar_year", "period", _own_year, "next financial year"),
    # days
    ("weekday? comma? ( number|ordinal stop? of? dash|slash? month | month number|ordinal )", "day", _day, "31 March"),
    ("weekday? comma? figures|month_year", "period", _figures, "31/03/2014"),
    # days, months, quarters, halves, seasons of years
    ("from? part ( dash|slash|to part|number | and number )*", "part", _row_of_parts, "Q1/Q2 2024/25"),
    ("day|month|part|season|feast comma|colon? dash|slash? of|in? year|short_year|number clock?", "period", _with_year,
     "March 2014"),
    ("year comma|colon? dash? part", "period", _with_year, "2013/14 Q3"),
    # from one to another
    ("week_of|week_ending colon|stop? period|day", "period", _week, "w/c 3 March 2014"),
    ("between|from? start|beginning? of? PERIOD|number|ordinal JOINER end? of? PERIOD", "period", _range,
     "April - June 2014"),
    ("LENGTH ( from|of|after|start|beginning PERIOD|feast|immediate|now | open_from_now )", "length", _own_start,
     "6 months from 31st March 2014"),
))
"""What tokens mean together, the closest first."""
