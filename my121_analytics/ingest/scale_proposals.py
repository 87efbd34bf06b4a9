"""Settings that would let a stopped column of ratings be read: its levels, their codes, the numbers of its boxes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.reading.cells import plain_words
from my121_analytics.ingest.reading.ratings import Scale, bare_code
from my121_analytics.ingest.reading.scales import RatingColumn, rank_of

_CODE_FIRST = re.compile(r"^\W*(\d+|[A-Za-z](?=\s*[-–—:.)\]]))\W+(\S.*?)\W*$")
_CODE_LAST = re.compile(r"^\W*(.*?\S)\W+(\d+)\W*$")
_LETTER = re.compile(r"[A-Za-z]")
MOST_LEVELS = 11
"""A longer run of whole numbers is a score, not a scale of levels."""
_AGREES = 0.8
"""Share of rows from which a numbering of the boxes explains the ratings beside them."""
_MIDDLE = 3


@dataclass(frozen=True)
class ScaleProposal:
    """Levels that a column's values suggest.

    Parameters
    ----------
    levels
        Labels, lowest first; empty where the framework's fit.
    codes
        Codes in the order of the levels; empty where they count from 1.
    unsure
        What a person has to check: ``direction`` (nothing says which end is the best), ``order`` (a label of unknown
        rank), ``names`` (nothing says what the levels are called), ``zero`` (0 beside the scale's own codes).
    """

    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()


def propose_scale(values: Mapping[str, int], scale: Scale) -> ScaleProposal | None:
    """Propose the levels of performance from a column's distinct values.

    Parameters
    ----------
    values
        Distinct texts, a code with its label in one (``4 Very good``), with the number of their cells.
    scale
        Of the axis; its labels are kept where they are the column's.

    Returns
    -------
    ScaleProposal or None
        None where the values are no levels: decimals, or more whole numbers than a scale has.
    """
    codes: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = {}
    alone: Counter[str] = Counter()
    for text, n in values.items():
        if text.startswith("#"):
            continue  # a spreadsheet's error, or a formula without a value
        number = bare_code(text)
        code, label = split_label(text)
        if number is not None and number % 1:
            return None
        if number is not None:
            codes[str(int(number))] += max(n, 1)
        elif code:
            codes[code] += max(n, 1)
            labels.setdefault(code, Counter())[label] += max(n, 1)
        else:
            alone[text] += max(n, 1)
    if labels:
        return _from_pairs({code: found.most_common(1)[0][0] for code, found in labels.items()}, codes, scale)
    if len(alone) == 1:
        return None  # one word is no scale
    if alone:
        return _from_labels(alone, scale)
    return _from_codes(sorted(map(int, codes)), scale)


def split_label(text: str) -> tuple[str, str]:
    """Part a code from its label; an empty code where there is none."""
    found = _CODE_FIRST.match(text)
    if found and sum(c.isalpha() for c in found[2]) > 1:
        return found[1].upper(), found[2]
    found = _CODE_LAST.match(text)
    if found and sum(c.isalpha() for c in found[1]) > 1:
        return found[2], found[1]
    return "", text


def _from_codes(codes: Sequence[int], scale: Scale) -> ScaleProposal | None:
    """Propose levels that have no names: every code from the lowest to the highest, 1 or 0 the first."""
    if not codes or codes[-1] > MOST_LEVELS:
        return None
    run = [str(code) for code in range(min(codes[0], 1), codes[-1] + 1)]
    plain = tuple(run) if run[0] != "1" else ()
    if run[0] == "0" and len(run) == len(scale.labels) + 1:
        return ScaleProposal((), (), frozenset({"zero"}))
    if len(run) == len(scale.labels):
        return ScaleProposal((), plain, frozenset({"direction"}))
    return ScaleProposal(tuple(f"Level {code}" for code in run), plain, frozenset({"direction", "names"}))


def _from_pairs(labels: Mapping[str, str], codes: Mapping[str, int], scale: Scale) -> ScaleProposal:
    numeric = all(code.isdigit() for code in codes)
    order = sorted(codes, key=int) if numeric else sorted(codes, reverse=True)
    named = {code: labels.get(code, f"Level {code}") for code in order}
    ours = {code: int(scale.parse([label]).values[0]) for code, label in named.items()}
    if sorted(ours.values()) == sorted(scale.labels):
        found = sorted(order, key=lambda code: ours[code])
        return ScaleProposal((), () if found == [str(n) for n in scale.labels] else tuple(found))
    ranks = [_rank(named[code], scale) for code in order]
    slope = sum((i - (len(ranks) - 1) / 2) * (rank or _MIDDLE) for i, rank in enumerate(ranks))
    found = order[::-1] if slope < 0 else order
    plain = found == [str(n) for n in range(1, len(found) + 1)]
    return ScaleProposal(tuple(named[code] for code in found), () if plain else tuple(found),
                         frozenset() if slope else frozenset({"direction"}))


def _from_labels(alone: Mapping[str, int], scale: Scale) -> ScaleProposal:
    distinct: dict[str, str] = {}
    for text in alone:
        level = int(scale.parse([text]).values[0])
        distinct.setdefault(scale.labels[level] if level else plain_words(text), text)
    found = list(distinct.values())
    if all(_LETTER.fullmatch(text) for text in found):
        return ScaleProposal(tuple(sorted(found, reverse=True)), (), frozenset({"direction"}))
    ranked = sorted(found, key=lambda text: _rank(text, scale) or _MIDDLE)
    sure = all(_rank(text, scale) for text in found) and len({_rank(text, scale) for text in found}) == len(found)
    return ScaleProposal(tuple(ranked), (), frozenset() if sure else frozenset({"order"}))


def _rank(label: str, scale: Scale) -> int:
    """Give how high a label stands among those of any scale, from 1 to 5; the framework's own lie in the middle."""
    level = int(scale.parse([label]).values[0])
    if level and len(scale.labels) == _MIDDLE:
        return level + 1
    return level or rank_of(label)


def spread_over(n_levels: int) -> list[int]:
    """Spread levels over the three columns or rows of the map, lowest first; a proposal for people to check."""
    usual = {2: [1, 3], 4: [1, 1, 2, 3], 5: [1, 1, 2, 3, 3]}
    return usual.get(n_levels) or [1 + 3 * i // n_levels for i in range(n_levels)]


# Boxes ------------------------------------------------------------------------------------------------------------


def propose_numbering(box: RatingColumn, beside: Sequence[RatingColumn], framework: Framework) -> list[list[int]]:
    """Give the numbers of boxes 1 to 9 by which a column of boxes agrees with its names or the ratings beside it.

    Parameters
    ----------
    box
        The column.
    beside
        Ratings of the same source in its sheet.
    framework
        The map.

    Returns
    -------
    list of list of int
        The usual numberings (by rows or columns, from any corner) that agree best; several where nothing tells them
        apart, as beside performance alone; empty where none agrees in most rows.
    """
    numbers = np.array([-1 if (code := bare_code(str(t))) is None else int(code) for t in box.texts[1]])
    named = _named_boxes(box)
    numbers = np.where(numbers < 0, [n for n, _ in named], numbers)[box.texts[0]]
    meant = np.array([b for _, b in named])[box.texts[0]]
    first = 0 if (numbers == 0).any() else 1
    scores: list[tuple[float, list[int]]] = []
    for numbering in _numberings(first, framework):
        ours = np.zeros(max(first + 9, int(numbers.max(initial=0)) + 1), dtype=np.int64)
        ours[numbering] = sorted(b.number for b in framework.boxes)
        read = np.where(numbers >= 0, ours[np.maximum(numbers, 0)], 0)
        scores.append((_agreement(read, meant, beside, framework), numbering))
    best = max(score for score, _ in scores)
    return [numbering for score, numbering in scores if score == best] if best >= _AGREES else []


def _named_boxes(box: RatingColumn) -> list[tuple[int, int]]:
    """Give per distinct text the number in it and the box that its name stands for; -1 and 0 where it has none."""
    found = []
    for text in box.texts[1]:
        code, label = split_label(str(text))
        found.append((int(code) if code.isdigit() else -1, int(box.scale.parse([label]).values[0]) if code else 0))
    return found


def _agreement(read: np.ndarray, meant: np.ndarray, beside: Sequence[RatingColumn], framework: Framework) -> float:
    both = (read > 0) & (meant > 0)
    agrees = read == meant
    if not both.any():
        axes = dict(zip(("performance", "potential"), framework.axes_of(read), strict=True))
        agrees = np.ones(len(read), dtype=bool)
        for rating in beside:
            known = (rating.levels > 0) & (axes[rating.axis] > 0)
            both |= known
            agrees &= ~known | (rating.levels == axes[rating.axis])
    return float(agrees[both].mean()) if both.any() else 0.0


def _numberings(first: int, framework: Framework) -> list[list[int]]:
    """Give the usual ways to number the map, each as the numbers of boxes 1 to 9; from the bottom left along the rows
    comes first, since most systems count so.
    """
    places = {b.number: (b.performance, b.potential) for b in framework.boxes}
    found = []
    for by_columns, right_first, top_first in product((False, True), repeat=3):
        def key(place: tuple[int, int], *, columns: bool = by_columns, right: bool = right_first,
                top: bool = top_first) -> tuple[int, int]:
            column, row = -place[0] if right else place[0], -place[1] if top else place[1]
            return (column, row) if columns else (row, column)

        order = sorted(places, key=lambda number, key=key: key(places[number]))  # type: ignore[misc]
        found.append([first + order.index(number) for number in sorted(places)])
    return found
