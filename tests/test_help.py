"""What help(my121) says is short, complete and true."""

from __future__ import annotations

import pydoc
import re

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
