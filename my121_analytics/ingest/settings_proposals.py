"""Lines for the settings file that would let what was left out be read: ready to paste, each to be checked first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.periods import find_period
from my121_analytics.ingest.reading.ratings import bare_code
from my121_analytics.ingest.reading.scales import ScaleReport, pair_labels
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.single_headings import Heading
from my121_analytics.ingest.reading.states import EMPLOYMENT, FORM, RELATIONSHIP, parse_states, state_words
from my121_analytics.ingest.reading.synonyms import AXES, column_of, compact, words_of
from my121_analytics.ingest.scale_proposals import (
    ScaleProposal,
    propose_numbering,
    propose_scale,
    split_label,
    spread_over,
)
from my121_analytics.ingest.unread import Unread, sources_of
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.schema import MANAGER, SELF

_TABLES = ("exports", "exports.columns", "exports.states", "framework", "ratings.synonyms.performance",
           "ratings.synonyms.potential", "ratings.synonyms.box")


@dataclass
class _Lines:
    """Lines by table of the settings file, each once."""

    tables: dict[str, dict[str, str]] = field(default_factory=lambda: {table: {} for table in _TABLES})

    def add(self, table: str, key: str, value: str, why: str = "", *, asleep: bool = False) -> None:
        """Add a line; ``asleep`` ones start with a hash, so that a person decides on them."""
        line = f"{'# ' if asleep else ''}{key} = {value}{f'  # {why}' if why else ''}"
        self.tables[table].setdefault(key if not asleep else line, line)

    def text(self) -> str:
        """Write the tables that have lines."""
        parts = ["\n".join([f"[{table}]", *lines.values()]) for table, lines in self.tables.items() if lines]
        return "\n".join(parts) + "\n" if parts else ""


def propose_settings(sheets: Sequence[SheetRows], report: ScaleReport, unread: Unread, context: Context) -> str:
    """Write the settings that would let what was left out be read.

    Parameters
    ----------
    sheets
        As read.
    report
        How the columns of ratings were judged.
    unread
        What was left out.
    context
        Settings, framework and scales.

    Returns
    -------
    str
        TOML; empty where nothing is known that would help. Lines that a person has to decide on start with a hash.
    """
    if unread.is_whole:
        return ""
    lines = _Lines()
    values: Counter[str] = Counter()
    for rows in sheets:
        for heading, chosen in _asked_ratings(rows):
            _add_rating(lines, rows, heading, chosen, _is_elsewhere(sheets, rows, heading.text))
            if chosen and _likely_axis(rows, heading.position) == "":
                values.update(_tally(rows, heading.position))
    _add_other_headings(lines, sheets, unread)
    _add_contested(lines, sheets)
    _add_states(lines, unread)
    _add_one_of_two(lines, sheets, context)
    _add_ids(lines, sheets, unread, context)
    for column in report.stopped:
        if column.axis == "performance" and column.why != "ratings_against_boxes":
            values.update(pair_labels(column))
    _add_performance(lines, values, sheets, report, context)
    _add_potential(lines, report, context)
    _add_boxes(lines, report, context)
    return lines.text()


# Headings ---------------------------------------------------------------------------------------------------------


def _asked_ratings(rows: SheetRows) -> Iterator[tuple[Heading, bool]]:
    """Give the headings of ratings that were asked about, and whether each is the likeliest of its sheet and source."""
    if rows.content is None:
        return
    content, taken = rows.content, set()
    asked = [h for h in rows.map.headings if h.how == "ambiguous" and h.meanings
             and all(m.rsplit(" ", 1)[-1] in AXES for m in h.meanings)]
    fits = {h.position: content.fits(h.position) for h in asked}
    for heading in sorted(asked, key=lambda h: (fits[h.position] is None, h.position)):
        sources = sources_of(heading)
        is_read = any("performance" in rows.map.ratings.get(source, {}) for source in sources)
        chosen = not is_read and sources not in taken and content.distinct(heading.position) != []
        if chosen:
            taken.add(sources)
        yield heading, chosen


def _is_elsewhere(sheets: Sequence[SheetRows], rows: SheetRows, heading: str) -> bool:
    """Say whether another sheet has a heading as well and its ratings were read: a setting would be about both."""
    return any(h.column in AXES and compact(h.text) == compact(heading) for other in sheets if other is not rows
               for h in other.map.headings)


def _add_rating(lines: _Lines, rows: SheetRows, heading: Heading, chosen: bool, is_elsewhere: bool) -> None:
    assert rows.content is not None
    source = sources_of(heading)[-1]
    named = any(" " in m for m in heading.meanings)
    fits = rows.content.fits(heading.position)
    axis = _likely_axis(rows, heading.position) or "performance"
    column = f"{source} {axis}" if named or source != MANAGER else axis
    other_answers = [f"{source} {other}" if " " in column else other for other in AXES if other != axis]
    if len(meant := [m for m in heading.meanings if " " in m]) > 1 and len({m.split(" ")[1] for m in meant}) == 1:
        column, *other_answers = meant  # whose it is was asked, not of what
    if [h.text for h in rows.map.headings].count(heading.text) > 1:  # a setting would be about both
        lines.add("exports.columns", _quoted(heading.text), _quoted(column), say("settings_line", "same_heading"),
                  asleep=True)
    elif is_elsewhere:
        lines.add("exports.columns", _quoted(heading.text), _quoted(column), say("settings_line", "other_files"),
                  asleep=True)
    elif chosen and fits is not None:
        lines.add("exports.columns", _quoted(heading.text), _quoted(column),
                  say("settings_line", "or", others=", ".join(map(_quoted, [*other_answers, "ignore"]))))
    else:
        code = "decimals" if fits is None else "second"
        lines.add("exports.columns", _quoted(heading.text), _quoted("ignore"), say("settings_line", code))


def _likely_axis(rows: SheetRows, position: int) -> str:
    """Give the axis that an asked column most likely holds; empty where its values are levels of another scale.

    Codes from 1 to 5 are numbers of boxes as well, but no map is filled so far and no further.
    """
    assert rows.content is not None
    fits, values = rows.content.fits(position), rows.content.distinct(position)
    if fits is None:
        return "performance"
    if "performance" in fits or not fits:
        return "performance" if fits else ""
    codes = [code for text in values if (code := bare_code(text)) is not None]
    if fits == {"box"} and len(codes) == len(values) and max(codes) < _HIGH_BOX:
        return ""
    return sorted(fits)[0]


_HIGH_BOX = 8


def _add_states(lines: _Lines, unread: Unread) -> None:
    """List the unknown words of columns of states, each with what it could mean."""
    for row in unread.columns[unread.columns["cause"] == "unknown_words"].itertuples():
        states = [state for state in state_words(str(row.meanings)) if state != "vacant"]
        first, *others = sorted(states, key=lambda state: state != "left")
        for word in str(row.strange).split("\n"):
            lines.add("exports.states", _quoted(word), _quoted(first),
                      say("settings_line", "or", others=", ".join(map(_quoted, others))), asleep=True)


def _add_contested(lines: _Lines, sheets: Sequence[SheetRows]) -> None:
    """Name the column that may say which of two managers counts, and its words."""
    for rows in sheets:
        if rows.contested is None or not rows.contested.telling:
            continue
        position, words = rows.contested.telling[0]
        if rows.map.columns.get(RELATIONSHIP) != position:
            lines.add("exports.columns", _quoted(rows.headings[position]), _quoted(RELATIONSHIP),
                      say("settings_line", "relationship"))
        for word in words if (parse_states(words, RELATIONSHIP).faults != "").any() else ():
            lines.add("exports.states", _quoted(word), _quoted("line"), say("settings_line", "or", others='"other"'),
                      asleep=True)


def _add_other_headings(lines: _Lines, sheets: Sequence[SheetRows], unread: Unread) -> None:
    for rows in sheets:
        for heading in rows.map.headings:
            lost = unread.columns[(unread.columns["file"] == rows.sheet.file)
                                  & (unread.columns["sheet"] == rows.sheet.name)
                                  & (unread.columns["position"] == heading.position)]
            if lost.empty:
                continue
            cause = str(lost["cause"].iloc[0])
            if cause == "unknown_heading" and rows.content is not None:
                own = f"{SELF} " if words_of(heading.text)[:1] == ["my"] else ""
                lines.add("exports.columns", _quoted(heading.text),
                          _quoted(f"{own}{rows.content.looks_like(heading.position)}"))
            elif cause == "near":
                meant = column_of(heading.suggestion, rows.map.tables)
                lines.add("exports.columns", _quoted(heading.text), _quoted(meant), say("settings_line", "near"),
                          asleep=len(lost) > 1 or _n_near(unread) > 1)
            elif cause in (EMPLOYMENT, FORM):
                lines.add("exports.columns", _quoted(heading.text), _quoted(cause), say("settings_line", "states"))
            elif cause == "changed_rating":
                lines.add("exports.columns", _quoted(heading.text), _quoted("ignore"), asleep=True)
            elif cause.startswith("order_"):
                lines.add("exports", "date_order", _quoted(cause.removeprefix("order_")), asleep=True)
            elif cause in _ASKED_IN_DOUBT:
                _add_in_doubt(lines, sheets, rows, heading, cause, str(lost["meanings"].iloc[0]))
            elif cause in ("ambiguous", "dated") and not all(m.rsplit(" ", 1)[-1] in AXES for m in heading.meanings):
                first, *other_answers = [*heading.meanings, "ignore"]
                lines.add("exports.columns", _quoted(heading.text), _quoted(first),
                          say("settings_line", "or", others=", ".join(map(_quoted, other_answers))), asleep=True)
            elif cause == "dated" and not any(h.how == "twice" for h in rows.map.headings):
                lines.add("exports.columns", _quoted(heading.text), _quoted("ignore"),
                          say("settings_line", "dated", column=_quoted(heading.meanings[0])), asleep=True)


_ASKED_IN_DOUBT = ("other_manager", "ids_of_people", "ends", "paid_last", "blank_days", "rates_self")


def _add_in_doubt(lines: _Lines, sheets: Sequence[SheetRows], rows: SheetRows, heading: Heading, cause: str,
                  meant: str) -> None:
    """Say what a column in doubt would be, or whose the ratings beside it would be, for a person to decide."""
    if cause == "rates_self":
        for axis, position in rows.map.ratings.get("", {}).items():
            why = (say("settings_line", "other_files") if _is_elsewhere(sheets, rows, rows.headings[position]) else
                   say("settings_line", "or", others=_quoted(f"{MANAGER} {axis}")))
            lines.add("exports.columns", _quoted(rows.headings[position]), _quoted(f"{SELF} {axis}"), why, asleep=True)
        return
    other = _quoted(heading.column or "ignore")
    lines.add("exports.columns", _quoted(heading.text), _quoted(meant), say("settings_line", "or", others=other),
              asleep=True)


def _n_near(unread: Unread) -> int:
    return int((unread.columns["cause"] == "near").sum())


def _add_one_of_two(lines: _Lines, sheets: Sequence[SheetRows], context: Context) -> None:
    """Read the last of the columns that have one heading, and the period that stands above it."""
    for rows in sheets:
        asked = [h for h in rows.map.headings if h.how in ("twice", "dated") and len(h.meanings) == 1]
        read = {axis for axes in rows.map.ratings.values() for axis in axes}
        last = {h.meanings[0]: h for h in asked if h.meanings[0] not in read and h.meanings[0] not in rows.map.columns}
        if not any(h.how == "twice" for h in asked):
            continue
        for heading in asked:
            column = heading.meanings[0]
            if last.get(column) is heading:
                lines.add("exports.columns", _quoted(heading.text), _quoted(column), say("settings_line", "last"))
            else:
                lines.add("exports.columns", _quoted(heading.text), _quoted("ignore"))
        period = next((p for h in last.values() if (p := find_period(h.text, context.settings.cycles))), "")
        if period and not rows.has("cycle", "placed_on") and context.settings.exports.cycle is None:
            lines.add("exports", "cycle", _quoted(period), say("settings_line", "cycle"))


_WITHOUT_KEY = ("no_key", "sheet_unknown", "unknown_heading", "axis_open")
"""Causes for which a sheet may lack the employee's id."""


def _add_ids(lines: _Lines, sheets: Sequence[SheetRows], unread: Unread, context: Context) -> None:
    """Name the column of employee ids of sheets that were set aside, by the ids that stand in it."""
    people = context.roster.people
    for rows in sheets:
        lost = unread.columns[["file", "sheet"]].apply(tuple, axis="columns") if len(unread.columns) else pd.Series()
        asked = unread.columns[(lost == (rows.sheet.file, rows.sheet.name)).to_numpy(dtype=bool)]
        if rows.map.tables or not people or rows.content is None or not asked["cause"].isin(_WITHOUT_KEY).any():
            continue
        shares = {h.position: np.mean([text in people for text in rows.content.distinct(h.position)[:500]] or [False])
                  for h in rows.map.headings if h.how in ("unused", "ambiguous")}
        best = max(shares, key=lambda position: shares[position], default=-1)
        if best >= 0 and shares[best] > 0.5 and "employee_id" not in rows.map.columns and len(
                rows.content.distinct(best)) > 2:
            lines.add("exports.columns", _quoted(rows.map.text(best)), _quoted("employee_id"))


# Scales -----------------------------------------------------------------------------------------------------------


def _tally(rows: SheetRows, position: int) -> dict[str, int]:
    assert rows.content is not None
    label = rows.map.labels.get(position, -1)
    return rows.content.tally(position) if label < 0 else rows.content.tally_pairs(position, label)


def _add_performance(lines: _Lines, values: Mapping[str, int], sheets: Sequence[SheetRows], report: ScaleReport,
                     context: Context) -> None:
    found = propose_scale(values, context.scales["performance"]) if values else None
    if values and found is None:
        for column in report.stopped:
            if column.axis == "performance":
                lines.add("exports.columns", _quoted(column.heading), _quoted("ignore"),
                          say("settings_line", "decimals"), asleep=True)
    n_levels = len(found.levels) if found and found.levels else len(context.scales["performance"].labels)
    has_map = any(h.column in ("potential", "box") for rows in sheets for h in rows.map.headings)
    others = _on_the_present_scale(report)
    if found is not None:
        _add_levels(lines, found, others if found.levels or found.codes else "")
        if found.levels and n_levels != len(context.scales["performance"].labels) and not has_map:
            lines.add("framework", "has_potential", "false", say("settings_line", "no_potential"), asleep=bool(others))
    missing = any(h.column == "box" and h.position in rows.map.ratings.get(h.source, {}).values()
                  and not context.scales["box"].labels for rows in sheets for h in rows.map.headings)
    differs = n_levels != _COLUMNS and ((found is not None and found.levels) or missing)
    if has_map and differs and context.settings.framework.has_potential:
        lines.add("framework", "map_columns", json.dumps(spread_over(n_levels)), say("settings_line", "columns"))


_COLUMNS = 3


def _on_the_present_scale(report: ScaleReport) -> str:
    """Name the files whose performance was read on the present scale: another one would be read into them as well."""
    files = [column.rows.sheet.file for column in report.columns
             if column.axis == "performance" and not column.why and column.evidence.n]
    return ", ".join(dict.fromkeys(files))


def _add_levels(lines: _Lines, found: ScaleProposal, others: str) -> None:
    why = "names" if "names" in found.unsure else "order" if "order" in found.unsure else "levels"
    apart = say("settings_line", "apart", files=others) if others else ""
    if found.levels:
        lines.add("framework", "performance_levels", _listed(found.levels), apart or say("settings_line", why),
                  asleep=bool(others))
    if found.codes:
        lines.add("framework", "performance_codes", _listed(found.codes), apart or say("settings_line", "codes"),
                  asleep=bool(others))
    if "zero" in found.unsure:
        lines.add("ratings.synonyms.performance", _quoted("0"), _quoted("not rated"), say("settings_line", "zero"))
    if "direction" in found.unsure:
        codes = found.codes or tuple(str(n) for n in range(1, len(found.levels) + 1))
        if found.levels and not found.levels[0].startswith("Level"):
            lines.add("framework", "performance_levels", _listed(found.levels[::-1]),
                      say("settings_line", "turned_levels"), asleep=True)
        else:
            lines.add("framework", "performance_codes", _listed(codes[::-1]), say("settings_line", "turned"),
                      asleep=True)


def _add_potential(lines: _Lines, report: ScaleReport, context: Context) -> None:
    scale = context.scales["potential"]
    values: Counter[str] = Counter()
    for column in report.stopped:
        if column.axis == "potential" and column.why != "ratings_against_boxes":
            values.update(pair_labels(column) if column.label < 0 else column.tally)
    found = propose_scale(values, scale) if values else None
    if found is None or not scale.labels:
        return
    if not found.levels:
        lines.add("framework", "potential_codes", _listed(found.codes), say("settings_line", "codes"))
        return
    rows = spread_over(len(found.levels))
    places = {**{code: i for i, code in enumerate(found.codes or [str(n + 1) for n in range(len(rows))])},
              **{label: i for i, label in enumerate(found.levels)}}
    for text in sorted(values):
        code, label = split_label(text)
        number = bare_code(text)
        place = places.get(str(int(number)) if number is not None else code or label, places.get(label))
        if place is not None:
            lines.add("ratings.synonyms.potential", _quoted(text), _quoted(scale.labels[rows[place]]),
                      say("settings_line", "row"))


def _add_boxes(lines: _Lines, report: ScaleReport, context: Context) -> None:
    for column in report.stopped:
        if column.axis != "box":
            if column.why == "ratings_against_boxes":
                codes = [column.scale.code_of(n) for n in sorted(column.scale.labels, reverse=True)]
                lines.add("framework", f"{column.axis}_codes", _listed(codes), say("settings_line", "instead"),
                          asleep=True)
            continue
        beside = [c for c in report.columns if c.rows is column.rows and c.source == column.source
                  and c.axis != "box" and c.why in ("", "ratings_against_boxes")]
        found = propose_numbering(column, beside, context.framework) if context.framework.has_map else []
        if found and context.settings.framework.boxes is None:
            turned = any(c.why == "ratings_against_boxes" for c in beside)
            why = "either" if turned else "numbering" if len(found) == 1 else "one_numbering"
            for numbering in found:
                lines.add("framework", "box_numbering", json.dumps(numbering), say("settings_line", why),
                          asleep=turned or len(found) > 1)
        elif column.evidence.foreign:
            for text in column.tally:
                if not column.scale.parse([text]).values[0]:
                    why = say("settings_line", "which_box")
                    lines.add("ratings.synonyms.box", _quoted(text), "1", why, asleep=True)
        else:
            lines.add("exports.columns", _quoted(column.heading), _quoted("ignore"), say("settings_line", "boxes"),
                      asleep=True)


def _listed(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _quoted(text: str) -> str:
    """Write a TOML string; what JSON escapes, TOML reads, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


