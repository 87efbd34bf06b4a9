"""Papers that commands publish one after the other: what the first withholds, the second does not give away."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import narrow_before, show_earlier
from my121_analytics.disclosure.kept import read_kept
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a small council") / "exports"
    make_sample(80, seed=3, folder=folder)
    return folder


@pytest.fixture
def council(exports, tmp_path):
    """Say by which settings a command publishes and where it keeps what it published."""
    def settings(name: str, **rules: int) -> Path:
        path = tmp_path / f"{name}.toml"
        given = (exports / "my121.toml").read_text("utf-8").replace("[disclosure]\n", "")
        more = "".join(f"{rule} = {value}\n" for rule, value in rules.items())
        path.write_text(f"{given}\n[disclosure]\nkept_releases = '{(tmp_path / name).as_posix()}'\n{more}", "utf-8")
        return path

    return settings


def publish(my121, command, exports, settings, out, *words):
    done = my121(command, exports, "--settings", settings, "--audience", "publish", "--out", out, *words)
    assert done.returncode == 0, done.stderr
    return done


def find_narrow(*folders):
    """List what whoever has everything that was kept in some folders can work out too narrowly."""
    kept = {f"{folder.name} {name}": one for folder in folders for name, one in read_kept(folder).items()}
    shown, links = show_earlier(kept, [])
    return narrow_before(shown, DisclosureSettings(), slack=links.slack)


def linked_with(out):
    return json.loads((out / "release_record.json").read_text("utf-8"))["earlier_releases"]


def test_own_placements_by_a_second_grouping_do_not_complete_the_sums_of_the_first(my121, exports, council, tmp_path):
    kept = council("kept")
    publish(my121, "self", exports, kept, tmp_path / "first", "--by", "directorate")
    publish(my121, "self", exports, kept, tmp_path / "second", "--by", "grade")
    assert not find_narrow(tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert ["checked together" in line["linked"] for line in linked_with(tmp_path / "second")] == [True]


@pytest.mark.slow
def test_each_by_itself_they_would_complete_them(my121, exports, council, tmp_path):
    publish(my121, "self", exports, council("first"), tmp_path / "by directorate", "--by", "directorate")
    publish(my121, "self", exports, council("apart"), tmp_path / "by grade", "--by", "grade")
    assert not find_narrow(tmp_path / "first")
    assert not find_narrow(tmp_path / "apart")
    assert find_narrow(tmp_path / "first", tmp_path / "apart")


@pytest.mark.slow
def test_a_plan_does_not_name_what_a_published_profile_withholds(my121, exports, council, tmp_path):
    kept, apart = council("kept"), council("apart")
    publish(my121, "profile", exports, kept, tmp_path / "profile", "--by", "directorate")
    shown = pd.read_csv(tmp_path / "profile" / "ratings_by_group.csv", dtype=str, encoding="utf-8-sig")
    shown = shown[shown["level"].fillna("").str.isdecimal()]
    withheld = shown[~shown["n"].fillna("").str.isdecimal()]
    names = [f"profile.ratings_by_group.n[directorate={row.directorate}, level={row.level}]"
             for row in withheld.itertuples()]
    plan = tmp_path / "plan.csv"
    plan.write_text("Action,Timescale,Statistic\n" + "".join(f'Act,12 months,"{name}"\n' for name in names), "utf-8")

    def outcomes(settings, out):
        publish(my121, "plan", plan, settings, out, "--exports", exports, "--anchor", "June 2024")
        return pd.read_csv(out / "outcomes.csv", dtype=str, encoding="utf-8-sig").set_index("statistic").loc[names]

    by_itself = outcomes(apart, tmp_path / "by itself")
    assert by_itself["now"].str.contains(r"\d", na=False).any()
    assert not outcomes(kept, tmp_path / "plan")["now"].str.contains(r"\d", na=False).any()
    assert not find_narrow(tmp_path / "kept")


@pytest.mark.slow
def test_how_many_managers_have_a_verdict_stays_withheld_under_a_lower_threshold(my121, small_exports, council,
                                                                                  tmp_path):
    def verdicts(out):
        found = {}
        for path in (tmp_path / out).glob("release-*.json"):
            for name, fact in json.loads(path.read_text("utf-8"))["results"][0]["facts"].items():
                found.setdefault(name, []).append(fact["value"])
        return found

    publish(my121, "managers", small_exports, council("kept"), tmp_path / "first")
    assert verdicts("kept")["n_watch"] == [None]
    publish(my121, "managers", small_exports, council("kept", threshold=2), tmp_path / "second")
    publish(my121, "managers", small_exports, council("apart", threshold=2), tmp_path / "by itself")
    assert verdicts("apart")["n_watch"] == [3]  # small, and shown where the threshold is lower
    assert set(verdicts("kept")["n_watch"]) == {None}  # the second release is the first once more
    assert len(linked_with(tmp_path / "second")) == 1
