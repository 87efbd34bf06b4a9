"""The form for a team's conversations: a workbook to fill in, whose sheets the record can take in again."""

from __future__ import annotations

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.framework.conversation_guide import ConversationGuide
from my121_analytics.framework.nine_box import Framework
from my121_analytics.reports.contact import contact_line
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.schema import CATCH_UP, FORMAL
from my121_analytics.writing.book import Book, Sheet
from my121_analytics.writing.tables import Field, View
from my121_analytics.writing.workbook import write_workbook

PURPOSES = ("maintain", "address", "prepare")


def write_record_form(conversations: Released, *, manager: str, guide: ConversationGuide, framework: Framework,
                      settings: Settings) -> bytes:
    """Write the form of one manager's team.

    Parameters
    ----------
    conversations
        Of ``prepare_conversations``, released to this manager.
    manager
        Name of the manager.
    guide
        Parts of the record and interventions offered in the lists.
    framework
        Levels offered in the lists.
    settings
        Name of the council, and whom to ask.

    Returns
    -------
    bytes
        An xlsx file with a sheet for conversations, one for own placements and one for development actions; one line
        for each person, and for actions three. Numbers and names cannot be changed. ``read_record_form`` reads it back.

    Raises
    ------
    DisclosureError
        The result has not passed the gate.
    """
    released = require_released(conversations, wanted_by="write_record_form")
    title = say("record_form", "title", name=manager)
    sheets = (_sheet(released, "conversations", _conversation_fields(guide)),
              _sheet(released, "own", _own_fields(framework)),
              _sheet(released, "actions", _action_fields(guide), repeat=3))
    cover = ((say("record_form", "council"), settings.council.name), (say("record_form", "manager"), manager),
             (say("record_form", "as_of"), day(released.about.as_of)),
             *((say("record_form", f"step_{number}"), say("record_form", f"step_{number}_text"))
               for number in (1, 2, 3)), contact_line(settings))
    return write_workbook(Book(title=title, cover=tuple(line for line in cover if line[1]), sheets=sheets,
                               as_of=released.about.as_of, notes={}, profile="working",
                               subject=say("record_form", "subject")))


def _sheet(released: Released, code: str, fields: tuple[Field, ...], *, repeat: int = 1) -> Sheet:
    people = released.tables["people"]
    rows = people.loc[people.index.repeat(repeat)].reset_index(drop=True)
    own = (Field("employee_id", say("record_form_heading", "employee_id"), "id"),
           Field("name", say("record_form_heading", "name")))
    view = View(released, "people", say("record_form", f"{code}_title"), (*own, *fields), rows=rows)
    return Sheet(say("record_form", f"{code}_sheet"), view, (say("record_form", f"{code}_line"),), f"{code}_form",
                 frozen=2, protected=True)


def _blank(code: str, choices: tuple[str, ...] = (), *, is_open: bool = False) -> Field:
    return Field(code, say("record_form_heading", code), choices=choices, blank=True, is_open=is_open)


def _conversation_fields(guide: ConversationGuide) -> tuple[Field, ...]:
    parts = tuple(Field(part.column, part.name, choices=("Yes", "No"), blank=True) for part in guide.record)
    return (_blank("held_on"), _blank("kind", (FORMAL.capitalize(), CATCH_UP.capitalize())), *parts)


def _own_fields(framework: Framework) -> tuple[Field, ...]:
    axes = [("performance", framework.performance), ("potential", framework.potential)]
    return (_blank("own_placed_on"), *(_blank(f"own_{axis}", tuple(level.label for level in levels))
                                       for axis, levels in axes if levels))


def _action_fields(guide: ConversationGuide) -> tuple[Field, ...]:
    offered = tuple(dict.fromkeys(item for box in guide.boxes.values() for item in box.interventions))
    return (_blank("intervention", offered, is_open=True), _blank("purpose", PURPOSES), _blank("agreed_on"),
            _blank("due_on"))
