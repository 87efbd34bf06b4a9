"""The bench of sources counts names against both truths."""

import pandas as pd
import pytest

from benchmarks.councils import Council, simulate_council
from benchmarks.sources import tabulate, write_page

ROWS = pd.DataFrame({
    "seed": [1, 1, 1, 1, 2, 2], "about": "leniency",
    "verdict": ["pattern", "pattern", "in line", "cannot tell", "pattern",
                                                               "in line"],
    "estimate": [1.2, 1.0, 0.0, 0.3, -1.1, 0.1], "lower": [0.4, 0.2, -0.5, -0.5, -2.0, -0.4],
    "upper": [2.0, 1.8, 0.5, 1.0, -0.2, 0.6], "probability": [0.95, 0.9, 0.02, 0.2, 0.9, 0.03],
    "band": [1, 1, 1, 0, 2, 2], "true_leniency": [1.0, 0.2, 0.9, 0.8, -1.0, 0.0],
    "true_total": [1.1, 0.9, 0.1, 0.2, 0.9, 0.0]})


def test_names_are_held_against_leniency_and_against_leniency_with_the_team():
    found = tabulate(ROWS)
    assert found["runs"] == 2
    assert found["names"] == 1.5
    assert found["stated"] == pytest.approx((0.05 + 0.1 + 0.1) / 3)
    assert found["leniency"]["found"] == pytest.approx(2 / 4)
    assert found["leniency"]["wrong"] == pytest.approx(1 / 3)
    assert found["total"]["wrong"] == pytest.approx(1 / 3)  # the third name lies on the other side
    assert found["leniency"]["in_line_wrong"] == [None, 1.0, 0.0]


def test_the_page_has_a_row_for_each_council_in_both_tables(tmp_path):
    import json

    kept, page = tmp_path / "kept.jsonl", tmp_path / "page.md"
    kept.write_text(json.dumps({"council": "some council", **tabulate(ROWS)}) + "\n")
    write_page(kept, page)
    text = page.read_text(encoding="utf-8")
    assert text.count("| some council |") == 2
    assert "0.33 ± 0.27" in text  # one of three names, so one third with its simulation error
    assert "Not measured in this state of the program: 4 cycles, nobody moves;" in text


def test_a_measure_of_people_has_the_reliability_asked_for():
    kind = Council("staying", 3, managers=120, fresh=False, people_sd=1.0, mobility=0.1, objectives=0.5)
    counts, truth, measures = simulate_council(kind, 4)
    assert len(measures) == 1
    assert len(measures[0].person) == counts.frame["employee"].nunique()
    # half of its variance is the person's level, so teams of 8 show team quality only faintly
    by_person = counts.frame.drop_duplicates("employee").set_index("employee")["rater"]
    team = pd.Series(measures[0].value, index=measures[0].person).groupby(by_person).mean()
    assert 0.1 < team.corr(truth["quality"]) < 0.7


def test_quotas_fix_the_mix_whatever_the_people():
    counts, _, _ = simulate_council(Council("quotas", 1, managers=30, sizes="huge", quota=1.0), 5)
    mix = counts.frame.groupby("category")["n"].sum() / counts.frame["n"].sum()
    assert mix[3] == pytest.approx(0.2, abs=0.03)
    assert mix[1] == pytest.approx(0.1, abs=0.03)
