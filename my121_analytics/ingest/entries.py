"""What the rows of one sheet enter in the record: people, posts, placements, conversations, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.reading.cells import (
    Parsed,
    parse_categories,
    parse_counts,
    parse_flags,
    parse_grades,
    parse_ids,
    parse_numbers,
    parse_sources,
    parse_texts,
    parse_words,
)
from my121_analytics.ingest.reading.headings import AXES
from my121_analytics.ingest.reading.people import Roster, Who, resolve
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.ingest.reading.sheet_rows import SheetRows, categorical
from my121_analytics.settings import CycleSettings, Settings
from my121_analytics.workforce.cycles import Cycle, cycle_of, label_dates, parse_cycle
from my121_analytics.workforce.schema import FORMAL, MANAGER, PROTECTED, RECORD_PARTS, SELF

NOT_DATED = "Not dated"
"""Cycle of placements with neither period nor date, where no setting gives one."""
FULL_TIME_LIMIT = 1.5
"""FTE above this is hours or a percentage, not a share; two full-time posts are two rows."""
_ORG_COLUMNS = ("directorate", "service", "team", "grade", "role", "contract")


@dataclass(frozen=True)
class Context:
    """What every sheet is read with.

    Parameters
    ----------
    settings, framework, scales
        The council's settings and what they describe.
    roster
        The people.
    pairs
        File -> name -> ids that stand beside it there.
    latest_year
        Two-digit years do not lie after it.
    as_of
        Day of the extract, where it is known.
    """

    settings: Settings
    framework: Framework
    scales: Mapping[str, Scale]
    roster: Roster
    pairs: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    latest_year: int | None = None
    as_of: date | None = None


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
    readers: dict[str, Callable[[SheetRows, Context], pd.DataFrame]] = {
        "people": _enter_people, "placements": _enter_placements, "conversations": _enter_conversations,
        "objectives": _enter_objectives, "development_actions": _enter_development,
        "successors": _enter_successors, "evidence": _enter_evidence}
    tables = [table for table in (*rows.map.tables[1:], *rows.map.tables[:1])
              if table != "placements" or rows.map.ratings]  # all its ratings may be stopped, its people stay
    return {table: readers[table](rows, context) for table in tables}


# People and posts -------------------------------------------------------------------------------------------------


def _enter_people(rows: SheetRows, context: Context) -> pd.DataFrame:
    exports, year = context.settings.exports, context.latest_year
    columns: dict[str, object] = {"employee_id": rows.employee, "position": rows.rows}
    names = rows.names
    if names is not None:
        columns["name"] = names
    for column in ("started", "left_on", "valid_from", "valid_to", "started_in_post"):
        days = rows.optional_dates(column, exports, year)
        if days is not None:
            columns[column] = days
    for column in (*PROTECTED, *_ORG_COLUMNS):
        parse = parse_grades if column == "grade" else partial(parse_categories, protected=column in PROTECTED)
        found = rows.optional(column, parse)
        if found is not None:
            columns[column] = categorical(found[0].values, found[1])
    for column in ("is_main", "is_key"):
        found = rows.optional(column, parse_flags)
        if found is not None:
            columns[column] = found[0].values[found[1]]
    found = rows.optional("fte", lambda t: parse_numbers(t, check=lambda v: 0 <= v <= FULL_TIME_LIMIT,
                                                         expected="a share between 0 and 1", units=("fte", "wte")))
    if found is not None:
        columns["fte"] = found[0].values[found[1]]
    post = _read_post(rows)
    if post is not None:
        columns["post_id"] = post
    manager = _read_manager(rows, context)
    if manager is not None:
        columns["manager_id"] = manager
    return pd.DataFrame(columns)[(rows.employee.codes >= 0)]


def _read_post(rows: SheetRows) -> pd.Categorical | None:
    found = rows.optional("post_id", parse_ids)
    return rows.assignment if found is None else categorical(found[0].values, found[1])


def _read_manager(rows: SheetRows, context: Context) -> pd.Categorical | None:
    """Read the manager of a post; where the same columns give the rater, only the rater's faults are told."""
    found = _resolve_people(rows, context, ("manager_id", "manager_name", "manager_post"))
    if found is None:
        return None
    ids, people = found
    own = np.flatnonzero((ids.codes >= 0) & (_codes_in(rows.employee, ids.categories) == ids.codes))
    if len(own):
        rows.note("manages_self", own, rows.map.columns["employee_id"])
        codes = ids.codes.copy()
        codes[own] = -1
        ids = pd.Categorical.from_codes(codes, categories=ids.categories)
    rater_is_manager = set(rows.map.tables) & {"placements", "conversations"} and not rows.has(
        "rater_id", "rater_name", "rater_post")
    if not rater_is_manager:
        for state, code in (("ambiguous", "ambiguous_manager"), ("unknown", "unknown_manager"),
                            ("bad", "cell_left_out"), ("contradicts", "manager_contradicts"),
                            ("disagrees", "manager_name_disagrees"), ("vacant", "manager_vacant")):
            people.note(rows, state, code, expected="an id" if state == "bad" else None)
    return ids


def _codes_in(values: pd.Categorical, categories: pd.Index) -> np.ndarray:
    """Give each row's code in other categories; -2 where it is missing there."""
    where = categories.get_indexer(values.categories)
    where[where < 0] = -2
    return np.append(where, -2)[values.codes]


_Column = tuple[int, np.ndarray, list[Who]]
"""A column of the sheet, a code per row, and who is meant by each code."""


@dataclass(frozen=True)
class _People:
    """Who is meant in each row: the column that decided, and the reading of its cell."""

    columns: tuple[_Column, ...]
    decided: np.ndarray
    """Which of the columns decided each row; -1 where all are empty."""

    def where(self, state: str) -> list[_Column]:
        """Give, per column, the rows in one state and their readings."""
        out = []
        for place, (position, codes, whos) in enumerate(self.columns):
            hits = np.array([who.state == state for who in whos], dtype=bool)
            if hits.any():
                chosen = np.flatnonzero(hits[codes] & (self.decided == place))
                out.append((position, chosen, [whos[c] for c in codes[chosen]]))
        return out

    def note(self, rows: SheetRows, state: str, code: str, *, expected: str | None = None,
             only: np.ndarray | None = None) -> None:
        """Write down the rows in one state."""
        for position, chosen, whos in self.where(state):
            kept = np.ones(len(chosen), dtype=bool) if only is None else only[chosen]
            texts = [expected if expected is not None else who.others or who.employee_id or "" for who in whos]
            rows.note(code, chosen[kept], position, [t for t, k in zip(texts, kept, strict=True) if k])


def _resolve_people(rows: SheetRows, context: Context,
                    columns: Sequence[str]) -> tuple[pd.Categorical, _People] | None:
    """Say who is meant by the first of several columns that says anything: an id, a name, a position number."""
    pairs = context.pairs.get(rows.sheet.file)
    read = []
    for column in columns:
        position = rows.map.columns.get(column)
        if position is not None:
            codes, texts = rows.texts(position)
            kind = "name" if column.endswith("_name") else "post" if column.endswith("_post") else "person"
            read.append((position, codes, resolve(context.roster, texts, pairs=pairs, kind=kind)))
    if not read:
        return None
    if len(read) > 1 and columns[1].endswith("_name") and rows.has(columns[0]) and rows.has(columns[1]):
        read.insert(0, _compare_names(read[0], read[1], context.roster))
    decided = np.full(len(rows), -1, dtype=np.int8)
    ids = np.full(len(rows), -1, dtype=np.int64)
    categories: dict[str, int] = {}
    for place, (_, codes, whos) in enumerate(read):
        says = np.array([bool(who.employee_id or who.state) for who in whos], dtype=bool)
        numbers = np.array([categories.setdefault(who.employee_id, len(categories)) if who.employee_id else -1
                            for who in whos], dtype=np.int64)
        takes = (decided < 0) & says[codes]
        decided[takes] = place
        ids[takes] = numbers[codes[takes]]
    found = pd.Categorical.from_codes(ids, categories=pd.Index(list(categories), dtype="str"))
    return found, _People(tuple(read), decided)


def _compare_names(by_id: _Column, by_name: _Column, roster: Roster) -> _Column:
    """Hold the id of each row against the name beside it; each distinct pair is compared once."""
    position, id_codes, whos = by_id
    _, name_codes, named = by_name
    pairs, distinct = pd.factorize(id_codes.astype("int64") * len(named) + name_codes)
    told = []
    for pair in distinct.tolist():
        who, other = whos[pair // len(named)], named[pair % len(named)]
        is_pair = who.employee_id and other.name and not who.state
        told.append(roster.compare(str(who.employee_id), other.name) if is_pair else who)
    return position, pairs, told


# Placements -------------------------------------------------------------------------------------------------------


def _enter_placements(rows: SheetRows, context: Context) -> pd.DataFrame:
    keyed = rows.employee.codes >= 0
    whose = _read_sources(rows)
    ratings = [_read_ratings(rows, axes, context, source) for source, axes in rows.map.ratings.items()]
    rated = np.zeros(len(rows), dtype=bool)
    for rating in ratings:
        rated |= rating.given | rating.faulty
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
        needs_rater |= (rating.given | rating.faulty) & ~_is_self(source)
    rater, rater_stop, rater_repaired = _read_raters(rows, context, needs_rater & keyed)
    agreed_on = rows.optional_dates("agreed_on", context.settings.exports, context.latest_year)
    reason = rows.optional("reason", parse_texts)
    post = _read_post(rows)
    parts = []
    for rating, source in zip(ratings, sources, strict=True):
        if rating.faulty.any():
            rating.stop(rows)
        is_self = _is_self(source)
        kept = rating.given & ~rating.faulty & ~stopped & ~(rater_stop & ~is_self)
        columns: dict[str, object] = {
            "employee_id": rows.employee, "position": rows.rows, "cycle": cycle, "placed_on": placed_on,
            "rater_id": _rater_of(rows.employee, rater, is_self), "source": source,
            **rating.levels, "repaired": rating.repaired | rows.id_repaired | (rater_repaired & ~is_self),
            "derived": rating.derived}
        if post is not None:
            columns["post_id"] = post
        if agreed_on is not None:
            columns["agreed_on"] = agreed_on
        if reason is not None:
            columns["reason"] = pd.Series(reason[0].values, dtype="str").to_numpy()[reason[1]]
        parts.append(pd.DataFrame(columns)[kept])
        rating.note_disagreement(rows, kept, context.framework)
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


@dataclass
class _Ratings:
    """One source's ratings per row: levels (0 missing), and which rows are faulty, repaired or derived."""

    source: str
    levels: dict[str, np.ndarray]
    given: np.ndarray
    faulty: np.ndarray
    repaired: np.ndarray
    derived: np.ndarray
    faults: list[tuple[int, np.ndarray, np.ndarray, str]]
    box_position: int | None
    disagrees: np.ndarray

    def stop(self, rows: SheetRows) -> None:
        """Stop the rows whose ratings cannot be read."""
        for position, codes, faults, expected in self.faults:
            bad = np.flatnonzero((faults != "")[codes])
            rows.stop(faults[codes[bad]], bad, position, expected)

    def note_disagreement(self, rows: SheetRows, kept: np.ndarray, framework: Framework) -> None:
        """Write down the rows whose box and ratings say different things."""
        where = np.flatnonzero(self.disagrees & kept)
        if len(where):
            told = {b.number: _describe_box(framework, b.performance, b.potential) for b in framework.boxes}
            rows.note("rating_disagrees_with_box", where, self.box_position,
                      [told[int(n)] for n in self.levels["box"][where]])


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
    faulty &= rows.employee.codes >= 0
    given = (levels["performance"] > 0) | (levels["potential"] > 0) | (levels["box"] > 0)
    disagrees = _disagree(levels, context.framework)
    derived = _derive(levels, context.framework)
    return _Ratings(source, levels, given, faulty, repaired, derived, faults, axes.get("box"), disagrees)


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
    periods = [read_period(text, rules) for text in texts]
    example = next((p.label for p in periods if isinstance(p, Cycle)), "2023/24 H1")
    bad = np.array([p == "" for p in periods], dtype=bool)
    stopped = bad[codes] & among
    rows.stop("unknown_period", np.flatnonzero(stopped), position, example)
    labels = categorical(np.array([p.label if isinstance(p, Cycle) else p or None for p in periods], dtype=object),
                         codes)
    _note_outside(rows, position, codes, periods, days, among)
    if by_date is not None:
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


def _read_raters(rows: SheetRows, context: Context,
                 among: np.ndarray) -> tuple[pd.Categorical | None, np.ndarray, np.ndarray]:
    """Say who placed, which rows that stops, and where a name was repaired; an unknown name is left empty and told."""
    stopped, repaired = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    own = ("rater_id", "rater_name", "rater_post")
    columns = own if rows.has(*own) else ("manager_id", "manager_name", "manager_post")
    found = _resolve_people(rows, context, columns)
    if found is None:
        return None, stopped, repaired
    ids, people = found
    for state, code in (("ambiguous", "ambiguous_rater"), ("bad", "bad_rater"), ("contradicts", "rater_contradicts")):
        for position, chosen, whos in people.where(state):
            kept = among[chosen]
            rows.stop(code, chosen[kept], position,
                      np.array([w.others for w, k in zip(whos, kept, strict=True) if k], dtype=object))
            stopped[chosen[kept]] = True
    people.note(rows, "unknown", "rater_unknown", only=among)
    people.note(rows, "disagrees", "rater_name_disagrees", only=among)
    people.note(rows, "beside", "rater_repaired", only=among)
    people.note(rows, "vacant", "rater_missing", only=among)
    for _, chosen, _ in people.where("beside"):
        repaired[chosen] = True
    empty = np.flatnonzero((people.decided < 0) & among)
    rows.note("rater_missing", empty, people.columns[0][0])
    return ids, stopped, repaired


def _rater_of(employee: pd.Categorical, rater: pd.Categorical | None, is_self: np.ndarray) -> pd.Categorical:
    """Give the rater of each row: the employee for self placements, else the rater read."""
    if rater is None:
        return pd.Categorical.from_codes(np.where(is_self, employee.codes, -1), categories=employee.categories)
    if not is_self.any():
        return rater
    categories = rater.categories.union(employee.categories, sort=False)
    codes = np.append(categories.get_indexer(rater.categories), -1)[rater.codes]
    own = np.append(categories.get_indexer(employee.categories), -1)[employee.codes]
    return pd.Categorical.from_codes(np.where(is_self, own, codes), categories=categories)


# Conversations, objectives, development, succession, evidence ------------------------------------------------------


def _enter_conversations(rows: SheetRows, context: Context) -> pd.DataFrame:
    keyed = rows.employee.codes >= 0
    held_on, stopped = _read_key_date(rows, "held_on", context, keyed)
    # A sheet of ratings may say when the conversation was; a row without that date is no conversation.
    undated = np.isnat(held_on) & keyed & ~stopped
    if "placements" not in rows.map.tables:
        rows.stop("missing_date", np.flatnonzero(undated), rows.map.columns["held_on"])
    columns: dict[str, object] = {"employee_id": rows.employee, "position": rows.rows, "held_on": held_on}
    kind = rows.optional("kind", lambda t: parse_words(t, "conversation_kinds"))
    if kind is None:
        rows.log.add("kind_assumed", file=rows.sheet.file, sheet=rows.sheet.name, n=int(keyed.sum()))
        columns["kind"] = pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), categories=[FORMAL])
    else:
        columns["kind"] = categorical(kind[0].values, kind[1])
    for part in RECORD_PARTS:
        found = rows.optional(part, lambda t: parse_flags(t, free_text=True))
        if found is not None:
            columns[part] = (found[0].values == 1)[found[1]]
    post = _read_post(rows)
    if post is not None:
        columns["post_id"] = post
    if "placements" in rows.map.tables:
        rater, rater_stop = None, np.zeros(len(rows), dtype=bool)
        found_people = _resolve_people(rows, context, ("rater_id", "manager_id"))
        rater = found_people[0] if found_people else None
    else:
        rater, rater_stop, _ = _read_raters(rows, context, keyed & ~stopped & ~undated)
    if rater is not None:
        columns["rater_id"] = rater
    return pd.DataFrame(columns)[keyed & ~stopped & ~undated & ~rater_stop]


def _enter_objectives(rows: SheetRows, context: Context) -> pd.DataFrame:
    keyed = rows.employee.codes >= 0
    nowhere = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[s]")
    if rows.has("cycle") or "placements" not in rows.map.tables:
        cycle, stopped = _read_cycles(rows, context, nowhere, keyed)
    else:
        days, stopped = _read_key_date(rows, "placed_on", context, np.zeros(len(rows), dtype=bool))
        cycle, _ = _read_cycles(rows, context, days, np.zeros(len(rows), dtype=bool))
        keyed &= cycle.codes >= 0
    columns: dict[str, object] = {"employee_id": rows.employee, "position": rows.rows, "cycle": cycle}
    kind = rows.optional("kind", lambda t: parse_words(t, "objective_kinds"))
    if kind is not None:
        columns["kind"] = categorical(kind[0].values, kind[1])
    for column in ("n_set", "n_met"):
        numbers = _read_whole_numbers(rows, column)
        if numbers is not None:
            columns[column] = numbers
    return pd.DataFrame(columns)[keyed & ~stopped]


def _enter_development(rows: SheetRows, context: Context) -> pd.DataFrame:
    columns: dict[str, object] = {"employee_id": rows.employee, "position": rows.rows}
    found = rows.optional("intervention", parse_texts)
    if found is not None:
        columns["intervention"] = categorical(found[0].values, found[1])
    found = rows.optional("purpose", lambda t: parse_words(t, "purposes"))
    if found is not None:
        columns["purpose"] = categorical(found[0].values, found[1])
    for column in ("agreed_on", "due_on", "completed_on"):
        days = rows.optional_dates(column, context.settings.exports, context.latest_year)
        if days is not None:
            columns[column] = days
    return pd.DataFrame(columns)[rows.employee.codes >= 0]


def _enter_successors(rows: SheetRows, context: Context) -> pd.DataFrame:
    keyed = rows.employee.codes >= 0
    position = rows.map.columns["post_id"]
    parsed, codes = rows.read(position, parse_ids)
    bad = np.array([fault or ("missing_post" if value is None else "") for value, fault in
                    zip(parsed.values, parsed.faults, strict=True)], dtype=object)
    stopped = (bad != "")[codes] & keyed
    rows.stop(bad[codes[stopped]], np.flatnonzero(stopped), position)
    columns: dict[str, object] = {"employee_id": rows.employee, "position": rows.rows,
                                  "post_id": categorical(parsed.values, codes)}
    found = rows.optional("readiness", lambda t: parse_words(t, "readiness"))
    if found is not None:
        columns["readiness"] = categorical(found[0].values, found[1])
    return pd.DataFrame(columns)[keyed & ~stopped]


def _enter_evidence(rows: SheetRows, context: Context) -> pd.DataFrame:
    position = rows.map.columns["requirement_id"]
    parsed, codes = rows.read(position, parse_texts)
    ids = categorical(parsed.values, codes)
    rows.stop("missing_post", np.flatnonzero(ids.codes < 0), position)
    columns: dict[str, object] = {"requirement_id": ids, "position": rows.rows}
    for column in ("indicator", "tier", "directorate"):
        found = rows.optional(column, parse_categories)
        if found is not None:
            columns[column] = categorical(found[0].values, found[1])
    found = rows.optional("result", lambda t: parse_words(t, "results"))
    if found is not None:
        columns["result"] = categorical(found[0].values, found[1])
    numbers = _read_whole_numbers(rows, "sample_size")
    if numbers is not None:
        columns["sample_size"] = numbers
    return pd.DataFrame(columns)[ids.codes >= 0]


def _read_whole_numbers(rows: SheetRows, column: str) -> pd.array | None:
    found = rows.optional(column, parse_counts)
    return None if found is None else pd.array(found[0].values[found[1]]).astype("Int32")
