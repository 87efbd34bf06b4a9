"""Three public sets beside the checkout: from the first check to a right profile by one pasted block of settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.ingest.intake import Intake, read_exports

REAL = Path(os.environ.get("MY121_REAL_FILES", Path(__file__).parents[4] / "shared" / "real"))


@pytest.fixture
def pasted(tmp_path):
    def read_twice(name: str) -> tuple[Intake, Intake]:
        if not (REAL / name).is_dir():
            pytest.skip(f"{name} is not at hand")
        first = read_exports(REAL / name)
        (tmp_path / "pasted.toml").write_text(first.unread.settings, encoding="utf-8")
        return first, read_exports(REAL / name, settings=tmp_path / "pasted.toml")

    return read_twice


def above_the_middle(intake: Intake) -> int:
    rows = intake.workforce.placements
    return int((rows[(rows["source"] == "manager").to_numpy()]["performance"] > 3).sum())


def test_yearly_reviews_coded_1_to_5_are_read_after_one_block(pasted):
    first, second = pasted("public_a")
    assert first.workforce.placements.empty
    assert first.unread.headlines()[0] == "No rating was read: the exports hold 293, and none of them is on the record."
    assert len(second.workforce.placements) == 293
    rows = tabulate_profile(second.workforce, cycle="2024").tables["ratings"].frame.set_index("level")["n"]
    assert (int(rows[[4, 5]].sum()), int(rows[[1, 2, 3, 4, 5]].sum())) == (67, 111)


def test_ratings_of_self_and_manager_are_read_after_one_block(pasted):
    first, second = pasted("public_b")
    assert first.workforce.placements.empty
    assert second.workforce.placements["source"].value_counts().to_dict() == {"self": 6709, "manager": 6709}
    assert above_the_middle(second) == 3294


def test_a_scale_of_five_is_asked_for_before_any_score_is_accepted(pasted):
    first, second = pasted("public_c")
    assert first.workforce.placements.empty
    assert set(first.quarantine["reason"]) == {"scale_in_doubt"}
    assert second.unread.is_whole
    assert len(second.workforce.placements) == 1191
