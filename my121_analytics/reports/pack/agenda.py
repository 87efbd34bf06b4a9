"""People to discuss, each with the question to ask, and the sheet on which the decisions are written down."""

from __future__ import annotations

import pandas as pd

from my121_analytics.calibration.actions import statistic_words
from my121_analytics.calibration.decision_lines import AXES, NOT_DISCUSSED, outcome_words
from my121_analytics.framework.nine_box import Framework
from my121_analytics.reports.pack.meeting import Chapter, Meeting, column
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.book import Sheet
from my121_analytics.writing.page import Block, Section, Subheading, Text, page_table
from my121_analytics.writing.tables import Field, View

ACTIONS, ACTION_LINES = "Actions", 12
DECISIONS = "Decisions"
"""Name of the sheet that comes back from the meeting."""
ENTRY = ("agreed_box", "agreed_performance", "agreed_potential", "decision_reason", "manager_view", "employee_view",
         "agreed_by")
MOST_LATER = 60
"""People beyond the meeting's minutes that the page lists; all of them are in the workbook."""


def build_agenda_chapter(meeting: Meeting) -> Chapter:
    """Write the chapter on the people to discuss, with the sheet for decisions."""
    heading = say("pack_section", "agenda")
    people = meeting.frame("agenda", "people")
    if people is None:
        return Chapter(Section("agenda", heading, (Text(meeting.why_absent("agenda", "people")),)))
    blocks: list[Block] = [Text(say("pack", "agenda_lead"))]
    sheets = []
    if people.empty:
        blocks.append(Text(say("pack", "agenda_empty", where=meeting.where)))
    else:
        sheets.append(_list_people(meeting, people, blocks))
    decisions = _decisions(meeting, people)
    if decisions is not None:
        blocks.append(Text(say("pack", "decisions_where", sheet=DECISIONS)))
        sheets.append(decisions)
        sheets.append(_actions(meeting))
    return Chapter(Section("agenda", heading, tuple(blocks)), tuple(sheets))


def _list_people(meeting: Meeting, people: pd.DataFrame, blocks: list[Block]) -> Sheet:
    shown = people.assign(placement=placement_words(meeting.framework, people)).sort_values("position", kind="stable")
    inside = shown["in_meeting"].astype(bool)
    released = meeting.results["agenda"]
    fields = (column("name"), column("rater_name"), column("placement"), column("question"))
    minutes = f"{int(shown.loc[inside, 'minutes'].sum()):,}"
    title = count_say("pack_table", "agenda_now", int(inside.sum()), minutes=minutes, scope=meeting.scope)
    blocks.append(Subheading(say("pack", "agenda_now_heading")))
    blocks.append(page_table(View(released, "people", title, fields, shown[inside])))
    n_later = int((~inside).sum())
    if n_later:
        blocks.append(Subheading(say("pack", "agenda_later_heading")))
        title = count_say("pack_table", "agenda_later", n_later, scope=meeting.scope)
        later = View(released, "people", title, fields, shown[~inside].head(MOST_LATER))
        blocks.append(page_table(later, folded=True, summary=count_say("pack", "agenda_later_open", n_later)))
        if n_later > MOST_LATER:
            blocks.append(Text(count_say("pack", "agenda_more", n_later - MOST_LATER)))
    in_words = [say("pack", "yes" if now else "no") for now in inside]
    view = View(released, "people", say("pack_table", "agenda", scope=meeting.scope), (
        column("position", "integer"), column("name"), column("employee_id", "id"), column("post_id", "id"),
        column("role"), column("rater_name"), column("directorate"), column("service"), column("team"),
        column("placement"), column("question"), column("minutes", "integer"),
        column("in_words", heading=say("pack_heading", "in_meeting"))),
        shown.assign(in_words=in_words))
    return Sheet(say("pack_sheet", "agenda"), view, (say("pack", "agenda_line"),), "agenda", frozen=2)


def _decisions(meeting: Meeting, people: pd.DataFrame) -> Sheet | None:
    """Set out the sheet that comes back: headings are the record's own names, so that a program can read it."""
    roster = meeting.frame("roster", "people")
    if roster is None or roster.empty:
        return None
    asked = people[["employee_id", "post_id", "position", "question", "in_meeting"]]
    asked = asked.astype({"employee_id": "str", "post_id": "str"})
    rows = roster.merge(asked, on=["employee_id", "post_id"], how="left").sort_values(
        "position", kind="stable", na_position="last")
    if meeting.is_council:  # everyone else is decided in their own unit's meeting
        rows = rows[rows["position"].notna()]
    if rows.empty:
        return None
    framework = meeting.framework
    outcomes = outcome_words()
    in_meeting = rows["in_meeting"].fillna(False).astype(bool)
    rows = rows.assign(**{f"{axis}_now": rows[axis].map(_labels(framework, axis)) for axis in AXES},
                       outcome=pd.Series(None, index=rows.index, dtype="object").where(
                           in_meeting, outcomes[NOT_DISCUSSED]))
    choices = {f"agreed_{axis}": tuple(_labels(framework, axis).values()) for axis in AXES}
    current = AXES if framework.has_map else ("performance",)
    columns = ("employee_id", "name", "post_id", "cycle", "service", "team")
    plain = [*(Field(name, name, "id" if name.endswith("_id") else "text") for name in columns),
             Field("rater_name", "manager"), *(Field(f"{axis}_now", axis) for axis in current),
             Field("question", "question"),
             Field("outcome", "outcome", entry=True, choices=tuple(outcomes.values()))]
    entry = [Field(name, name, blank=True, choices=choices.get(name, ())) for name in ENTRY
             if not name.startswith("agreed_") or name == "agreed_by" or name.removeprefix("agreed_") in current]
    title = say("pack_table", "decisions", scope=meeting.scope)
    view = View(meeting.results["roster"], "people", title, (*plain, *entry), rows)
    lines = (say("pack", "decisions_line"), say("pack", "decisions_keep"))
    return Sheet(DECISIONS, view, lines, "decisions", frozen=2, protected=True)


def _actions(meeting: Meeting) -> Sheet:
    """Set out the sheet for actions: what, who, by when, and the statistic that is worked out again next time."""
    rows = pd.DataFrame({"unit_column": [meeting.by if meeting.unit else ""] * ACTION_LINES,
                         "unit": [meeting.unit] * ACTION_LINES})
    fields = (Field("unit_column", "unit_column"), Field("unit", "unit"), Field("action", "action", blank=True),
              Field("owner", "owner", blank=True), Field("due_on", "due_on", blank=True),
              Field("statistic", "statistic", blank=True, choices=tuple(statistic_words().values())))
    view = View(meeting.results["roster"], "people", say("pack_table", "actions", scope=meeting.scope), fields, rows)
    return Sheet(ACTIONS, view, (say("pack", "actions_line"),), "actions", protected=True)


def _labels(framework: Framework, axis: str) -> dict[int, str]:
    """Write each level or box as number and name, so that either can be read back."""
    if axis == "box":
        return {box.number: f"{box.number} - {box.name}" for box in framework.boxes}
    return {level.level: f"{level.level} - {level.label}" for level in framework.levels(axis)}


def placement_words(framework: Framework, people: pd.DataFrame) -> pd.Series:
    """Write where each person is placed: box by number and name, else the rating, else that there is none."""
    boxes = {number: label.replace(" - ", " ", 1) for number, label in _labels(framework, "box").items()}
    ratings = {level.level: level.label for level in framework.performance}
    return (people["box"].map(boxes).astype("str").fillna(people["performance"].map(ratings).astype("str"))
            .fillna(say("pack", "not_placed")))
