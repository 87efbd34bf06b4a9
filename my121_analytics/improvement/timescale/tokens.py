"""A cell's text as tokens: numbers, months, units of length, joining words, signs, each of one kind.

One scanner reads every word and figure of a timescale; all that it knows stands in ``kinds.toml`` and
``whole_phrases.toml``. The rules see kinds only.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import day_name, month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from my121_analytics.improvement.timescale.periods import Named
from my121_analytics.packaged_data import read_packaged_toml

UNKNOWN = "word"
"""Kind of whatever the vocabulary does not hold; no rule mentions it, so a phrase with one is never read."""

_SAME_SIGNS = dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ`´", "'")
_TIME = r"(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?"
# Figures, in the order in which they are tried; each is one token, so that "31-12-2013" is no range of numbers.
_FIGURES = (
    ("figures", rf"(?:\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d{{2}})|"
                rf"\d{{4}}(?P<iso>[/.-])\d{{1,2}}(?P=iso)\d{{1,2}}|(?:19|20)\d{{6}}){_TIME}(?![/.]?\d)"),
    ("month_year", r"(?:0?[1-9]|1[0-2])/\d{4}(?!\d)"),
    ("short_year", r"'\d{2}(?!\d)"),
    ("decimal", r"\d{0,2}\.(?:25|50?|75)(?![\d.])|\d{0,2} ?½|\d{1,2} 1/2(?= ?y)"),
    ("year", r"\d{4}(?!\d)"),
    ("ordinal", r"\d{1,2} ?(?:st|nd|rd|th)\b(?! (?:quarter|qtr|half)\b)"),
    ("clock", r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)"),
    ("number", r"\d{1,3}(?!\d|(?:st|nd|rd|th) )"),
    ("unit", r"(?:(?<=\d)|(?<=\d ))[mwy](?!\w)"),  # one letter only after a figure: "am" is no month
    ("part", r"(?:(?:q|qtrs?|quarters?)\.? ?(?:[1-4]|one|two|three|four)|(?:h|half )[12])(?!\w)"),
)
_PRIORITY = (r"(?:priority(?: level| no\.?)?|pri\.?|p)[ :=-]*(?:[1-5]|one|two|three|four|five)(?!\w)|"
             r"(?:priority(?: level)?[ :=-]*)?(?:high|medium|med|low|[hml])(?:[ -]priority)?(?!\w)")
_SIGNS = {"-": "dash", "/": "slash", ",": "comma", ":": "colon", ";": "semicolon", "+": "plus", "&": "and",
          ".": "stop", "|": "bar", "\n": "semicolon"}
_SIGNS |= dict.fromkeys("()[]", "bracket") | dict.fromkeys("*!†‡'", "mark")
PUNCTUATION = ("comma", "semicolon", "colon", "stop", "bracket", "dash", "slash", "mark", "bar")

GROUPS = {
    "PERIOD": "period|year|month|day|part|season",  # Christmas is one only behind "by" and "before"
    "LENGTH": "length|lengths",
    "JOINER": "to|and|or|until|upto|dash|slash",
    "SIGN": "|".join(PUNCTUATION),
    "CHANGED": "moved|revised|updated",
}
"""Names by which the rules' patterns call several kinds."""


@dataclass(frozen=True)
class Token:
    """A word, figure or sign of a cell, or what several of them together mean.

    Parameters
    ----------
    kind
        What the rules call it: ``number``, ``month``, ``by``, ``period``; ``word`` where nothing knows it.
    text
        In lower case, with plain dashes and single spaces.
    value
        What it means: a number, a stretch named, a length, a period; the refusal where it has no single meaning; None
        for words that only join.
    start, end
        Where it stands in the cell's text.
    parts
        The tokens it was put together from.
    """

    kind: str
    text: str
    value: Any = None
    start: int = 0
    end: int = 0
    parts: tuple[Token, ...] = ()


Tokens = tuple[Token, ...]


def scan(text: str, *, spelling: dict[str, str] | None = None) -> Tokens:
    """Split a text into its tokens.

    Parameters
    ----------
    text
        As written.
    spelling
        Words to read as others, in lower case.

    Returns
    -------
    tuple of Token
        Without spaces, without ``the`` where it changes nothing, and without punctuation around the whole.
    """
    plain, places = _plain(text, spelling or {})
    tokens = []
    for found in _lexer().finditer(plain):
        kind = found.lastgroup or UNKNOWN
        known = _known(kind, found[kind])
        tokens.append(Token(known.kind, known.text, known.value, places[found.start()], places[found.end() - 1] + 1))
    kept = tuple(token for i, token in enumerate(tokens) if not _is_idle_article(tokens, i))
    return trim(kept) or kept  # "..." stands for a timescale that is not set


def trim(tokens: Tokens, kinds: Sequence[str] = ("semicolon", "comma", "mark", "stop")) -> Tokens:
    """Leave out tokens of some kinds at both ends."""
    first, last = 0, len(tokens)
    while first < last and tokens[first].kind in kinds:
        first += 1
    while last > first and tokens[last - 1].kind in kinds:
        last -= 1
    return tokens[first:last]


def text_of(tokens: Sequence[Token]) -> str:
    """Write some tokens as they stand, near enough for a message."""
    return " ".join(token.text.strip() for token in tokens)


def kinds_of(tokens: Sequence[Token]) -> str:
    """Write the kinds of some tokens as the rules' patterns match them: each followed by a space."""
    return "".join(f"{token.kind} " for token in tokens)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a rule's pattern over kinds.

    Parameters
    ----------
    pattern
        Kinds in order: ``a|b`` either, ``a?`` at most one, ``a*`` any number, ``PERIOD`` any
        of a group, ``( a b | c )`` either row, ``...`` any
        tokens, ``<name>`` one or more of them, to be found again by name.

    Returns
    -------
    re.Pattern
        Over the text of :func:`kinds_of`.
    """
    return re.compile("".join(map(_compile_element, pattern.split())))


def _compile_element(element: str) -> str:
    bare = element.rstrip("?*")
    repeat = element[len(bare):]
    for group, kinds in GROUPS.items():
        bare = bare.replace(group, kinds)
    if element in ("(", "|") or bare == ")":
        return {"(": "(?:", "|": "|"}.get(element, element)
    if bare == "...":
        return r"(?:\S+ )*?"
    if bare.startswith("<"):
        return rf"(?P{bare}(?:\S+ )+?)"
    return "(?:" + "|".join(f"{kind} " for kind in bare.split("|")) + ")" + repeat


# From characters to tokens --------------------------------------------------------------------------------------


def _plain(text: str, spelling: dict[str, str]) -> tuple[str, list[int]]:
    """Give lower case, plain dashes and single spaces, and where each character came from."""
    plain: list[str] = []
    places: list[int] = []
    for place, written in enumerate(text):
        for character in written if written == "½" else unicodedata.normalize("NFKC", written):
            if unicodedata.category(character) == "Cf":
                continue
            sign = _SAME_SIGNS.get(character) or (" " if character.isspace() and character != "\n" else character)
            if sign == " " and (not plain or plain[-1] in " \n"):
                continue
            for lower in sign.lower():
                plain.append(lower)
                places.append(place)
    return ("".join(plain), places) if not spelling else _respell("".join(plain), places, spelling)


def _respell(plain: str, places: list[int], spelling: dict[str, str]) -> tuple[str, list[int]]:
    written: list[str] = []
    kept: list[int] = []
    for start, word in words_of(plain):
        meant = spelling.get(word, word)
        last = start + len(word) - 1
        written.append(meant)
        kept += [places[min(start + i, last)] for i in range(len(meant) - 1)] + [places[last]]
    return "".join(written), kept


def words_of(plain: str) -> Iterator[tuple[int, str]]:
    """Give the runs of letters of a text, and what lies between them, each with its place."""
    start = 0
    for i in range(1, len(plain) + 1):
        if i == len(plain) or plain[i].isalpha() != plain[start].isalpha():
            yield start, plain[start:i]
            start = i


def _is_idle_article(tokens: list[Token], i: int) -> bool:
    """Say whether it is a ``the`` that changes nothing: something follows, and it cuts no date in two."""
    before = tokens[i - 1].kind if i else ""
    return tokens[i].text == "the" and i + 1 < len(tokens) and before not in ("number", "ordinal", "month", "unit")


@lru_cache(maxsize=4096)
def _known(kind: str, text: str) -> Token:
    if kind in ("vocabulary", "dotted"):
        word = text.replace("on-going", "ongoing").replace("on going", "ongoing")
        return _vocabulary()[word.removesuffix(".") if kind == "dotted" else word]
    if kind == "sign":
        return Token(_SIGNS[text.strip(" ")], "and" if text == "&" else text)
    return Token(kind, text, _figure(kind, text))


def _figure(kind: str, text: str) -> Any:
    """Give the value of a token of figures."""
    if kind in ("number", "ordinal"):
        return int("".join(filter(str.isdigit, text)))
    if kind == "decimal":
        whole, _, rest = text.replace("½", " 1/2").replace(".", " .").partition(" ")
        return float(whole or 0) + (.5 if "/" in rest else float(rest))
    if kind == "unit":
        return _unit(text)
    if kind == "part":
        spelt = [n for word, n in _tables()["numbers"].items() if text.endswith(word)]
        number = spelt[0] if spelt else int(text[-1])
        return Named("quarter" if text[0] == "q" else "half", number, number)
    if kind == "priority":
        return _level(text)
    return None


def _level(text: str) -> str:
    """Give ``High``, ``Medium``, ``Low``, or the figure of a numbered priority (plans number them as they like)."""
    word = text.removesuffix("priority").rstrip(" -").replace(":", " ").replace("=", " ").split()[-1]
    levels = {"h": "High", "m": "Medium", "l": "Low"}
    number = _tables()["numbers"].get(word.strip("p-")) or word[-1]
    return str(number) if str(number).isdigit() else levels[word.lstrip("-")[0]]


@lru_cache(maxsize=1)
def _lexer() -> re.Pattern[str]:
    """Give one pattern of every token: figures, the vocabulary with the longest first, signs, and whatever is left."""
    vocabulary = _vocabulary()
    may_have_dot = [word for word, token in vocabulary.items() if token.kind in ("month", "weekday", "unit")]
    glued = [word for word, token in vocabulary.items() if token.kind in ("month", "fy_label")]
    signs = [word for word in vocabulary if not word[-1].isalnum()]
    return re.compile("|".join((
        *(f"(?P<{kind}>{pattern})" for kind, pattern in _FIGURES),
        rf"(?P<dotted>(?:{_either(may_have_dot)})\.)(?!\w)",
        rf"(?P<vocabulary>{_either(signs)}|(?:{_either(glued)})(?=[\d'])|(?:{_either(vocabulary)})(?!\w))",
        rf"(?P<priority>{_PRIORITY})",
        r"(?P<sign> ?(?:-(?!>)|/) ?|[,:;.+&|\n()\[\]*!†‡'])",
        r"(?P<word>\w+(?:['.]\w+)*|[^\w\s])")))


def _either(words: Sequence[str] | dict[str, Token]) -> str:
    by_length = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace("ongoing", r"on[-\ ]?going") for word in by_length)


# The vocabulary -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Token]:
    """Give every word and group of words that has a kind; a kind named in ``kinds`` beats a whole phrase."""
    tables = _tables()
    vocabulary = {word: Token(kind, word, value) for kind, word, value in (*_whole_phrases(), *_calendar(tables))}
    for kind, words in tables["kinds"].items():
        vocabulary |= {word: Token(kind, word) for word in words}
    vocabulary |= {word: Token("a", word, 1) for word in ("a", "an")}
    vocabulary |= {word: Token(kind, word, value) for kind, word, value in (*_made_words(tables), *_units(tables))}
    vocabulary |= {word: Token("length_word", word, months) for word, months in tables["month_lengths"].items()}
    return vocabulary


def _whole_phrases() -> Iterator[tuple[str, str, Any]]:
    phrases = load_table("whole_phrases.toml")
    for kind in ("immediate", "open", "open_from_now", "unscheduled"):
        yield from ((kind, text, None) for text in phrases[kind] if text[0].isalpha())
    yield from (("every", text, every) for text, every in phrases["recurring"].items())


def _calendar(tables: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for n, name in enumerate(month_name):
        yield from (("month", word, Named("month", n)) for word in (name.lower(), name[:3].lower()) if word)
    yield "month", "sept", Named("month", 9)
    for n, name in enumerate(day_name):
        yield from (("weekday", word, n) for word in (name.lower(), name[:3].lower()))
    yield from (("weekday", word, n) for word, n in (("tues", 1), ("weds", 2), ("thur", 3), ("thurs", 3)))
    yield from (("season", word, Named("season", n)) for word, n in tables["seasons"].items())
    yield from (("part", word, Named("quarter", *ends)) for word, ends in tables["rows"].items())
    yield from (("feast", word, Named("feast", 12)) for word in ("christmas", "christmas day"))
    for (which, n), (word, last) in product(tables["which"].items(), (("quarter", 4), ("qtr", 4), ("half", 2))):
        number = last if n < 0 else n
        if number <= last:
            name = "half" if word == "half" else "quarter"
            yield "part", f"{which} {word}", Named(name, number, number)


def _made_words(tables: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Give words that are made from others: ``twenty-four``, ``to be completed``, ``medium term``."""
    small, done, label = tables["numbers"], tables["done"], tables["label"]
    yield from (("number", word, n) for word, n in small.items())
    for (tens, n), (unit, m) in product(small.items(), repeat=2):
        if n >= 20 and m <= 9:
            yield from (("number", f"{tens}{sign}{unit}", n + m) for sign in "- ")
    yield from (("nth", word, n) for word, n in tables["which"].items() if n > 1 and not word[0].isdigit())
    yield from (("done", word, None) for word in done["words"])
    yield from (("done", f"{before} {word}", None) for before, word in product(done["before"], done["words"]))
    yield from (("to_do", f"{before} {word}", None)
                for before, word in product(done["to_be"], done["words"] + done["only_to_be"]))
    yield from (("label", f"{length}{sign}{after}", None)
                for length, sign, after in product(label["length"], " -", label["after"]))
    yield from (("stage", word, None) for word in label["numbered"])


def _units(tables: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for units in tables["units"].values():
        for word in (word for word in units if len(word) > 1):
            for before, after in product(("", "calendar "), ("", " period", "(s)")):
                if f"{before}{word}{after}" != "calendar year":
                    yield "unit", f"{before}{word}{after}", _unit(word)


def _unit(word: str) -> tuple[str, int]:
    """Give what a unit is counted in and how many of that it holds: ``("months", 12)`` for a year."""
    return next((base, units[word]) for base, units in _tables()["units"].items() if word in units)


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return load_table("kinds.toml")


@lru_cache(maxsize=3)
def load_table(name: str) -> dict[str, Any]:
    """Load one of this room's tables of words."""
    return read_packaged_toml("improvement.timescale", name)
