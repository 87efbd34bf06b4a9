"""Which managers people who moved tie together, in a picture."""

from __future__ import annotations

from datetime import date

import pandas as pd

from my121_analytics.analysis.rating_patterns.movement_links import tabulate_links, tabulate_ties
from my121_analytics.disclosure.release import Released, release
from my121_analytics.figures.canvas import Marks, Polyline, TextLine, draw_on_canvas
from my121_analytics.figures.movement_links import describe_movement_links, plot_movement_links
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.results import Fact, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION

PAIRS = [(0, 1), (1, 1), (1, 2), (2, 2), (0, 2), (3, 7), (2, 7), (4, 9), (5, 11), (6, 11), (5, 12), (6, 12)]
"""A ring of three, one manager on a single tie, one tied to nobody, and a part of two who share two people."""


def released_with(pairs: list[tuple[int, int]], n_raters: int = 7) -> Released:
    frame = pd.DataFrame(pairs, columns=["rater", "employee"]).assign(pattern=0, category=1, n=1)
    raters = pd.DataFrame({"rater_id": [f"m{k}" for k in range(n_raters)], "service": "S", "team": "T",
                           "directorate": ["Care", "Care", "Homes", "Homes", "Parks", "Parks", "Parks"][:n_raters]})
    counts = RatingCounts("performance", 3, ("2023/24",), frame, raters, pd.DataFrame({"cycle": ["2023/24"]}))
    about = describe("severity", as_of=date(2024, 9, 30), cycle="2023/24", counts="posts", n=400, axis="performance")
    links = tabulate_links(counts)
    things = ("n_comparable", "n_people", "n_shared", "n_linked")
    tables = {"linkage": Table(links, keys=("rater_id",), people=("rater_id",), unit_columns=ORGANISATION,
                               things=things),
              "ties": Table(tabulate_ties(counts, raters["rater_id"]), keys=("first_rater_id", "second_rater_id"),
                            people=("first_rater_id", "second_rater_id", "text"), things=("n_people", "n_parted"))}
    return release(Result(about, tables, {"n_movers": 6}, {"n_movers": Fact("people")}), audience="analyst")


def test_every_manager_is_a_point_and_every_tie_a_line_bridges_broken():
    axes = plot_movement_links(released_with(PAIRS))
    points = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    assert sum(len(line.get_xdata()) for line in points) == 7
    ties = [line for line in axes.lines if line.get_marker() in ("None", None, "")]
    assert len(ties) == 5
    assert sum(line.is_dashed() for line in ties) == 2


def test_the_message_counts_who_hangs_together_and_who_is_alone():
    words = describe_movement_links(released_with(PAIRS))
    assert "tie 4 of 7 managers together; 1 are tied to nobody" in words
    assert "2 ties have no other way round, 1 of them through one person" in words
    assert {"Care", "Homes", "Parks"} <= {text.get_text() for text in plot_movement_links(released_with(PAIRS)).texts}


def test_where_nobody_moved_that_is_said():
    released = released_with([(0, 1), (1, 2), (2, 3)], 3)
    assert "Nobody was rated by more than one manager" in describe_movement_links(released)
    plot_movement_links(released)


def test_a_file_shows_the_same_points_and_ties_as_the_axes():
    drawn = draw_on_canvas(plot_movement_links, released_with(PAIRS))
    shapes = drawn.lay_out()
    assert sum(len(shape.points) for shape in shapes if isinstance(shape, Marks)) == 7
    ties = [shape for shape in shapes if isinstance(shape, Polyline)]
    assert len(ties) == 5
    assert sum(bool(tie.dash) for tie in ties) == 2
    assert {"Care", "Homes", "Parks"} <= {shape.text for shape in shapes if isinstance(shape, TextLine)}
