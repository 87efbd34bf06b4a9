"""The due-regard paper: for each protected characteristic what differs, by how much, and what could have been seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from my121_analytics.analysis.disparity import PART_TIME
from my121_analytics.analysis.workforce_profile import order_naturally
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.figures.phrases import day, name_group
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.results import TOTAL
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
    findings = say_findings(results, settings)
    opening: list[Block] = [Text(findings.lead, "lead")]
    opening += [Bullets(findings.differences)] if findings.differences else []
    opening += [Text(findings.rate, "caveat")]
    sections = [_section(released) for released in results]
    sections.append(Section("limits", say("due_regard", "limits"), tuple(Text(line) for line in findings.limits)))
    return render_page(make_page(["due_regard", "guide"], council=settings.council.name, as_of=day(first.as_of),
                                 about=(settings.council.name, first.cycle), first=opening, sections=sections))


@dataclass(frozen=True)
class Findings:
    """What the comparisons say together: sentences for a page or a sheet, in order."""

    lead: str
    differences: tuple[str, ...]
    rate: str
    limits: tuple[str, ...]


def say_findings(results: Sequence[Released], settings: Settings, *, mark: Callable[[str], str] = isolate) -> Findings:
    """Say which differences are on the list, how many of them chance alone would put there, and what cannot be told.

    Parameters
    ----------
    results
        Of ``compare_groups``, released to one reader.
    settings
        The rate of chance findings.
    mark
        Keeps a group's name apart from the sentence around it; a sheet needs none.
    """
    listed = tuple(line for released in results for line in _say_differences(released, mark))
    caveats = dict.fromkeys(code for released in results for code in released.about.caveats)
    lead = say("due_regard", "lead", n=len(listed)) if listed else say("due_regard", "lead_none")
    return Findings(lead, listed, say("due_regard", "rate", fdr=settings.managers.fdr * 100),
                    tuple(say("caveat", code) for code in caveats if code in codes("caveat")))


def characteristic_of(released: Released) -> str:
    """Give the column that the groups of a released comparison are of."""
    return str(require_released(released, wanted_by="characteristic_of").tables["groups"].columns[0])


def _say_differences(released: Released, mark: Callable[[str], str]) -> list[str]:
    """Say each difference on the list in one sentence."""
    if "differences" not in released.tables:
        return []
    frame, by = released.tables["differences"], characteristic_of(released)
    rows = frame[frame["verdict"] == DIFFERENCE].to_dict("records")
    return [say("due_regard", "difference", group=mark(str(row[by])), reference=mark(str(row["reference"])),
                characteristic=name_group(by), share=format_value(row["share"], "share"),
                share_reference=format_value(row["share_reference"], "share"),
                outcome_share=say("disparity_outcome_share", row["outcome"]),
                outcome=say("disparity_outcome", row["outcome"]),
                model=say("disparity_model", row["model"]), odds=row["odds_ratio"], lower=row["odds_lower"],
                upper=row["odds_upper"]) for row in rows]


def in_order(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Put groups in the order in which people count and spell, everybody last; rows of one group keep theirs."""
    names = rows[by].astype("str")
    places = {name: place for place, name in enumerate([*order_naturally(names[names != TOTAL]), TOTAL])}
    return rows.loc[names.map(places).sort_values(kind="stable").index].reset_index(drop=True)


def compared_rows(released: Released) -> pd.DataFrame:
    """Give the comparisons that could be made and are shown, in the order of the paper, with their words.

    Returns
    -------
    pandas.DataFrame
        Columns of ``differences``, and ``outcome_words``, ``model_words``, ``range`` and ``comparison_words``.
    """
    frame = require_released(released, wanted_by="compared_rows").tables["differences"]
    rows = in_order(frame[(frame[MARKER] == "") & frame["odds_ratio"].notna()], characteristic_of(released))
    return rows.assign(
        outcome_words=[say("disparity_outcome", code) for code in rows["outcome"]],
        model_words=[say("disparity_model", code) for code in rows["model"]],
        range=[say("due_regard", "range", lower=lower, upper=upper)
               for lower, upper in zip(rows["odds_lower"], rows["odds_upper"], strict=True)],
        comparison_words=[say("disparity_verdict", code) if code else "" for code in rows["verdict"]])


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
        Field("share_rated", say("due_regard", "share_rated"), "share")), in_order(released.tables["groups"], by))))
    rows = compared_rows(released).to_dict("records") if "differences" in released.tables else []
    compared = tuple(_row(row, by) for row in rows)
    if compared:
        headings = tuple(say("due_regard_field", code) for code in (
            "group", "outcome", "model", "n", "difference", "odds", "range", "detectable", "verdict"))
        caption = say("due_regard", "caption", name=name, reference=str(released.facts["reference"]))
        blocks.append(PageTable(caption, headings, compared,
                                numeric=(False, False, False, True, True, True, False, True, False),
                                together=(False,) * 6 + (True, False, False)))
    return Section(by.replace("_", "-"), name.capitalize(), tuple(blocks))


def _row(row: Mapping[Any, Any], by: str) -> tuple[str, ...]:
    """Give one comparison as cells."""
    return (isolate(str(row[by])), row["outcome_words"], row["model_words"],
            f"{format_value(row['n'], 'integer')} / {format_value(row['n_reference'], 'integer')}",
            format_value(row["difference"], "points"), format_value(row["odds_ratio"], "number"), row["range"],
            format_value(row["detectable"], "number"), row["comparison_words"])
