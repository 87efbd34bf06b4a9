"""A statistic has moved only where its ranges say so; what it tells of people passes the gate with all the rest."""

from __future__ import annotations

import json
import math
from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.kept import parse_kept
from my121_analytics.improvement.plan.named_statistics import parse_statistic
from my121_analytics.improvement.plan.outcomes import judge_change, measure_outcomes
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.statistic_readings import Measurement, Measurer
from my121_analytics.publication import Publication
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings

SMALLEST = DisclosureSettings().threshold


def measured(estimate, half_width):
    return Measurement(estimate, estimate - half_width, estimate + half_width, 500)


@pytest.mark.parametrize(("before", "after", "better", "verdict"), [
    (measured(.50, .02), measured(.60, .02), "more", ("improved", "apart")),
    (measured(.60, .02), measured(.50, .02), "more", ("worse", "apart")),
    (measured(.60, .02), measured(.50, .02), "fewer", ("improved", "apart")),
    (measured(.50, .02), measured(.60, .02), "", ("changed", "no_direction")),
    (measured(.50, .01), measured(.505, .01), "more", ("unchanged", "within_margin")),
    (measured(.50, .04), measured(.53, .04), "more", ("cannot tell", "overlap")),
    (None, measured(.5, .1), "more", ("cannot tell", "not_measured")),
    (measured(.5, .1), measured(math.nan, .1), "more", ("cannot tell", "not_measured")),
    (Measurement(.5, math.nan, math.nan, 9), measured(.9, .1), "more", ("cannot tell", "no_range"))])
def test_a_change_is_judged_by_whether_the_ranges_meet(before, after, better, verdict):
    assert judge_change(before, after, better=better, margin=.03) == verdict


def test_ranges_that_touch_are_not_apart():
    assert judge_change(measured(.5, .125), measured(.75, .125), better="more", margin=0)[0] == "cannot tell"


def test_the_margin_is_held_against_the_range_of_the_change():
    # half-ranges of .01 on either side give .01414 for the difference
    assert judge_change(measured(.5, .01), measured(.5, .01), better="more", margin=.0142)[0] == "unchanged"
    assert judge_change(measured(.5, .01), measured(.5, .01), better="more", margin=.0141)[0] == "cannot tell"


@pytest.fixture(scope="module")
def council():
    return make_sample(80, seed=1).workforce


@pytest.fixture(scope="module")
def profile(council):
    """The profile, as published, and the names of figures that it withholds for the sake of others."""
    result = tabulate_profile(council, by="directorate")
    publication = Publication("publish", council.settings)
    shown, = publication.release([result])
    truth, table = result.frame("ratings_by_group"), shown.tables["ratings_by_group"]
    is_large = (truth["n"] >= SMALLEST) & (truth["base"] - truth["n"] >= SMALLEST)
    withheld = truth[table["n"].isna() & is_large]
    names = [f"profile.ratings_by_group.n[directorate={row.directorate}, level={row.level}]"
             for row in withheld.itertuples()]
    return result, publication, names


def measure(council, folder, names):
    path = folder / "plan.csv"
    path.write_text("Action,Timescale,Statistic\n" + "".join(f'Act,12 months,"{name}"\n' for name in names), "utf-8")
    return measure_outcomes(council, read_plan(path, anchor=date(2024, 6, 30)))


def test_a_figure_of_an_action_that_a_published_table_withholds_is_withheld(council, profile, tmp_path):
    _, publication, names = profile
    assert names
    outcomes = measure(council, tmp_path, names)
    shown, = publication.propose([outcomes])
    rows = shown.tables["outcomes"].set_index("statistic")
    assert rows.loc[names, ["now", "n_now", "verdict"]].isna().all(axis=None)
    assert rows.loc["coverage", ["now", "n_now"]].notna().all()  # the table of coverage was not published
    # Each of them is large enough to stand alone, and together with the profile tells what it withholds.
    frame = outcomes.frame("outcomes").set_index("statistic")
    assert (frame.loc[names, "n_least"] >= SMALLEST).all()
    before = {f"before {at}": kept for at, kept in enumerate(publication.earlier.values())}
    everything, = Publication("analyst", council.settings).propose([outcomes])
    rules = council.settings.disclosure
    assert not attack_release({"plan": everything}, {"plan": outcomes}, rules, earlier=before).passed
    assert attack_release({"plan": shown}, {"plan": outcomes}, rules, earlier=before).passed


def test_a_figure_of_an_action_that_was_published_is_known_to_the_readers_of_a_later_table(council, profile, tmp_path):
    result, _, names = profile
    publication = Publication("publish", council.settings)
    outcomes = measure(council, tmp_path, names[:2])
    first, = publication.release([outcomes])
    told = {name for name, value in first.facts.items() if value is not None and name.startswith("profile")}
    assert told
    later, = publication.release([result])
    assert attack_release({"profile": later}, {"profile": result}, council.settings.disclosure,
                          earlier=parse_kept(publication._contents[0], "release-1.json")).passed
    assert "checked together" in " ".join(later.earlier.values())
    record = json.loads(publication.record_files()["release_record.json"])
    assert [line["release"] for line in record["earlier_releases"]] == list(later.earlier)


def test_a_small_count_that_only_a_withheld_row_would_tell_is_withheld_and_kept_as_withheld(council, tmp_path):
    truth = tabulate_profile(council, by="directorate").frame("ratings_by_group")
    small = next(row for row in truth.itertuples() if 0 < row.n < SMALLEST)
    name = f"profile.ratings_by_group.n[directorate={small.directorate}, level={small.level}]"
    publication = Publication("publish", council.settings)
    shown, = publication.release([measure(council, tmp_path, [name])])
    assert pd.isna(shown.tables["outcomes"].set_index("statistic").loc[name, "now"])
    assert all(value is None for fact, value in shown.facts.items() if fact.startswith(name))
    kept = {fact: told for part in json.loads(publication.kept)["results"] for fact, told in part["facts"].items()}
    assert {told["value"] for fact, told in kept.items() if fact.startswith(name)} == {None}
    everything, = Publication("analyst", council.settings).release([measure(council, tmp_path, [name])])
    assert everything.tables["outcomes"].set_index("statistic").loc[name, "now"] == small.n


def test_a_share_tells_its_count_and_the_number_that_it_is_of(council):
    table = tabulate_profile(council, by="directorate").frame("ratings").set_index("level")
    reading = Measurer(council).measure(parse_statistic("profile.ratings.share[level=2]"), council.latest_cycle)
    assert [(n, who.what, dict(who.where)) for n, who in reading.tells] == [
        (table.loc[2, "n"], "posts", {"level": "2"}), (table.loc[2, "base"], "posts", {"placed": "level"})]
    reading = Measurer(council).measure(parse_statistic("coverage"), council.latest_cycle)
    assert [who.what for _, who in reading.tells] == ["enough", "owing"]


@pytest.mark.parametrize("name", ["coverage.n_without_manager", "coverage.n_too_new"])
def test_a_small_count_beside_the_tables_is_withheld_where_an_action_names_it(council, tmp_path, name):
    outcomes = measure(council, tmp_path, [name])
    assert 0 < outcomes.frame("outcomes").set_index("statistic").loc[name, "now"] < SMALLEST
    shown, = Publication("publish", council.settings).release([outcomes])
    assert pd.isna(shown.tables["outcomes"].set_index("statistic").loc[name, "now"])
