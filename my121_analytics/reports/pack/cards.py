"""The director's agenda: one card for each person whom the meeting has time for, and what fell off the list."""

from __future__ import annotations

import pandas as pd

from my121_analytics.calibration.reasons import say_months
from my121_analytics.figures.phrases import day
from my121_analytics.figures.small_map import draw_small_map
from my121_analytics.reports.pack.agenda import DECISIONS
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.page import Block, Card, Cards, PageTable, Section, Text

MOST_QUESTIONS = 3
"""Questions on a card; what a discussion can settle comes first, and the workbook holds all of them."""
MOST_REASONS = 6
"""Kinds of open questions listed about those whom the meeting has no time for."""
VIEWS = (("box", "view_manager"), ("own_box", "view_own"), ("before_box", "view_before"), ("agreed_box", "view_agreed"))


def build_cards(meeting: Meeting) -> Section:
    """Write the director's chapter on the people to discuss."""
    heading = say("pack_section", "agenda")
    people = meeting.frame("agenda", "people")
    if people is None:
        return Section("agenda", heading, (Text(meeting.why_absent("agenda", "people")),))
    if people.empty:
        return Section("agenda", heading, (Text(say("pack", "agenda_empty", where=meeting.where)),))
    people = people.sort_values("position", kind="stable")
    inside = people[people["in_meeting"].astype(bool)]
    seed = str(meeting.results["agenda"].facts.get("seed", ""))
    blocks: list[Block] = [Text(say("pack", "cards_lead", seed=seed))]
    cards = tuple(_card(meeting, row, people) for row in inside.to_dict("records"))
    if cards:
        blocks.append(Cards(cards, say("pack", "cards_letters") if meeting.framework.has_map else ""))
    blocks += _fallen(meeting, people[~people["in_meeting"].astype(bool)])
    return Section("agenda", heading, tuple(blocks))


def _card(meeting: Meeting, row: dict[str, object], people: pd.DataFrame) -> Card:
    places = {say("pack", f"{code}_letter"): _number(row.get(column)) for column, code in VIEWS}
    words = _views(meeting, row)
    manager = say("pack", "chase_no_manager") if pd.isna(row["rater_name"]) else say(
        "pack", "card_manager", name=row["rater_name"])
    lines = (say("pack", "card_post", **{name: str(row[name]) for name in ("employee_id", "role", "team")}), manager)
    glyph = None
    if meeting.framework.has_map and any(places.values()):
        glyph = draw_small_map(places, meeting.framework, title=say("pack", "card_map"), words="; ".join(words))
    return Card(_number(row["position"]), str(row["name"]), lines, glyph, words, _facts(row, people),
                _questions(meeting, row))


def _views(meeting: Meeting, row: dict[str, object]) -> tuple[str, ...]:
    """Say where each view places the person; on a scale without a map, the manager's rating alone."""
    if not meeting.framework.has_map:
        level = _number(row.get("performance"))
        label = meeting.framework.label("performance", level) if level else say("pack", "not_placed")
        return (say("pack", "view_manager", place=label),)
    return tuple(say("pack", code, place=_place(meeting, _number(row.get(column)))) for column, code in VIEWS
                 if _number(row.get(column)) or column == "box")


def _facts(row: dict[str, object], people: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    facts = [(say("pack", f"card_{name}"), say_months(_number(row[name])))
             for name in ("tenure_months", "months_in_box") if name in row and pd.notna(row[name])]
    if "n_set" in row and pd.notna(row["n_set"]) and _number(row["n_set"]):
        facts.append((say("pack", "card_objectives"), say("pack", "card_met", n_met=_number(row["n_met"]),
                                                          n_set=_number(row["n_set"]))))
    if "last_held_on" in people and people["last_held_on"].notna().any():
        held = row["last_held_on"]
        text = say("pack", "card_none_held") if pd.isna(held) else day(pd.Timestamp(str(held)).date())
        facts.append((say("pack", "card_last_held"), text))
    return tuple(facts)


def _questions(meeting: Meeting, row: dict[str, object]) -> tuple[str, ...]:
    questions = meeting.frame("agenda", "questions")
    if questions is None:
        return (str(row["question"]),)
    mine = questions.loc[questions["employee_id"].astype("str") == str(row["employee_id"]), "question"].astype("str")
    if mine.empty:
        return (str(row["question"]),)
    more = (count_say("pack", "card_more", len(mine) - MOST_QUESTIONS),) if len(mine) > MOST_QUESTIONS else ()
    return (*mine.head(MOST_QUESTIONS), *more)


def _fallen(meeting: Meeting, later: pd.DataFrame) -> list[Block]:
    """Say what the meeting has no time for, by question."""
    if later.empty:
        return [Text(say("pack", "fallen_nobody"))]
    reasons = later["reasons"].astype("str").str.split("; ").explode()
    counts = reasons.value_counts()
    rows = tuple((say("agenda_reason", str(code)), f"{int(n):,}") for code, n in counts.head(MOST_REASONS).items())
    headings = (say("pack_heading", "reason"), say("pack_heading", "n_people"))
    return [Text(count_say("pack", "fallen", len(later), sheet=DECISIONS)),
            PageTable(say("pack_table", "fallen", scope=meeting.scope), headings, rows, (False, True))]


def _number(value: object) -> int:
    return 0 if value is None or pd.isna(value) else int(str(value).removesuffix(".0"))


def _place(meeting: Meeting, number: int) -> str:
    return f"{number} {meeting.framework.box(number).name}" if number else say("pack", "not_placed")


