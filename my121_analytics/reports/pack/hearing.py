"""Managers to hear: whose ratings differ from others rating similar roles, by how much, and what the list costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from my121_analytics.reports.pack.managers import (
    count_verdicts,
    expected_by_chance,
    is_to_hear,
    points_words,
    say_first,
    say_how_heard_differ,
    say_no_managers,
)
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.verdicts import CANNOT_TELL, PATTERN
from my121_analytics.writing.page import Block, Bullets, PageTable, Section, Text
from my121_analytics.writing.tables import format_value

SLIGHTLY, CLEARLY = 0.15, 0.35
"""Spread between teams, on the model's scale, up to which an unrecorded difference is slight, and moderate."""
MOST_LISTED = 8
"""Managers on the director's page: those within the meeting's time first; all of them are in the analyst's part."""


def build_hearing(meeting: Meeting) -> Section:
    """Write the director's chapter on managers: only those to hear; all others are in the analyst's part."""
    heading = say("pack_section", "hearing")
    managers = meeting.frame("severity", "managers")
    if managers is None or managers.empty:
        return say_no_managers(meeting, heading)
    counts, to_hear = count_verdicts(managers), is_to_hear(managers)
    cycles, n = meeting.results["severity"].about.cycle, int(to_hear.sum())
    blocks: list[Block] = list(say_first(meeting))
    if not n and not counts[PATTERN]:
        blocks.append(Text(say("pack", "managers_lead_none", where=meeting.where, cycles=cycles, n=0, chance="")))
    blocks += [Text(say("pack", "hearing_chosen" if _is_chosen(meeting) else "hearing_listed"))] if n else []
    if differs := say_how_heard_differ(meeting, managers):
        blocks.append(Text(differs))
    if n:
        price = expected_by_chance(managers, to_hear)
        blocks.append(Text(count_say("pack", "hearing_lead", n, where=meeting.where, cycles=cycles, price=price)))
        blocks.append(_list_managers(meeting, managers[to_hear]))
        if n > MOST_LISTED:
            blocks.append(Text(count_say("pack", "hearing_more", n - MOST_LISTED)))
        blocks.append(Bullets(tuple(say("pack", f"hearing_question_{number}") for number in (1, 2, 3))))
    blocks += _price_of_hearing(meeting)
    if counts[CANNOT_TELL]:
        code = "managers_cannot_tell_all" if counts[CANNOT_TELL] == len(managers) else "managers_cannot_tell"
        blocks.append(Text(count_say("pack", code, counts[CANNOT_TELL], n_all=f"{len(managers):,}")))
    return Section("managers", heading, tuple(blocks))


def _is_chosen(meeting: Meeting) -> bool:
    """Say whether the senior team chose how many to hear."""
    return meeting.results["severity"].facts.get("k") is not None


def _price_of_hearing(meeting: Meeting) -> list[Block]:
    """Say what hearing them finds; it is about the whole council."""
    facts = meeting.results["severity"].facts
    found = facts.get("k_found")
    if not meeting.is_council or not found:
        return []
    return [Text(say("pack", "hearing_price", found=format_value(float(str(found)), "share")))]


def is_small(meeting: Meeting) -> bool:
    """Say whether most managers read "cannot tell", so that the other chapters come first."""
    managers = meeting.frame("severity", "managers")
    return managers is None or managers.empty or count_verdicts(managers)[CANNOT_TELL] * 2 > len(managers)


def _list_managers(meeting: Meeting, listed: pd.DataFrame) -> PageTable:
    """Name those to hear by name, with the range as people in a hundred and how firm the name is."""
    firmness = _firmness(meeting)
    inside = _in_meeting(meeting)
    later = [not inside.get(str(rater), False) for rater in listed["rater_id"]]
    listed = listed.assign(words=points_words(meeting, listed["rater_id"]), later=later)
    # by name within each part: an order by size would be read as a ranking
    listed = listed.sort_values(["later", "name", "rater_id"], kind="stable").head(MOST_LISTED)
    rows = tuple((str(row.name), str(row.team), f"{int(row.n_ratings):,}",
                  row.words or say("pack", "higher" if row.estimate > 0 else "lower"),
                  firmness.get(str(row.rater_id), "" if row.verdict == PATTERN else say("pack", "firm_not_listed")),
                  say("pack", "yes" if inside.get(str(row.rater_id), False) else "no"))
                 for row in listed.itertuples())
    headings = tuple(say("pack_heading", name) for name in ("manager", "team", "n_ratings", "points_words", "firm",
                                                            "in_meeting"))
    return PageTable(say("pack_table", "hearing", scope=meeting.scope), headings, rows,
                     (False, False, True, False, False, False))


def _firmness(meeting: Meeting) -> dict[str, str]:
    """Say of each listed name, in words, what unrecorded differences between teams it would withstand."""
    rows = meeting.frame("severity", "robustness")
    if rows is None or rows.empty:
        return {}
    steps = np.searchsorted([SLIGHTLY, CLEARLY], rows["tipping_sd"].fillna(np.inf).to_numpy())
    by_step = np.array(["firm_slight", "firm_some", "firm_much"])
    codes = np.where(rows["tipping_sd"].isna(), "firm_stays", by_step[steps])
    return {str(rater): say("pack", str(code)) for rater, code in zip(rows["rater_id"], codes, strict=True)}


def _in_meeting(meeting: Meeting) -> dict[str, bool]:
    managers = meeting.frame("agenda", "managers")
    if managers is None:
        return {}
    return dict(zip(managers["rater_id"].astype("str"), managers["in_meeting"].astype(bool), strict=True))
