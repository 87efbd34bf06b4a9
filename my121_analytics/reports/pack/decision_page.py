"""The sheet for the room: outcome, agreed box and reason by hand, and the sign-off."""

from __future__ import annotations

from my121_analytics.calibration.decision_lines import outcome_words
from my121_analytics.reports.contact import name_contact
from my121_analytics.reports.pack.agenda import DECISIONS, placement_words
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.notes import sign_off_grid
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.page import Block, PageTable, Section, Text


def build_decision_page(meeting: Meeting) -> Section:
    """Write the director's last chapter: what was decided, by whom, and whom to ask."""
    blocks: list[Block] = []
    people = meeting.frame("agenda", "people")
    inside = people[people["in_meeting"].astype(bool)] if people is not None else None
    if inside is not None and len(inside):
        inside = inside.sort_values("position", kind="stable")
        outcomes = tuple(outcome_words().values())
        blank = ("",) * (len(outcomes) + 2)
        ids = inside["employee_id"].astype("str")
        names = inside["name"].astype("str")
        names = names.where(~names.duplicated(keep=False), names + " (" + ids + ")")
        rows = tuple((name, place, *blank) for name, place in zip(
            names, placement_words(meeting.framework, inside), strict=True))
        headings = (say("pack_heading", "name"), say("pack_heading", "placement"), *outcomes,
                    say("pack_heading", "agreed"), say("pack_heading", "decision_reason"))
        blocks += [Text(say("pack", "decide_by_hand", sheet=DECISIONS)),
                   PageTable(say("pack_table", "decisions", scope=meeting.scope), headings, rows,
                             entry=(False, False, *(True for _ in blank)))]
    correct = say("pack_correct", "question", contact=name_contact(meeting.settings))
    blocks += [sign_off_grid(), Text(say("pack", "analyst_part", correct=correct), "source")]
    return Section("decide", say("pack_section", "decide"), tuple(blocks))
