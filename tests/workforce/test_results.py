"""Tables declare what the release gate must know, and refuse to declare what is not there."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.workforce.results import Result, Table, describe

ABOUT = describe("profile", population="people_in_post", source="manager", as_of=date(2024, 1, 1), cycle="2023/24 H1",
                 n=2)


def test_a_table_refuses_columns_that_it_does_not_have():
    frame = pd.DataFrame({"box": [1], "n": [2]})
    with pytest.raises(KeyError, match=r"\['lower', 'share'\]"):
        Table(frame, keys=("box",), count="n", follows=("share", "lower"))
    with pytest.raises(KeyError, match="n_with"):
        Table(frame, keys=("box",), count="n", parts=("n_with",))


def test_replacing_a_frame_leaves_the_first_result_alone():
    result = Result(ABOUT, {"map": Table(pd.DataFrame({"box": [1], "n": [2]}), keys=("box",), count="n")})
    other = result.with_frame("map", pd.DataFrame({"box": [1, 2], "n": [2, 3]}))
    assert len(result.frame("map")) == 1
    assert len(other.frame("map")) == 2
    assert other.tables["map"].count == "n"


def test_a_plain_result_in_a_notebook_says_that_it_is_not_released():
    result = Result(ABOUT, {"map": Table(pd.DataFrame({"box": ["<b>"], "n": [2]}), keys=("box",), count="n")})
    page = result._repr_html_()
    assert "Analyst only" in page
    assert "&lt;b&gt;" in page
