"""Coverage: who has had the conversations and a placement, and who is to be asked for them."""

from __future__ import annotations

import pandas as pd

from my121_analytics.reports.pack.meeting import Chapter, Meeting, column, range_text
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.writing.book import Sheet
from my121_analytics.writing.page import Block, Drawing, Section, Subheading, Text, page_table
from my121_analytics.writing.tables import View

MOST_MANAGERS = 40
"""Managers that the page lists; the workbook holds all of them."""


def build_coverage(meeting: Meeting) -> Chapter:
    """Write the chapter on conversations and placements."""
    heading = say("pack_section", "coverage")
    if "coverage" not in meeting.results:
        return Chapter(Section("coverage", heading, (Text(meeting.problems["coverage"]),)))
    blocks: list[Block] = [Text(say("pack", "coverage_lead",
                                    n=meeting.settings.coverage.conversations_per_year))]
    if picture := meeting.pictures.get("coverage"):
        blocks.append(Drawing(picture, say("pack", "coverage_caption")))
    blocks[1:1] = [Text(say("caveat", code)) for code in meeting.results["coverage"].about.caveats]
    sheets = [*_groups(meeting, blocks), *_parts(meeting, blocks), *_chase(meeting, blocks), *_missing(meeting, blocks)]
    return Chapter(Section("coverage", heading, tuple(blocks)), tuple(sheets))


def group_column(frame: pd.DataFrame) -> str:
    """Find the column of the organisation that a coverage table is broken down by: its first."""
    return str(frame.columns[0])


def total_of(meeting: Meeting) -> pd.Series | None:
    """Give the row of the whole unit, None where there is none."""
    frame = meeting.frame("coverage", "by_group")
    if frame is None or frame.empty:
        return None
    total = frame[frame[group_column(frame)].astype("str") == TOTAL]
    rows = total if len(total) else frame
    return rows.iloc[0] if len(rows) == 1 else None


def _groups(meeting: Meeting, blocks: list[Block]) -> list[Sheet]:
    frame = meeting.frame("coverage", "by_group")
    if frame is None or frame.empty:
        blocks.append(Text(meeting.why_absent("coverage", "by_group")))
        return []
    released, rows = meeting.results["coverage"], frame.assign(range=range_text(frame, "share"))
    by = group_column(frame)
    title = say("pack_table", "coverage", scope=meeting.scope)
    page_fields = (column(by), column("n_posts", "integer"), column("n_with_placement", "integer"),
                   column("base", "integer", heading=say("pack_heading", "n_owed")),
                   column("n_with_enough", "integer"),
                   column("estimate", "share", heading=say("pack_heading", "share_enough")),
                   column("range", "range", heading=say("pack_heading", "share_range")))
    blocks.append(page_table(View(released, "by_group", title, page_fields, rows)))
    view = View(released, "by_group", title, (
        column(by), column("n_posts", "integer"), column("n_with_placement", "integer"),
        column("n_without_placement", "integer", heat=True), column("n_agreed", "integer"),
        column("n_people", "integer"), column("n_with_any", "integer"),
        column("base", "integer", heading=say("pack_heading", "n_owed")), column("n_with_enough", "integer"),
        column("n_too_few", "integer", heat=True),
        column("estimate", "share", heading=say("pack_heading", "share_enough")), column("lower", "share"),
        column("upper", "share")))
    return [Sheet(say("pack_sheet", "coverage"), view, (say("pack", "coverage_line"),), "coverage")]


def _parts(meeting: Meeting, blocks: list[Block]) -> list[Sheet]:
    """Show which parts of the record of a formal conversation are filled."""
    frame = meeting.frame("coverage", "parts")
    if frame is None or not (frame["n_formal"].fillna(0) > 0).any() or _withholds_people(meeting):
        return []
    released, rows = meeting.results["coverage"], frame.assign(range=range_text(frame, "share"))
    title = say("pack_table", "parts", scope=meeting.scope)
    short = (column("label", heading=say("pack_heading", "record_part")), column("n_formal", "integer"),
             column("n_filled", "integer"), column("share", "share"))
    on_page = (*short, column("range", "range", heading=say("pack_heading", "share_range")))
    view = View(released, "parts", title, on_page, rows)
    blocks.append(page_table(view, folded=True, summary=say("pack", "open_parts")))
    view = View(released, "parts", title, (*short, column("lower", "share"), column("upper", "share")))
    return [Sheet(say("pack_sheet", "parts"), view, (say("pack", "parts_line"),), "record_parts")]


def _withholds_people(meeting: Meeting) -> bool:
    """Say whether it is withheld how many people had conversations: two each, and their number would tell it."""
    total = total_of(meeting)
    return total is not None and bool(total["marker"] != "")


def _chase(meeting: Meeting, blocks: list[Block]) -> list[Sheet]:
    frame = meeting.frame("coverage", "managers")
    blocks.append(Subheading(say("pack", "chase_heading")))
    if frame is None:
        blocks.append(Text(meeting.why_absent("coverage", "managers")))
        return []
    owing = frame[(frame["n_without_placement"] > 0) | (frame["n_without_conversation"] > 0)]
    if owing.empty:
        known = frame["n_without_conversation"].notna().any()
        blocks.append(Text(say("pack", "chase_nobody" if known else "chase_nobody_placements")))
        return []
    owing = owing.sort_values(["directorate", "service", "team", "name", "rater_id"], kind="stable")
    released = meeting.results["coverage"]
    title = say("pack_table", "chase", scope=meeting.scope)
    if len(owing) <= MOST_MANAGERS:
        blocks.append(page_table(View(released, "managers", title, (
            column("name", heading=say("pack_heading", "manager")), column("team"), column("n_team", "integer"),
            column("n_without_placement", "integer"), column("n_without_conversation", "integer")), owing)))
    else:
        blocks.append(Text(count_say("pack", "chase_in_workbook", len(owing))))
    view = View(released, "managers", title, (
        column("name", heading=say("pack_heading", "manager")), column("rater_id", "id"), column("directorate"),
        column("service"), column("team"), column("n_team", "integer"), column("n_without_placement", "integer"),
        column("n_without_conversation", "integer")), owing)
    return [Sheet(say("pack_sheet", "chase"), view, (say("pack", "chase_line"),), "chasing_list")]


def _missing(meeting: Meeting, blocks: list[Block]) -> list[Sheet]:
    frame = meeting.frame("coverage", "missing")
    if frame is None or frame.empty:
        return []
    blocks.append(Text(count_say("pack", "missing_in_workbook", frame["employee_id"].nunique(),
                                 sheet=say("pack_sheet", "missing"))))
    wanted = ("name", "employee_id", "post_id", "manager_id", "directorate", "service", "team", "missing")
    fields = tuple(column(name, "id" if name.endswith("_id") else "text") for name in wanted if name in frame.columns)
    view = View(meeting.results["coverage"], "missing", say("pack_table", "missing", scope=meeting.scope), fields)
    return [Sheet(say("pack_sheet", "missing"), view, (say("pack", "missing_line"),), "missing")]
