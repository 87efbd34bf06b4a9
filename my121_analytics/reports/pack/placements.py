"""The map: how many in each box, what changed since the last cycle, and how the parts of the unit compare."""

from __future__ import annotations

import pandas as pd

from my121_analytics.disclosure.release import Released
from my121_analytics.reports.pack.meeting import Chapter, Meeting, column, picture_sheets, range_text
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import NO_PLACEMENT, TOTAL
from my121_analytics.writing.book import Sheet
from my121_analytics.writing.page import Block, Drawing, Section, Subheading, Text, page_table
from my121_analytics.writing.tables import Field, View


def build_placements(meeting: Meeting) -> Chapter:
    """Write the chapter on placements (on ratings, where the framework has no map)."""
    has_map = meeting.framework.has_map
    table, key = ("map", "box") if has_map else ("ratings", "level")
    blocks: list[Block] = [Text(say("pack", "placements_lead" if has_map else "ratings_lead"))]
    sheets = [*_counts(meeting, table, key, blocks)]
    sheets += _change(meeting, blocks)
    sheets += _groups(meeting, f"{table}_by_group", key, blocks)
    pictures = picture_sheets(meeting, ["map", "groups"])
    heading = say("pack_section", "placements" if has_map else "ratings")
    return Chapter(Section("placements", heading, tuple(blocks)), (*sheets, *pictures))


def _counts(meeting: Meeting, table: str, key: str, blocks: list[Block]) -> list[Sheet]:
    frame = meeting.frame("profile", table)
    if frame is None:
        blocks.append(Text(meeting.why_absent("profile", table), "caveat"))
        return []
    name = "box_name" if key == "box" else "label"
    shown = frame.assign(outcome=_outcome(frame, key, name), range=range_text(frame, "share"))
    released = meeting.results["profile"]
    title = say("pack_table", table, scope=meeting.scope)
    short = View(released, table, title, (column("outcome"), column("n", "integer"), column("share", "share"),
                                          column("range", "range", heading=say("pack_heading", "share_range"))), shown)
    blocks.append(page_table(short))
    blocks.append(Text(say("pack", "share_note"), "source"))
    keys = ((column("box", "integer"), column("box_name"), column("performance", "integer"),
             column("potential", "integer")) if key == "box" else (column("level", "integer"), column("label")))
    long = View(released, table, title, (*keys, column("n", "integer", heat=True), column("share", "share"),
                                         column("lower", "share"), column("upper", "share"), column("base", "integer")))
    lines = (say("pack", "source_line", measure=released.about.measure, population=released.about.population),)
    return [Sheet(say("pack_sheet", table), long, lines, table)]


def _change(meeting: Meeting, blocks: list[Block]) -> list[Sheet]:
    prefix, key, name = ("", "box", "box_name") if meeting.framework.has_map else ("ratings_", "level", "label")
    table = f"{prefix}change"
    blocks.append(Subheading(say("pack", "change_heading")))
    frame = meeting.frame("movement", table)
    if frame is None:
        blocks.append(Text(meeting.why_absent("movement", table)))
        return []
    released = meeting.results["movement"]
    before, after = str(released.facts["cycle_before"]), str(released.facts["cycle_after"])
    blocks.append(Text(say("pack", "change_lead", before=before, after=after, **{
        fact: _fact(released.facts[fact], meeting) for fact in ("n_both", "n_joined", "n_left", "n_placed_both")})))
    if picture := meeting.pictures.get("change"):
        blocks.append(Drawing(picture, say("pack", "change_caption", before=before, after=after)))
    shown = frame.assign(outcome=_outcome(frame, key, name), range=range_text(frame, "points"))
    title = say("pack_table", table, before=before, after=after, unit=meeting.name)
    short = View(released, table, title, (
        column("outcome"), column("n_before", "integer"), column("n_after", "integer"), column("change", "points"),
        column("range", "range", heading=say("pack_heading", "change_range"))), shown)
    blocks.append(page_table(short, folded="change" in meeting.pictures, summary=say("pack", "open_table")))
    long = View(released, table, title, (
        column(key, "integer"), column(name), column("n_before", "integer"), column("n_after", "integer"),
        column("share_before", "share"), column("share_after", "share"), column("change", "points"),
        column("lower", "points"), column("upper", "points"), column("base", "integer")))
    sheets = [Sheet(say("pack_sheet", "change"), long, (say("pack", "change_line"),), "change")]
    return [*sheets, *_moves(meeting, released, f"{prefix}moves", before, after)]


def _moves(meeting: Meeting, released: Released, table: str, before: str, after: str) -> list[Sheet]:
    if table not in released.tables:
        return []
    view = View(released, table, say("pack_table", table, before=before, after=after, unit=meeting.name),
                (column("before", "integer"), column("before_name"), column("after", "integer"), column("after_name"),
                 column("n", "integer", heat=True)))
    return [Sheet(say("pack_sheet", "moves"), view, (say("pack", "moves_line"),), "moves")]


def _groups(meeting: Meeting, table: str, key: str, blocks: list[Block]) -> list[Sheet]:
    by = meeting.by if meeting.is_council else meeting.finer
    frame = meeting.frame("profile", table)
    if frame is None or not by or by not in frame.columns:
        return []
    groups = [g for g in frame[by].astype("str").unique() if g != TOTAL]
    if len(groups) < 2:
        return []
    prefix = "" if key == "box" else "ratings_"
    blocks.append(Subheading(say("pack", f"{prefix}groups_heading", by=say("pack_unit", by))))
    wide, fields = widen_groups(meeting, frame, by, key)
    view = View(meeting.results["profile"], table, say("pack_table", f"{prefix}groups", by=say("pack_unit", by),
                                         scope=meeting.scope), fields, wide)
    if picture := meeting.pictures.get("groups"):
        blocks.append(Drawing(picture, say("pack", "groups_caption")))
    blocks.append(page_table(view, folded="groups" in meeting.pictures, summary=say("pack", "open_table")))
    return [Sheet(say("pack_sheet", "groups"), view, (say("pack", "groups_line"),), "groups")]


def widen_groups(meeting: Meeting, frame: pd.DataFrame, by: str, key: str) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Set counts by group and outcome side by side: one row a group, one column an outcome.

    Parameters
    ----------
    meeting
        For the names of the outcomes.
    frame
        Released rows: ``by``, ``key``, ``n``, ``marker``.
    by, key
        Grouping column and outcome column.

    Returns
    -------
    tuple
        The wide frame, counts as text with the marker where withheld when anything was, and its columns.
    """
    groups = frame[by].astype("str")
    cells = {(group, outcome): (0 if pd.isna(n) else int(n), marker if pd.isna(n) else "")
             for group, outcome, n, marker in zip(groups, frame[key], frame["n"], frame["marker"], strict=True)}
    order = sorted(groups.unique(), key=lambda group: (group == TOTAL, group))
    outcomes = sorted(frame[key].unique(), key=lambda outcome: (outcome == 0, outcome))
    any_hidden = any(marker for _, marker in cells.values())
    wide = pd.DataFrame({by: order})
    fields = [column(by)]
    for outcome in outcomes:
        found = [cells.get((group, outcome), (0, "")) for group in order]
        wide[f"n_{outcome}"] = [marker or f"{n:,}" for n, marker in found] if any_hidden else [n for n, _ in found]
        fields.append(Field(f"n_{outcome}", _outcome_name(meeting, int(outcome), key),
                            "text" if any_hidden else "integer", heat=not any_hidden))
    return wide, tuple(fields)


def _outcome_name(meeting: Meeting, outcome: int, key: str) -> str:
    if outcome == 0:
        return NO_PLACEMENT
    if key == "box":
        return f"{outcome} {meeting.framework.box(outcome).name}"
    return meeting.framework.label("performance", outcome)


def _outcome(frame: pd.DataFrame, key: str, name: str) -> pd.Series:
    number = frame[key].astype("str")
    return frame[name].astype("str").where(frame[key] == 0, number + " " + frame[name].astype("str"))


def _fact(value: float | int | str | None, meeting: Meeting) -> str:
    """Write a count; the marker where it was withheld."""
    return f"{int(value):,}" if isinstance(value, int | float) else meeting.settings.disclosure.marker
