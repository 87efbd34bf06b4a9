"""The table of speed: ratios to a bound, put into its page and nowhere else."""

from __future__ import annotations

import pytest

from benchmarks.speed import BEGIN, END, PAGE, Row, least, put_into, tabulate


def test_a_row_gives_seconds_and_how_many_times_the_bound_they_are():
    table = tabulate([Row("reading", "bare read", 5.04, 2.0), Row("help", "loading typer", 0.062, 0.05)])
    assert table.splitlines()[2:] == ["| reading | bare read | 5.0 | 2.0 | 2.5 |",
                                      "| help | loading typer | 0.062 | 0.05 | 1.2 |"]


def test_the_least_of_turns_taken_in_alternation_counts():
    order, seconds = [], iter([4.0, 1.0, 3.0, 2.0])
    works = [lambda: order.append("first"), lambda: order.append("second")]

    def spent(work):
        work()
        return next(seconds)

    assert least(works, 2, spent) == [3.0, 1.0]
    assert order == ["first", "second"] * 2


def test_the_table_replaces_the_one_before_and_leaves_the_page_alone():
    page = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    once = put_into(page, "new")
    assert once == f"above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"
    assert put_into(once, "new") == once
    with pytest.raises(ValueError, match="no place"):
        put_into("no marks", "new")


def test_the_page_has_a_place_for_the_table():
    assert put_into(PAGE.read_text("utf-8"), "x").count(BEGIN) == 1
