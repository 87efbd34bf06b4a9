"""Managers' placements beside people's own: how often they are alike, and in which direction they differ."""

from __future__ import annotations

import pandas as pd

from my121_analytics.reports.pack.meeting import Chapter, Meeting, column, range_text
from my121_analytics.reports.topics.self_views import say_agreement
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import Sheet
from my121_analytics.writing.page import Block, Drawing, Section, Text, page_table
from my121_analytics.writing.tables import Field, View


def build_self_chapter(meeting: Meeting) -> Chapter:
    """Write the chapter on own placements: counts of groups alone, nobody is named.

    Parameters
    ----------
    meeting
        With the subject ``agreement``, or the reason why it has none.

    Returns
    -------
    Chapter
        Of the analyst's part.
    """
    heading = say("pack_section", "agreement")
    frame = meeting.frame("agreement", "steps")
    if frame is None:
        why = meeting.problems.get("agreement") or say("pack", "nothing_to_show")
        return Chapter(Section("agreement", heading, (Text(why),)))
    released = meeting.results["agreement"]
    blocks: list[Block] = [Text(say("pack", "self_lead")), *(Text(line) for line in say_agreement(released))]
    if picture := meeting.pictures.get("self"):
        blocks.append(Drawing(picture, say("pack", "self_caption")))
    title = say("pack_table", "self_steps", scope=meeting.scope)
    rows = frame.assign(range=range_text(frame, "share"), axis_words=_name_axes(frame))
    head: tuple[Field, ...] = (column("axis_words", heading=say("topic_field", "axis")),
                               column("step", "integer", heading=say("topic_field", "step")))
    blocks.append(page_table(View(released, "steps", title, (
        *head, column("n", "integer"), column("share", "share"),
        column("range", "range", heading=say("pack_heading", "share_range"))), rows)))
    blocks.append(Text(say("caveat", "self_selected"), "caveat"))
    view = View(released, "steps", title, (*head, column("n", "integer"), column("share", "share"),
                                           column("lower", "share"), column("upper", "share"),
                                           column("base", "integer")), rows)
    return Chapter(Section("agreement", heading, tuple(blocks)),
                   (Sheet(say("pack_sheet", "agreement"), view, (say("pack", "self_lead"),), "own_placements"),))


def _name_axes(frame: pd.DataFrame) -> pd.Series:
    return frame["axis"].astype("str").map(lambda axis: say("nine_box", axis)).astype("str")
