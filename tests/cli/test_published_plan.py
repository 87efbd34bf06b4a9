"""Figures of the record in a plan's papers for anybody: what is small, or withheld elsewhere, is not in them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from benchmarks.attack_files import publish_plan
from my121_analytics.disclosure.released import Released
from my121_analytics.improvement.plan.outcomes import OutcomeResult, measure_outcomes
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.publication import Publication
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings, Settings


@pytest.fixture(scope="module")
def record():
    return make_sample(60, seed=41).workforce


def measure(record, tmp_path, *statistics: str) -> OutcomeResult:
    rows = pd.DataFrame({"Action": [f"Improve figure {number}" for number in range(len(statistics))],
                         "Timescale": "24 months", "Statistic": list(statistics)})
    rows.to_csv(tmp_path / "plan.csv", index=False)
    anchor: date = record.cycle_end(record.previous_cycle(record.latest_cycle)).date()
    return measure_outcomes(record, read_plan(tmp_path / "plan.csv", anchor=anchor), as_of=record.as_of)


def publish(outcomes: OutcomeResult, settings: Settings | None = None) -> Released:
    publication = Publication("publish", settings or Settings())
    released, = publication.release([outcomes])
    publication.keep()
    return released


def figures(released: Released) -> pd.DataFrame:
    return released.tables["outcomes"].set_index("statistic")


def printed(released: Released) -> dict[str, float]:
    """Give what a reader finds of the later cycle; the table is left out whole where all of it is withheld."""
    return {} if "outcomes" not in released.tables else dict(figures(released)["now"].dropna())


def test_a_small_number_among_the_facts_is_withheld(record, tmp_path):
    outcomes = measure(record, tmp_path, "coverage.n_too_new", "movement.n_joined", "movement.n_left")
    known = outcomes.frame("outcomes").set_index("statistic")
    small = known.index[(known[["then", "now"]].min(axis="columns") < 5) & (known["unit"] == "integer")]
    assert len(small)
    assert not set(small) & set(printed(publish(outcomes)))


def test_the_last_hidden_box_cannot_be_had_from_the_others_and_their_total(record, tmp_path):
    boxes = [f"profile.map.n[box={box}]" for box in range(1, 10)]
    outcomes = measure(record, tmp_path, *boxes, "profile.map.base[box=1]")
    shown = printed(publish(outcomes))
    known = outcomes.frame("outcomes").set_index("statistic").loc[boxes, "now"]
    assert ((known > 0) & (known < 5)).any()
    assert not set(known.index[(known > 0) & (known < 5)]) & set(shown)
    assert "profile.map.base[box=1]" not in shown or known.drop(list(shown), errors="ignore").sum() >= 5 + 2


def test_what_a_kept_profile_withholds_is_not_printed_by_the_plan(record, tmp_path):
    from my121_analytics.analysis.profile import tabulate_profile

    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path / "kept")))
    first = Publication("publish", settings)
    profile, = first.release([tabulate_profile(record, by="directorate")])
    first.keep()
    boxes = {f"profile.map.n[box={box}]": box for box in range(1, 10)}
    shown = printed(publish(measure(record, tmp_path, *boxes), settings))
    table = profile.tables["map"].set_index("box")["n"]
    withheld = [name for name, box in boxes.items() if pd.isna(table[box])]
    assert withheld
    assert not set(withheld) & set(shown)


def test_a_withheld_row_keeps_its_name_its_actions_and_its_marker(record, tmp_path):
    shown = figures(publish(measure(record, tmp_path, "movement.n_left")))
    row = shown.loc["movement.n_left"]
    assert (row["action_ids"], row["marker"]) == ("1.1", "[c]")
    assert pd.isna(row["verdict"])


@pytest.mark.slow
def test_papers_name_no_move_that_somebody_made_and_stand_where_every_figure_is_withheld(record, tmp_path):
    names = measure(record, tmp_path, "coverage").frame("statistics")["statistic"]
    assert names.str.startswith("movement.moves.n[").any()
    publish_plan(record, ["movement.n_left", "coverage.n_too_new"], tmp_path / "plan", Settings())
    files = {path.name for path in (tmp_path / "plan").rglob("*.*")}
    assert "statistics.csv" not in files
    assert {"committee_report.html", "review_pack.html"} <= files
    assert not any("movement.moves.n[" in path.read_text("utf-8-sig") for path in (tmp_path / "plan").rglob("*.csv"))


def test_a_figure_whose_table_is_shown_is_the_measured_one(record, tmp_path):
    outcomes = measure(record, tmp_path, "movement.n_placed_both")
    row = figures(publish(outcomes)).loc["movement.n_placed_both"]
    known = outcomes.frame("outcomes").set_index("statistic").loc["movement.n_placed_both"]
    assert (row["then"], row["now"], row["n_now"]) == (known["then"], known["now"], known["n_now"])
