"""By whom: the bodies and posts named in a cell, with or without anything between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.plan.action_cells import split_owners
from my121_analytics.packaged_data import read_packaged_toml

OwnerKind = Literal["body", "unclear"]
_NAMED = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|prof|cllr|councillor|sir|dame)\.? +[A-Z]", re.I)


@dataclass(frozen=True)
class Owner:
    """One owner of an action.

    Parameters
    ----------
    name
        As written.
    kind
        ``body`` for a team, board, service or post; ``unclear`` for anything else, such as a person.
    """

    name: str
    kind: OwnerKind


def name_owners(text: str, *, bodies: Sequence[str] = ()) -> list[Owner]:
    """Part the owners of one action.

    Parameters
    ----------
    text
        One a line, or joined by plus, comma, semicolon or slash, or with nothing between them.
    bodies
        Names of bodies that the council knows (``[plan] bodies``). A piece made of such names and nothing else is
        parted into them where that can be done in one way only.

    Returns
    -------
    list of Owner
        In order, each once. Without a known name a piece is parted only after a word such as Team or Board, where a
        capital letter follows that does not belong to it ("Team Leaders" stay together).
    """
    known = {plain(body): body for body in bodies if plain(body)}
    text = _join_wrapped(text, known)
    pieces = [piece for kept in _protect(text, known) for piece in ([kept[1]] if kept[0] else split_owners(kept[1]))]
    named = [name for piece in pieces for name in _part(piece, known)]
    return [Owner(name, "body" if is_body(name, bodies=bodies) else "unclear") for name in dict.fromkeys(named)]


def is_body(name: str, *, bodies: Sequence[str] = ()) -> bool:
    """Say whether a name is that of a body or a post and of nobody in person.

    Parameters
    ----------
    name
        Of an owner.
    bodies
        Names that the council knows.

    Returns
    -------
    bool
        True only where the council knows the name or every word of it is a word of bodies and posts: a name that
        might be a person's is never taken for a body's.
    """
    if plain(name) in {plain(body) for body in bodies}:
        return True
    words = plain(re.sub(r"(?<=\w)['’](?=s\b)", "", name)).split()
    return bool(words) and not _NAMED.search(name) and set(words) <= _vocabulary()


def may_be_several(name: str, *, bodies: Sequence[str] = ()) -> bool:
    """Say whether one name may run several bodies together: two words such as Team and Board, and nobody knows it."""
    words = plain(name).split()
    known = [plain(body).split() for body in bodies if " " in body.strip()]
    inside = any(len(words) > len(body) and words[-len(body):] == body for body in known)
    if inside and "of" not in words[:1]:
        return True
    n_collective = sum(word in _lists()["collective"] for word in words)
    joined = {"of", "and", "for"} & set(words)
    return n_collective > 1 and not joined and plain(name) not in {plain(body) for body in bodies}


def _protect(text: str, known: dict[str, str]) -> list[tuple[bool, str]]:
    """Set apart known names that hold a separator of their own ("Children, Families and Schools")."""
    own = sorted((body for body in known.values() if re.search(r"[,;/+]", body)), key=len, reverse=True)
    if not own:
        return [(False, text)]
    parts = re.split("(" + "|".join(map(re.escape, own)) + ")", text, flags=re.I)
    return [(bool(i % 2), part) for i, part in enumerate(parts) if part.strip()]


def _join_wrapped(text: str, known: dict[str, str]) -> str:
    """Join lines that one name was wrapped over: together they are known, or the second is no name alone."""
    joined: list[str] = []
    for line in (line.strip() for line in text.split("\n")):
        last = joined[-1] if joined else ""
        apart = plain(line) in known and plain(last) in known
        together = plain(f"{last} {line}") in known and not apart
        if last and line and (together or line[:1].islower() or plain(line) in _lists()["collective"]):
            joined[-1] = f"{last} {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _part(piece: str, known: dict[str, str]) -> list[str]:
    words = piece.split()
    if plain(piece) in known or len(words) < 2:
        return [piece]
    ways = _segment(words, known)
    if len(ways) == 1:
        return ways[0]
    return [piece] if ways else _part_after_collectives(words, known)


def _segment(words: list[str], known: dict[str, str]) -> list[list[str]]:
    """Give every way to write the words as known names and nothing else."""
    if not words:
        return [[]]
    if len(words) > 1 and plain(words[0]) in ("", "and"):  # "&" is no word
        return _segment(words[1:], known)
    ways = []
    for end in range(1, len(words) + 1):
        name = " ".join(words[:end])
        if plain(name) in known and plain(words[end - 1]):
            ways += [[name, *rest] for rest in _segment(words[end:], known)]
    return ways


def _part_after_collectives(words: list[str], known: dict[str, str]) -> list[str]:
    names, start = [], 0
    for i in range(1, len(words)):
        before, after = plain(words[i - 1]), plain(words[i])
        if before in _lists()["collective"] and words[i][:1].isupper() and after not in _lists()["belongs"]:
            names.append(" ".join(words[start:i]))
            start = i
    names.append(" ".join(words[start:]))
    return [part for name in names for part in (_only(_segment(name.split(), known)) or [name])]


def _only(ways: list[list[str]]) -> list[str]:
    return ways[0] if len(ways) == 1 else []


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    words = read_packaged_toml("improvement.plan", "owner_words.toml")
    return {name: frozenset(listed) for name, listed in words.items()}


def _vocabulary() -> frozenset[str]:
    return frozenset[str]().union(*_lists().values())
