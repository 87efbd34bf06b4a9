"""The table of speed: ratios to a bound, put into its page and nowhere else."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.speed import BEGIN, END, PAGE, Cost, Row, least, put_into, run, spent_by_child, tabulate


def test_a_row_gives_seconds_and_how_many_times_the_bound_they_are():
    table = tabulate([Row("reading", "bare read", Cost(5.04, 6.1, 740.2), Cost(2.0, 2.2)),
                      Row("help", "loading typer", Cost(0.062), Cost(0.05))])
    assert table.splitlines()[2:] == ["| reading | bare read | 5.0 | 2.0 | 2.5 | 6.1 | 740 |",
                                      "| help | loading typer | 0.062 | 0.05 | 1.2 |  |  |"]


def test_the_cost_of_a_process_is_its_own_and_that_of_what_it_starts():
    burn = "sum(range(3_000_000))"
    started = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{burn}'])"
    cost = spent_by_child(lambda: run("-c", started))
    assert cost.seconds > spent_by_child(lambda: run("-c", "pass")).seconds
    assert cost.clock > 0
    assert cost.megabytes > 1
    with pytest.raises(subprocess.CalledProcessError):
        spent_by_child(lambda: run("-c", "raise SystemExit(3)"))


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
