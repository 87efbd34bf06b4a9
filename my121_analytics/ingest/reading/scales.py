"""Whether a column of ratings is on the council's scale, judged on all of it before any of its cells is accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import Parsed, clean, plain_words, value_table
from my121_analytics.ingest.reading.ratings import Scale, bare_code
from my121_analytics.ingest.reading.scale_statements import ScaleStatement, statements_about
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.synonyms import AXES

_HALF = 0.5
_KNOWN = 0.8
"""A column of labels is the framework's where this share of its cells are."""
_FEW, _RARE, _MANY = 5, 0.01, 0.2
"""Words of other scales are no slips of the pen from five cells or one in a hundred on; words of no scale from one in
five."""
_BY_CHANCE = 0.01
"""A column of bare codes is on a scale of its own where its never reaching the codes of another column would be less
likely than this, were both on one scale."""
_NOTICEABLE = 0.1
"""Share of rows from which codes that stand beside other labels are a rule."""
_LISTED = 12
"""Values that a message lists."""
_COMMA = re.compile(r"\d+,\d+")
"""A decimal comma where a column has several such texts; one alone (``2,3``) may be two ratings."""
_TOTAL = re.compile(r"^\W*\d+(?:[.,]\d+)?\s*(?:/|\b(?:out )?of\b)\s*(\d+)\W*$", re.I)


@dataclass(frozen=True)
class ScaleFit:
    """What a column says about its scale: distinct texts with the number of their cells.

    Parameters
    ----------
    off_scale
        Bare codes that are no level.
    foreign
        Labels that are no level: words of other scales, or words that many cells hold.
    contradicting
        Codes and labels in one cell that name different levels.
    n_turned
        Codes that stand beside another level's label in most of their cells.
    n_labels
        Cells with a label.
    n
        Cells that say anything.
    """

    off_scale: Mapping[str, int]
    foreign: Mapping[str, int]
    contradicting: Mapping[str, int]
    n_turned: int
    n_labels: int
    n: int


@dataclass(eq=False)
class RatingColumn:
    """One column of a sheet with ratings or boxes, and how it was judged.

    Parameters
    ----------
    rows
        The sheet.
    source, axis
        Whose rating of what.
    position
        Column of the sheet.
    label
        Column with the codes' labels; -1 where there is none.
    scale
        Of the axis.
    why
        Code of the rule that stops the column; empty where it can be read.
    shown
        What the rule's message shows of it.
    """

    rows: SheetRows
    source: str
    axis: str
    position: int
    label: int
    scale: Scale
    why: str = ""
    shown: str = ""
    stated: ScaleStatement | None = None
    """What the export itself says of its scale, where that stopped the column."""

    @property
    def heading(self) -> str:
        """As written in the sheet."""
        return self.rows.headings[self.position]

    @cached_property
    def texts(self) -> tuple[np.ndarray, np.ndarray]:
        """Code per row and distinct texts."""
        return self.rows.texts(self.position)

    @cached_property
    def parsed(self) -> Parsed:
        """Each distinct text, read by the scale."""
        return self.scale.parse(self.texts[1])

    @cached_property
    def counts(self) -> np.ndarray:
        """Cells with each distinct text."""
        return np.bincount(self.texts[0], minlength=len(self.texts[1]))

    @cached_property
    def says(self) -> np.ndarray:
        """Whether each distinct text is a rating, read or not."""
        return (self.parsed.values > 0) | (self.parsed.faults != "")

    @cached_property
    def filled(self) -> np.ndarray:
        """Rows of data in which the column says anything."""
        return self.says[self.texts[0]] if len(self.texts[0]) else np.zeros(0, dtype=bool)

    @cached_property
    def levels(self) -> np.ndarray:
        """Level per row; 0 where there is none."""
        return np.asarray(self.parsed.values)[self.texts[0]]

    @cached_property
    def evidence(self) -> ScaleFit:
        """What its cells say about the scale."""
        return _weigh(self.texts[1], self.counts, self.parsed, self.scale)

    @property
    def is_labelled(self) -> bool:
        """Whether words say what its codes mean."""
        return bool(self.evidence.n_labels) or self.label >= 0

    @property
    def tally(self) -> dict[str, int]:
        """Distinct texts with the number of their cells, the rated ones only."""
        return {clean(str(text)): int(n) for text, n, says in zip(self.texts[1], self.counts, self.says, strict=True)
                if says and n}

    def read_label(self) -> None:
        """Let the sheet enter the labels instead of the codes beside them."""
        old, new, whole = self.position, self.label, self.rows.map
        axes = {**whole.ratings[self.source], self.axis: new}
        headings = tuple(replace(h, column="", source="", how="duplicate") if h.position == old else
                         replace(h, column=self.axis, source=self.source) if h.position == new else h
                         for h in whole.headings)
        self.rows.map = replace(whole, ratings={**whole.ratings, self.source: axes}, headings=headings)
        self.position = new
        for name in ("texts", "parsed", "counts", "says", "filled", "levels", "evidence"):
            self.__dict__.pop(name, None)

    def stop(self, why: str, shown: Mapping[str, int]) -> None:
        """Stop the column for a rule; the first one stands."""
        if not self.why:
            self.why, self.shown = why, _listed(shown)


@dataclass(frozen=True)
class ScaleReport:
    """The columns of ratings of all sheets, as judged.

    Parameters
    ----------
    columns
        In the order of the sheets.
    """

    columns: tuple[RatingColumn, ...] = field(default=())

    @property
    def stopped(self) -> tuple[RatingColumn, ...]:
        """Columns of which nothing is accepted."""
        return tuple(column for column in self.columns if column.why)


def judge_scales(sheets: Sequence[SheetRows], scales: Mapping[str, Scale], framework: Framework,
                 log: Log) -> ScaleReport:
    """Hold every column of ratings against its scale, and stop those that are on another one.

    Parameters
    ----------
    sheets
        Opened, their employees read. A stopped column is taken out of what its sheet enters; rows that rest on it are
        stopped, their people stay.
    scales
        By axis.
    framework
        Says which ratings a box stands for.
    log
        Where findings go: one for each stopped column.

    Returns
    -------
    ScaleReport
    """
    columns = [column for rows in sheets for column in _columns_of(rows, scales)]
    for column in columns:
        _judge(column, log)
        _judge_by_statement(column, sheets)
    for sheet in dict.fromkeys(id(column.rows) for column in columns):
        _judge_boxes([c for c in columns if id(c.rows) == sheet], framework)
    _judge_together(columns)
    for rows in sheets:
        _take_out(rows, [c for c in columns if c.rows is rows], log)
    return ScaleReport(tuple(columns))


def _columns_of(rows: SheetRows, scales: Mapping[str, Scale]) -> Iterator[RatingColumn]:
    for source, axes in rows.map.ratings.items():
        for axis, position in axes.items():
            if rows.map.tables and scales[axis].labels:
                yield RatingColumn(rows, source, axis, position, rows.map.labels.get(position, -1), scales[axis])


# One column -------------------------------------------------------------------------------------------------------


def _judge(column: RatingColumn, log: Log) -> None:
    if column.label >= 0 and _judge_by_labels(column, log):
        return
    found = column.evidence
    if found.off_scale:
        decimals = {t: n for t, n in found.off_scale.items() if (bare_code(t) or 0) % 1}
        column.stop("decimals_for_levels" if decimals else "codes_off_scale", column.tally)
    elif found.foreign:
        column.stop("labels_off_scale", column.tally)
    elif _is_rule(found.n_turned, sum(found.contradicting.values()), found.n_labels):
        column.stop("codes_against_labels", found.contradicting)


def _judge_by_statement(column: RatingColumn, sheets: Sequence[SheetRows]) -> None:
    """Stop bare codes of which the export itself says that they are on another scale, or count the other way."""
    if column.why or column.axis == "box" or column.is_labelled or not column.evidence.n:
        return
    for stated in statements_about(column.heading, column.axis, column.rows, sheets):
        fault = stated.contradicts(column.scale)
        if fault:
            column.stated = stated
            column.stop("stated_range" if fault == "range" else "stated_labels", {stated.text: 0})
            return


def _judge_by_labels(column: RatingColumn, log: Log) -> bool:
    """Read the labels beside the codes where they are the framework's; say whether the column is settled by that."""
    codes, texts = column.rows.texts(column.label)
    parsed = column.scale.parse(texts)
    counts = np.bincount(codes, minlength=len(texts))
    labels = _weigh(texts, counts, parsed, column.scale)
    if not labels.n:
        return False
    pairs = pair_labels(column)
    n_known = int(counts[parsed.values > 0].sum())
    if labels.foreign or n_known < _KNOWN * labels.n:
        column.stop("labels_off_scale", pairs)
        return True
    levels = np.asarray(parsed.values)[codes]
    both = column.filled & (levels > 0)
    wrong = both & (column.levels != levels)
    if not wrong.any():
        return False
    if _one_to_one(column.texts[0][both], levels[both]):
        column.rows.log.add("labels_read", file=column.rows.sheet.file, sheet=column.rows.sheet.name,
                            column=column.heading, values=column.rows.headings[column.label],
                            expected=f"{int(wrong.sum()):,} of {int(both.sum()):,}", n=int(wrong.sum()))
        column.read_label()
    elif column.evidence.off_scale or _is_rule(_count_turned(column.levels[both], wrong[both]), int(wrong.sum()),
                                               int(both.sum())):
        column.stop("codes_against_labels", pairs)
    else:
        noun = "box" if column.axis == "box" else "rating"
        where = np.flatnonzero(wrong)
        column.rows.stop(f"{noun}_code_label_disagree", where, column.position, column.scale.expected)
        column.rows.doubted[column.position] = wrong
    return True


def _is_rule(n_turned: int, n_wrong: int, n: int) -> bool:
    """Say whether codes stand beside other labels by a rule, not by slips of single hands.

    Not by most rows: where most people are in the middle, turned codes agree with their labels in most rows.
    """
    return n_wrong > 1 and (n_wrong >= _HALF * n or (n_turned > 1 and n_wrong >= _NOTICEABLE * n))


def _count_turned(codes: np.ndarray, wrong: np.ndarray) -> int:
    """Count the codes that are wrong in most of their rows."""
    sizes = np.bincount(codes)
    return int((2 * np.bincount(codes, weights=wrong, minlength=len(sizes)) > sizes).sum())


def pair_labels(column: RatingColumn) -> dict[str, int]:
    """Give the pairs of code and label of a column, ``4 Very good``, with the number of their rows."""
    if column.stated is not None:
        return _pairs_stated(column.stated, column.tally)
    if column.label < 0 or column.label == column.position:
        return column.tally
    codes, texts = column.rows.texts(column.label)
    frame = pd.DataFrame({"code": column.texts[0], "label": codes})[column.filled]
    sizes = frame.value_counts(sort=False)
    return {f"{clean(str(column.texts[1][code]))} {clean(str(texts[label]))}".strip(): int(n)
            for (code, label), n in sizes.items()}


def _pairs_stated(stated: ScaleStatement, tally: Mapping[str, int]) -> dict[str, int]:
    """Give the codes of a column with the labels that the export gives them, or all codes of the range it names."""
    found = {str(int(code)): n for text, n in tally.items() if (code := bare_code(text)) is not None and not code % 1}
    for code in range(stated.first, stated.last + 1) if stated.last >= 0 else stated.labels:
        found.setdefault(str(code), 0)
    if not set(map(str, stated.labels)) >= set(found):
        return found
    return {f"{code} {stated.labels[int(code)]}": n for code, n in found.items()}


def _one_to_one(codes: np.ndarray, levels: np.ndarray) -> bool:
    pairs = pd.DataFrame({"code": codes, "level": levels}).drop_duplicates()
    return bool(not pairs["code"].duplicated().any() and not pairs["level"].duplicated().any() and len(pairs) > 1)


def _weigh(texts: np.ndarray, counts: np.ndarray, parsed: Parsed, scale: Scale) -> ScaleFit:
    """Sort a column's distinct texts by what they say about its scale."""
    off_scale: dict[str, int] = {}
    unknown: dict[str, int] = {}
    contradicting: dict[str, int] = {}
    commas: dict[str, int] = {}
    beside: dict[str, list[int]] = {}
    n_labels = n = 0
    for text, count, value, fault in zip(texts, counts.tolist(), parsed.values.tolist(), parsed.faults, strict=True):
        if not count or not (value or fault):
            continue
        n += count
        shown = clean(str(text))
        code, total = bare_code(shown), _TOTAL.match(shown)
        if code is not None:
            if fault.startswith("unknown") or (fault and total and int(total[1]) > len(scale.labels)):
                off_scale[shown] = count
            elif _COMMA.fullmatch(shown):
                commas[shown] = count
            continue
        n_labels += count
        digits = re.search(r"\d+", shown)
        if digits and (value or fault.endswith(("_code_label_disagree", "_code"))):
            beside.setdefault(digits[0], [0, 0])[0 if value else 1] += count
        if fault.endswith(("_code_label_disagree", "_code")):
            contradicting[shown] = count
        elif fault.startswith("unknown") and any(c.isalnum() for c in shown):
            unknown[shown] = count
    n_turned = sum(wrong > right for right, wrong in beside.values())
    if len(commas) > 1 and (any(code % 1 for text in commas if (code := bare_code(text)) is not None)):
        off_scale.update({text: count for text, count in commas.items() if (bare_code(text) or 0) % 1})
    return ScaleFit(off_scale, _foreign(unknown, n), contradicting, n_turned, n_labels, n)


def _foreign(unknown: Mapping[str, int], n: int) -> dict[str, int]:
    """Give the unknown labels where they are words of another scale, or too many to be slips."""
    ends = {text: count for text, count in unknown.items() if _is_end(text)}
    of_scales = {text: count for text, count in unknown.items() if rank_of(text)}
    if ends:  # as with codes, one level beyond the scale's ends is enough: then its own ends mean something else
        return of_scales
    n_of_scales = sum(of_scales.values())
    if n_of_scales and (n_of_scales >= _FEW or n_of_scales >= _RARE * n):
        return of_scales
    letters = {text: count for text, count in unknown.items() if re.fullmatch(r"[A-Za-z][+\-*]?", text)}
    if len(letters) > 1:
        return letters
    recurring = {text: count for text, count in unknown.items() if count > 1}  # a level has more cells than one
    return recurring if sum(recurring.values()) >= _MANY * n else {}


# A column beside others -------------------------------------------------------------------------------------------


def _judge_boxes(columns: Sequence[RatingColumn], framework: Framework) -> None:
    """Stop a column of boxes that contradicts the ratings beside it in most rows, and ratings that may be at fault."""
    if not framework.has_map:
        return
    for box in columns:
        beside = [c for c in columns if c.axis != "box" and c.source == box.source and not c.why]
        if box.axis != "box" or box.why or not beside:
            continue
        meant = dict(zip(("performance", "potential"), framework.axes_of(box.levels), strict=True))
        compared, wrong = np.zeros(len(box.rows), dtype=bool), np.zeros(len(box.rows), dtype=bool)
        turned: list[RatingColumn] = []
        for rating in beside:
            both = box.filled & (box.levels > 0) & (rating.levels > 0) & (meant[rating.axis] > 0)
            compared |= both
            wrong |= both & (rating.levels != meant[rating.axis])
            if _is_turned(rating.levels[both], meant[rating.axis][both], len(rating.scale.labels)):
                turned.append(rating)
        by_number = _count_turned(box.levels[compared], wrong[compared])
        most_numbers = 2 * by_number >= len(np.unique(box.levels[compared]))
        if _is_rule(by_number if most_numbers else 0, int(wrong.sum()), int(compared.sum())):
            shown = {f"{int(wrong.sum()):,} of {int(compared.sum()):,} rows": 0}
            box.stop("boxes_against_ratings", shown)
            # Bare codes that count the other way explain it as well, unless labels say that the boxes do.
            if not any(rating.is_labelled for rating in turned):
                for rating in turned:
                    rating.stop("ratings_against_boxes", shown)


def _is_turned(levels: np.ndarray, meant: np.ndarray, n_levels: int) -> bool:
    """Say whether ratings stand for the opposite of the boxes beside them."""
    return bool(len(levels) and (levels != meant).any() and (n_levels + 1 - levels == meant).mean() > _KNOWN)


def _judge_together(columns: Sequence[RatingColumn]) -> None:
    """Stop columns of bare codes that fit by chance, where another column of the same rating is on another scale."""
    for axis in AXES:
        off = [c for c in columns if c.axis == axis and c.why in ("codes_off_scale", "decimals_for_levels")]
        if not off:
            continue
        share = max(sum(c.evidence.off_scale.values()) / c.evidence.n for c in off)
        for column in columns:
            if column.axis != axis or column.why or column.is_labelled:
                continue
            same_sheet = any(c.rows is column.rows for c in off)
            if column.evidence.n and (same_sheet or (1 - share) ** column.evidence.n > _BY_CHANCE):
                column.stop("scale_of_another", {f"{c.heading} ({c.rows.sheet.file})": 0 for c in off})


# What becomes of a stopped column ---------------------------------------------------------------------------------


def _take_out(rows: SheetRows, columns: Sequence[RatingColumn], log: Log) -> None:
    """Take stopped columns out of what a sheet enters, and stop the rows that hold no other rating."""
    stopped = [column for column in columns if column.why]
    if not stopped:
        return
    kept = [column for column in columns if not column.why]
    remaining = np.zeros(len(rows), dtype=bool)
    for column in kept:
        remaining |= column.filled
    where = {c.position for c in stopped}
    ratings = {source: {axis: p for axis, p in axes.items() if p not in where}
               for source, axes in rows.map.ratings.items()}
    headings = tuple(replace(h, how="stopped") if h.position in where else h for h in rows.map.headings)
    rows.map = replace(rows.map, ratings={s: axes for s, axes in ratings.items() if axes}, headings=headings)
    taken = remaining
    for column in stopped:
        log.add(column.why, file=rows.sheet.file, sheet=rows.sheet.name, column=column.heading, values=column.shown,
                expected=column.scale.expected, n=int(column.filled.sum()))
        rows.stop("scale_in_doubt", np.flatnonzero(column.filled & ~taken), column.position, column.scale.expected)
        taken = taken | column.filled


def _listed(values: Mapping[str, int]) -> str:
    """List values with the number of their cells, as in ``3 (6), 4 (2)``; 0 shows no number."""
    ordered = sorted(values.items(), key=lambda item: _natural(item[0]))
    shown = [f"{text[:_WIDEST]} ({n:,})" if n else text for text, n in ordered[:_LISTED]]
    more = len(ordered) - _LISTED
    return ", ".join(shown) + (f" and {more:,} other values" if more > 0 else "")


_WIDEST = 60


def _natural(text: str) -> tuple[float, str]:
    found = re.search(r"\d+(?:\.\d+)?", text)
    return (float(found[0]) if found else float("inf")), text


@lru_cache(maxsize=1)
def _ranks() -> tuple[tuple[str, int], ...]:
    table = value_table()["scale_words"]
    pairs = [(plain_words(word), place) for place, name in enumerate(table, start=1) for word in table[name]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _is_end(label: str) -> bool:
    """Say whether a text is, word for word, what longer scales call their highest or lowest level."""
    words = " ".join(w for w in re.sub(r"^\d+ | \d+$", "", plain_words(label)).split() if w not in _AROUND)
    return any(words == phrase and rank in (1, 5) for phrase, rank in _ranks())


_AROUND = frozenset({"performance", "performer", "rating", "level", "overall"})


def rank_of(label: str) -> int:
    """Give how high a label of any rating scale usually stands, from 1 (worst) to 5; 0 where it is no usual one."""
    words = re.sub(r"^\d+ ", "", plain_words(label))
    if len(words.split()) > _LONGEST_LABEL:
        return 0
    return next((rank for phrase, rank in _ranks() if f" {phrase} " in f" {words} "), 0)


_LONGEST_LABEL = 6
"""A text of more words is a remark, not a label."""
