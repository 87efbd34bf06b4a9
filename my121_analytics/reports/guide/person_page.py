"""What the record holds about one person, as one page in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from my121_analytics.analysis.person_record import PERSONAL
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.framework.nine_box import Framework
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.schema import ORIGIN, TABLES
from my121_analytics.writing.page import Block, PageTable, Section, Text, isolate, make_page, render_page
from my121_analytics.writing.tables import format_value

_ORIGIN = tuple(column.name for column in ORIGIN)


def render_person(person: Released, *, employee_id: str, framework: Framework, settings: Settings) -> bytes:
    """Write the page of one person's record.

    Parameters
    ----------
    person
        Of ``gather_person``, released to the analyst who answers the request.
    employee_id
        Number of the person.
    framework
        Labels of levels and boxes.
    settings
        Name of the council.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    DisclosureError
        The result has not passed the gate.
    """
    released = require_released(person, wanted_by="render_person")
    name = isolate(str(released.facts["name"]))
    sections = tuple(_section(table, released.tables[table], framework) for table in PERSONAL)
    first: list[Block] = [Text(say("person", "lead", name=name, id=employee_id), "lead"),
                          Text(say("person", "others")), Text(say("person", "not_here", name=name))]
    if released.facts["n_given"]:
        first.append(Text(say("person", "as_rater", n=released.facts["n_given"], name=name)))
    return render_page(make_page(["person", "guide"], council=settings.council.name, as_of=day(released.about.as_of),
                                 title=say("person", "title", name=name), about=(settings.council.name,), first=first,
                                 sections=sections, is_running=True))


def _section(table: str, rows: pd.DataFrame, framework: Framework) -> Section:
    """Show one table of the record: a row of the record as a small table of what it says, read from where."""
    blocks: list[Block] = []
    columns = [column for column in TABLES[table] if column.name not in _ORIGIN]
    for number, row in enumerate(rows.to_dict("records"), start=1):
        lines = [(_label(column.name, column.label), _value(column.name, row, framework)) for column in columns]
        lines.append((say("person", "source"), _origin(row)))
        caption = f"{say('person', f'table_{table}')} ({number})" if len(rows) > 1 else say("person", f"table_{table}")
        blocks.append(PageTable(caption, (say("guide_field", "fact"), say("guide_field", "value")),
                                tuple(line for line in lines if line[1])))
    return Section(table.replace("_", "-"), say("person", f"table_{table}"),
                   tuple(blocks) or (Text(say("person", "none")),))


def _label(name: str, otherwise: str) -> str:
    if name in codes("person_field"):
        return say("person_field", name)
    return say("group", name).capitalize() if name in codes("group") else otherwise


def _value(name: str, row: Mapping[str, object], framework: Framework) -> str:
    value = row[name]
    if pd.isna(value) or value is False:
        return ""
    shown = _SHOWN.get(name)
    if shown is not None:
        return shown(value, row, framework)
    if value is True:
        return say("person", "yes")
    return day(value.date()) if isinstance(value, pd.Timestamp) else format_value(value, "text")


def _level(axis: str) -> Callable[[object, Mapping[str, object], Framework], str]:
    return lambda value, _, framework: f"{value} ({framework.label(axis, int(str(value)))})"


_SHOWN: dict[str, Callable[[object, Mapping[str, object], Framework], str]] = {
    "performance": _level("performance"), "potential": _level("potential"),
    "box": lambda value, _, framework: (f"{value} ({framework.box(int(str(value))).name})" if framework.has_map
                                        else str(value)),
    "rater_id": lambda value, row, _: f"{value} ({row['rater_name']})",
    "manager_id": lambda value, row, _: f"{value} ({row['manager_name']})",
}


def _origin(row: Mapping[str, object]) -> str:
    parts = {name: str(row[name]) for name in _ORIGIN if not pd.isna(row[name]) and str(row[name])}
    return ", ".join(say("person", "row", row=text) if name == "origin_row" else text for name, text in parts.items())
