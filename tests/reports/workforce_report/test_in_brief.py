"""The first sheets of the report: sentences, changes and targets say what the figures say, in plain words."""

from __future__ import annotations

import re

import pytest

from my121_analytics.reports.workforce_report.brief import Brief
from my121_analytics.reports.workforce_report.headline import write_headline
from my121_analytics.reports.workforce_report.headline_figure import Headline, read_change
from my121_analytics.reports.workforce_report.in_brief import TOPICS, standing_of, write_in_brief
from my121_analytics.reports.workforce_report.trends import write_trends
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings, Settings
from my121_analytics.writing.book import Figure

CYCLE, BEFORE = "2024/25 H1", "2023/24 H2"


@pytest.fixture(scope="module")
def brief() -> Brief:
    workforce = make_sample(60, seed=3).workforce
    settings = Settings(priorities={"Good conversations": {"conversations": 0.9, "not_placed": 0.2},
                                    "Growth": {"headcount": 130.0}})
    return Brief(workforce, None, None, None, ReportSettings(), settings, CYCLE)


def figure(code: str, value: float | None, spread: float = 0.02, unit: str = "share", cycle: str = CYCLE) -> Headline:
    ends = (None, None) if value is None or unit != "share" else (value - spread, value + spread)
    return Headline(code, code.replace("_", " "), value, *ends, unit, cycle)


LINES = [figure("headcount", 123, unit="count"), figure("fte", 111.6, unit="number"), figure("turnover", .07),
         figure("not_placed", .14), figure("highest_rating", .25), figure("lowest_rating", .15),
         figure("conversations", .63), figure("spread", .7, unit="logits")]
TREND = {BEFORE: [figure("not_placed", .30, cycle=BEFORE), figure("highest_rating", .24, cycle=BEFORE),
                  figure("lowest_rating", None, cycle=BEFORE)], CYCLE: LINES[3:6]}


def test_sentences_give_figures_change_target_and_a_question(brief: Brief) -> None:
    sheet = write_in_brief(brief, LINES, TREND)
    assert sheet is not None
    rows = {row[0]: row for row in sheet.rows}
    assert str(next(iter(rows))).startswith("123 people are in post, 112 full-time equivalents.")
    placed = next(row for row in sheet.rows if "no placement" in str(row[0]))
    assert placed[1] == "▼ It fell from 30% in 2023/24 H2. The target of 20% is met."
    assert str(placed[2]).endswith("?")
    talked = next(row for row in sheet.rows if "formal conversations" in str(row[0]))
    assert talked[1] == "[x] There is no earlier figure. The target of 90% is not met."
    rated = next(row for row in sheet.rows if "highest rating" in str(row[0]))
    assert "no clear change from 24%" in str(rated[1])
    assert "a figure was withheld" in str(rated[1])


def test_no_sentence_holds_logits_or_words_of_models(brief: Brief) -> None:
    sheet = write_in_brief(brief, LINES, TREND)
    assert sheet is not None
    text = " ".join(str(cell) for row in sheet.rows for cell in row)
    assert not re.search(r"logit|model|odds|posterior|interval", text, re.IGNORECASE)
    headline = write_headline(brief, LINES)
    assert "spread" not in [row[0] for row in headline.rows]


def test_at_most_five_and_the_withheld_come_last(brief: Brief) -> None:
    lines = [figure(code, None if code == "headcount" else .5) for needed in TOPICS.values() for code in needed]
    sheet = write_in_brief(brief, lines, {})
    assert sheet is not None
    assert len(sheet.rows) == 5
    assert not any("Withheld" in str(row[0]) for row in sheet.rows), "enough can be said without it"
    few = write_in_brief(brief, [figure("not_placed", None), figure("conversations", .5)], {})
    assert few is not None
    assert "Withheld" in str(few.rows[-1][0])
    assert write_in_brief(brief, [], {}) is None


def test_figures_of_the_headline_are_numbers_and_missing_ones_markers(brief: Brief) -> None:
    rows = {row[0]: row for row in write_headline(brief, [*LINES, figure("box_3", None)]).rows}
    assert rows["headcount"][1] == Figure(123, "integer", "[c]")
    assert rows["headcount"][2].marker == "[z]"  # type: ignore[union-attr]
    assert rows["box 3"][1] == Figure(None, "share", "[c]")
    assert rows["conversations"][4:] == (Figure(.9, "share", ""), "not met", "Good conversations")
    assert rows["headcount"][5] == "no direction set"


def test_trends_set_the_cycles_side_by_side(brief: Brief) -> None:
    sheet = write_trends(brief, TREND)
    assert sheet is not None
    rows = {row[0]: row for row in sheet.rows}
    assert [cell.value for cell in rows["not placed"][1:3]] == [.30, .14]  # type: ignore[union-attr]
    assert rows["not placed"][3] == "▼ fell"
    assert rows["lowest rating"][3] == "[c] cannot be told"
    assert write_trends(brief, {CYCLE: LINES}) is None


def test_a_figure_changed_only_where_the_ranges_are_apart() -> None:
    assert read_change(figure("a", .5), figure("a", .45, .04)) == "no_clear_change"
    assert read_change(figure("a", .5), figure("a", .4)) == "rose"
    assert read_change(figure("a", 5, unit="count"), figure("a", 6, unit="count")) == "fell"
    assert read_change(figure("a", None), figure("a", .4)) == "cannot_tell"


def test_a_target_is_a_floor_or_a_ceiling_as_the_statistic_asks() -> None:
    assert standing_of(figure("conversations", .95), .9) == "met"
    assert standing_of(figure("not_placed", .2), .1) == "not_met"
    assert standing_of(figure("posts", 5, unit="count"), 7) == "beside"


@pytest.mark.parametrize(("n", "sentence"), [(0, "No manager has a rating pattern"), (1, "One manager has"),
                                             (4, "4 managers have")])
def test_none_and_one_are_said_as_people_say_them(brief: Brief, n: int, sentence: str) -> None:
    sheet = write_in_brief(brief, [figure("patterns", n, unit="count")], {})
    assert sheet is not None
    shows, _, asks = sheet.rows[0]
    assert str(shows).startswith(sentence)
    assert ("Are these on the agenda" in str(asks)) is (n > 0)
