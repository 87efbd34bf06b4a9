"""What the columns of a sheet are: its headings settled together, with what stands under them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from my121_analytics.ingest.reading.single_headings import Heading, OpenHeading, ask_which, axes_meant, first_reading
from my121_analytics.ingest.reading.states import EMPLOYMENT, RELATIONSHIP
from my121_analytics.ingest.reading.synonyms import AXES, compact, heading_keys, synonym_book, words_of
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, ORGANISATION, PROTECTED, SELF, TABLES

EVENTS = ("evidence", "successors", "objectives", "development_actions", "conversations", "placements")
"""Tables that a row can enter besides people and posts."""
_SIGNS = {"evidence": {"requirement_id"}, "successors": {"readiness"}, "objectives": {"n_set", "n_met"},
          "development_actions": {"intervention"}, "conversations": {"held_on"}, "placements": set(AXES)}
_ALONE = ("evidence", "successors")
_DAYS = frozenset(c.name for columns in TABLES.values() for c in columns if c.kind == "date")


@dataclass(frozen=True)
class SheetMap:
    """The meaning of a sheet's columns.

    Parameters
    ----------
    headings
        One per column with a heading or a cell.
    tables
        Tables that the sheet's rows enter: ``people`` and those of ``EVENTS``; empty where it is no part of the record.
    """

    headings: tuple[Heading, ...]
    tables: tuple[str, ...]
    columns: Mapping[str, int] = field(default_factory=dict)
    """Column of the record -> column of the sheet, ratings aside."""
    ratings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Source (empty where the heading names none) -> axis -> column of the sheet."""
    labels: Mapping[int, int] = field(default_factory=dict)
    """Column of the sheet with the codes of a rating -> column with their labels."""

    def text(self, position: int) -> str:
        """Give the heading of a column of the sheet."""
        return next((h.text for h in self.headings if h.position == position), "")


def map_headings(texts: Sequence[str], overrides: Mapping[str, str] | None = None, *,
                 looks_like: Callable[[int], str] = lambda _: "words",
                 same: Callable[[int, int], bool] = lambda a, b: False,
                 fits: Callable[[int], frozenset[str] | None] = lambda _: frozenset(AXES),
                 paired: Callable[[int, int], bool] = lambda a, b: False,
                 finest: Callable[[Sequence[int]], int] = lambda _: -1,
                 clearest: Callable[[Sequence[int]], int] = lambda _: -1,
                 twice: Mapping[int, str] | None = None) -> SheetMap:
    """Say what each column of a sheet is.

    Parameters
    ----------
    texts
        Headings in order; empty where a column has none.
    overrides
        ``[exports.columns]``: heading -> record column or ``ignore``; beats the synonym table.
    looks_like
        Gives ``ids``, ``sources``, or ``words`` for what stands in a column; settles headings with two meanings.
    same
        Says whether two columns hold the same cells, so that a column exported twice is no riddle.
    fits
        Gives the axes on whose scale all cells of a column are; None where they are no levels of any scale.
    paired
        Says whether the second column puts into words what the first holds as codes.
    finest
        Of several columns with review periods gives the one to read where they agree row by row, else -1.
    clearest
        Of several columns with a category gives the one to read where they tell rows apart alike, else -1.
    twice
        Column -> heading without the line above that tells it from another one with the same heading.

    Returns
    -------
    SheetMap
    """
    settled = {compact(k): v for k, v in (overrides or {}).items()}
    found = [first_reading(j, text, settled, looks_like) for j, text in enumerate(texts)]
    for j, text in enumerate(texts):
        base = _NUMBERED.fullmatch(text)
        if base and not found[j].candidates and found[j].heading.how in ("unused", "ambiguous") and any(
                compact(base[1]) == compact(other) for other in texts):
            again = first_reading(j, base[1], {}, looks_like)  # a program has numbered the second of two headings
            found[j] = replace(again, heading=replace(again.heading, text=text))
    for j, bottom in (twice or {}).items():
        found[j] = ask_which(found[j], first_reading(j, bottom, {}, looks_like))
    events = _events(found)
    chosen = _settle_all(found, events, fits, paired)
    if "placements" not in events and any(h.how == "assumed" for h in chosen):
        # An assumed rating is the first sign of placements: what else their sheets hold is settled anew.
        found = [OpenHeading(h) if h.how == "assumed" else r for h, r in zip(chosen, found, strict=True)]
        events = _events(found)
        chosen = _settle_all(found, events, fits, paired)
    chosen = _part_names_from_ids(chosen, looks_like)
    chosen = _drop_duplicates(chosen, _belonging(chosen, events), same, finest, clearest)
    return _assemble(chosen, events)


_NUMBERED = re.compile(r"(.*\S)(?:\.|_| \(?)[1-9]\)?")
"""A heading that a program has told from another one by a number: ``Rating.1``, ``Rating_2``, ``Rating (2)``."""


def _settle_all(found: list[OpenHeading], events: tuple[str, ...], fits: Callable[[int], frozenset[str] | None],
                paired: Callable[[int, int], bool]) -> list[Heading]:
    """Choose what each heading is, once it is known which tables the sheet enters."""
    chosen = [_settle(reading, events) for reading in found]
    chosen = _fill_weak(chosen, found, events)
    chosen = _ask_the_rest(_settle_open_axis(chosen), events)
    chosen = _resolve_employee_prefix(chosen)
    chosen = _take_employees_for_self(chosen)
    return _assume_performance(_pair_labels(chosen, paired), fits)


def _events(found: Iterable[OpenHeading]) -> tuple[str, ...]:
    """Tell from the headings which tables a sheet's rows enter."""
    signs: dict[str, set[str]] = {table: set() for table in EVENTS}
    for reading in found:
        if reading.heading.column:
            for table, columns in _SIGNS.items():
                signs[table] |= {reading.heading.column} & columns
        tables = {table for table, _, strong in reading.candidates if strong}
        for table, column, strong in reading.candidates:
            if strong and table in signs and column in _SIGNS[table] and len(tables) == 1:
                signs[table].add(column)
    if not signs["placements"]:
        weak = {column for r in found for table, column, strong in r.candidates if table == "placements"}
        signs["placements"] = weak & _SIGNS["placements"]
    # Reviews may say how ready somebody is for the next post: with ratings beside it the sheet is about those.
    alone = [table for table in _ALONE if signs[table] and not signs["placements"]]
    return (alone[0],) if alone else tuple(table for table in EVENTS if signs[table] and table not in _ALONE)


def _settle(reading: OpenHeading, events: tuple[str, ...]) -> Heading:
    """Choose the strong candidate of the first table that the sheet enters."""
    for table in (*events, "people"):
        for group, column, strong in reading.candidates:
            if strong and group == table and not (table == "people" and "evidence" in events):
                return replace(reading.heading, column=column, how="synonym")
    return reading.heading


def _fill_weak(chosen: list[Heading], found: list[OpenHeading], events: tuple[str, ...]) -> list[Heading]:
    """Use weak candidates for columns that no stronger heading gives; the employee's id may borrow a post's."""
    have = {h.column for h in chosen if h.column}
    out = list(chosen)
    for table in (*events, "people"):
        for column in synonym_book().weak_order.get(table, ()):
            if column in have:
                continue
            for j, reading in enumerate(found):
                free = not out[j].column or (column == "employee_id" and out[j].column == "post_id")
                if free and (table, column, False) in reading.candidates:
                    out[j] = replace(out[j], column=column, how="synonym")
                    have.add(column)
                    break
    if "placements" in events and "placed_on" not in have and "held_on" in have:
        out = [replace(h, column="placed_on") if h.column == "held_on" and "conversations" not in events else h
               for h in out]
    return out


def _settle_open_axis(chosen: list[Heading]) -> list[Heading]:
    """``Rating`` beside ``Potential rating`` is performance, where nothing else is."""
    have = {h.column for h in chosen}
    is_open = synonym_book().axis_open
    open_ones = [j for j, h in enumerate(chosen) if h.how == "ambiguous" and is_open & set(heading_keys(h.text))]
    if "potential" not in have or "performance" in have or len(open_ones) != 1:
        return chosen
    out = list(chosen)
    out[open_ones[0]] = replace(out[open_ones[0]], column="performance", how="synonym", meanings=())
    return out


def _ask_the_rest(chosen: list[Heading], events: tuple[str, ...]) -> list[Heading]:
    """Ask about headings of two meanings that nothing settled; a sheet's only date is the placement's."""
    have = {h.column for h in chosen}
    book = synonym_book()
    out = []
    for heading in chosen:
        key = next((k for k in heading_keys(heading.text) if k in book.ambiguous), None)
        if heading.how in ("unused", "ambiguous") and key is not None:
            if key == "date" and "placements" in events and not have & {*_DAYS, "cycle"}:
                heading = replace(heading, column="placed_on", how="synonym", meanings=())
            else:
                heading = replace(heading, how="ambiguous", meanings=book.ambiguous[key])
        out.append(heading)
    return out


def _resolve_employee_prefix(chosen: list[Heading]) -> list[Heading]:
    """``Employee rating`` is the employee's own where the manager's stands beside it, else nobody can say."""
    managers_axes = {h.column for h in chosen if h.column in AXES and h.source in ("", MANAGER)}
    return [h if h.source != "employee" else replace(h, source=SELF) if h.column in managers_axes else
            replace(h, column="", source="", how="ambiguous", meanings=(f"self {h.column}", f"manager {h.column}"))
            for h in chosen]


def _take_employees_for_self(chosen: list[Heading]) -> list[Heading]:
    """``Employee score`` beside ``Appraiser score`` is the employee's own; alone it may be either's."""
    has_managers = any(h.source == MANAGER or any(m.startswith(f"{MANAGER} ") for m in h.meanings) for h in chosen)
    whose = (SELF,) if has_managers else (SELF, MANAGER)
    return [replace(h, meanings=tuple(m.replace("employee", source, 1) for source in whose for m in h.meanings))
            if h.how == "ambiguous" and h.meanings and all(m.startswith("employee ") for m in h.meanings) else h
            for h in chosen]


def _part_names_from_ids(chosen: list[Heading], looks_like: Callable[[int], str]) -> list[Heading]:
    """Where ``Manager`` stands beside ``Manager id``, the one that holds words is the name."""
    out = list(chosen)
    for column, name in (("manager_id", "manager_name"), ("rater_id", "rater_name")):
        rivals = [j for j, h in enumerate(chosen) if h.column == column and h.how == "synonym"]
        if len(rivals) == 2 and not any(h.column == name for h in chosen):
            words = [j for j in rivals if looks_like(chosen[j].position) == "words"]
            if len(words) == 1:
                out[words[0]] = replace(out[words[0]], column=name, how="content")
    return out


def _pair_labels(chosen: list[Heading], paired: Callable[[int, int], bool]) -> list[Heading]:
    """Give a column that puts the codes of a rating into words to that rating (``Rating`` and ``Rating label``)."""
    out = list(chosen)
    for j, label in enumerate(chosen):
        if label.how in ("setting", "ignored", "refused", "dated") or not label.text.strip():
            continue
        rivals = [i for i, h in enumerate(chosen) if i != j and out[i].how != "label" and _is_label_of(label, h)
                  and paired(h.position, label.position)]
        if rivals:
            near = min(rivals, key=lambda i: abs(chosen[i].position - label.position))
            out[j] = replace(label, column="", source="", how="label", meanings=(), suggestion="",
                             label_of=chosen[near].position)
    return out


def _is_label_of(label: Heading, rating: Heading) -> bool:
    """Say whether a heading can be the label of a rating's: of the same axis, or the same words and one for a label."""
    axes = axes_meant(rating)
    if not axes:
        return False
    book, words = synonym_book(), words_of(label.text)
    named = set(words) & book.label_words
    rest = [w for w in words if w not in book.label_words and w not in book.label_filler]
    if label.column in AXES:
        return {(label.source, label.column)} == axes or (len(axes) > 1 and bool(named) and (label.source, label.column)
                                                           in axes)
    if axes_meant(label):
        return axes_meant(label) >= axes and bool(named)
    own = [w for w in words_of(rating.text) if w not in book.label_filler and w != "number"]
    return bool(named) and label.how == "unused" and (not rest or rest == own)


def _assume_performance(chosen: list[Heading], fits: Callable[[int], frozenset[str] | None]) -> list[Heading]:
    """Take the only rating of a source that names no axis as performance, where its cells fit that scale alone."""
    out = list(chosen)
    for source in ("", MANAGER, SELF, CALIBRATED):
        meant = {(source, axis) for axis in AXES}
        asked = [j for j, h in enumerate(out) if h.how == "ambiguous" and axes_meant(h) == meant]
        labels = {h.label_of: h.position for h in out if h.how == "label"}
        scales = {j: fits(labels.get(out[j].position, out[j].position)) for j in asked}
        candidates = [j for j in asked if scales[j] is not None]
        has_one = any(h.column == "performance" and h.source in (source, *(("", MANAGER) if source in ("", MANAGER)
                                                                          else ())) for h in out)
        if len(candidates) == 1 and not has_one and scales[candidates[0]] == {"performance"}:
            out[candidates[0]] = replace(out[candidates[0]], column="performance", source=source, how="assumed",
                                         meanings=())
    return out


def _belonging(chosen: Sequence[Heading], events: tuple[str, ...]) -> frozenset[int]:
    """List the headings that the synonym table has under one of the sheet's own events."""
    return frozenset(j for j, h in enumerate(chosen) if h.is_used and _belongs(h, events))


_CATEGORIES = frozenset({*ORGANISATION, "grade", "role", "contract", *PROTECTED})
"""Columns that may stand in a sheet as a code and as its name."""


def _drop_duplicates(chosen: list[Heading], belonging: frozenset[int], same: Callable[[int, int], bool],
                     finest: Callable[[Sequence[int]], int],
                     clearest: Callable[[Sequence[int]], int]) -> list[Heading]:
    """Settle which of several headings for one column is read.

    Settings go first, then the heading of the sheet's own event, equal cells or periods, and the heading that is
    preferred wherever both stand; else none of them is used.
    """
    out = list(chosen)
    places: dict[tuple[str, str], list[int]] = {}
    for j, heading in enumerate(chosen):
        if heading.is_used:
            key = (heading.source or MANAGER if heading.column in AXES else "", heading.column)
            places.setdefault(key, []).append(j)
    for (_, column), rivals in places.items():
        if len(rivals) < 2:
            continue
        by_setting = [j for j in rivals if chosen[j].how == "setting"]
        of_event = [j for j in rivals if j in belonging]
        agree = finest if column == "cycle" else clearest if column in _CATEGORIES else None
        agreed = agree([chosen[j].position for j in rivals]) if agree and not by_setting else -1
        if len(by_setting) == 1:
            winner = by_setting[0]
        elif len(of_event) == 1 and not by_setting:
            winner = of_event[0]
        elif all(same(rivals[0], j) for j in rivals[1:]):
            winner = rivals[0]
        elif agreed >= 0:
            winner = next(j for j in rivals if chosen[j].position == agreed)
        elif len(preferred := [j for j in rivals if _is_preferred(chosen[j])]) == 1 and not by_setting:
            winner = preferred[0]
        else:
            for j in rivals:
                out[j] = replace(out[j], column="", source="", how="ambiguous", meanings=(column,))
            continue
        for j in rivals:
            if j != winner:
                out[j] = replace(out[j], column="", source="", how="duplicate")
    return out


def _is_preferred(heading: Heading) -> bool:
    return any(key in synonym_book().preferred.get(heading.column, ()) for key in heading_keys(heading.text))


def _belongs(heading: Heading, events: tuple[str, ...]) -> bool:
    """Say whether the synonym table lists a heading under one of the sheet's own events."""
    book = synonym_book()
    numbered = _NUMBERED.fullmatch(heading.text)
    keys = [*heading_keys(heading.text), *(heading_keys(numbered[1]) if numbered else [])]
    return any(table in events and column == heading.column
               for key in keys for table, column, _ in book.candidates.get(key, ()))


def _assemble(chosen: list[Heading], events: tuple[str, ...]) -> SheetMap:
    columns = {h.column: h.position for h in chosen if h.is_used and h.column not in AXES}
    ratings: dict[str, dict[str, int]] = {}
    for h in chosen:
        if h.column in AXES:
            ratings.setdefault(h.source, {})[h.column] = h.position
    tables: tuple[str, ...] = ()
    events = tuple(e for e in events if e != "placements" or ratings)
    if "evidence" in events:
        tables = ("evidence",) if "requirement_id" in columns else ()
    elif "employee_id" in columns:
        people = {c.name for t in ("employees", "posts") for c in TABLES[t]} | {"surname", "forename", "manager_name",
                                                                                       EMPLOYMENT, RELATIONSHIP}
        details = set(columns) & people - {"employee_id"}
        if "successors" in events:
            tables = ("successors",) if "post_id" in columns else ()
        elif events or details:
            tables = ("people", *events)
    headings = tuple(h for h in chosen if h.text.strip() or h.is_used)
    labels = {h.label_of: h.position for h in chosen if h.how == "label"}
    return SheetMap(headings, tables, columns, ratings, labels)
