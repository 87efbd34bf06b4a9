"""The files of random councils, attacked by an outsider: no withheld number is known too well, and the model is right.

The quick suite takes one small council, the slow one more, with all papers and two publications of each;
``python -m benchmarks.attack_files --councils 200`` takes 200.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.attack_files import Design, attack_council, draw_design
from my121_analytics.disclosure.secondary.pattern import draft_pattern
from tests.attacker.programs import Found

SMALL = (Design(60, 41, ("directorate",), "directorate", ("report",), 1, ("profile", "coverage", "equality")),
         Design(75, 42, ("grade",), "grade", ("report",), 1, ("profile", "movement")))


def check_model(found: Found) -> None:
    """The outsider's model must hold for the truth, else what it finds or misses means nothing."""
    assert found.broken == ()
    assert found.contradictions == ()
    assert not found.hidden["is_outside"].any()
    assert found.small == ()


def check_safe(found: Found) -> None:
    narrow = found.hidden[found.hidden["is_narrow"]]
    assert narrow.empty, "\n".join(f"{row.quantity}: {row.least:.0f} to {row.most:.0f} ({row.place})"
                                   for row in narrow.head(10).itertuples())


def test_no_number_withheld_from_a_small_council_is_known_too_well_where_the_gate_searches_less(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The integer programs only show more; the quick suite's other papers are made without them, too.
    monkeypatch.setitem(draft_pattern.__kwdefaults__, "most_exact", 0)
    check_council(replace(SMALL[0], sections=("profile", "coverage")), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("design", SMALL, ids=["60 staff", "75 staff"])
def test_no_number_withheld_from_a_small_council_is_known_too_well(design: Design, tmp_path: Path) -> None:
    check_council(design, tmp_path)


def check_council(design: Design, folder: Path) -> None:
    found, use, _, _ = attack_council(design, folder)
    assert len(found.hidden) > 50
    assert 0 < use["cells"] < 1
    check_model(found)
    check_safe(found)


@pytest.mark.slow
def test_one_leaver_one_joiner_and_one_correction_give_nothing_away(tmp_path: Path) -> None:
    """The second report of a small council is published, shows as much as the first, and gives nothing away."""
    found, use, _, _ = attack_council(replace(SMALL[0], editions=2), tmp_path)
    hidden = [quantity.edition for quantity in found.hidden["quantity"]]
    assert min(hidden.count("1"), hidden.count("2")) > 50
    assert use["cells"] > 0.15
    check_model(found)
    check_safe(found)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2))
def test_no_number_withheld_from_a_random_council_is_known_too_well(number: int, tmp_path: Path) -> None:
    design = draw_design(np.random.default_rng([121, number]), 7_000 + number, papers=("report", "profile"),
                         editions=1, largest=200)
    found, _, _, _ = attack_council(design, tmp_path)
    check_model(found)
    check_safe(found)


@pytest.mark.slow
@pytest.mark.parametrize("papers", [("pack",), ("profile", "plan")], ids=" and ".join)
def test_no_number_withheld_from_a_pack_or_a_plan_is_known_too_well(papers: tuple[str, ...], tmp_path: Path) -> None:
    found, use, _, _ = attack_council(Design(60, 41, ("grade",), "grade", papers, 1), tmp_path)
    assert len(found.hidden) > 10
    assert 0 < use["cells"] < 1
    check_model(found)
    check_safe(found)
