"""Known answers of how a value is written, and what a table may hold that the gate let through."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from my121_analytics.cell_text import clean_text
from my121_analytics.disclosure.release import Released, release
from my121_analytics.errors import DisclosureError
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.tables import Field, Kind, View, format_value

FIELDS = (Field("box", "Box", "integer"), Field("n", "Number", "integer"), Field("share", "Share", "share"))


def released(counts: list[int], audience: str) -> Released:
    frame = pd.DataFrame({"box": range(1, len(counts) + 1), "n": counts, "share": np.array(counts) / sum(counts)})
    about = describe("profile", population="people_in_post", as_of=date(2024, 9, 30), cycle="2024/25 H1",
                     n=sum(counts))
    table = Table(frame, keys=("box",), count="n", follows=("share",), sums=("box",))
    return release(Result(about, {"map": table}), audience=audience)


@pytest.mark.parametrize(("value", "kind", "text"), [
    (1234, "integer", "1,234"), (-3, "integer", "−3"), (0, "integer", "0"),
    (0.12, "share", "12%"), (0.004, "share", "under 1%"), (0.0, "share", "0%"), (1.0, "share", "100%"),
    (0.125, "share", "13%"), (51 / 120, "share", "43%"), (0.145, "share", "15%"), (0.996, "share", "over 99%"),
    (1234.567, "number", "1,234.57"), (-0.5, "decimal", "−0.5"),
    (0.824, "signed", "+0.82"), (-0.824, "signed", "−0.82"), (0.001, "signed", "0.00"), (-0.001, "signed", "0.00"),
    (0.03, "points", "+3"), (-0.031, "points", "−3"), (0.001, "points", "0"),
    (pd.Timestamp("2024-09-30 14:00"), "date", "2024-09-30"), ("001", "id", "001"), ("2 to 5", "range", "2 to 5"),
    (None, "integer", ""), (pd.NA, "share", ""), (np.nan, "number", ""), (pd.NaT, "date", ""), (None, "text", "")])
def test_a_value_is_written_as_its_kind_has_it(value: object, kind: Kind, text: str) -> None:
    assert format_value(value, kind) == text


def test_what_neither_xml_nor_html_may_hold_is_replaced_and_all_else_stays() -> None:
    assert clean_text("a\x00b\x0bc\ud800d\ufffe") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert clean_text("Zoë <b> & ‘O’\t\n") == "Zoë <b> & ‘O’\t\n"


def test_a_withheld_value_stands_as_its_marker_and_a_shown_one_as_it_is() -> None:
    view = View(released([20, 3, 4, 40], "publish"), "map", "Map", FIELDS)
    assert view.has_hidden
    assert view.cells() == [["1", "20", "30%"], ["2", "[c]", "[c]"], ["3", "[c]", "[c]"], ["4", "40", "60%"]]
    assert view.hides(FIELDS[1]).tolist() == [False, True, True, False]
    assert view.hides(Field("why", "Why", "text", blank=True)).tolist() == [False] * 4
    whole = View(released([20, 3, 4, 40], "analyst"), "map", "Map", FIELDS)
    assert not whole.has_hidden
    assert [row[1] for row in whole.cells()] == ["20", "3", "4", "40"]


def test_rows_may_be_selected_and_ordered_and_hold_nothing_that_was_not_let_through() -> None:
    shown = released([20, 3, 4, 40], "publish")
    frame = shown.tables["map"]
    assert [row[0] for row in View(shown, "map", "Map", FIELDS, frame.iloc[[3, 0]]).cells()] == ["4", "1"]
    for column, value in (("n", 21.0), ("box", 9)):
        forged: Any = frame.astype({column: "object"})
        forged.loc[0, column] = value
        with pytest.raises(DisclosureError, match=f"values of {column} that were not let through"):
            View(shown, "map", "Map", FIELDS, forged)


def test_tables_set_side_by_side_may_hold_the_rows_of_either() -> None:
    one, other = released([20, 30], "analyst"), released([50, 70], "analyst")
    rows = pd.concat([one.tables["map"], other.tables["map"]], ignore_index=True)
    view = View(one, "map", "Map", FIELDS, rows, beside=(other,))
    assert [row[1] for row in view.cells()] == ["20", "30", "50", "70"]
    with pytest.raises(DisclosureError, match="not let through"):
        View(one, "map", "Map", FIELDS, rows)


def test_a_table_needs_headings_of_its_own_and_columns_that_are_there() -> None:
    shown = released([20, 30], "analyst")
    with pytest.raises(ValueError, match="not unique"):
        View(shown, "map", "Map", (Field("box", "Box"), Field("n", "BOX")))
    with pytest.raises(KeyError, match="grade"):
        View(shown, "map", "Map", (Field("grade", "Grade"),))
    blank = View(shown, "map", "Map", (Field("box", "Box"), Field("reason", "Reason", blank=True)))
    assert blank.cells() == [["1", ""], ["2", ""]]
