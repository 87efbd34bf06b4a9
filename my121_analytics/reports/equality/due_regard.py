"""The due-regard paper: for each protected characteristic what differs, by how much, and what could have been seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from my121_analytics.analysis.disparity import PART_TIME
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.figures.phrases import day, name_group
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.page import (
    Block,
    Bullets,
    PageTable,
    Section,
    Text,
    isolate,
    make_page,
    page_table,
    render_page,
)
from my121_analytics.writing.tables import Field, View, format_value

DIFFERENCE = "difference"


def render_due_regard(results: Sequence[Released], *, settings: Settings) -> bytes:
    """Write the paper as one HTML file.

    Parameters
    ----------
    results
        Of ``compare_groups``, one for each characteristic, released to a reader who may see protected characteristics.
    settings
        Name of the council.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    DisclosureError
        A result has not passed the gate.
    """
    for released in results:
        require_released(released, wanted_by="render_due_regard")
    first = results[0].about
    listed = [line for released in results for line in _say_differences(released)]
    caveats = tuple(dict.fromkeys(code for released in results for code in released.about.caveats))
    lead = say("due_regard", "lead", n=len(listed)) if listed else say("due_regard", "lead_none")
    opening: list[Block] = [Text(lead, "lead")]
    opening += [Bullets(tuple(listed))] if listed else []
    opening += [Text(say("due_regard", "rate", fdr=settings.managers.fdr * 100), "caveat")]
    sections = [_section(released) for released in results]
    sections.append(Section("limits", say("due_regard", "limits"), tuple(
        Text(say("caveat", code)) for code in caveats if code in codes("caveat"))))
    return render_page(make_page(["due_regard", "guide"], council=settings.council.name, as_of=day(first.as_of),
                                 about=(settings.council.name, first.cycle), first=opening, sections=sections))


def characteristic_of(released: Released) -> str:
    """Give the column that the groups of a released comparison are of."""
    return str(require_released(released, wanted_by="characteristic_of").tables["groups"].columns[0])


def _say_differences(released: Released) -> list[str]:
    """Say each difference on the list in one sentence."""
    frame, by = released.tables["differences"], characteristic_of(released)
    rows = frame[frame["verdict"] == DIFFERENCE].to_dict("records")
    return [say("due_regard", "difference", group=isolate(str(row[by])), reference=isolate(str(row["reference"])),
                characteristic=name_group(by), outcome=say("disparity_outcome", row["outcome"]),
                model=say("disparity_model", row["model"]), odds=row["odds_ratio"], lower=row["odds_lower"],
                upper=row["odds_upper"]) for row in rows]


def _section(released: Released) -> Section:
    by = characteristic_of(released)
    name = name_group(by)
    share = released.facts.get("share_declared")
    blocks: list[Block] = []
    if isinstance(share, float) and by != PART_TIME:
        blocks.append(Text(say("due_regard", "declared", share=format_value(share, "share"), name=name)))
    blocks.append(page_table(View(released, "groups", say("due_regard", "groups_caption", name=name), (
        Field(by, name.capitalize()), Field("n", say("due_regard", "people"), "integer"),
        Field("n_rated", say("due_regard", "rated"), "integer"),
        Field("share_rated", say("due_regard", "share_rated"), "share")))))
    rows = [_row(row, by) for row in released.tables["differences"].to_dict("records")]
    compared = tuple(row for row in rows if row)
    if compared:
        headings = tuple(say("due_regard_field", code) for code in (
            "group", "outcome", "model", "n", "difference", "odds", "range", "detectable", "verdict"))
        caption = say("due_regard", "caption", name=name, reference=str(released.facts["reference"]))
        blocks.append(PageTable(caption, headings, compared,
                                numeric=(False, False, False, True, True, True, False, True, False),
                                together=(False,) * 6 + (True, False, False)))
    return Section(by.replace("_", "-"), name.capitalize(), tuple(blocks))


def _row(row: Mapping[Any, Any], by: str) -> tuple[str, ...]:
    """Give one comparison as cells; nothing where it could not be made or was withheld."""
    if row[MARKER] or pd.isna(row["odds_ratio"]):
        return ()
    return (isolate(str(row[by])), say("disparity_outcome", row["outcome"]), say("disparity_model", row["model"]),
            f"{format_value(row['n'], 'integer')} / {format_value(row['n_reference'], 'integer')}",
            format_value(row["difference"], "points"), format_value(row["odds_ratio"], "number"),
            say("due_regard", "range", lower=row["odds_lower"], upper=row["odds_upper"]),
            format_value(row["detectable"], "number"),
            say("disparity_verdict", row["verdict"]) if row["verdict"] else "")
