"""A run over many councils is done in pieces: what its file of results has is not done again."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import attack_files
from benchmarks.attack_files import Design, run
from my121_analytics.errors import DisclosureError
from tests.attacker.programs import Found

DESIGNS = [Design(60 + number, number, ("directorate",), "grade", ("report",), 1) for number in range(3)]
FLAGS = ("is_narrow", "is_exact", "is_known", "is_outside")
NOTHING = Found(pd.DataFrame({name: [] for name in ("quantity", "least", "most", "truth", "place", *FLAGS)}).astype(
    dict.fromkeys(FLAGS, bool)), (), (), (), {})


@pytest.fixture
def attacked(monkeypatch):
    """Seeds of the councils that are attacked, without the hours that it takes."""
    seeds = []

    def attack(design, folder):
        seeds.append(design.seed)
        if design.seed == 1:
            raise DisclosureError("cannot be published")
        return NOTHING, {"cells": 0.5, "people": 0.6}, 1.0, 1.0

    monkeypatch.setattr(attack_files, "attack_council", attack)
    return seeds


def test_a_run_that_was_cut_off_is_taken_up_where_it_ended(attacked: list[int], tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    run(DESIGNS[:2], results=results)
    frame = run(DESIGNS, results=results)
    assert attacked == [0, 1, 2]
    assert frame["seed"].tolist() == [0, 1, 2]
    assert len(results.read_text("utf-8").splitlines()) == 3


def test_a_council_that_cannot_be_published_is_counted_by_itself(
        attacked: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(DESIGNS, results=tmp_path / "results.jsonl")
    stopped = [json.loads(line).get("stopped") for line in (tmp_path / "results.jsonl").read_text("utf-8").splitlines()]
    assert stopped == [None, "cannot be published", None]
    assert "2 councils of 60 to 62 staff (1 more could not be published or attacked)" in capsys.readouterr().out


def test_another_design_is_another_council(attacked: list[int], tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    run(DESIGNS[:1], results=results)
    run([Design(60, 0, ("grade",), "grade", ("report",), 1)], results=results)
    assert attacked == [0, 0]


def test_no_council_is_begun_after_the_seconds_given(attacked: list[int]) -> None:
    assert run(DESIGNS, seconds=-1.0).empty
    assert attacked == []
