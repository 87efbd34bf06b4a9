"""One phrase of a timescale: a value with what stands before and after it.

``RULES`` is the table: a pattern over the kinds of a whole phrase, and what it means. Whatever no rule matches is not
read: a phrase is read whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from my121_analytics.improvement.timescale.comments import is_undated
from my121_analytics.improvement.timescale.due_dates import Kind, Scene, Timescale, join_notes
from my121_analytics.improvement.timescale.durations import Duration, count_units
from my121_analytics.improvement.timescale.periods import Period, period_of_months
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import Token, compile_pattern, kinds_of, load_table, split_tokens
from my121_analytics.improvement.timescale.values import REFUSED, Span, reduce_values

_Builder = Callable[[Span, Scene], Timescale | None]


@dataclass(frozen=True)
class ClauseRule:
    """A pattern over the kinds of a whole phrase, and what the phrase means."""

    pattern: re.Pattern[str]
    build: _Builder


def read_phrase(phrase: str, scene: Scene) -> Timescale | None:
    """Read one phrase as a whole.

    Parameters
    ----------
    phrase
        Tidied: lower case, plain dashes, single spaces.
    scene
        Anchor and order of dates.

    Returns
    -------
    Timescale or None
        From the first rule that the whole phrase matches; None where there is none.

    Raises
    ------
    TimescaleError
        The phrase is known to have more than one reading.
    """
    if _refused()["twice_or_every_two"].fullmatch(phrase):
        raise TimescaleError(phrase, "twice_or_every_two")
    whole = _read_whole(phrase)
    if whole is not None:
        return whole
    return read_tokens(tuple(reduce_values(split_tokens(phrase), scene)), scene)


def read_tokens(tokens: tuple[Token, ...], scene: Scene) -> Timescale | None:
    """Read tokens of which the values are put together, as :func:`read_phrase`."""
    kinds = kinds_of(tokens)
    for rule in RULES:
        timescale = rule.build(Span(tokens), scene) if rule.pattern.fullmatch(kinds) else None
        if timescale is not None:
            return timescale
    _refuse_what_would_match(tokens, kinds)
    return None


def read_day_or_month(phrase: str, scene: Scene) -> Period | None:
    """Read a phrase that is one stretch of the calendar and nothing else; None where it is not."""
    tokens = reduce_values(split_tokens(phrase), scene)
    if len(tokens) != 1:
        return None
    _refuse_what_would_match(tuple(tokens), kinds_of(tokens))
    return tokens[0].value if tokens[0].kind == "period" else None


def refuse_known(phrase: str) -> None:
    """Give phrases that are known to be unsettled their own reason, so that the remedy fits.

    Raises
    ------
    TimescaleError
        The phrase is one of them.
    """
    for code, pattern in _refused().items():
        if pattern.fullmatch(phrase):
            raise TimescaleError(phrase, code)


def quarter_named(phrase: str) -> int | None:
    """Give the quarter that a phrase names without a year, or with a year that may be of either kind."""
    tokens = split_tokens(phrase)
    if tokens and tokens[-1].kind == "year":
        tokens = tokens[:-1]
    kinds = [token.kind for token in tokens]
    if kinds == ["quarter"]:
        return int(tokens[0].value)
    if len(kinds) == 2 and kinds[1] == "quarter_word" and kinds[0] in ("first", "nth", "ordinal"):
        return 1 if kinds[0] == "first" else int(tokens[0].value)
    return None


def names_a_quarter(phrase: str) -> bool:
    """Say whether a quarter stands anywhere in a phrase."""
    return any(token.kind in ("quarter", "quarter_word") for token in split_tokens(phrase))


def is_label(phrase: str) -> bool:
    """Say whether a phrase only names a stretch that the words beside it define: ``short term``, ``year 1``."""
    return _LABEL.fullmatch(phrase) is not None


def is_progress(phrase: str) -> bool:
    """Say whether a phrase only says how far an action is, whatever the date beside it."""
    return phrase in load_table("whole_phrases.toml")["progress"]


_LABEL = re.compile(r"(?:short|medium|long|near|longer|shorter)(?: ?[/-] ?(?:medium|"
                    r"long))?(?:er)?[ -]term(?: action)?s?|(?:year|yr|phase|stage) (?:\d|one|two|three)")
_TO_BE_SETTLED = re.compile(r"(?:to be (?:confirmed|agreed|decided|determined|advised|set|scheduled|discussed|"
                            r"arranged)|tbc|tba|tbd) (?:with|by|following|after|pending|once|when|at|in|through) "
                            r"[a-z ,'&/-]+")


def _read_whole(phrase: str) -> Timescale | None:
    phrases = load_table("whole_phrases.toml")
    if phrase in phrases["open"]:
        return Timescale("open", open_ended=True)
    if phrase in phrases["complete"]:
        return Timescale("complete")
    if phrase in phrases["unscheduled"] or (_TO_BE_SETTLED.fullmatch(phrase) and is_undated(phrase)):
        return Timescale("unscheduled")
    return None


def _refuse_what_would_match(tokens: tuple[Token, ...], kinds: str) -> None:
    """Raise the refusal of a value in a phrase that would be read if the value were not refused."""
    codes = {"month_figures": "day_or_year"}
    refused = next((token for token in tokens if token.kind in (REFUSED, *codes)), None)
    if refused is None:
        return
    as_period = re.sub(rf"\b(?:{REFUSED}|month_figures) ", "period ", kinds)
    as_length = re.sub(rf"\b{REFUSED} ", "length ", kinds)
    if any(rule.pattern.fullmatch(as_period) or rule.pattern.fullmatch(as_length) for rule in RULES):
        raise TimescaleError(refused.text, codes.get(refused.kind) or refused.value)


@lru_cache(maxsize=1)
def _refused() -> dict[str, re.Pattern[str]]:
    table = load_table("whole_phrases.toml")["refused"]
    return {code: re.compile("|".join(patterns)) for code, patterns in table.items()}


# Words alone, and what recurs -----------------------------------------------------------------------------------


def _immediate(span: Span, scene: Scene) -> Timescale | None:
    return Timescale("immediate", scene.start, scene.start)


def _open(span: Span, scene: Scene) -> Timescale | None:
    return Timescale("open", open_ended=True)


def _open_from_now(span: Span, scene: Scene) -> Timescale | None:
    return Timescale("open", scene.start, open_ended=True)


def _every(span: Span) -> str:
    return str(span.value("every"))


_STEADY = ("ongoing", "on-going", "continuous", "continuing", "rolling")
"""Words that may stand before the day from which something goes on."""


def _ongoing_every(span: Span, scene: Scene) -> Timescale | None:
    """Read ``ongoing - monthly``; in "ongoing, annual review" the action goes on, and its review is what recurs."""
    if span.tokens[0].text != "ongoing" or any("review" in token.text for token in span.tokens):
        return None
    first = next(i for i, token in enumerate(span.tokens) if token.kind == "every")
    return read_tokens(span.tokens[first:], scene)


def _recurring(span: Span, scene: Scene) -> Timescale | None:
    return Timescale("recurring", open_ended=True, every=_every(span))


def _recurring_from(span: Span, scene: Scene) -> Timescale | None:
    """Read ``quarterly from April 2014``, ``March 2014 then every six months``."""
    start = span.first("period")
    if start is None:
        return Timescale("recurring", scene.start, open_ended=True, every=_every(span))
    if start.value.span == "range":
        return None
    return Timescale("recurring", start.value.start, open_ended=True, every=_every(span), note=start.value.note)


def _recurring_until(span: Span, scene: Scene) -> Timescale | None:
    end = _end_of(span)
    if end is None or end.span == "range":
        return None
    return Timescale("recurring", latest=end.end, every=_every(span), note=end.note)


def _recurring_for(span: Span, scene: Scene) -> Timescale | None:
    length: Duration = span.all("length")[0].value
    return Timescale("recurring", latest=length.after(scene.start), every=_every(span))


def _recurring_within(span: Span, scene: Scene) -> Timescale | None:
    """Read ``monthly, April 2014 to March 2015``, ``quarterly during 2014/15``; "annually in March" has no two ends."""
    period: Period = span.all("period")[0].value
    if period.span not in (("year", "half") if span.has("during", "in", "across") else ("range",)):
        return None
    return Timescale("recurring", period.start, period.end, every=_every(span), note=period.note)


# Done, or to be done --------------------------------------------------------------------------------------------


def _after_prefix(span: Span, scene: Scene) -> Timescale | None:
    """Read what stands behind words that only say that something is to be done by then."""
    start = 1 + (span.tokens[1].kind in ("in", "during", "on", "for", "at") if span.has("to_do") else 0)
    return read_tokens(span.tokens[start:], scene)


def _done_on(span: Span, scene: Scene) -> Timescale | None:
    period: Period = span.all("period")[0].value
    if any(token.text != "now" for token in span.all("immediate")):
        return None
    if period.note:
        raise TimescaleError(span.text, "no_year")
    return None if period.span == "range" else Timescale("complete", period.start, period.end)


def _done_or_due(span: Span, scene: Scene) -> Timescale | None:
    """Refuse "completed by March 2014" and "complete March 2014", which may be an instruction."""
    rest = span.tokens[1:]
    while rest and rest[0].kind in ("dash", "colon", "comma"):
        rest = rest[1:]
    if not rest:
        return None
    if rest[0].kind not in ("by", "within", "before", "in"):
        try:
            if read_tokens(rest, scene) is None:
                return None
        except TimescaleError as problem:
            if problem.reason != "ambiguous":
                return None
    raise TimescaleError(span.text, "done_or_due")


# Lengths of time ------------------------------------------------------------------------------------------------


def _length_of(span: Span, scene: Scene) -> tuple[Duration | tuple[Duration, Duration], date, str]:
    """Give a length or two, the day they count from, and the note."""
    token = span.all(*_LENGTHS)[0]
    if token.kind in ("length", "lengths"):
        return token.value, scene.start, "from_anchor"
    return *token.value, "own_start"


def _length(span: Span, scene: Scene) -> Timescale | None:
    """Read ``12 months``, ``in six weeks``, ``18-24 months``, ``12 months from 1 April 2014``."""
    length, start, note = _length_of(span, scene)
    if isinstance(length, tuple):
        low, high = (end.after(start) for end in length)
        return (Timescale("window", low, high, note=note) if low < high
                else Timescale("relative", high, high, note=note))
    due = length.after(start)
    return Timescale("relative", due, due, note=note)


def _at_most(span: Span, scene: Scene) -> Timescale | None:
    """Read ``within 6 months``, ``the next 12 months``: from the anchor to that length after it."""
    if span.has("a") and not any(token.text.endswith("period") for token in span.all(*_LENGTHS)):
        return None
    reading = _length(span, scene)
    if reading is None or reading.kind != "relative":
        return reading
    return replace(reading, earliest=_length_of(span, scene)[1])


def _next_unit(span: Span, scene: Scene) -> Timescale | None:
    """Read ``over the next year`` as one year; "next year" alone is another thing."""
    unit = span.all("unit")[0]
    if unit.text not in ("year", "month", "week", "fortnight"):
        return None
    length = count_units(1, unit.value, span.text)
    if length is None:
        return None
    return Timescale("relative", scene.start, length.after(scene.start), note="from_anchor")


def _at_least(span: Span, scene: Scene) -> Timescale | None:
    length, start, note = _length_of(span, scene)
    if isinstance(length, tuple):
        raise TimescaleError(span.text, "two_readings")  # "at least 18-24 months"
    return Timescale("relative", length.after(start), open_ended=True, note=note)


def _number_plus(span: Span, scene: Scene) -> Timescale | None:
    length = count_units(span.tokens[0].value, span.all("unit")[0].value, span.text)
    if length is None:
        return None
    return Timescale("relative", length.after(scene.start), open_ended=True, note="from_anchor")


def _during_or_after(span: Span, scene: Scene) -> Timescale | None:
    raise TimescaleError(span.text, "during_or_after")


# Stretches of the calendar --------------------------------------------------------------------------------------


def _as_timescale(period: Period) -> Timescale:
    kind: Kind = "date" if period.start == period.end else "window"
    return Timescale(kind, period.start, period.end, note=period.note)


def _figures_or_period(span: Span) -> Period | None:
    """Give the period, and ``August 2013`` for ``August 13`` where nothing but a month lasts, or ends."""
    return span.value("period", "month_figures")  # type: ignore[return-value]


def _end_of(span: Span) -> Period | None:
    """Give what ``until`` ends with; a year ends what it names only where its end is named too."""
    period = _figures_or_period(span)
    if period is None or span.has("end"):
        return period
    if period.span == "year" or span.has("month_figures"):
        raise TimescaleError(span.text, "by_year" if period.span == "year" else "day_or_year")
    return period


def _until(span: Span, scene: Scene) -> Timescale | None:
    period = _end_of(span)
    if period is None or period.span == "range":
        return None
    if period.end < scene.start:
        raise TimescaleError(span.text, "backwards")
    return Timescale("window", scene.start, period.end, note=period.note)


def _start_to_end(span: Span, scene: Scene) -> Timescale | None:
    """Read ``Start: Sept 2013; End: March 2014``."""
    start, end = (token.value for token in span.all("period"))
    if end.span == "year" and span.tokens[-2].kind != "end":
        raise TimescaleError(span.text, "by_year")
    if end.end < start.start:
        raise TimescaleError(span.text, "backwards")
    return Timescale("window", start.start, end.end, note=join_notes(*{start.note, end.note}))


def _from(span: Span, scene: Scene) -> Timescale | None:
    """Read ``from April 2014``, ``April 2014 onwards``, ``April 2014 - ongoing``."""
    period: Period = span.all("period")[0].value
    is_steady_first = span.tokens[0].kind == "open"
    if is_steady_first and span.tokens[0].text not in _STEADY:
        return None
    if period.span == "range" or any(token.text != "ongoing" for token in span.all("open")[is_steady_first:]):
        return None
    if period.span == "year" and span.tokens[0].text == "start":
        raise TimescaleError(span.text, "part_of_year")
    return Timescale("open", earliest=period.start, open_ended=True, note=period.note)


def _after(span: Span, scene: Scene) -> Timescale | None:
    period: Period = span.all("period")[0].value
    if period.span == "range":
        return None
    return Timescale("open", earliest=period.day_after, open_ended=True, note=period.note)


def _calendar(span: Span, scene: Scene) -> Timescale | None:
    period = _figures_or_period(span)
    return None if period is None else _as_timescale(period)


def _by(span: Span, scene: Scene) -> Timescale | None:
    period: Period = span.value("period", "feast")  # type: ignore[assignment]
    if "year" in (period.span, period.ends_with):
        raise TimescaleError(span.text, "by_year")
    return _as_timescale(period)


def _end(span: Span, scene: Scene) -> Timescale | None:
    """Read ``end of March 2014``, ``by year-end 2014/15``: the last day; a day has no end."""
    period = _figures_or_period(span)
    if period is None or period.span in ("day", "range"):
        return None
    if period.is_calendar_year and span.has("year_end", "own_year_end"):
        raise TimescaleError(span.text, "which_year")  # "year end 2014" may be that of 2013/14
    return Timescale("date", period.end, period.end, note=period.note)


def _own_year_end(span: Span, scene: Scene) -> Timescale | None:
    first = scene.start.year - (scene.start.month < 4 and span.has("own_year_end")) + span.has("next")
    month = 4 if span.has("own_year_end") else 1
    end = period_of_months(span.text, first, month, 12, "year").end
    return Timescale("date", end, end, note="year_from_anchor")


def _part_of(span: Span, scene: Scene) -> Timescale | None:
    """Read ``mid-March 2014`` as the month; part of anything longer ends on no day that is written."""
    period: Period = span.all("period")[0].value
    if period.span in ("day", "range"):
        return None
    if period.span != "month" or (span.has("by") and span.has("beginning", "start")):
        raise TimescaleError(span.text, "part_of_year")
    return _as_timescale(replace(period, note=join_notes(period.note, "part_of_month")))


def _before(span: Span, scene: Scene) -> Timescale | None:
    period: Period = span.value("period", "feast")  # type: ignore[assignment]
    if period.span == "range":
        return None
    day = period.start - timedelta(days=1)
    return Timescale("date", day, day, note=period.note)


def _without_latest(span: Span, scene: Scene) -> Timescale | None:
    """Leave out "at the latest" and "close of business", which a date means anyway."""
    tokens = [token for token in span.tokens if token.kind not in ("latest", "close_of_business")]
    while tokens and tokens[0].kind in ("comma", "on"):
        tokens = tokens[1:]
    while tokens and tokens[-1].kind == "comma":
        tokens = tokens[:-1]
    reading = read_tokens(tuple(tokens), scene) if any(token.kind == "period" for token in tokens) else None
    return reading if reading is not None and reading.kind in ("date", "window") else None


_LENGTHS = ("length", "lengths", "length_from", "lengths_from")
_ANY_LENGTH = "|".join(_LENGTHS)
_ONE_LENGTH = "length|length_from"
_WORDS = ("by|on_or_before|on|in|end|of|part|beginning|before|within|during|at|for|period|month_figures|dash|comma|"
          "year_end|own_year_end")

RULES: tuple[ClauseRule, ...] = tuple(ClauseRule(compile_pattern(pattern), build) for pattern, build in (
    ("immediate", _immediate),
    ("open", _open),
    ("open_from_now", _open_from_now),
    # what recurs
    ("every", _recurring),
    ("on|at a? every basis|review?", _recurring),
    ("reviewed|review|check? every basis|review?", _recurring),
    ("open comma? dash? and? every basis|review|comma|from|start|beginning|in|on|onwards|period|immediate|until|upto|to"
     "|dash|end|of|for|over|during|next|length|across*", _ongoing_every),
    ("every basis? comma? from|start|beginning from|in|on? period onwards?", _recurring_from),
    ("every basis? comma? from|start|beginning immediate", _recurring_from),
    ("period comma? then every thereafter?", _recurring_from),
    ("period comma? and every thereafter", _recurring_from),
    ("immediate comma? then every thereafter?", _recurring_from),
    ("every basis? comma? until|upto|to|dash end? of? period|month_figures", _recurring_until),
    ("every comma? for|over|during next|first? length", _recurring_for),
    ("every comma? during|in|across period", _recurring_within),
    ("every comma? period", _recurring_within),
    # done, or to be done
    (f"to_do in|during|on|for|at? {_ANY_LENGTH}|period|refused", _after_prefix),
    (f"to_do {_WORDS}|{_ANY_LENGTH} {_WORDS}|{_ANY_LENGTH}|next|a|immediate*", _after_prefix),
    (f"task by|before|within {_WORDS}|{_ANY_LENGTH}|next|a|immediate*", _after_prefix),
    (f"complete by|before|within {_WORDS}|{_ANY_LENGTH}|next|a|immediate*", _after_prefix),
    ("already|immediate* done in|on|during|colon|dash|semicolon|comma* period", _done_on),
    (f"done|complete colon|dash|comma* {_WORDS}|{_ANY_LENGTH}|at_most|every|open|upto|until|refused "
     f"{_WORDS}|{_ANY_LENGTH}|next|a|every|open|refused|financial|number*", _done_or_due),
    # lengths of time
    (f"in? {_ANY_LENGTH} time?", _length),
    ("within lengths|lengths_from time?", _length),
    (f"within|in|during|over|over_course? next|first {_ANY_LENGTH} time?", _at_most),
    ("within|in|during|over next unit", _next_unit),
    (f"within|by|upto|at_most|max {_ANY_LENGTH}", _at_most),
    (f"within|over a {_ANY_LENGTH}", _at_most),
    (f"{_ANY_LENGTH} comma? max|latest", _at_most),
    (f"at_least|not_before {_ANY_LENGTH}", _at_least),
    (f"{_ANY_LENGTH} plus|at_least", _at_least),
    ("number plus unit", _number_plus),
    (f"over|after|for {_ANY_LENGTH}", _during_or_after),
    # stretches of the calendar
    ("start colon|dash|in|from|on? period comma|semicolon|dash|and* end|task|complete|done in|by|on|colon|dash? "
     "end? of? period", _start_to_end),
    ("open|immediate|open_from_now? comma? until|upto|to|dash end? of? period|month_figures", _until),
    ("open? comma? dash? from|start|not_before from|in|on? colon? period onwards|on?", _from),
    ("open? comma? dash? from|start|not_before from|in|on? colon? period comma? and|then|dash? open", _from),
    ("period comma? dash? onwards", _from),
    ("period comma? and|then|to|dash open", _from),
    ("after|following period", _after),
    ("period", _calendar),
    ("by|at|before|to|on_or_before? end of|in? comma|dash? period|month_figures", _end),
    ("by|at|before|to? year_end|own_year_end of|in? comma|dash? period", _end),
    ("by|at|before? period end|year_end|own_year_end", _end),
    ("by|at|before|end|to? of? this|next? own_year_end|calendar_year_end", _own_year_end),
    ("by|in|during? part of|in? dash? period", _part_of),
    ("by|in|during? part dash|slash|to part of|in? dash? period", _part_of),
    ("by|in|during? beginning|start of dash? period", _part_of),
    ("before period|feast", _before),
    ("by|on_or_before period|feast", _by),
    ("in|during period|month_figures", _calendar),
    ("on|within|at|for|across|over|over_course period", _calendar),
    (f"latest|close_of_business on? comma? {_WORDS} {_WORDS}*", _without_latest),
    (f"{_WORDS} {_WORDS}* latest", _without_latest),
))
"""What whole phrases mean; the first rule that matches counts."""
