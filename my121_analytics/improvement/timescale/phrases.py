"""One phrase of a timescale: a value with what stands before and after it.

``RULES`` is the table: a pattern over the kinds of a whole phrase, the function that says what it means, and a phrase
that it reads. ``REFUSALS`` are patterns of phrases known to settle no day, with the reason that is given. A phrase is
read whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from my121_analytics.improvement.timescale.comments import is_undated
from my121_analytics.improvement.timescale.due_dates import (
    Kind,
    Scene,
    Timescale,
    is_calendar,
    is_length,
    join_notes,
)
from my121_analytics.improvement.timescale.durations import count_units
from my121_analytics.improvement.timescale.periods import Period, period_of_months
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import (
    Tokens,
    compile_pattern,
    kinds_of,
    load_table,
    scan,
    text_of,
    trim,
)
from my121_analytics.improvement.timescale.values import PERIODS, Lengths, Span, reduce_values


class PhraseRule(NamedTuple):
    """A pattern over the kinds of a whole phrase, what the phrase means, and one that it reads."""

    pattern: str
    build: Callable[[Span, Scene], Timescale | None]
    example: str


def read_phrase(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read one phrase as a whole.

    Parameters
    ----------
    tokens
        Of :func:`~my121_analytics.improvement.timescale.tokens.scan`.
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
    if any(token.kind == "twice_or_two" for token in tokens):
        raise TimescaleError("", "twice_or_every_two")
    whole = _whole_phrase(tokens, scene)
    return whole if whole is not None else read_reduced(reduce_values(tokens, scene), scene)


def read_reduced(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read tokens of which the values are put together, as :func:`read_phrase`."""
    kinds = kinds_of(tokens)
    for rule in RULES:
        timescale = rule.build(Span(tokens), scene) if compile_pattern(rule.pattern).fullmatch(kinds) else None
        if timescale is not None:
            return timescale
    return None


def refuse_known(tokens: Tokens) -> None:
    """Give phrases that are known to be unsettled their own reason, so that the remedy fits.

    Raises
    ------
    TimescaleError
        The phrase is one of them.
    """
    kinds = kinds_of(tokens)
    for code, patterns in REFUSALS.items():
        if any(compile_pattern(pattern).fullmatch(kinds) for pattern in patterns):
            raise TimescaleError("", code)


def is_label(tokens: Tokens) -> bool:
    """Say whether a phrase only names a stretch that the words beside it define: ``short term``, ``year 1``."""
    return compile_pattern("( label | unit|stage number )").fullmatch(kinds_of(tokens)) is not None


def is_progress(tokens: Tokens) -> bool:
    """Say whether a phrase only says how far an action is, whatever the date beside it."""
    return [token.kind for token in tokens] == ["progress"]


def quarter_named(tokens: Tokens) -> int | None:
    """Give the quarter that a phrase names without a year, or with a year that may be of either kind."""
    if compile_pattern("part year?").fullmatch(kinds_of(tokens)) and tokens[0].value.span == "quarter":
        return int(tokens[0].value.number)
    return None


def _whole_phrase(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read phrases that need no grammar, and ``to be agreed with DMT``."""
    kind = _whole_phrases().get(text_of(tokens))
    if kind is None and [token.kind for token in tokens[:1]] == ["unscheduled"] and is_undated(tokens[1:]):
        kind = "unscheduled" if tokens[1].kind in _SETTLED_BY or tokens[1].text in ("with", "pending", "once") else None
    starts = scene.anchor if kind in ("immediate", "open_from_now") else None
    if kind == "open_from_now":
        return Timescale("open", starts, open_ended=True)
    return Timescale(kind, starts, starts, open_ended=kind == "open") if kind else None  # type: ignore[arg-type]


_SETTLED_BY = ("by", "after", "at", "in", "when")


@lru_cache(maxsize=1)
def _whole_phrases() -> dict[str, str]:
    phrases = load_table("whole_phrases.toml")
    return {text_of(scan(text)): kind for kind in ("complete", "unscheduled", "open", "open_from_now", "immediate")
            for text in phrases[kind]}


# What recurs ----------------------------------------------------------------------------------------------------


def _recurring(span: Span, scene: Scene) -> Timescale:
    return Timescale("recurring", open_ended=True, every=span.value("every"))


def _ongoing_every(span: Span, scene: Scene) -> Timescale | None:
    """Read ``ongoing - monthly``; in "ongoing, annual review" the action goes on, and its review is what recurs."""
    if span.tokens[0].text != "ongoing" or any("review" in token.text for token in span.tokens):
        return None
    first = next(i for i, token in enumerate(span.tokens) if token.kind == "every")
    return read_reduced(span.tokens[first:], scene)


def _recurring_then(span: Span, scene: Scene) -> Timescale | None:
    """Read ``March 2014 then every six months``: from that month on."""
    if span.has("and") and not span.has("thereafter"):
        return None  # "March 2014 and annually"
    if span.has("immediate", "now"):
        return Timescale("recurring", scene.start, open_ended=True, every=span.value("every"))
    period = span.period(scene)
    if period.span == "range":
        return None
    return Timescale("recurring", period.start, open_ended=True, every=span.value("every"), note=period.note)


def _recurring_when(span: Span, scene: Scene) -> Timescale | None:
    """Read ``monthly from April 2014``, ``quarterly until March 2015``, ``weekly for 6 weeks``."""
    first = next(i for i, token in enumerate(span.tokens[1:], start=1) if token.kind not in ("basis", "comma"))
    rest, relation = span.tokens[first:], span.tokens[first].kind
    if compile_pattern("from|start|beginning immediate|now").fullmatch(kinds_of(rest)):
        return Timescale("recurring", scene.start, open_ended=True, every=span.value("every"))
    lasts = compile_pattern("for|over|during next|first? length").fullmatch(kinds_of(rest)) is not None
    reading = read_reduced(rest[1:] if lasts else rest, scene)
    if reading is None or reading.kind not in ("open", "window", "relative") or (is_length(reading) and not lasts):
        return None
    note = "" if lasts else reading.note
    if reading.kind == "open" or relation == "beginning":
        return Timescale("recurring", reading.earliest, open_ended=True, every=span.value("every"), note=note)
    if lasts or relation in ("until", "upto", "to"):
        return Timescale("recurring", latest=reading.latest, every=span.value("every"), note=note)
    has_two_ends = relation in ("during", "in", "across", *PERIODS) and Span(rest).period(scene).span in (
        "range", "year", "half")
    return replace(reading, kind="recurring", every=span.value("every")) if has_two_ends else None


# Done, or to be done --------------------------------------------------------------------------------------------


def _to_do(span: Span, scene: Scene) -> Timescale | None:
    """Read what stands behind words that only say that something is to be done by then."""
    rest = span.tokens[1:]
    if rest and rest[0].kind in ("in", "during", "on", "for", "at") and len(rest) == 2:
        rest = rest[1:]
    reading = read_reduced(rest, scene)
    return reading if reading is not None and reading.kind not in ("complete", "open", "recurring") else None


def _done_on(span: Span, scene: Scene) -> Timescale | None:
    """Read ``completed March 2014``, ``done on 12/03/2014``."""
    period = span.period(scene)
    if period.note:
        raise TimescaleError(span.text, "no_year")
    return None if period.span == "range" else Timescale("complete", period.start, period.end)


def _done_or_due(span: Span, scene: Scene) -> Timescale | None:
    """Refuse "completed by March 2014" and "complete March 2014", which may be an instruction."""
    rest = trim(span.tokens[1:], ("dash", "colon", "comma"))
    if rest and rest[0].kind not in ("by", "within", "before", "in"):
        try:
            if read_reduced(rest, scene) is None:
                return None
        except TimescaleError as problem:
            if problem.reason != "ambiguous":
                return None
    raise TimescaleError(span.text, "done_or_due")


# Lengths of time ------------------------------------------------------------------------------------------------


def _length(span: Span, scene: Scene) -> Timescale:
    """Read ``12 months``, ``in six weeks``, ``18-24 months``, ``12 months from 1 April 2014``."""
    lengths: Lengths = span.value("length", "lengths")
    start = lengths.start or scene.start
    note = "own_start" if lengths.start else "from_anchor"
    low, high = lengths.low.after(start), lengths.high.after(start)
    return Timescale("window" if low < high else "relative", low, high, note=note)


def _at_most(span: Span, scene: Scene) -> Timescale | None:
    """Read ``within 6 months``, ``the next 12 months``: from the anchor to that length after it."""
    lengths: Lengths = span.value("length", "lengths")
    if span.has("a") and not span.all("length", "lengths")[0].text.endswith("period"):
        return None
    reading = _length(span, scene)
    return replace(reading, earliest=lengths.start or scene.start) if reading.kind == "relative" else reading


def _next_unit(span: Span, scene: Scene) -> Timescale | None:
    """Read ``over the next year`` as one year; "next year" alone is another thing."""
    unit = span.all("unit")[0]
    length = count_units(1, unit.value, span.text) if unit.text in ("year", "month", "week", "fortnight") else None
    if length is None:
        return None
    return Timescale("relative", scene.start, length.after(scene.start), note="from_anchor")


def _at_least(span: Span, scene: Scene) -> Timescale | None:
    """Read ``at least 12 months``, ``12 months or more``, ``12+ months``."""
    if span.has("number"):
        shortest = count_units(span.value("number"), span.value("unit"), span.text)
        reading = None if shortest is None else Timescale("relative", shortest.after(scene.start), note="from_anchor")
        return reading and replace(reading, open_ended=True)
    if len(span.tokens) != 2:
        return None
    lengths: Lengths = span.value("length", "lengths")
    if lengths.low != lengths.high:
        raise TimescaleError(span.text, "two_readings")  # "at least 18-24 months"
    return replace(_length(span, scene), latest=None, kind="relative", open_ended=True)


def _during_or_after(span: Span, scene: Scene) -> Timescale | None:
    span.value("length", "lengths")
    raise TimescaleError(span.text, "during_or_after")


def _date_beside_length(span: Span, scene: Scene) -> Timescale | None:
    """Read ``12 months by 30 June 2014``: two timescales with only a word between them; the date counts."""
    first = max(i for i, token in enumerate(span.tokens) if token.kind in ("by", "until"))
    length = read_reduced(trim(span.tokens[:first], ("and",)), scene)
    dated = read_reduced(span.tokens[first:], scene)
    if length is None or dated is None or not is_length(length) or not is_calendar(dated):
        return None
    return replace(dated, note=join_notes(dated.note, "length_set_aside"))


# Stretches of the calendar --------------------------------------------------------------------------------------


def _as_timescale(period: Period) -> Timescale:
    kind: Kind = "date" if period.start == period.end else "window"
    return Timescale(kind, period.start, period.end, note=period.note)


def _end_of(span: Span, scene: Scene) -> Period:
    """Give what ``until`` ends with; a year ends what it names only where its end is named too."""
    period = span.period(scene, settled=span.has("end"))
    if period.span == "year" and not span.has("end"):
        raise TimescaleError(span.text, "by_year")
    return period


def _until(span: Span, scene: Scene) -> Timescale | None:
    """Read ``ongoing until March 2015``, ``up to March 2014``: from the anchor to that day."""
    period = _end_of(span, scene)
    if period.span == "range":
        return None
    if period.end < scene.start:
        raise TimescaleError(span.text, "backwards")
    return Timescale("window", scene.start, period.end, note=period.note)


def _start_to_end(span: Span, scene: Scene) -> Timescale | None:
    """Read ``Start: Sept 2013; End: March 2014``."""
    start, end = (Span((token,)).period(scene) for token in span.all(*PERIODS))
    if end.span == "year" and span.tokens[-2].kind != "end":
        raise TimescaleError(span.text, "by_year")
    if end.end < start.start:
        raise TimescaleError(span.text, "backwards")
    return Timescale("window", start.start, end.end, note=join_notes(*{start.note, end.note}))


_STEADY = ("ongoing", "continuous", "continuing", "rolling")
"""Words that may stand before the day from which something goes on."""


def _from(span: Span, scene: Scene) -> Timescale | None:
    """Read ``from April 2014``, ``April 2014 onwards``, ``April 2014 - ongoing``."""
    is_steady_first = span.tokens[0].kind == "open"
    if is_steady_first and span.tokens[0].text not in _STEADY:
        return None
    if any(token.text != "ongoing" for token in span.all("open")[is_steady_first:]):
        return None
    period = span.period(scene)
    if period.span == "range":
        return None
    if period.span == "year" and span.tokens[0].text == "start":
        raise TimescaleError(span.text, "part_of_year")
    return Timescale("open", earliest=period.start, open_ended=True, note=period.note)


def _after(span: Span, scene: Scene) -> Timescale | None:
    period = span.period(scene)
    if period.span == "range":
        return None
    return Timescale("open", earliest=period.day_after, open_ended=True, note=period.note)


def _calendar(span: Span, scene: Scene) -> Timescale:
    """Read ``March 2014``, ``in Q3 2013/14``, ``by 31 March 2014``; "by 2014" may mean before it begins."""
    period = span.period(scene, settled=span.has("in", "during"))
    if span.has("by") and "year" in (period.span, period.ends_with):
        raise TimescaleError(span.text, "by_year")
    return _as_timescale(period)


def _end(span: Span, scene: Scene) -> Timescale | None:
    """Read ``end of March 2014``, ``by year-end 2014/15``: the last day; a day has no end."""
    period = span.period(scene, settled=span.tokens[-1].kind == "period")  # "end of March 14", not "March 14 year end"
    if period.span in ("day", "range"):
        return None
    if span.has("year_end", "own_year_end") and period.span != "year":
        return None
    if period.is_calendar_year and span.has("year_end", "own_year_end"):
        raise TimescaleError(span.text, "which_year")  # "year end 2014" may be that of 2013/14
    return Timescale("date", period.end, period.end, note=period.note)


def _own_year_end(span: Span, scene: Scene) -> Timescale:
    """Read ``by financial year end``, ``next financial year end``: of the anchor's year."""
    month = 4 if span.has("own_year_end") else 1
    first = scene.start.year - (scene.start.month < month) + span.has("next")
    end = period_of_months(span.text, first, month, 12, "year").end
    return Timescale("date", end, end, note="year_from_anchor")


def _part_of(span: Span, scene: Scene) -> Timescale | None:
    """Read ``mid-March 2014`` as the month; part of anything longer ends on no day that is written."""
    period = span.period(scene)
    if period.span in ("day", "range"):
        return None
    if period.span != "month" or (span.has("by") and span.has("beginning", "start")):
        raise TimescaleError(span.text, "part_of_year")
    return _as_timescale(replace(period, note=join_notes(period.note, "part_of_month")))


def _before(span: Span, scene: Scene) -> Timescale | None:
    period = span.period(scene)
    if period.span == "range":
        return None
    day = period.start - timedelta(days=1)
    return Timescale("date", day, day, note=period.note)


def _without_latest(span: Span, scene: Scene) -> Timescale | None:
    """Leave out "at the latest" and "close of business", which a date means anyway."""
    kept = tuple(token for token in span.tokens if token.kind not in ("latest", "close_of_business"))
    if len(kept) == len(span.tokens):
        return None
    reading = read_reduced(trim(kept, ("comma", "on")), scene)
    return reading if reading is not None and is_calendar(reading) else None


RULES: tuple[PhraseRule, ...] = tuple(PhraseRule(*row) for row in (
    # what recurs
    ("( on|at a? )? reviewed|updated|review|check? every basis|review?", _recurring, "on a monthly basis"),
    ("open comma? dash? and? every ...", _ongoing_every, "ongoing - monthly"),
    ("PERIOD|immediate|now comma? and|then every thereafter?", _recurring_then, "March 2014 then every six months"),
    ("every basis? comma? <rest>", _recurring_when, "monthly from April 2014"),
    # done, or to be done
    ("( to_do ... | task|complete by|before|within ... )", _to_do, "to be completed by 31 March 2014"),
    ("now|immediate? done in|on|during|colon|dash|semicolon|comma* PERIOD", _done_on, "completed March 2014"),
    ("done|complete ...", _done_or_due, "completed by March 2014"),
    # lengths of time
    ("in? LENGTH time?", _length, "12 months"),
    ("( within|by|upto|at_most|max | within|in|during|over? next|first | within|over a ) LENGTH time?", _at_most,
     "within 6 months"),
    ("LENGTH comma? max|latest", _at_most, "12 months maximum"),
    ("within|in|during|over next unit", _next_unit, "over the next year"),
    ("( at_least|not_before? LENGTH plus|at_least? | number plus unit )", _at_least, "at least 12 months"),
    ("over|after|for LENGTH", _during_or_after, "over 12 months"),
    ("in|within|by|upto|at_most|max|during|over|next|first|a* LENGTH time? and? by|until ...", _date_beside_length,
     "12 months by 30 June 2014"),
    # stretches of the calendar
    ("start colon|dash|in|from|on? PERIOD comma|semicolon|dash|and* end|task|complete|done|heading "
     "in|by|on|colon|dash? end? of? PERIOD", _start_to_end, "Start: Sept 2013; End: March 2014"),
    ("open|immediate|now|open_from_now? comma? until|upto|to|dash end? of? PERIOD", _until, "ongoing until March 2015"),
    ("( open? comma? dash? from|start|not_before from|in|on? colon? PERIOD ( onwards on? )? | PERIOD comma? dash? "
     "onwards ) ( comma? and|then|dash? open )?", _from, "from April 2014"),
    ("PERIOD comma? and|then|to|dash open", _from, "April 2014 – ongoing"),
    ("after PERIOD", _after, "after March 2014"),
    ("by|at|before|to? ( end|year_end|own_year_end of|in? comma|dash? PERIOD | PERIOD end|year_end|own_year_end )",
     _end, "end of March 2014"),
    ("by|at|before|end|to? of? this|next? own_year_end|calendar_year_end", _own_year_end, "by financial year end"),
    ("by|in|during? ( early ( dash|slash|to early )? | beginning|start of? ) of|in? dash? PERIOD", _part_of,
     "mid-March 2014"),
    ("before PERIOD|feast", _before, "before March 2014"),
    ("( by feast | by|in|during|on|within|at|for|across|over? PERIOD )", _calendar, "March 2014"),
    ("( by? latest|close_of_business ... | ... latest )", _without_latest, "31 March 2014 at the latest"),
))
"""What whole phrases mean; the first rule that matches counts."""

REFUSALS: dict[str, tuple[str, ...]] = {
    "twice_or_every_two": ("... twice_or_two ...",),
    "working_days": ("... working ...",),
    "term": ("... school ...",),
    "status": ("progress|status", "not_quite ...", "... percent ..."),
    "vague": ("label|approx|vague ...", "circa number ...", "... approx", "next unit|quarter_word|season",
              "in|over|during? label|vague_future", "within|in|during|over? next? a? vague_few ...",
              "( this | within | by? end of? ) unit|quarter_word", "in|by|within|during? unit|stage number ...",
              "by|in|at|before? year_end"),
    "from_event": ("by|at|before|after|for|until|within ... event|review|basis|start|heading ...",
                   "... after|of|from ... event|review|basis|start|heading ..."),
}
"""Patterns of whole phrases that settle no day, by the reason that is given."""
