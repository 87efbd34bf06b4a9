"""The guide for one manager: who is due a conversation, which questions fit each person, and the record to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from my121_analytics.calibration.reasons import say_months
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.framework.conversation_guide import BoxGuide, ConversationGuide
from my121_analytics.framework.nine_box import Framework
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.page import (
    Block,
    Bullets,
    PageTable,
    Section,
    Subheading,
    Text,
    isolate,
    make_page,
    render_page,
)
from my121_analytics.writing.tables import format_value

OPENERS = 4
"""Questions of a box that stand with each person; all of them are further down, and nobody is to be asked all."""
SOON_DAYS = 31


def render_guide(conversations: Released, patterns: Released | None, *, manager: str, guide: ConversationGuide,
                 framework: Framework, settings: Settings) -> bytes:
    """Write one manager's guide as one HTML file.

    Parameters
    ----------
    conversations
        Of ``prepare_conversations``, released to this manager.
    patterns
        Of ``estimate_severity``, released to this manager; None where it could not be estimated.
    manager
        Name of the manager.
    guide
        Texts.
    framework
        The council's map and scales.
    settings
        Name of the council; conversations a year.

    Returns
    -------
    bytes
        UTF-8. The same results give the same bytes.

    Raises
    ------
    DisclosureError
        A result has not passed the gate.
    """
    people = require_released(conversations, wanted_by="render_guide").tables["people"]
    actions = conversations.tables["actions"]
    as_of = conversations.about.as_of
    sections = [_who_is_due(people, as_of)] if len(people) else []
    sections += [_person(person, actions[actions["employee_id"] == person["employee_id"]], guide, framework, number)
                 for number, person in enumerate(people.to_dict("records"), start=1)]
    sections += [_boxes(people, guide, framework)] if framework.has_map and (people["box"] > 0).any() else []
    sections += [*_levels(guide, framework), _conversation(guide)]
    sections += [_pattern(require_released(patterns, wanted_by="render_guide"))] if patterns is not None else []
    name = isolate(manager)
    return render_page(make_page(["guide"], council=settings.council.name, as_of=day(as_of),
                                 protect=say("guide", "protect", name=name), about=(settings.council.name, name),
                                 first=_first_page(people, guide, settings, as_of), sections=sections, is_running=True))


def _first_page(people: pd.DataFrame, guide: ConversationGuide, settings: Settings, as_of: date) -> tuple[Block, ...]:
    yearly = say("guide", "yearly", n=settings.coverage.conversations_per_year)
    if people.empty:
        return Text(say("guide", "nobody"), "lead"), Text(yearly)
    n_due, n = int(people["is_overdue"].sum()), len(people)
    code = {0: "due_none", 1: "due_one"}.get(n_due, "due_many")
    lead = say("guide", code, **({"due": n_due, "n": n} if code == "due_many" else {"n": n}))
    later = people.loc[people["due_on"] >= pd.Timestamp(as_of), "due_on"]
    if len(later):
        lead += " " + say("guide", "due_next", day=day(later.min().date()))
    return (Text(lead, "lead"), Text(yearly), Text(guide.choosing), Text(guide.not_prescriptive, "caveat"),
            Subheading(say("guide", "purposes")), Bullets(guide.purposes))


def _who_is_due(people: pd.DataFrame, as_of: date) -> Section:
    ordered = people.sort_values(["due_on", "name"], na_position="first")
    rows = [(isolate(person["name"]), person["role"], _date(person["last_formal"], "never"),
             _date(person["due_on"], "unknown"), _state(person["due_on"], as_of))
            for person in ordered.to_dict("records")]
    headings = _headings("name", "role", "last_formal", "due_on", "state")
    grid = PageTable(say("guide", "who_caption", day=day(as_of)), headings, tuple(rows))
    return Section("due", say("guide", "who"), (grid,))


def _state(due_on: pd.Timestamp, as_of: date) -> str:
    if pd.isna(due_on):
        return say("guide", "due_unknown")
    if due_on < pd.Timestamp(as_of):
        return say("guide", "overdue")
    soon = due_on <= pd.Timestamp(as_of) + pd.Timedelta(days=SOON_DAYS)
    return say("guide", "due_soon" if soon else "due_later")


def _person(person: Mapping[Any, Any], actions: pd.DataFrame, guide: ConversationGuide, framework: Framework,
            number: int) -> Section:
    name = isolate(person["name"])
    blocks: list[Block] = [_facts(person, framework)]
    asked = [guide.history[code] for code in person["reasons"].split("; ") if code]
    blocks += [Subheading(say("guide", "questions_record")),
               Bullets(tuple(asked)) if asked else Text(say("guide", "nothing_known"))]
    box = guide.boxes.get(person["box"])
    if box is not None:
        blocks += [Subheading(say("guide", "questions_box")), Bullets(box.questions[:OPENERS])]
        blocks += [Text(box.care, "caveat")] if box.care else []
    blocks += [show_actions(actions, name)]
    blocks += [blank_record(guide, say("guide", "record_caption", name=name))]
    return Section(f"person-{number}", say("guide", "your_people", name=name), tuple(blocks), starts_sheet=True)


def _facts(facts: Mapping[Any, Any], framework: Framework) -> PageTable:
    rows = [("role", facts["role"])]
    if framework.has_map:
        rows += [("box_name", _box(framework, facts["box"])), ("before", _box(framework, facts["box_before"])),
                 ("own", _box(framework, facts["own_box"]))]
    rows += [("months_in_post", _months(facts["months_in_post"]))]
    rows += [("months_in_box", _months(facts["months_in_box"]))] if framework.has_map else []
    met = "" if pd.isna(facts["n_set"]) else say("guide", "met", met=int(facts["n_met"]), n=int(facts["n_set"]))
    rows += [("objectives", met or say("guide", "unknown")), ("last_formal", _date(facts["last_formal"], "never")),
             ("due_on", _date(facts["due_on"], "unknown"))]
    return PageTable(say("guide", "person_caption", name=isolate(facts["name"])), _headings("fact", "value"),
                     tuple((say("guide_field", code), value) for code, value in rows))


def show_actions(actions: pd.DataFrame, name: str) -> Block:
    """Show one person's development actions, or say that there are none."""
    if actions.empty:
        return Text(say("guide", "actions_none"), "source")
    rows = [(action["intervention"], _purpose(action["purpose"]), _date(action["agreed_on"], "unknown"),
             _date(action["due_on"], "unknown"), _became(action))
            for action in actions.to_dict("records")]
    return PageTable(say("guide", "actions_caption", name=name),
                     _headings("intervention", "purpose", "agreed_on", "action_due", "action_state"), tuple(rows))


def _became(action: Mapping[Any, Any]) -> str:
    """Say what became of an action, with the day where it is done and the day is on record."""
    if action["state"] == "done" and not pd.isna(action["completed_on"]):
        return say("guide", "done_on", day=_date(action["completed_on"], "unknown"))
    return say("guide_action", action["state"])


def blank_record(guide: ConversationGuide, caption: str) -> PageTable:
    """Give the record of a conversation as a table to write in."""
    rows = tuple((part.name, part.asks, "") for part in guide.record)
    return PageTable(caption, _headings("part", "asks", "notes"), rows, entry=(False, False, True))


def _boxes(people: pd.DataFrame, guide: ConversationGuide, framework: Framework) -> Section:
    """Say what the boxes mean that somebody of this team is in."""
    blocks: list[Block] = []
    for number in sorted({int(box) for box in people["box"] if box > 0}):
        blocks.append(Subheading(say("guide", "box_heading", number=number, name=framework.box(number).name)))
        blocks += describe_box(guide.boxes[number]) if number in guide.boxes else []
    return Section("boxes", say("guide", "boxes"), tuple(blocks), starts_sheet=True)


def describe_box(box: BoxGuide) -> list[Block]:
    """Give what the guide says of one box."""
    parts = (("questions", box.questions), ("leadership", box.leadership), ("development", box.development),
             ("interventions", box.interventions))
    blocks: list[Block] = [Text(box.tag, "lead"), Bullets(box.definition)]
    for code, items in parts:
        if items:
            blocks += [Text(say("guide", code), "caveat"), Bullets(items)]
    return blocks


def _levels(guide: ConversationGuide, framework: Framework) -> list[Section]:
    """Describe the levels, where the council's scale is the one that the guide describes."""
    rows = []
    for axis, texts in (("performance", guide.performance), ("potential", guide.potential)):
        levels = framework.levels(axis)
        if len(levels) == len(texts):
            rows += [(f"{say('guide_field', axis)} {level.level}: {level.label}", text)
                     for level, text in zip(levels, texts, strict=True)]
    if not rows:
        return []
    grid = PageTable(say("guide", "levels_caption"), _headings("level", "looks"), tuple(rows))
    return [Section("levels", say("guide", "levels"), (grid,))]


def _conversation(guide: ConversationGuide) -> Section:
    stages = tuple(f"{stage.name}: {' '.join(stage.does)}" for stage in guide.stages)
    return Section("conversation", say("guide", "conversation"), (
        Text(guide.initiating), Subheading(say("guide", "before_manager")), Bullets(guide.preparation["manager"]),
        Subheading(say("guide", "before_employee")), Bullets(guide.preparation["employee"]),
        Subheading(say("guide", "stages")), Bullets(stages), Subheading(say("guide", "after")), Text(guide.after),
        Text(guide.consistency)))


def _pattern(patterns: Released) -> Section:
    """Set the manager's own ratings beside what is usual. Nobody else is shown, and there is nothing to rank by."""
    own = patterns.tables.get("managers")
    points = patterns.tables.get("points")
    if own is None or own.empty or pd.isna(own["lower"].iloc[0]) or points is None or points.empty:
        blocks: list[Block] = [Text(say("guide", "pattern_none"), "lead")]
    else:
        blocks = _describe_pattern(own.iloc[0].to_dict(), points.sort_values("level").iloc[-1].to_dict())
    return Section("pattern", say("guide", "pattern"), (*blocks, Text(say("guide", "pattern_limits"), "caveat")))


def _describe_pattern(own: Mapping[str, float], top: Mapping[str, float]) -> list[Block]:
    lead = say("guide", "pattern_lead", n=int(own["n_ratings"]), mean=own["mean_rating"],
               expected=own["expected_rating"])
    more = say("guide", "pattern_more" if top["points"] >= 0 else "pattern_fewer")
    detail = say("guide", "pattern_points", points=abs(top["points"] * 100), more=more,
                 lower=format_value(top["lower"], "points"), upper=format_value(top["upper"], "points"))
    wide = [Text(say("guide", "pattern_wide"))] if own["lower"] <= 0 <= own["upper"] else []
    return [Text(lead, "lead"), Text(detail), *wide]


def _headings(*codes: str) -> tuple[str, ...]:
    return tuple(say("guide_field", code) for code in codes)


def _box(framework: Framework, number: int) -> str:
    return say("guide", "unknown") if not number else framework.box(number).name


def _months(months: Any) -> str:
    return say("guide", "unknown") if pd.isna(months) else say_months(int(months))


def _date(value: Any, otherwise: str) -> str:
    return say("guide", otherwise) if pd.isna(value) else day(pd.Timestamp(value).date())


def _purpose(code: str) -> str:
    return say("guide_purpose", code) if code in ("maintain", "address", "prepare") else say("guide", "unknown")
