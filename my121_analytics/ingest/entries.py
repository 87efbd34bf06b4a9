"""What the rows of one sheet enter in the record: people, posts, placements, conversations, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.reading.cells import Parsed, parse_ids, parse_sources, parse_texts
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.record_columns import read_columns
from my121_analytics.ingest.reading.reporting import rater_of, read_raters, resolve_people
from my121_analytics.ingest.reading.sheet_rows import SheetRows, categorical
from my121_analytics.ingest.reading.synonyms import AXES
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import Cycle, cycle_of, label_dates, parse_cycle
from my121_analytics.workforce.schema import FORMAL, MANAGER, SELF

NOT_DATED = "Not dated"
"""Cycle of placements with neither period nor date, where no setting gives one."""


def enter_sheet(rows: SheetRows, context: Context) -> dict[str, pd.DataFrame]:
    """Read everything that a sheet's rows enter.

    Parameters
    ----------
    rows
        The sheet, its employees already read.
    context
        Settings, people, scales.

    Returns
    -------
    dict
        Frames by table; ``people`` holds columns of employees and posts together. Ids and categories are
        categoricals, flags 1, 0 or -1 (missing). ``position`` is the row's place in the sheet, counted from 0.
    """
    tables = [table for table in (*rows.map.tables[1:], *rows.map.tables[:1])
              if table != "placements" or rows.map.ratings]  # all its ratings may be stopped, its people stay
    return {table: _enter_placements(rows, context) if table == "placements" else _enter(rows, context, table)
            for table in tables}


def _enter(rows: SheetRows, context: Context, table: str) -> pd.DataFrame:
    """Enter one row per row of the sheet: its keys, and every other column as the schema says."""
    keys, kept = _KEYS[table](rows, context)
    tables = ("employees", "posts") if table == "people" else (table,)
    columns = {**keys, "position": rows.rows, **read_columns(rows, context, tables, keys)}
    return _kept(columns, kept)


def _kept(columns: Mapping[str, object], kept: np.ndarray) -> pd.DataFrame:
    """Put columns together without copying them, and leave out the rows that are not kept."""
    frame = pd.DataFrame(columns, copy=False)
    return frame if kept.all() else frame[kept]


_Keys = tuple[dict[str, object], np.ndarray]
"""Columns that rows live by, and which rows have them all."""


def _key_of_person(rows: SheetRows, context: Context) -> _Keys:
    return {"employee_id": rows.employee}, rows.employee.codes >= 0


def _key_of_conversation(rows: SheetRows, context: Context) -> _Keys:
    keyed = (rows.employee.codes >= 0) & ~rows.unfinished
    held_on, stopped = _read_key_date(rows, "held_on", context, keyed)
    # A sheet of ratings may say when the conversation was; a row without that date is no conversation.
    undated = np.isnat(held_on) & keyed & ~stopped
    if "placements" not in rows.map.tables:
        rows.stop("missing_date", np.flatnonzero(undated), rows.map.columns["held_on"])
    kept = keyed & ~stopped & ~undated
    columns: dict[str, object] = {"employee_id": rows.employee, "held_on": held_on}
    if not rows.has("kind"):
        rows.log.add("kind_assumed", file=rows.sheet.file, sheet=rows.sheet.name, n=int(keyed.sum()))
        columns["kind"] = pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), categories=[FORMAL])
    if "placements" in rows.map.tables:
        people = resolve_people(rows, context, ("rater_id", "manager_id"))
        rater = people[0] if people else None
    else:
        rater, without_rater, _ = read_raters(rows, context, kept)
        kept &= ~without_rater
    return {**columns, **({} if rater is None else {"rater_id": rater})}, kept


def _key_of_objectives(rows: SheetRows, context: Context) -> _Keys:
    keyed = rows.employee.codes >= 0
    nowhere = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[s]")
    if rows.has("cycle") or "placements" not in rows.map.tables:
        cycle, stopped = _read_cycles(rows, context, nowhere, keyed)
    else:
        days, stopped = _read_key_date(rows, "placed_on", context, np.zeros(len(rows), dtype=bool))
        cycle, _ = _read_cycles(rows, context, days, np.zeros(len(rows), dtype=bool))
        keyed &= cycle.codes >= 0
    return {"employee_id": rows.employee, "cycle": cycle}, keyed & ~stopped


def _key_of_successor(rows: SheetRows, context: Context) -> _Keys:
    keyed = rows.employee.codes >= 0
    position = rows.map.columns["post_id"]
    parsed, codes = rows.read(position, parse_ids)
    bad = np.array([fault or ("missing_post" if value is None else "") for value, fault in
                    zip(parsed.values, parsed.faults, strict=True)], dtype=object)
    stopped = (bad != "")[codes] & keyed
    rows.stop(bad[codes[stopped]], np.flatnonzero(stopped), position)
    return {"employee_id": rows.employee, "post_id": categorical(parsed.values, codes)}, keyed & ~stopped


def _key_of_evidence(rows: SheetRows, context: Context) -> _Keys:
    position = rows.map.columns["requirement_id"]
    parsed, codes = rows.read(position, parse_texts)
    ids = categorical(parsed.values, codes)
    rows.stop("missing_post", np.flatnonzero(ids.codes < 0), position)
    return {"requirement_id": ids}, ids.codes >= 0


_KEYS: Mapping[str, Callable[[SheetRows, Context], _Keys]] = {
    "people": _key_of_person, "development_actions": _key_of_person, "conversations": _key_of_conversation,
    "objectives": _key_of_objectives, "successors": _key_of_successor, "evidence": _key_of_evidence}


# Placements -------------------------------------------------------------------------------------------------------


def _enter_placements(rows: SheetRows, context: Context) -> pd.DataFrame:
    keyed = (rows.employee.codes >= 0) & ~rows.unfinished
    whose = _read_sources(rows)
    ratings = [_read_ratings(rows, axes, context, source) for source, axes in rows.map.ratings.items()]
    rated = np.zeros(len(rows), dtype=bool)
    for rating in ratings:
        rated |= rating.is_rated | rating.faulty
    rated &= keyed
    if (~rated & keyed).any():
        rows.log.add("no_rating", file=rows.sheet.file, sheet=rows.sheet.name, n=int((~rated & keyed).sum()))
    stopped = ~keyed
    if whose is not None:
        stopped |= _stop_faults(rows, "source", whose[0], whose[1], rated, "unknown_source")
    placed_on, day_stop = _read_key_date(rows, "placed_on", context, rated)
    cycle, cycle_stop = _read_cycles(rows, context, placed_on, rated & ~day_stop)
    stopped |= day_stop | cycle_stop
    needs_rater = np.zeros(len(rows), dtype=bool)
    sources = [_read_source(rating, whose, len(rows)) for rating in ratings]
    for rating, source in zip(ratings, sources, strict=True):
        needs_rater |= (rating.is_rated | rating.faulty) & ~_is_self(source)
    rater, rater_stop, rater_repaired = read_raters(rows, context, needs_rater & keyed)
    details = read_columns(rows, context, ["placements"])
    parts = []
    for rating, source in zip(ratings, sources, strict=True):
        if rating.faulty.any():
            rating.stop(rows)
        is_self = _is_self(source)
        kept = rating.is_rated & ~rating.faulty & ~stopped & ~(rater_stop & ~is_self)
        columns: dict[str, object] = {
            "employee_id": rows.employee, "position": rows.rows, "cycle": cycle, "placed_on": placed_on,
            "rater_id": rater_of(rows.employee, rater, is_self), "source": source,
            **rating.levels, "repaired": rating.repaired | rows.id_repaired | (rater_repaired & ~is_self),
            "derived": rating.derived, **details}
        parts.append(_kept(columns, kept))
        rating.note_disagreement(rows, kept, context.framework)
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


@dataclass
class _Ratings:
    """One source's ratings per row: levels (0 missing), and which rows are faulty, repaired or derived."""

    source: str
    levels: dict[str, np.ndarray]
    is_rated: np.ndarray
    faulty: np.ndarray
    repaired: np.ndarray
    derived: np.ndarray
    faults: list[tuple[int, np.ndarray, np.ndarray, str]]
    box_position: int | None
    disagrees: np.ndarray

    def stop(self, rows: SheetRows) -> None:
        """Stop the rows whose ratings cannot be read."""
        for position, codes, faults, expected in self.faults:
            bad = np.flatnonzero((faults != "")[codes] & ~rows.unfinished)
            rows.stop(faults[codes[bad]], bad, position, expected)

    def note_disagreement(self, rows: SheetRows, kept: np.ndarray, framework: Framework) -> None:
        """Write down the rows whose box and ratings say different things."""
        where = np.flatnonzero(self.disagrees & kept)
        if len(where):
            box_words = {b.number: _describe_box(framework, b.performance, b.potential) for b in framework.boxes}
            rows.note("rating_disagrees_with_box", where, self.box_position,
                      [box_words[int(n)] for n in self.levels["box"][where]])


def _describe_box(framework: Framework, column: int, potential: int) -> str:
    levels = [lv.label for lv, c in zip(framework.performance, framework.map_columns, strict=True) if c == column]
    return f"performance {' or '.join(levels)} and potential {framework.label('potential', potential)}"


def _read_ratings(rows: SheetRows, axes: Mapping[str, int], context: Context, source: str) -> _Ratings:
    n = len(rows)
    levels = {axis: np.zeros(n, dtype=np.int8) for axis in AXES}
    faulty, repaired = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    faults = []
    for axis, position in axes.items():
        scale = context.scales[axis]
        if not scale.labels:
            rows.log.add("axis_not_in_framework", file=rows.sheet.file, sheet=rows.sheet.name,
                         column=rows.headings[position], values=rows.headings[position],
                         expected="map of boxes" if axis == "box" else axis)
            continue
        parsed, codes = rows.read(position, scale.parse)
        levels[axis] = parsed.values[codes]
        doubted = rows.doubted.get(position)
        if doubted is not None:
            levels[axis] = np.where(doubted, 0, levels[axis])
            faulty |= doubted
        if (parsed.faults != "").any():
            faults.append((position, codes, parsed.faults, parsed.expected))
            faulty |= (parsed.faults != "")[codes]
        if (parsed.repairs != "").any():
            repaired |= (parsed.repairs != "")[codes]
    faulty &= (rows.employee.codes >= 0) & ~rows.unfinished
    is_rated = (levels["performance"] > 0) | (levels["potential"] > 0) | (levels["box"] > 0)
    disagrees = _disagree(levels, context.framework)
    derived = _derive(levels, context.framework)
    return _Ratings(source, levels, is_rated, faulty, repaired, derived, faults, axes.get("box"), disagrees)


def _disagree(levels: Mapping[str, np.ndarray], framework: Framework) -> np.ndarray:
    """Say where the box lies in another column or row of the map than the ratings beside it."""
    box = levels["box"]
    if not framework.has_map:
        return np.zeros(len(box), dtype=bool)
    top = max(b.number for b in framework.boxes) + 1
    column, row = np.zeros(top, dtype=np.int8), np.zeros(top, dtype=np.int8)
    for b in framework.boxes:
        column[b.number], row[b.number] = b.performance, b.potential
    own = np.array([0, *framework.map_columns], dtype=np.int8)[levels["performance"]]
    potential = levels["potential"]
    return (box > 0) & (((own > 0) & (own != column[box])) | ((potential > 0) & (potential != row[box])))


def _derive(levels: dict[str, np.ndarray], framework: Framework) -> np.ndarray:
    """Fill a missing axis from the box, or the box from both axes, in place; say where."""
    derived = np.zeros(len(levels["box"]), dtype=bool)
    if not framework.has_map:
        return derived
    box_from_axes = framework.box_of(levels["performance"], levels["potential"])
    no_box = (levels["box"] == 0) & (box_from_axes > 0)
    by_box = dict(zip(("performance", "potential"), framework.axes_of(levels["box"]), strict=True))
    for axis, values in by_box.items():
        gaps = (levels[axis] == 0) & (values > 0)
        levels[axis] = np.where(gaps, values, levels[axis])
        derived |= gaps
    levels["box"] = np.where(no_box, box_from_axes, levels["box"])
    return derived | no_box


def _read_sources(rows: SheetRows) -> tuple[Parsed, np.ndarray] | None:
    position = rows.map.columns.get("source")
    return None if position is None else rows.read(position, parse_sources)


def _read_source(rating: _Ratings, whose: tuple[Parsed, np.ndarray] | None, n: int) -> pd.Categorical:
    """Give each row's source: the heading's, else the row's own, else the manager."""
    if rating.source or whose is None:
        return categorical(np.array([rating.source or MANAGER], dtype=object), np.zeros(n, dtype=np.int8))
    return categorical(np.array([v or MANAGER for v in whose[0].values], dtype=object), whose[1])


def _is_self(source: pd.Categorical) -> np.ndarray:
    return (source.categories == SELF)[source.codes]


def _stop_faults(rows: SheetRows, column: str, parsed: Parsed, codes: np.ndarray, among: np.ndarray,
                 code: str) -> np.ndarray:
    """Stop the rows among some whose cell has a fault; say which."""
    hit = (parsed.faults != "")[codes] & among
    rows.stop(code, np.flatnonzero(hit), rows.map.columns[column], parsed.expected)
    return hit


def _read_key_date(rows: SheetRows, column: str, context: Context,
                   among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read the date that rows live by; say which rows it stops."""
    position = rows.map.columns.get(column)
    if position is None:
        return np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[s]"), np.zeros(len(rows), dtype=bool)
    codes, texts = rows.texts(position)
    dates = rows.dates(texts, column, context.settings.exports, context.latest_year)
    faults = np.where(dates.open_end, "impossible_date", dates.parsed.faults)
    hit = (faults != "")[codes] & among
    rows.stop(faults[codes[hit]], np.flatnonzero(hit), position, dates.parsed.expected)
    return dates.parsed.values[codes], hit


def _read_cycles(rows: SheetRows, context: Context, days: np.ndarray,
                 among: np.ndarray) -> tuple[pd.Categorical, np.ndarray]:
    """Give each row's cycle, from its period, else its date, else the settings; say which rows have none."""
    rules = context.settings.cycles
    by_date = _label_days(days, rules) if rows.has("placed_on") else None
    stopped = np.zeros(len(rows), dtype=bool)
    if not rows.has("cycle"):
        if by_date is not None:
            return _fill_cycle(rows, context, by_date, among)
        return _assume_cycle(rows, context, among), stopped
    position = rows.map.columns["cycle"]
    codes, texts = rows.texts(position)
    periods = [read_period(text, rules, context.settings.exports.date_order) for text in texts]
    example = next((p.label for p in periods if isinstance(p, Cycle)), "2023/24 H1")
    bad = np.array([p == "" for p in periods], dtype=bool)
    stopped = bad[codes] & among
    rows.stop("unknown_period", np.flatnonzero(stopped), position, example)
    labels = categorical(np.array([p.label if isinstance(p, Cycle) else p or None for p in periods], dtype=object),
                         codes)
    _note_outside(rows, position, codes, periods, days, among)
    if by_date is not None and (labels.codes < 0).any():
        labels = _coalesce(labels, by_date)
    labels, without = _fill_cycle(rows, context, labels, among & ~stopped)
    return labels, stopped | without


def _label_days(days: np.ndarray, rules: CycleSettings) -> pd.Categorical:
    codes, distinct = pd.factorize(days)
    labels = label_dates(pd.Series(distinct), rules)
    return categorical(np.array([*labels, None], dtype=object), np.where(codes < 0, len(labels), codes))


def _note_outside(rows: SheetRows, position: int, codes: np.ndarray, periods: Sequence[Cycle | str | None],
                  days: np.ndarray, among: np.ndarray) -> None:
    start = np.array([p.start if isinstance(p, Cycle) else None for p in periods], dtype="datetime64[s]")
    end = np.array([p.end if isinstance(p, Cycle) else None for p in periods], dtype="datetime64[s]")
    outside = np.flatnonzero(((days < start[codes]) | (days > end[codes])) & among)
    if len(outside):
        labels = [p.label if isinstance(p, Cycle) else "" for p in periods]
        rows.note("outside_cycle", outside, rows.map.columns["placed_on"], [labels[c] for c in codes[outside]])


def _coalesce(first: pd.Categorical, second: pd.Categorical) -> pd.Categorical:
    categories = first.categories.union(second.categories.astype("str"), sort=False)
    a, b = (np.append(categories.get_indexer(c.categories), -1)[c.codes] for c in (first, second))
    return pd.Categorical.from_codes(np.where(a >= 0, a, b), categories=categories)


def _fill_cycle(rows: SheetRows, context: Context, labels: pd.Categorical,
                among: np.ndarray) -> tuple[pd.Categorical, np.ndarray]:
    """Put rows without a period into the settings' cycle, or stop them where there is none."""
    missing = (labels.codes < 0) & among
    if not missing.any():
        return labels, missing
    if context.settings.exports.cycle is None:
        where = rows.map.columns.get("cycle", rows.map.columns.get("placed_on"))
        rows.stop("no_period", np.flatnonzero(missing), where)
        return labels, missing
    label = _setting_cycle(context)
    rows.log.add("cycle_assumed", file=rows.sheet.file, sheet=rows.sheet.name, values=label, n=int(missing.sum()))
    return _coalesce(labels, pd.Categorical([label] * len(rows))), np.zeros(len(rows), dtype=bool)


def _assume_cycle(rows: SheetRows, context: Context, among: np.ndarray) -> pd.Categorical:
    """Put a whole sheet without periods and dates into one cycle."""
    label = _setting_cycle(context)
    code = "not_dated" if label == NOT_DATED else "cycle_assumed"
    rows.log.add(code, file=rows.sheet.file, sheet=rows.sheet.name, values=label, n=int(among.sum()))
    return pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), categories=pd.Index([label], dtype="str"))


def _setting_cycle(context: Context) -> str:
    rules, exports = context.settings.cycles, context.settings.exports
    if exports.cycle is not None:
        found = parse_cycle(exports.cycle, rules)
        return found.label if found else exports.cycle
    return cycle_of(context.as_of, rules).label if context.as_of else NOT_DATED
