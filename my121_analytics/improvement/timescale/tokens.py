"""A timescale's words as tokens: numbers, months, lengths' units, joining words, each of one kind."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from my121_analytics.packaged_data import read_packaged_toml

UNKNOWN = "word"
"""Kind of whatever the vocabulary does not hold; no rule mentions it, so a phrase with one is never read."""

_TIME = r"(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?"
# Figures, in the order in which they are tried; each is one token, so that "31-12-2013" is no range of numbers.
_FIGURES = (
    ("figures", rf"(?:\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d{{2}})|"
                rf"\d{{4}}(?P<iso>[/.-])\d{{1,2}}(?P=iso)\d{{1,2}}|(?:19|20)\d{{6}}){_TIME}(?![/.-]?\d)"),
    ("years", r"\d{4}[/-](?:\d{4}|\d{2})(?!\d)"),
    ("month_year", r"\d{1,2}/\d{4}(?!\d)"),
    ("pair", r"\d{2}[/-]\d{2}(?!\d)"),
    ("short_year", r"'\d{2}(?!\d)"),
    ("decimal", r"\d{0,2}\.(?:25|50?|75)(?![\d.])"),
    ("year", r"\d{4}(?!\d)"),
    ("ordinal", r"\d{1,2}(?:st|nd|rd|th)\b"),
    ("clock", r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)"),
    ("number", r"\d{1,3}(?!\d)"),
    ("unit", r"(?:(?<=\d)|(?<=\d ))[mwy](?!\w)"),  # one letter only after a figure: "am" is no month
    ("quarter", r"(?:q|qtrs?|quarters?)\.? ?(?:[1-4]|one|two|three|four)(?!\w)"),
    ("half", r"(?:h[12]|half [12])(?!\w)"),
)
_SIGNS = {"-": "dash", "/": "slash", ",": "comma", ":": "colon", ";": "semicolon", "+": "plus", "&": "and",
          ".": "stop"}


@dataclass(frozen=True)
class Token:
    """A word, figure or sign of a phrase, or what several of them together mean.

    Parameters
    ----------
    kind
        What the rules call it: ``number``, ``month``, ``by``, ``period``; ``word`` where nothing knows it.
    text
        As it stands in the tidied phrase.
    value
        What it means: the number of a month, a length, a period; None for words that only join.
    """

    kind: str
    text: str
    value: Any = None


def split_tokens(phrase: str) -> list[Token]:
    """Split a phrase into its tokens.

    Parameters
    ----------
    phrase
        Tidied: lower case, plain dashes, single spaces.

    Returns
    -------
    list of Token
        Without spaces, and without ``the`` where it changes nothing.
    """
    tokens = []
    for found in _lexer().finditer(phrase):
        kind, text = found.lastgroup or UNKNOWN, found[found.lastgroup or 0]
        if kind == "vocabulary":
            tokens.append(_known(text))
        elif kind == "dotted":
            tokens.append(_known(text.rstrip(".")))
        elif kind == "sign":
            tokens.append(Token(_SIGNS[text.strip()], text))
        else:
            tokens.append(Token(kind, text, _figure(kind, text)))
    return [token for i, token in enumerate(tokens) if not _is_idle_article(tokens, i)]


def _is_idle_article(tokens: list[Token], i: int) -> bool:
    """Say whether it is a ``the`` that changes nothing: something follows, and it cuts no date in two."""
    before = tokens[i - 1].kind if i else ""
    return tokens[i].text == "the" and i + 1 < len(tokens) and before not in ("number", "ordinal", "month", "unit")


def number_of(text: str) -> int | None:
    """Give the number that a text writes in figures or in words; None where it writes none."""
    tokens = split_tokens(text)
    return tokens[0].value if len(tokens) == 1 and tokens[0].kind == "number" else None


def kinds_of(tokens: Sequence[Token]) -> str:
    """Write the kinds of some tokens as the rules' patterns match them: each followed by a space."""
    return "".join(f"{token.kind} " for token in tokens)


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a rule's pattern over kinds.

    Parameters
    ----------
    pattern
        Kinds in order: ``a|b`` either, ``a?`` at most one, ``a*`` any number.

    Returns
    -------
    re.Pattern
        Over the text of :func:`kinds_of`.
    """
    parts = []
    for element in pattern.split():
        kinds = element.rstrip("?*").split("|")
        parts.append("(?:" + "|".join(f"{kind} " for kind in kinds) + ")" + element[len(element.rstrip("?*")):])
    return re.compile("".join(parts))


def _figure(kind: str, text: str) -> Any:
    """Give the value of a token of figures."""
    if kind in ("number", "ordinal"):
        return int(re.sub(r"\D", "", text))
    if kind == "unit":
        return _unit(text)
    if kind == "quarter":
        return _tables()["numbers"].get(re.sub(r"^\D*?(?=\d|one|two|three|four)", "", text)) or int(text[-1])
    if kind == "half":
        return int(text[-1])
    return None


@lru_cache(maxsize=1024)
def _known(text: str) -> Token:
    return _vocabulary().get(text) or Token(UNKNOWN, text)


@lru_cache(maxsize=1)
def _lexer() -> re.Pattern[str]:
    """Give one pattern of every token: figures, the vocabulary with the longest first, signs, and whatever is left."""
    vocabulary = _vocabulary()
    may_have_dot = [word for word, token in vocabulary.items() if token.kind in ("month", "weekday", "unit")]
    glued = [word for word, token in vocabulary.items() if token.kind in ("month", "fy_label")]
    return re.compile("|".join((
        *(f"(?P<{kind}>{pattern})" for kind, pattern in _FIGURES),
        rf"(?P<dotted>(?:{_either(may_have_dot)})\.)(?!\w)",
        rf"(?P<vocabulary>(?:{_either(glued)})(?=[\d'])|(?:{_either(vocabulary)})(?!\w))",
        r"(?P<word>\w+(?:['.]\w+)*|[^\w\s,:;./+&-])",  # signs come last, so that a space stays with its dash
        r"(?P<sign>[,:;./+&]| ?- ?)")))


def _either(words: Sequence[str] | dict[str, Token]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Token]:
    """Give every word and group of words that has a kind; a kind named in ``kinds`` beats a whole phrase."""
    vocabulary = dict(_whole_phrases())
    vocabulary |= {name: Token("month", name, n) for name, n in _calendar_names(list(month_name), extra={"sept": 9})}
    vocabulary |= {name: Token("weekday", name, n) for name, n in _calendar_names(
        list(day_name), extra={"tues": 1, "weds": 2, "thur": 3, "thurs": 3})}
    tables = _tables()
    for kind, words in tables["kinds"].items():
        vocabulary |= {word: Token(kind, word) for word in words}
    vocabulary |= {word: Token("number", word, n) for word, n in _number_words(tables["numbers"])}
    vocabulary |= {word: Token("nth", word, n) for word, n in tables["nth"].items()}
    vocabulary |= {word: Token("season", word, n) for word, n in tables["seasons"].items()}
    vocabulary |= {word: Token("months", word, n) for word, n in tables["month_lengths"].items()}
    vocabulary |= {word: Token("unit_ly", word, _unit(unit)) for word, unit in tables["unit_ly"].items()
                   if word not in vocabulary}
    for units in tables["units"].values():
        vocabulary |= {f"{calendar}{word}": Token("unit", word, _unit(word)) for word in units if len(word) > 1
                       for calendar in ("", "calendar ") if f"{calendar}{word}" != "calendar year"}
    return vocabulary


def _whole_phrases() -> Iterator[tuple[str, Token]]:
    phrases = load_table("whole_phrases.toml")
    for kind in ("immediate", "open", "open_from_now"):
        yield from ((text, Token(kind, text)) for text in phrases[kind] if text[0].isalpha())
    yield from ((text, Token("every", text, every)) for text, every in phrases["recurring"].items())


def _number_words(small: dict[str, int]) -> Iterator[tuple[str, int]]:
    yield from small.items()
    for tens, n in small.items():
        for unit, m in small.items():
            if n >= 20 and m <= 9:
                yield f"{tens}-{unit}", n + m
                yield f"{tens} {unit}", n + m


def _calendar_names(names: Sequence[str], *, extra: dict[str, int]) -> Iterator[tuple[str, int]]:
    for n, name in enumerate(names):
        if name:
            yield name.lower(), n
            yield name[:3].lower(), n
    yield from extra.items()


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
