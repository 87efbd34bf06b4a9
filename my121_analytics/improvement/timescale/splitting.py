"""A cell of several timescales as the timescales of its actions: one a line, or where separators stand."""

from __future__ import annotations

from functools import lru_cache

from my121_analytics.improvement.headings import BULLETS
from my121_analytics.improvement.timescale.cells import is_priority, is_timescale, reason_refused, split_at
from my121_analytics.improvement.timescale.spelling import find_slips
from my121_analytics.improvement.timescale.tokens import Token, Tokens, scan

_CONTINUES = ("now", "then", "was", "revised", "updated", "moved")
"""What a line begins with that only continues the one above."""


def split_lines(text: str) -> list[str]:
    """Give the lines of a cell without bullets, and without numbers that only number the lines.

    Parameters
    ----------
    text
        The cell.

    Returns
    -------
    list of str
        No blank ones.
    """
    lines = [_without_bullet(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    n = len(lines)
    numbered = [line.partition(" ") for line in lines]
    heads = [head.lstrip("(")[:-1].lower() for head, _, rest in numbered if rest and head[-1] in ".)"]
    if n > 1 and heads in ([str(i) for i in range(1, n + 1)], [chr(96 + i) for i in range(1, n + 1)]):
        return [rest.strip() for _, _, rest in numbered]
    return lines


def split_cell(text: str) -> list[str]:
    """Split a cell into one timescale per action, as written."""
    pieces = _attach_priorities(_join_continuations(split_lines(text)))
    return [part for piece in pieces for part in _split_piece(piece)]


def _without_bullet(line: str) -> str:
    line = line.strip()
    if line[:1] and line[0] in BULLETS:
        return line[1:].strip()
    return line[1:].strip() if line[:1] in ("o", "-", "–") and line[1:2].isspace() else line


@lru_cache(maxsize=4096)
def _tokens_of(text: str) -> Tokens:
    """Give the tokens by which a line is judged: with slips put right where it cannot be read as it stands."""
    tokens = scan(text)
    return tokens if is_timescale(tokens) else scan(text, spelling=find_slips(text))


def _is_timescale(text: str) -> bool:
    return is_timescale(_tokens_of(text))


def _is_priority(text: str) -> bool:
    return is_priority(scan(text))


def _is_read(text: str) -> bool:
    return not reason_refused(_tokens_of(text))


def _split_piece(piece: str) -> list[str]:
    """Split one line where strong separators stand, and at weaker ones only where the whole would be two answers."""
    tokens = scan(piece)
    items = _items(piece, tokens)
    if len(items) > 1 and all(map(_is_dated, items)):
        return items
    is_two = reason_refused(_tokens_of(piece)) == "two_readings"
    for is_separator, is_sure in ((_is_strong, True), (_is_weak, is_two)):
        parts = split_at(_gaps_marked(piece, tokens), is_separator, ("comma", "semicolon", "gap"))
        halves = [piece[part[0].start: part[-1].end] for part in parts if part]
        continues = any(_continues(half) for half in halves[1:])
        if is_sure and len(halves) > 1 and not continues and all(map(_is_dated, halves)):
            return halves
    return [piece]


def _is_dated(text: str) -> bool:
    return _is_timescale(text) and not _is_priority(text)


def _continues(line: str) -> bool:
    return scan(line)[:1] != () and scan(line)[0].kind in _CONTINUES


def _is_strong(token: Token, following: Token | None) -> bool:
    return token.kind in ("semicolon", "bar", "gap")


def _is_weak(token: Token, following: Token | None) -> bool:
    return token.kind in ("comma", "and") or token.text == " / "


def _gaps_marked(piece: str, tokens: Tokens) -> Tokens:
    """Put a token of kind ``gap`` where two spaces or more stand between two others."""
    marked: list[Token] = []
    for i, token in enumerate(tokens):
        between = piece[tokens[i - 1].end: token.start] if i else ""
        if len(between) > 1 and between.isspace():
            marked.append(Token("gap", between, start=token.start, end=token.start))
        marked.append(token)
    return tuple(marked)


def _items(piece: str, tokens: Tokens) -> list[str]:
    """Give the items of ``1) 12 months 2) 6 months``; empty where it is no such row."""
    starts = [i for i, token in enumerate(tokens[:-1]) if token.text in "123456789abcde" and len(token.text) == 1
              and tokens[i + 1].text == ")"]
    if len(starts) < 2 or any(token.kind != "bracket" for token in tokens[: starts[0]]):
        return []
    ends = [tokens[i].start for i in starts[1:]] + [len(piece)]
    return [piece[tokens[i + 1].end: end].strip(" ,;(") for i, end in zip(starts, ends, strict=True)]


def _join_continuations(lines: list[str]) -> list[str]:
    """Join a line to the one above where it only continues it: ``18-24`` and ``months``, ``revised to Dec 2013``."""
    pieces: list[str] = []
    for line in lines:
        joined = f"{pieces[-1]} {line}" if pieces else line
        continues = line[0] == "(" or _continues(line) or not all(map(_is_timescale, [line, *pieces[-1:]]))
        if pieces and continues and not _is_priority(line) and _is_read(joined):
            pieces[-1] = joined
        else:
            pieces.append(line)
    if len(pieces) > 1 and not all(map(_is_timescale, pieces)) and _is_read(" ".join(pieces)):
        return [" ".join(pieces)]
    return pieces


def _attach_priorities(lines: list[str]) -> list[str]:
    if not any(map(_is_priority, lines)) or all(map(_is_priority, lines)):
        return lines
    pieces: list[str] = []
    leading = _is_priority(lines[0])
    waiting = ""
    for line in lines:
        if not _is_priority(line):
            pieces.append(f"{waiting}; {line}" if waiting else line)
            waiting = ""
        elif leading:
            waiting = line
        else:
            pieces[-1] = f"{pieces[-1]}; {line}"
    return [*pieces, waiting] if waiting else pieces
