"""One person's preparation for a My 1:1: questions, what was agreed, how the map works, and who sees what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.framework.conversation_guide import ConversationGuide
from my121_analytics.framework.nine_box import Framework
from my121_analytics.reports.guide.manager_guide import blank_record, show_actions
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.page import Block, Bullets, PageTable, Section, Text, isolate, make_page, render_page


def render_preparation(conversations: Released, employee_id: str, *, manager: str, guide: ConversationGuide,
                       framework: Framework, settings: Settings) -> bytes:
    """Write one person's preparation sheet as one HTML file.

    Parameters
    ----------
    conversations
        Of ``prepare_conversations``, released to the person's manager.
    employee_id
        Whose sheet; one of the manager's people.
    manager
        Name of the manager.
    guide, framework, settings
        As for ``render_guide``.

    Returns
    -------
    bytes
        UTF-8. It holds neither the manager's placement nor the questions that the record suggests to the manager: the
        person's own view comes first.

    Raises
    ------
    DisclosureError
        The result has not passed the gate.
    KeyError
        The person is not among the manager's people.
    """
    released = require_released(conversations, wanted_by="render_preparation")
    people = released.tables["people"].set_index("employee_id")
    person: Mapping[Any, Any] = people.loc[employee_id].to_dict()
    actions = released.tables["actions"]
    name = isolate(person["name"])
    lead = say("preparation", "lead_unknown", manager=isolate(manager)) if pd.isna(person["due_on"]) else say(
        "preparation", "lead", manager=isolate(manager), day=day(person["due_on"].date()))
    sections = [
        Section("before", say("preparation", "before"), (Bullets(guide.preparation["employee"]),)),
        Section("think", say("preparation", "think"), (Bullets(guide.open_questions),)),
        *([Section("place", say("preparation", "own_place"), _place(framework, guide))] if framework.has_map else []),
        Section("actions", say("preparation", "actions"),
                (show_actions(actions[actions["employee_id"] == employee_id], name),)),
        Section("recorded", say("preparation", "recorded"),
                (Bullets(tuple(say("recorded", code) for code in codes("recorded"))),
                 blank_record(guide, say("guide", "record_caption", name=name)))),
    ]
    return render_page(make_page(["preparation", "guide"], council=settings.council.name,
                                 as_of=day(released.about.as_of), protect=say("preparation", "protect", name=name),
                                 about=(settings.council.name, name), first=(Text(lead, "lead"),), sections=sections,
                                 is_paper=True))


def _place(framework: Framework, guide: ConversationGuide) -> tuple[Block, ...]:
    rows = tuple((f"{box.number} {box.name}", guide.boxes[box.number].tag if box.number in guide.boxes else "", "")
                 for box in sorted(framework.boxes, key=lambda box: box.number))
    headings = (say("guide_field", "box"), say("guide_field", "looks"), say("preparation", "yours"))
    return (Text(say("preparation", "own_place_text")),
            PageTable(say("preparation", "caption_place"), headings, rows, entry=(False, False, True)))
