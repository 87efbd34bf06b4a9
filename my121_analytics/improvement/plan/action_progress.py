"""How far an action is, as trackers put it: words, per cent, colours with their key, and updates in sentences.

A word that is not understood is asked about. It is never taken for "not done", since that would call an action late
for a word that nobody taught the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from my121_analytics.improvement.headings import is_nothing, plain, spellings
from my121_analytics.improvement.timescale.comments import is_aside
from my121_analytics.improvement.timescale.reading import parse_anchor
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.settings_plan import PLAN_PROGRESS

NOT_STARTED, STARTED, BEHIND, OPEN, WITHDRAWN, DONE = PLAN_PROGRESS
UNCLEAR = "unclear"
"""State of an action whose status is not understood, or whose cells say different things."""
NOT_DONE = (NOT_STARTED, STARTED, BEHIND, OPEN)

_LONGEST_STATUS = 60
"""Characters beyond which a cell under a heading such as Progress holds an account, not a status."""
_PERCENT = re.compile(r"(?:approx(?:imately|\.)? ?)?(\d{1,3}(?:\.\d+)?) ?(?:%|per ?cent)(?: ?(?:complete|completed|"
                      r"done|"
                      r"implemented|achieved|delivered))?", re.I)
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d+)?")
_HIGHEST_CODE = 10
"""A bare number up to this under a heading such as Status may be a code; a share of so little is written with its sign.
"""
_TICKS = ("✓", "✔", "☑", "✅")
_CLOSING = re.compile(r"\b(?:complete(?:d|ly)?|implemented|delivered|closed|achieved|finished|discharged|"
                      r"signed off|superseded|withdrawn|cancelled|no longer)\b", re.I)
_NOT_YET = re.compile(r"(?:\d ?%|\b(?:not|yet|to be|to|will|be|being|for|until|when|once|before|awaiting|pending|"
                      r"partly|partially|part|nearly|almost|towards|expected|due|planned|target|remain\w*)\b)"
                      r"[^.;]{0,25}$", re.I)
_LOOKS_AHEAD = re.compile(r"(?:awaiting|pending|waiting (?:for|on)|to be|will be|due to|subject to|not yet|yet to)\b",
                          re.I)
_UNDONE = re.compile(r"\b(?:in part|part|partly|partially|except|exclud\w+|apart|but|however|not|still|outstanding|"
                     r"further|most|mostly|some|draft|interim|stage|phase|remain\w*|ongoing|continu\w+|subject|await\w*|pending|"
                     r"first|initial|by)\b", re.I)
"""Words after "complete" that take it back, wholly or in part."""
_DAY = re.compile(r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|"
                  r"(?:\d{1,2}(?:st|nd|rd|th)?,? (?:of )?)?[A-Za-z]{3,9}\.?,? \d{4})(?!\w)")
_CONFIRMED = re.compile(r"[()\[\]:;,.–—-]|\b(?:signed off|on|in|at|verified|agreed|confirmed|closed)\b")
_UNCLEAR_DAY = re.compile(r"\d|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|"
                          r"\b(?:spring|summer|autumn|winter)\b", re.I)


@dataclass(frozen=True)
class Statement:
    """What one cell says of an action.

    Parameters
    ----------
    state
        One of the states, or empty where the cell says nothing of it.
    is_understood
        False for a status that no table, key or setting knows.
    completed_on
        Day of completion, where the words name one.
    percent
        Share done, 0-100; None where no figure is given.
    doubt
        Code of a question that the statement raises although it is understood.
    is_weak
        The state follows from a colour without a key: it counts only where nothing else says how far the action is.
    """

    state: str = ""
    is_understood: bool = True
    completed_on: date | None = None
    percent: float | None = None
    doubt: str = ""
    is_weak: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """What the words, colours and codes of one plan mean.

    Parameters
    ----------
    own
        Of the settings: plain text -> state.
    legend
        Of the plan's own key: plain text -> state, empty for a meaning that is not understood.
    meanings
        The key's words, for questions.
    """

    own: Mapping[str, str] = field(default_factory=dict)
    legend: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)


def read_status(cell: str, vocabulary: Vocabulary, *, is_fraction: bool = False, date_order: str = "dmy") -> Statement:
    """Read a cell under a heading such as Status or Progress.

    Parameters
    ----------
    cell
        As written.
    vocabulary
        Of the plan.
    is_fraction
        Numbers of this column are shares of 1, as a spreadsheet keeps what it shows as per cent.
    date_order
        ``[exports] date_order``.

    Returns
    -------
    Statement
    """
    text = " ".join(cell.split())
    if is_nothing(text):
        return Statement()
    if text in _TICKS:
        return Statement(DONE)
    known = vocabulary.own.get(plain(text)) or vocabulary.legend.get(plain(text)) or _known(text)
    if known:
        is_weak = plain(text) in _colours() and plain(text) not in {**vocabulary.own, **vocabulary.legend}
        return Statement(known, is_weak=is_weak)
    if plain(text) in vocabulary.legend:
        return Statement(is_understood=False)
    share = read_percent(text, is_fraction=is_fraction)
    if share is not None and not is_fraction and _NUMBER.fullmatch(text) and 0 < share <= _HIGHEST_CODE:
        return Statement(is_understood=False)
    if share is not None:
        return say_of_percent(share)
    if len(text) > _LONGEST_STATUS:
        return read_update(text, vocabulary, date_order=date_order)
    return (_read_done_with_rest(text, date_order) or _read_first_part(text, vocabulary)
            or Statement(OPEN if _LOOKS_AHEAD.match(text) else "", is_understood=bool(_LOOKS_AHEAD.match(text))))


def read_colour(cell: str, vocabulary: Vocabulary) -> Statement:
    """Read a cell under a heading such as RAG: a colour or its letter, by the plan's own key where there is one."""
    text = plain(cell)
    if is_nothing(cell) or not text:
        return Statement()
    colour = _colours().get(text, text)
    letters = [letter for letter, name in _colours().items() if name == colour]
    for words in (vocabulary.own, vocabulary.legend):
        for spelling in (text, colour, *letters):
            if spelling in words:
                return Statement(words[spelling]) if words[spelling] else Statement(is_understood=False)
    if text in _colours():
        state = _known(colour)
        return Statement(state, is_understood=bool(state), is_weak=True)
    head, _, rest = re.sub(r"\s*[-–—:]\s*", "\0", cell.strip(), count=1).partition("\0")
    said = read_status(rest, vocabulary) if rest and plain(head) in _colours() else read_status(cell, vocabulary)
    return said if said.state or not rest else read_status(cell, vocabulary)


def says_how_far(cell: str, vocabulary: Vocabulary) -> bool:
    """Say whether a cell under a heading that is not known reads like a status, a colour or a share done."""
    return not is_nothing(cell) and bool(read_status(cell, vocabulary).state or read_colour(cell, vocabulary).state)


def read_percent(cell: str, *, is_fraction: bool = False) -> float | None:
    """Read a share done, 0-100: ``50%``, ``100``, and ``0.5`` in a column of fractions; None where it is none."""
    text = cell.strip()
    signed = _PERCENT.fullmatch(text)
    if signed:
        share = float(signed[1])
    elif _NUMBER.fullmatch(text):
        share = float(text.replace(",", ".")) * (100 if is_fraction else 1)
    else:
        return None
    return share if share <= 100 else None


def is_fraction_column(cells: Sequence[str], *, is_plain: bool = True) -> bool:
    """Say whether the numbers of a column are shares of 1: none is above it, as where 100 % is kept as 1.

    In a column that is not headed as one of shares (``is_plain`` False) words beside the numbers make them codes.
    """
    if not is_plain and any(not _NUMBER.fullmatch(cell.strip()) for cell in cells if not is_nothing(cell)):
        return False
    numbers = [float(text.replace(",", ".")) for cell in cells if _NUMBER.fullmatch(text := cell.strip())]
    return bool(numbers) and max(numbers) <= 1


def read_update(cell: str, vocabulary: Vocabulary, *, date_order: str = "dmy") -> Statement:
    """Read an account in sentences: taken as a status only where it is one, or begins with one that is not "done".

    An account that speaks of completion without being plainly so ("Procedure was implemented in June") is not
    understood; one that only looks ahead to it says nothing.
    """
    text = " ".join(cell.split())
    if not text:
        return Statement()
    known = vocabulary.own.get(plain(text)) or _known(text)
    if known:
        return Statement(known, is_weak=plain(text) in _colours())
    done = _read_done_with_rest(text, date_order)
    if done is not None:
        return done
    words = plain(text).split()
    for n in (4, 3, 2, 1):
        state = _table().get(" ".join(words[:n]), "")
        if state in (BEHIND, NOT_STARTED) and not _speaks_of_completion(text):
            return Statement(state)
    return Statement(is_understood=not _speaks_of_completion(text))


_OF_ITSELF = re.compile(r"^(?:(?:this|the)\s+(?:action|recommendation|task|item|work)|this|it)\s+"
                        r"(?:is|has(?:\s+now)?\s+been|was|has)\s+(?=now\b|(?:fully\s+)?[a-z]+ed\b|complete\b)", re.I)
"""How a sentence about an action begins that says only what a status would."""
_TO_BE_TAKEN_OFF = re.compile(r"\b(?:and|so)?\s*(?:will|can|may|should|to)\s+(?:now\s+)?(?:be\s+)?"
                              r"(?:removed|closed|archived|deleted|taken\s+off)\b[^.;]*", re.I)


def _read_done_with_rest(text: str, date_order: str) -> Statement | None:
    """Read ``Completed 01/06/2024``, ``Closed (see minutes)``, ``This action is now complete``."""
    text = _OF_ITSELF.sub("", text)
    if _known(text) == DONE:
        return Statement(DONE)
    words = _TO_BE_TAKEN_OFF.sub(" ", text).split()
    for n in range(min(4, len(words) - 1), 0, -1):
        head, rest = " ".join(words[:n]), " ".join(words[n:])
        state = _table().get(plain(head), "")
        if state not in (DONE, WITHDRAWN) or plain(head) in _colours() or plain(head) in ("yes", "y"):
            continue
        return _with_day(state, rest, date_order)
    return Statement(DONE) if _known(" ".join(words)) == DONE and len(words) < len(text.split()) else None


def _with_day(state: str, rest: str, date_order: str) -> Statement | None:
    """Read what stands behind a closing word: a day, a remark, or words that take it back (then nothing is read)."""
    rest = re.sub(r"^[\s:;,.(–—-]*(?:(?:on|in|as at|as of)\b ?)?", "", rest).rstrip(" ).")
    if state == WITHDRAWN:
        return Statement(state)
    if _UNDONE.search(rest):
        return None
    days = _DAY.findall(rest) if len(_DAY.findall(rest)) == 1 else []
    remark = _DAY.sub(" ", rest) if days else rest
    try:
        day = parse_anchor(days[0] if days else rest, date_order=date_order)  # type: ignore[arg-type]
        remark = remark if days else ""
    except TimescaleError:
        day = None
    remark = _CONFIRMED.sub(" ", remark.lower()).strip()
    if day is not None and (not remark or is_aside(remark)):
        return Statement(state, completed_on=day)
    if _UNCLEAR_DAY.search(remark):
        return Statement(state, doubt="day_of_completion")
    return Statement(state) if not remark or is_aside(remark) else None


def _read_first_part(text: str, vocabulary: Vocabulary) -> Statement | None:
    """Read ``In progress - on track for March``: the first part is a status, and nothing after it says otherwise."""
    text = re.sub(r"^\d{1,2}\s*[-–—:.)]\s*(?=[A-Za-z])", "", text)  # a code, and what it means: "5 - Complete"
    known = vocabulary.own.get(plain(text)) or vocabulary.legend.get(plain(text)) or _known(text)
    if known:
        return Statement(known)
    head, _, rest = re.sub(r"\s+[-–—]\s*|\s*[:;,.(]\s*", "\0", text, count=1).partition("\0")
    state = vocabulary.own.get(plain(head)) or vocabulary.legend.get(plain(head)) or _known(head)
    share = read_percent(head)
    of_rest = _table().get(plain(rest), "")
    if share is not None and _NUMBER.fullmatch(head.strip()):
        return None  # a number without a sign is no share where words follow it
    if share is not None:
        said = say_of_percent(share)
        return replace(said, state=BEHIND) if of_rest == BEHIND and said.state != DONE else said
    if not state or not rest:
        return None
    if plain(head) in _colours() and of_rest:
        return Statement(of_rest)
    if state in NOT_DONE and not _speaks_of_completion(rest):
        return Statement(of_rest if of_rest == BEHIND else state)
    return None


def combine_statements(strong: Sequence[Statement], update: Statement) -> tuple[Statement, str]:
    """Put together what the cells of one row say.

    Parameters
    ----------
    strong
        Of the columns for status, colour and per cent.
    update
        Of the account in sentences.

    Returns
    -------
    tuple
        The statement, and the code of a question: ``status_unknown``, ``statuses_differ``, ``colour_without_key`` or
        that of a doubt; empty where there is none.
    """
    said = [statement for statement in (*strong, update) if statement.state and not statement.is_weak]
    weak = next((statement for statement in (*strong, update) if statement.is_weak and statement.state), None)
    percent = next((statement.percent for statement in strong if statement.percent is not None), None)
    day = next((statement.completed_on for statement in said if statement.completed_on), None)
    states = {statement.state for statement in said}
    is_unknown = any(not statement.is_understood for statement in strong) or (not states and percent is None
                                                                  and not update.is_understood)
    whole = Statement(completed_on=day, percent=percent)
    if WITHDRAWN in states:
        return replace(whole, state=WITHDRAWN), "withdrawn"
    if DONE in states and (states & set(NOT_DONE) or (percent is not None and percent < 100)):
        return replace(whole, state=UNCLEAR, completed_on=None), "statuses_differ"
    if states or percent is not None:
        state = next((name for name in (DONE, BEHIND, STARTED, NOT_STARTED, OPEN) if name in states), "")
        doubt = next((statement.doubt for statement in said if statement.doubt), "")
        return replace(whole, state=state), "status_unknown" if is_unknown else doubt
    if is_unknown:
        return replace(whole, state=UNCLEAR), "status_unknown"
    if weak is not None:  # green is "complete" to some and "on track" to others
        return replace(whole, state=UNCLEAR if weak.state == STARTED else weak.state), "colour_without_key"
    return whole, ""


def read_meaning(text: str) -> str:
    """Give the state that a key's explanation of a colour or code stands for; empty where that is not plain.

    Parameters
    ----------
    text
        Such as "Complete and checked", "On target to be delivered by the due date", "Off track".

    Returns
    -------
    str
    """
    known = _table().get(plain(text), "")
    if known:
        return known
    words = plain(text)
    for state, pattern in _MEANINGS:
        if pattern.search(words):
            return state
    return ""


def state_of_title(text: str) -> str:
    """Give the state of the actions that stand under a title such as "Completed actions" or on a sheet "Closed".

    Only ``done`` and ``withdrawn``: that an action stands among the open ones says nothing that its date does not.
    """
    words = _COUNT.sub(" ", text)
    bare = " ".join(_TITLE_WORDS.sub(" ", words).split())
    state = _known(bare) if bare and plain(bare) not in _colours() else ""
    return state if state in (DONE, WITHDRAWN) and plain(bare) not in ("yes", "y", "100", "met", "in place") else ""


_COUNT = re.compile(r"[(\[].*?[)\]]|\b(?:19|20)\d\d(?:\s*[/-]\s*\d\d(?:\d\d)?)?\b|\d+")
_TITLE_WORDS = re.compile(r"\b(?:actions?|recommendations?|recs?|items?|tasks?|log|list|tab|sheet|archived?|section|"
                          r"plan|since|last|report|review|update|this|in|of|the|year|quarter|period|to|date|previously)\b"
                          r"|[-–—:_.&/]", re.I)

_MEANINGS = tuple((state, re.compile(pattern)) for state, pattern in (
    (WITHDRAWN, r"\b(?:withdrawn|superseded|cancelled|no longer (?:required|applicable|relevant|needed)|"
                r"not applicable)\b"),
    (NOT_STARTED, r"\bnot (?:yet )?(?:started|begun|commenced)\b|\byet to (?:start|commence|begin)\b"),
    (BEHIND, r"\b(?:off (?:track|target|schedule)|behind|delay(?:ed|s)?|slip(?:ped|ping|page)?|overdue|missed|at risk|"
             r"(?:some|high|significant|major) risk|risk of|unlikely|not (?:on )?(?:track|target|schedule)|"
             r"not (?:be )?(?:met|achieved|delivered)|concerns?|issues|problems)\b"),
    (STARTED, r"\b(?:on (?:track|target|schedule)|in progress|progressing|under ?way|partially|partly|started|"
              r"to be (?:completed|delivered|achieved|implemented)|(?:will|expected to|likely to) be|"
              r"within timescales?)\b"),
    (OPEN, r"\bnot (?:yet )?(?:complete|completed|implemented|delivered|done|due)\b|\bincomplete\b"),
    (DONE, r"^(?:action |task |now |fully |all )*(?:complete|completed|implemented|achieved|delivered|done|closed|"
           r"embedded|signed off|met)\b"),
))
"""What the words of a key say, the first that holds: "on track to be completed" is not done."""


def say_of_percent(share: float) -> Statement:
    """Give the state of a share: nought says that nothing is finished, not that nothing was begun."""
    return Statement(DONE if share == 100 else STARTED if share else "", percent=share)


def _speaks_of_completion(text: str) -> bool:
    """Say whether a closing word stands in it that is not plainly denied or looked forward to."""
    return any(not _NOT_YET.search(text[max(found.start() - 40, 0):found.start()]) for found in _CLOSING.finditer(text))


def _known(text: str) -> str:
    return _table().get(plain(text), "")


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    return {word: state for state, words in spellings("progress").items() for word in words if word}


@lru_cache(maxsize=1)
def _colours() -> dict[str, str]:
    """Give colour words and letters -> colour."""
    return {spelling: colour for colour, words in spellings("colours").items() for spelling in words}
