"""One phrase of a timescale: a word, a length of time, a stretch of the calendar, with what stands before or after."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from my121_analytics.improvement.timescale.comments import is_undated
from my121_analytics.improvement.timescale.due_dates import Kind, Scene, Timescale, join_notes
from my121_analytics.improvement.timescale.durations import NUMBER, read_duration, read_duration_range
from my121_analytics.improvement.timescale.periods import Period, read_period, read_period_range
from my121_analytics.improvement.timescale.refusal import TimescaleError

_DONE = (r"(?:completed|done|achieved|finished|closed|actioned|implemented|delivered|signed off)")
_DONE_ON = re.compile(rf"(?:(?:was|were|has been|now|already|fully|action|actions) )*{_DONE}"
                      r"(?: on| in| during|:| -|;|,)* (?P<rest>.+)")
_DONE_OR_DUE = re.compile(r"(?:complete|completed|done|achieved|finished|closed|actioned|implemented|delivered)[ :-]+"
                          r"(?P<rest>.+)")
_TO_DO = re.compile(rf"(?:to be|be) (?:fully )?(?:{_DONE}|in place|complete|put in place|embedded|established|"
                    rf"rolled out)"
                    r"(?: in| during| on| for| at)? (?P<rest>.+)")
_TO_DO_BY = re.compile(r"(?:(?:for |expected |planned |estimated |anticipated )?completion|to complete|complete|"
                       r"to deliver|"
                       r"deliver|to finish|finish|to implement|implement|implementation|in place|delivery)(?: date)? ?"
                       r"(?P<by>by|no later than|not later than|before|within)(?= )")
_STATUS = re.compile(r"(?:in progress|in hand|under ?way|started|commenced|not started|not complete|incomplete|"
                     r"on track|on target|delayed|slipped|overdue|on hold|partially .*|partly .*|part complete.*|"
                     r"nearly .*|almost .*|not yet .*|cancelled|withdrawn|superseded|suspended|no longer .*|"
                     r".*\d ?%.*|.*per cent.*)")
_VAGUE = re.compile(r"(?:very )?(?:short|medium|long|near|longer|shorter)(?:er)?"
                    r"(?: ?[/-] ?(?:medium|long|longer)(?:er)?| to (?:medium|long))?[ -]term.*|"
                    r"(?:in |over |during )?(?:the )?(?:short|medium|long|longer|near|foreseeable) (?:term|future)|"
                    r"(?:a )?(?:few|several|couple of|some) .*|"
                    r"(?:within|in|over|during) (?:the )?(?:next |coming )?(?:few|several|couple of|some) .*|"
                    r"(?:approx(?:imately|\.)?|circa|about|around|roughly) .*|c\.? ?\d.*|.* approx(?:imately|\.)?|"
                    r"~ ?.*|soon|shortly|regularly|periodically|frequently|occasionally|when able|mid[ -]?year|"
                    r"in due course|asap|a\.s\.a\.p|as soon as .*|until further notice|"
                    r"as (?:and when|required|needed|appropriate|necessary).*|"
                    r"when (?:possible|required).*|year[ -]end|by year[ -]end|in[ -]year|"
                    r"later|urgent|next (?:year|month|week|quarter|spring|summer|autumn|winter)|"
                    r"(?:later )?(?:this|the|within the|by the end of the) (?:year|month|week|quarter)|"
                    r"(?:in |by |within |during )?(?:years?|yrs?|phase|stage|months?|weeks?) (?:\d.*|one|two|three)|"
                    r"(?:by |in |at |before )?(?:the )?(?:end of (?:the )?year|year[ -]end)")
_EVENT = re.compile(r"(?:by|at|before|after|following|for|in time for|until|within [\w ]+ of|[\w ]+ (?:after|of|from)) "
                    r"(?:the |our |next |each |its )*[\w ]*\b(?:agm|review|report|meeting|assessment|reassessment|"
                    r"approval|"
                    r"launch|restructure|election|appointment|easter|new year|implementation|sign[ -]?off|go[ -]?live|"
                    r"conference|pdrs?|cabinet|committee|decision|start|plan|project|programme)\b.*")
_TERM = re.compile(r".*\b(?:autumn|spring|summer|school|next|this|half) term\b.*|.*\b(?:academic|school|"
                   r"municipal) year\b.*")
_WORKING_DAYS = re.compile(r".*\b(?:working|school|business) (?:day|week)s?\b.*")
_TWO_WAY_WORDS = re.compile(r".*\b(?:bi[ -]?(?:annual|annually|monthly|month|weekly|yearly)|"
                            r"semi[ -]?(?:monthly|month|weekly))\b.*")
_EACH = re.compile(r"(?:every|each|per|once every|once per|once each|once in every|once an?) (?P<rest>.+)")
_SINGLE = {"day": "one day", "week": "one week", "fortnight": "one fortnight", "month": "one month", "year": "one year",
           "quarter": "three months", "half year": "six months", "half-year": "six months"}
_TIMES_A = re.compile(rf"(?P<number>{NUMBER}) times (?:a|per|each|every) year")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_EACH_WEEKDAY = re.compile(rf"(?:every|each) {_WEEKDAY}")
_MONTHLY_WEEKDAY = re.compile(rf"(?:the )?(?:1st|first|2nd|second|3rd|third|4th|fourth|last) {_WEEKDAY} "
                              r"(?:of|in) (?:the|each|every) month")
_LENGTH_LY = re.compile(r"(?P<number>[a-z]+|\d+)[ -]?(?P<unit>month|week|year)ly")
_REPEATED = re.compile(r"(?:(?:on|at) (?:an? )?|(?:to be |will be )?(?:review|monitor|update|report|check|"
                       r"discuss)(?:e?d)? )?"
                       r"(?P<rest>.+?)(?: basis| intervals?| (?:review|progress|team|management|update) meetings?|"
                       r" meetings?|"
                       r" (?:progress )?(?:reviews?|updates?|reports?)| reporting| monitoring| cycle)?")
_REVIEWED = re.compile(r".*\breview")
_FROM = re.compile(r"(?P<head>.*?),? ?(?:from|starting|starting from|starting in|commencing|beginning|beginning in|"
                   r"with effect from|wef|w\.e\.f\.) (?P<rest>.+?)(?: onwards?)?")
_THEN = re.compile(r"(?P<start>.+?),? (?:(?:and )?then|and) (?P<head>.+?)(?P<after> thereafter| after that|"
                   r" afterwards)?")
_FOR_LENGTH = re.compile(r"(?P<head>.+?),? (?:for|over|during) (?:the |a )?(?:next |period of |first )?(?P<rest>.+)")
_HEAD_RANGE = re.compile(r"(?P<head>[a-z-]+|every [\w ]+?),? (?P<rest>.+)")
_START_ONLY = re.compile(r"(?:(?:ongoing|on-going|continuous|continuing|rolling),? )?"
                         r"(?:from|as from|as of|starting|starts|start date|start|commencing|commences|commence|"
                         r"to commence|"
                         r"to start|to begin|begins|begin|with effect from|effective|wef|w\.e\.f\.?|since|not before|"
                         r"no earlier than|"
                         r"not earlier than)(?: from| in| on)?[ :]+(?P<rest>.+?)(?: onwards?| on|,? (?:and |then |"
                         r"and then |- )ongoing)?")
_UNTIL = re.compile(r"(?:(?P<head>ongoing|on-going|continuous|continuing|.*?),? )??"
                    r"(?:between now and|until|till|upto|up until|up to and including|up to|through to|to|-) (?:the )?"
                    r"(?P<rest>.+)")
_NEXT = re.compile(r"(?:(?:within|in|during|over(?: the course of)?)(?: the)? )?(?:the )?(?:next|first|"
                   r"coming) (?P<rest>.+)")
_UP_TO = re.compile(r"(?:(?:within|over) a period of|(?:within|over) an?(?=.*period)|within(?: the)?|up to|upto|"
                    r"no more than|not more than|no longer than|not longer than|"
                    r"no later than|not later than|less than|under|by|maximum(?: of)?|max\.?(?: of)?|in under|inside|"
                    r"in less than|a maximum of|at most) (?P<rest>.+)")
_AT_LEAST = re.compile(r"(?:at least|a minimum of|minimum(?: of)?|min\.?(?: of)?|no less than|not less than|"
                       r"no fewer than|not fewer than|more than|not before|no earlier than|"
                       r"no sooner than) (?P<rest>.+)")
_PLUS = re.compile(r"(?P<number>[\w ]+?) ?\+ ?(?P<unit>[a-z]+)|"
                   r"(?P<rest>.+?) ?(?:\+|plus|or more|or longer|and over|and above|and beyond|minimum|min|at least)")
_MAXIMUM = re.compile(r"(?P<rest>.+?),? (?:max\.?|maximum|at most|or less|or sooner|at the latest|at latest|latest)")
_UNSETTLED = re.compile(r"(?:over|after|for) (?P<rest>.+)")
_OWN_START = re.compile(r"(?P<length>.+?) (?P<link>from|of|after|following|starting|commencing|beginning) (?:the )?"
                        r"(?P<start>.+)")
_ENDING = re.compile(r"(?:by |at |before |prior to |no later than |not later than |to )?(?:the )?(?:very )?"
                     r"(?:end(?:ing)?|close|(?:financial )?year[ -]end)(?:[ -]of| in)?(?: the)?(?:,? |-)(?P<rest>.+)|"
                     r"(?:by |at |before )?(?:the )?(?P<rest3>(?:this |current |next )?(?:financial|"
                     r"calendar) year)[ -]end|"
                     r"(?:by |at |before )?(?:the )?(?P<rest2>.+?)(?<!year) (?:end|year[ -]end)")
_PART_OF = re.compile(r"(?:by |in |during )?(?:the )?(?:(?:early|mid|middle|late)"
                      r"(?:(?: ?[/-] ?| to )(?:early|mid|middle|late))?(?:[ -]?(?:of|in))?"
                      r"|(?:beginning|start) of)(?: the)?[ -](?P<rest>.+)")
_LATEST = re.compile(r",? (?:at the latest|at latest|latest)$|^(?:at the latest|at latest|latest),? |"
                     r"(?:cob|c\.o\.b\.?|cop|close of (?:business|play))(?: on)?,? (?=.)")
_BY = re.compile(r"(?:(?:by )?(?:no|not) later than|on or before|by or before|due by|due|by) (?:the )?(?P<rest>.+)")
_IN = re.compile(r"(?P<word>in|on|during|within|throughout|at|for|across|over the course of|"
                 r"over) (?:the )?(?P<rest>.+)")
_MONTH_FIGURES = re.compile(r"(?P<month>[a-z]{3,9}\.?) (?P<year>\d{2})")
_BEFORE = re.compile(r"(?:before|prior to|ahead of|in advance of) (?:the )?(?P<rest>.+)")
_AFTER = re.compile(r"(?:after|following) (?:the )?(?P<rest>.+)")
_CHRISTMAS = re.compile(r"christmas(?: day)?(?:,? (?P<year>\d{4}))?")
_START_TO_END = re.compile(r"(?:to )?(?:start|begin|commence|commencing|starting)(?:s|ning)?(?: date)?(?: in| from|"
                           r" on|:| -)? "
                           r"(?P<start>[^,;]+?)(?:[,;]| -| and)+ ?(?:to )?(?:be )?(?:end|finish|complete|completion|"
                           r"completed|"
                           r"conclude)(?:s|ing)?(?: date)?(?: in| by| on|:| -)? (?P<end>.+)")

_LABEL = re.compile(r"(?:short|medium|long|near|longer|shorter)(?: ?[/-] ?(?:medium|"
                    r"long))?(?:er)?[ -]term(?: action)?s?|"
                    r"(?:year|yr|phase|stage) (?:\d|one|two|three)")
_PROGRESS = re.compile(r"(?:in progress|in hand|under ?way|not started|not yet started|not yet begun|on track|"
                       r"on target|"
                       r"on schedule)")
_TO_BE_SETTLED = re.compile(r"(?:to be (?:confirmed|agreed|decided|determined|advised|set|scheduled|discussed|"
                            r"arranged)|tbc|tba|"
                            r"tbd) (?:with|by|following|after|pending|once|when|at|in|"
                            r"through) (?:(?!.*\d)[a-z ,'&/-]+)")

_Reader = Callable[[str, Scene], Timescale | None]


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
        From the first reader that knows the phrase; None where none does.

    Raises
    ------
    TimescaleError
        The phrase is known to have more than one reading.
    """
    readers: tuple[_Reader, ...] = (_read_word, _read_recurring, _read_completion, _read_length, _read_bounded_length,
                                    _read_start_or_end, _read_calendar)
    for reader in readers:
        timescale = reader(phrase, scene)
        if timescale is not None:
            return timescale
    return None


def refuse_known(phrase: str) -> None:
    """Give phrases that are known to be unsettled their own reason, so that the remedy fits.

    Raises
    ------
    TimescaleError
        The phrase is one of them.
    """
    for pattern, code in ((_WORKING_DAYS, "working_days"), (_TERM, "term"), (_STATUS, "status"), (_VAGUE, "vague"),
                          (_EVENT, "from_event")):
        if pattern.fullmatch(phrase):
            raise TimescaleError(phrase, code)


def is_label(phrase: str) -> bool:
    """Say whether a phrase only names a stretch that the words beside it define: ``short term``, ``year 1``."""
    return _LABEL.fullmatch(phrase) is not None


def is_progress(phrase: str) -> bool:
    """Say whether a phrase only says how far an action is, whatever the date beside it."""
    return _PROGRESS.fullmatch(phrase) is not None


def _read_word(phrase: str, scene: Scene) -> Timescale | None:
    fixed = {"immediate": Timescale("immediate", scene.anchor, scene.anchor),
             "open": Timescale("open", open_ended=True),
             "open_from_now": Timescale("open", scene.anchor, open_ended=True),
             "unscheduled": Timescale("unscheduled"), "complete": Timescale("complete")}
    known = next((timescale for name, timescale in fixed.items() if phrase in _phrases()[name]), None)
    if known is None and _TO_BE_SETTLED.fullmatch(phrase) and is_undated(phrase):
        return Timescale("unscheduled")
    return known


# Recurring ------------------------------------------------------------------------------------------------------


def _read_recurring(phrase: str, scene: Scene) -> Timescale | None:
    if _TWO_WAY_WORDS.fullmatch(phrase):
        raise TimescaleError(phrase, "twice_or_every_two")
    alone = re.sub(r"^ongoing,? (?:and |- )?", "", phrase)
    if alone != phrase and _REVIEWED.match(alone):
        return None  # the action goes on, its review is what recurs
    phrase = alone
    every = _interval(phrase)
    if every:
        return Timescale("recurring", open_ended=True, every=every)
    for reader in (_read_recurring_from, _read_recurring_until, _read_recurring_within):
        timescale = reader(phrase, scene)
        if timescale is not None:
            return timescale
    return None


def _read_recurring_from(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``quarterly from April 2014``, ``March 2014 then every six months``."""
    found = _FROM.fullmatch(phrase)
    every = _interval(found["head"]) if found else ""
    rest = found["rest"] if found else ""
    then = _THEN.fullmatch(phrase)
    if not every and then and (then["after"] or " then " in phrase):
        every, rest = _interval(then["head"]), then["start"]
    if not every:
        return None
    if rest in _phrases()["immediate"]:
        return Timescale("recurring", scene.anchor, open_ended=True, every=every)
    start = _period(rest, scene)
    if start is None:
        return None
    return Timescale("recurring", start.start, open_ended=True, every=every, note=start.note)


def _read_recurring_until(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``monthly until March 2015``, ``weekly for six months``."""
    found = _UNTIL.fullmatch(phrase)
    if found and found["head"] and (every := _interval(found["head"])):
        end = _end_of(found["rest"], scene)
        return None if end is None else Timescale("recurring", latest=end.end, every=every, note=end.note)
    found = _FOR_LENGTH.fullmatch(phrase)
    if found and (every := _interval(found["head"])):
        length = _read_length(found["rest"], scene)
        if length is not None and length.kind == "relative" and length.note == "from_anchor":
            return Timescale("recurring", latest=length.latest, every=every)
    return None


def _read_recurring_within(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``monthly, April 2014 to March 2015``, ``quarterly during 2014/15``."""
    found = _HEAD_RANGE.fullmatch(phrase)
    every = _interval(found["head"]) if found else ""
    if not found or not every:
        return None
    stretch = re.fullmatch(r"(?:during|throughout|in|across) (?P<rest>.+)", found["rest"])
    period = _period(stretch["rest"], scene) if stretch else _range(found["rest"], scene)
    if period is None or (stretch and period.span not in ("year", "half")):
        return None  # "annually in March" names no first and last day
    return Timescale("recurring", period.start, period.end, every=every, note=period.note)


def _interval(phrase: str) -> str:
    """Give the ISO duration of ``quarterly``, ``every six months``, ``3-monthly basis``; empty where it is none."""
    every = _plain_interval(phrase)
    found = None if every else _REPEATED.fullmatch(phrase)
    return every or (_plain_interval(found["rest"]) if found else "")


def _plain_interval(phrase: str) -> str:
    if phrase in _phrases()["recurring"]:
        return str(_phrases()["recurring"][phrase])
    if _EACH_WEEKDAY.fullmatch(phrase):
        return "P1W"
    if _MONTHLY_WEEKDAY.fullmatch(phrase):
        return "P1M"
    times = _TIMES_A.fullmatch(phrase)
    if times:
        length = read_duration(f"{times['number']} months")
        return f"P{12 // length.months}M" if length and length.months in (2, 3, 4, 6, 12) else ""
    found = _EACH.fullmatch(phrase)
    text = found["rest"] if found else ""
    text = _SINGLE.get(text, text)
    found = _LENGTH_LY.fullmatch(phrase)
    if found:
        text = f"{found['number']} {found['unit']}s"
    length = read_duration(text) if text else None
    if length is None:
        return ""
    if length.months:
        return f"P{length.months // 12}Y" if length.months % 12 == 0 else f"P{length.months}M"
    return f"P{length.days // 7}W" if length.days % 7 == 0 else f"P{length.days}D"


# Done, or to be done --------------------------------------------------------------------------------------------


def _read_completion(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``completed March 2014`` as done then, ``to be completed by March 2014`` as due, and refuse between."""
    to_do = _TO_DO.fullmatch(phrase)
    if to_do:
        return read_phrase(to_do["rest"], scene)
    found = _TO_DO_BY.match(phrase)
    if found:
        return read_phrase(phrase[found.start("by"):], scene)
    done = _DONE_ON.fullmatch(phrase)
    if done and not done["rest"].startswith(("by ", "within ", "before ")):
        period = _period(done["rest"], scene, with_year=True)
        if period is not None:
            return Timescale("complete", period.start, period.end)
    either = _DONE_OR_DUE.fullmatch(phrase)
    if either and (either["rest"].startswith(("by ", "within ", "before ", "in ")) or _is_about_time(either["rest"],
                                                                                                    scene)):
        raise TimescaleError(phrase, "done_or_due")
    return None


def _is_about_time(phrase: str, scene: Scene) -> bool:
    try:
        return read_phrase(phrase, scene) is not None
    except TimescaleError as problem:
        return problem.reason == "ambiguous"


# Lengths of time ------------------------------------------------------------------------------------------------


def _read_length(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``12 months``, ``in six weeks``, ``18-24 months``, ``12 months from 1 April 2014``."""
    phrase = re.sub(r"^(?:in|within) (?=(?:between )?.*(?:-| to | and ))", "", phrase)
    phrase = re.sub(r"^in (?!the )", "", phrase)
    phrase = re.sub(r"'? time$", "", phrase)
    scene, phrase, note = _own_start(phrase, scene)
    length = read_duration(phrase)  # before the range, so that "twenty-four" is a number
    if length is not None:
        due = length.after(scene.anchor)
        return Timescale("relative", due, due, note=note)
    between = read_duration_range(phrase)
    if between is None:
        return None
    low, high = (end.after(scene.anchor) for end in between)
    return Timescale("window", low, high, note=note) if low < high else Timescale("relative", high, high, note=note)


def _own_start(phrase: str, scene: Scene) -> tuple[Scene, str, str]:
    """Let a length count from a day that the phrase names itself; a month stands for its last day."""
    found = _OWN_START.fullmatch(phrase)
    if not found or (read_duration(found["length"]) is None and read_duration_range(found["length"]) is None):
        return scene, phrase, "from_anchor"
    if re.fullmatch(r"now|today", found["start"]):
        return scene, found["length"], "from_anchor"
    start = _period(found["start"], scene, with_year=True)
    begins = found["link"] in ("starting", "commencing", "beginning")  # in that month, or when it is over?
    if start is None or start.span not in ("day", "month") or (begins and start.span != "day"):
        raise TimescaleError(phrase, "from_event")
    return replace(scene, anchor=start.end), found["length"], "own_start"


def _read_bounded_length(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``within 6 months``, ``next 12 months``, ``at least 12 months``, ``12 months+``."""
    for pattern in (_NEXT, _UP_TO, _MAXIMUM):
        found = pattern.fullmatch(phrase)
        inner = _read_length(_with_number(found, phrase), scene) if found else None
        if found and inner is not None:
            start = inner.earliest
            if inner.kind == "relative":
                scene_of_length, _, _ = _own_start(found["rest"], scene)
                start = scene_of_length.anchor
            return replace(inner, earliest=start)
    found = _AT_LEAST.fullmatch(phrase)
    rest = found["rest"] if found else ""
    plus = _PLUS.fullmatch(phrase)
    if plus and not rest:
        rest = plus["rest"] or f"{plus['number']} {plus['unit']}"
    inner = _read_length(rest, scene) if rest else None
    if inner is not None and inner.kind != "relative":
        raise TimescaleError(phrase, "two_readings")  # "at least 18-24 months"
    if inner is not None:
        return replace(inner, latest=None, open_ended=True)
    found = _UNSETTLED.fullmatch(phrase)
    if found and _read_length(found["rest"], scene) is not None:
        raise TimescaleError(phrase, "during_or_after")
    return None


def _with_number(found: re.Match[str], phrase: str) -> str:
    """Give ``one year`` for the year of ``over the next year``; ``next year`` alone is another thing."""
    rest = str(found["rest"])
    alone = re.fullmatch(r"(?:year|month|week|fortnight)", rest)
    is_stretch = found.re is _NEXT and re.match(r"(?:within|in|during|over) (?:the )?(?:next|coming) ", phrase)
    return f"one {rest}" if alone and is_stretch else rest


# Stretches of the calendar --------------------------------------------------------------------------------------


def _read_start_or_end(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``from April 2014``, ``April 2014 onwards``, ``ongoing until March 2015``, ``after June 2014``."""
    found = _START_TO_END.fullmatch(phrase)
    if found:
        start, end = _period(found["start"], scene), _end_of(found["end"], scene)
        if start is None or end is None:
            return None
        if end.end < start.start:
            raise TimescaleError(phrase, "backwards")
        return Timescale("window", start.start, end.end, note=join_notes(*{start.note, end.note}))
    found = _UNTIL.fullmatch(phrase)
    heads = [*_phrases()["open"], *_phrases()["immediate"], *_phrases()["open_from_now"]]
    if found and (not found["head"] or found["head"] in heads):
        period = _end_of(found["rest"], scene)
        if period is not None and period.end < scene.anchor:
            raise TimescaleError(phrase, "backwards")
        if period is not None:
            return Timescale("window", scene.anchor, period.end, note=period.note)
    onwards = re.fullmatch(r"(?P<rest>.+?)(?:,? - |,? )(?:onwards?|and ongoing|and onwards?|and then ongoing|"
                           r"then ongoing|"
                           r"to ongoing)", phrase) or re.fullmatch(r"(?P<rest>.+?) - (?:on-?going)", phrase)
    found = _START_ONLY.fullmatch(phrase) or onwards
    if found:
        period = _period(found["rest"], scene)
        if period is not None and period.span == "year" and phrase.startswith("start "):
            raise TimescaleError(phrase, "part_of_year")
        if period is not None:
            return Timescale("open", earliest=period.start, open_ended=True, note=period.note)
    found = _AFTER.fullmatch(phrase)
    period = _period(found["rest"], scene) if found else None
    if period is not None:
        return Timescale("open", earliest=period.end + timedelta(days=1), open_ended=True, note=period.note)
    return None


def _read_calendar(phrase: str, scene: Scene) -> Timescale | None:
    """Read days, windows, and what stands before them: ``by``, ``end of``, ``mid``, ``before``."""
    phrase = _LATEST.sub("", phrase)
    period = _period(phrase, scene) or _range(phrase, scene)
    if period is not None:
        return _as_timescale(period)
    for pattern, reader in ((_ENDING, _read_ending), (_PART_OF, _read_part_of), (_BEFORE, _read_before),
                            (_BY, _read_by), (_IN, _read_in)):
        found = pattern.fullmatch(phrase)
        timescale = reader(found, scene) if found else None
        if timescale is not None:
            return timescale
    return None


def _read_ending(found: re.Match[str], scene: Scene) -> Timescale | None:
    period = _period(_figures_as_year(found["rest"] or found["rest2"] or found["rest3"]), scene)
    if period is None or period.span == "day":
        return None
    return Timescale("date", period.end, period.end, note=period.note)


def _read_part_of(found: re.Match[str], scene: Scene) -> Timescale | None:
    period = _period(found["rest"], scene)
    if period is None or period.span == "day":
        return None
    if period.span != "month" or re.match(r"by (?:the )?(?:beginning|start)", found[0]):
        raise TimescaleError(found[0], "part_of_year")
    return _as_timescale(replace(period, note=join_notes(period.note, "part_of_month")))


def _read_before(found: re.Match[str], scene: Scene) -> Timescale | None:
    period = _christmas(found["rest"], scene) or _period(found["rest"], scene)
    if period is None:
        return None
    day = period.start - timedelta(days=1)
    return Timescale("date", day, day, note=period.note)


def _read_by(found: re.Match[str], scene: Scene) -> Timescale | None:
    rest = found["rest"]
    period = _christmas(rest, scene) or _period(rest, scene) or _range(rest, scene)
    if period is None:
        part = _PART_OF.fullmatch(found[0]) or _ENDING.fullmatch(rest)
        if part is None:
            return None
        return _read_part_of(part, scene) if part.re is _PART_OF else _read_ending(part, scene)
    if period.span == "year":
        raise TimescaleError(found[0], "by_year")
    return _as_timescale(period)


def _read_in(found: re.Match[str], scene: Scene) -> Timescale | None:
    rest = _figures_as_year(found["rest"]) if found["word"] in ("in", "during", "throughout") else found["rest"]
    period = _period(rest, scene) or _range(rest, scene)
    return None if period is None else _as_timescale(period)


def _figures_as_year(text: str) -> str:
    """Give ``august 2013`` for the ``august 13`` of ``during august 13``: nothing lasts, or ends, in a day."""
    found = _MONTH_FIGURES.fullmatch(text)
    return f"{found['month']} 20{found['year']}" if found else text


def _christmas(text: str, scene: Scene) -> Period | None:
    """Read the one feast with a fixed day that plans name as a deadline."""
    found = _CHRISTMAS.fullmatch(text)
    if not found:
        return None
    return _period(f"25 december {found['year']}" if found["year"] else "25 december", scene)


def _as_timescale(period: Period) -> Timescale:
    kind: Kind = "date" if period.start == period.end else "window"
    return Timescale(kind, period.start, period.end, note=period.note)


def _period(text: str, scene: Scene, *, with_year: bool = False) -> Period | None:
    return read_period(text.strip(), anchor=None if with_year else scene.anchor, order=scene.order)


def _range(text: str, scene: Scene) -> Period | None:
    return read_period_range(text, anchor=scene.anchor, order=scene.order)


def _end_of(text: str, scene: Scene) -> Period | None:
    """Read what ``until`` ends with; a year ends what it names only where its end is named too."""
    rest = re.sub(r"^(?:the )?(?:end|close)(?: of)? (?:the )?", "", text)
    period = _period(_figures_as_year(rest) if rest != text else rest, scene)
    if period is not None and period.span == "year" and rest == text:
        raise TimescaleError(text, "by_year")
    return period


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    text = resources.files("my121_analytics.improvement.timescale").joinpath("whole_phrases.toml").read_text("utf-8")
    return tomllib.loads(text)
