"""Who completes what is missing: one number, and the managers whose lists add up to it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from my121_analytics.reports.pack.coverage import total_of
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.page import Block, PageTable, Section, Text
from my121_analytics.writing.tables import format_value

MOST_MANAGERS = 8
"""Managers named on the director's page; the others stand in one line, so that the list still adds up."""
COUNTS = ("n_without_placement", "n_without_conversation")


@dataclass(frozen=True)
class Missing:
    """What is missing in a unit: posts without a placement, people without a conversation (None: not known)."""

    n_without_placement: int | None
    n_without_conversation: int | None


def count_missing(meeting: Meeting) -> Missing:
    """Count what is missing; None where it is withheld or not in the record."""
    total = total_of(meeting)
    if total is None or total["marker"] != "":
        return Missing(None, None)
    known = pd.notna(total["n_with_any"]) and pd.notna(total["n_people"])
    without = int(total["n_people"]) - int(total["n_with_any"]) if known else None
    placements = int(total["n_without_placement"]) if pd.notna(total["n_without_placement"]) else None
    return Missing(placements, without)


def count_without_conversation(meeting: Meeting) -> int | None:
    """Count the people without any conversation in the twelve months to the cycle's end."""
    return count_missing(meeting).n_without_conversation


def build_chasing(meeting: Meeting) -> Section:
    """Write the director's chapter on what is missing and who is asked for it."""
    heading = say("pack_section", "coverage")
    if "coverage" not in meeting.results:
        return Section("coverage", heading, (Text(meeting.problems["coverage"]),))
    missing = count_missing(meeting)
    blocks: list[Block] = []
    if missing.n_without_conversation is not None:
        blocks.append(Text(count_say("pack", "chase_number", missing.n_without_conversation), "lead"))
    else:
        blocks += [Text(say("caveat", code)) for code in meeting.results["coverage"].about.caveats
                   if code == "no_conversations"]
    total = total_of(meeting)
    if total is not None and pd.notna(total["estimate"]):
        blocks.append(Text(say("pack", "chase_enough", share=format_value(float(total["estimate"]), "share"),
                               n=meeting.settings.coverage.conversations_per_year)))
    table = _list_managers(meeting, missing)
    blocks.append(table if table is not None else Text(
        meeting.why_absent("coverage", "managers") if meeting.frame("coverage", "managers") is None
        else say("pack", "chase_nobody")))
    return Section("coverage", heading, tuple(blocks))


def _list_managers(meeting: Meeting, missing: Missing) -> PageTable | None:
    frame = meeting.frame("coverage", "managers")
    if frame is None:
        return None
    counts = frame[list(COUNTS)].apply(pd.to_numeric).fillna(0).astype("int64")
    owing = frame.assign(**counts, owed=counts.sum(axis="columns")).query("owed > 0")
    if owing.empty and not any((missing.n_without_placement, missing.n_without_conversation)):
        return None
    shown = owing.sort_values("owed", ascending=False, kind="stable").head(MOST_MANAGERS)
    order = [column for column in ("service", "team", "name", "rater_id") if column in shown.columns]
    shown, later = shown.sort_values(order, kind="stable"), owing.drop(shown.index)
    known = missing.n_without_conversation is not None
    rows = [(str(row.name), str(row.team), *_cells(row, known)) for row in shown.itertuples(index=False)]
    if len(later):
        rows.append((count_say("pack", "chase_others", len(later)), "", *_cells(later[list(COUNTS)].sum(), known)))
    listed = owing[list(COUNTS)].sum()
    rest = pd.Series({name: (getattr(missing, name) or 0) - int(listed[name]) for name in COUNTS})
    if (rest > 0).any():
        rows.append((say("pack", "chase_no_manager"), "", *_cells(rest, known)))
    whole = pd.Series({name: getattr(missing, name) or 0 for name in COUNTS})
    rows.append((say("pack", "chase_total"), "", *_cells(whole, known)))
    headings = ("manager", "team", "n_without_placement", *(("n_without_conversation",) if known else ()))
    return PageTable(say("pack_table", "chase", scope=meeting.scope), tuple(say("pack_heading", h) for h in headings),
                     tuple(rows), (False, False, True, True)[:len(headings)])


def _cells(counts: pd.Series | object, known: bool) -> tuple[str, ...]:
    values = [int(counts[name] if isinstance(counts, pd.Series) else getattr(counts, name)) for name in COUNTS]
    return tuple(f"{value:,}" for value in values[:2 if known else 1])
