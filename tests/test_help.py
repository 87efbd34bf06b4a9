"""What help(my121) says is short, complete and true."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re

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


def test_the_examples_of_the_manual_pages_run_in_the_order_of_work(tmp_path, monkeypatch):
    my121.make_sample(60, seed=7, folder=tmp_path / "exports")
    monkeypatch.chdir(tmp_path)
    order = ("read_exports", "tabulate_profile", "track_movement", "measure_coverage", "compare_self", "build_agenda",
             "measure_succession", "release")
    known = {name: getattr(my121, name) for name in order}
    for name in order:
        lines = re.findall(r"^>>> (.+)$", inspect.getdoc(known[name]) or "", re.M)
        assert lines, name
        for line in lines:
            exec(compile(ast.parse(line), name, "exec"), known)


@pytest.mark.parametrize("name", sorted(my121._PUBLIC))
def test_every_public_name_has_a_manual_page(name):
    page = inspect.getdoc(getattr(my121, name)) or ""
    assert page.splitlines()[0].endswith((".", ":"))
    parameters = [given for given in inspect.signature(getattr(my121, name)).parameters if given != "released"]
    assert all(re.search(rf"\b{given}\b", page) for given in parameters)
