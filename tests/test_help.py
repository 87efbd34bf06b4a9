"""What help(my121) says is short, complete and true."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
from datetime import date

import pytest

import my121_analytics as my121


def test_help_gives_the_order_of_work_in_one_screen_or_two():
    page = pydoc.plain(pydoc.render_doc(my121))
    assert len(page) < 4_000
    order = [page.index(call) for call in ("read_exports(", "tabulate_profile(", "plot_map(", "estimate_severity(",
                                           "build_pack(", "release(")]
    assert order == sorted(order)


def test_every_public_name_is_in_it_and_every_name_in_it_is_public():
    page = my121.__doc__ or ""
    listed = set(re.findall(r"\b[a-z]+_[a-z_]+\b|\brelease\b", page.split("By what you want to do:")[1]))
    assert listed - {"my121_analytics", "read_exports"} == set(my121._PUBLIC) - {"read_exports"}
    assert [name for name in my121._PUBLIC if not (getattr(my121, name).__doc__ or "").strip()] == []


WITH_EXAMPLES = ("make_sample", "load_settings", "read_exports", "tabulate_profile", "profile_groups", "track_movement",
                 "trace_movement", "measure_coverage", "foresee_coverage", "compare_self", "detail_agreement",
                 "estimate_severity", "compare_groups", "build_agenda", "measure_succession", "review_talent",
                 "measure_development", "read_plan", "assess_status", "parse_timescale", "assess_evidence",
                 "assess_total", "draw_interviewees", "release")


FIRST_STEPS = ("read_exports", "tabulate_profile", "measure_coverage", "measure_succession", "read_plan", "release")


@pytest.mark.parametrize("names", [pytest.param(FIRST_STEPS, id="first steps"),
                                   pytest.param(WITH_EXAMPLES, id="all", marks=pytest.mark.slow)])
def test_the_examples_of_the_manual_pages_run_in_the_order_of_work(names, tmp_path, monkeypatch):
    my121.make_sample(60, seed=7, folder=tmp_path / "exports")
    monkeypatch.chdir(tmp_path)
    known = {name: getattr(my121, name) for name in names} | {"date": date}
    for name in names:
        lines = re.findall(r"^>>> (.+)$", inspect.getdoc(known[name]) or "", re.M)
        assert lines, name
        for line in lines:
            exec(compile(ast.parse(line), name, "exec"), known)


def test_every_name_that_looks_at_the_record_or_the_plan_has_an_example():
    page = (my121.__doc__ or "").split("By what you want to do:")[1]
    listed = {name for part in ("look", "rating patterns", "equality") for name in re.findall(
        r"\b[a-z]+_[a-z_]+\b", re.search(rf"^    {part}  .*\n(?:     {{9,}}.*\n)*", page, re.M)[0])}
    assert len(listed) > 12
    assert listed - set(WITH_EXAMPLES) == set()


@pytest.mark.parametrize("name", sorted(my121._PUBLIC))
def test_every_public_name_has_a_manual_page(name):
    page = inspect.getdoc(getattr(my121, name)) or ""
    assert page.splitlines()[0].endswith((".", ":"))
    parameters = [given for given in inspect.signature(getattr(my121, name)).parameters if given != "released"]
    assert all(re.search(rf"\b{given}\b", page) for given in parameters)
