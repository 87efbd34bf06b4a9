"""Releases one after the other: what was shown before is known to whoever reads the next one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.cli.profile import write_profile
from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.kept import describe_kept, name_kept, read_kept
from my121_analytics.disclosure.release import Released, publish_together, release
from my121_analytics.disclosure.release_record import describe_release, tabulate_release
from my121_analytics.errors import UsageError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, Result, Table, describe

ABOUT = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2")
SERVICES = {"Bins": [20, 9, 30], "Parks": [2, 14, 11], "Roads": [9, 3, 18], "Legal": [12, 6, 40]}
SITES = {"North": [22, 23, 41], "South": [21, 9, 58]}


def table(counts: dict[str, list[int]], by: str) -> Table:
    rows = [(group, box, n) for group, ns in counts.items() for box, n in enumerate(ns, start=1)]
    rows += [(TOTAL, box + 1, sum(ns[box] for ns in counts.values())) for box in range(3)]
    return Table(pd.DataFrame(rows, columns=[by, "box", "n"]), keys=(by, "box"), count="n", sums=(by, "box"))


FIRST = Result(ABOUT, {"t": table(SERVICES, "service")})
SECOND = Result(ABOUT, {"t": table(SITES, "site")})


def keep(result: Result, released: Released, folder: Path) -> Path:
    content = describe_kept([result], [released])
    path = folder / name_kept(content)
    path.write_bytes(content)
    return path


def test_a_kept_release_holds_what_was_shown_and_nothing_that_was_hidden(tmp_path: Path) -> None:
    canary = {**SERVICES, "Canary": [4, 61, 73]}
    result = Result(ABOUT, {"t": table(canary, "service")})
    released = release(result, audience="publish")
    path = keep(result, released, tmp_path)
    rows = json.loads(path.read_text("utf-8"))["results"][0]["tables"]["t"]["rows"]
    assert len(rows) == len(released.tables["t"])
    hidden = [row for row in rows if row[3] == "[c]"]
    assert ["Canary", 1, None, "[c]"] in hidden
    assert all(row[2] is None for row in hidden)
    assert path == keep(result, released, tmp_path)  # the same release is kept once


def test_what_is_kept_reads_back_as_it_was_shown(tmp_path: Path) -> None:
    released = release(FIRST, audience="publish")
    keep(FIRST, released, tmp_path)
    (kept,) = read_kept(tmp_path).values()
    assert kept.about.cycle == ABOUT.cycle
    assert kept.frames["t"]["n"].isna().tolist() == released.tables["t"]["n"].isna().tolist()
    assert kept.tables["t"].sums == ("service", "box")
    assert read_kept(tmp_path / "nowhere") == {}


def test_a_second_release_is_protected_together_with_the_first(tmp_path: Path) -> None:
    first = release(FIRST, audience="publish")
    keep(FIRST, first, tmp_path)
    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path)))
    second = release(SECOND, audience="publish", settings=settings)
    report = attack_release({"now": second}, {"now": SECOND}, earlier=read_kept(tmp_path), exact=True)
    assert report.unlinked == ()
    assert report.passed
    again = release(FIRST, audience="publish", settings=settings)
    pd.testing.assert_frame_equal(again.tables["t"], first.tables["t"])


def test_releases_of_one_publication_are_proved_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six in box 1 of two services: each release by itself is safe, but the second shows what the first withheld."""
    results = {"a": Result(ABOUT, {"t": table({"Bins": [2, 9, 30], "Parks": [4, 14, 11]}, "service")}),
               "b": Result(ABOUT, {"t": Table(pd.DataFrame({"box": [1, 2, 3], "n": [6, 23, 41]}), keys=("box",),
                                              count="n", sums=("box",))})}
    alone = {name: release(result, audience="publish") for name, result in results.items()}
    assert not attack_release(alone, results).passed
    monkeypatch.setattr("my121_analytics.disclosure.release._together", [])
    publish_together(tmp_path / "a publication")
    both = {name: release(result, audience="publish") for name, result in results.items()}
    assert attack_release(both, results).passed
    assert len(read_kept(tmp_path / "a publication")) == 2
    release(FIRST, audience="analyst")
    assert sorted(path.suffix for path in (tmp_path / "a publication").iterdir()) == [".json", ".json"]


def test_a_total_that_the_first_release_withheld_is_not_shown_by_the_second(tmp_path: Path) -> None:
    """Three in box 1 of two services: the second table has the same margin and would give it away."""
    small = Result(ABOUT, {"t": table({"Bins": [2, 9, 30], "Parks": [1, 14, 11]}, "service")})
    first = release(small, audience="publish")
    assert pd.isna(first.tables["t"].set_index(["service", "box"]).loc[(TOTAL, 1), "n"])
    keep(small, first, tmp_path)
    plain = Result(ABOUT, {"t": Table(pd.DataFrame({"box": [1, 2, 3], "n": [3, 23, 41]}), keys=("box",), count="n",
                                      sums=("box",))})
    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path)))
    second = release(plain, audience="publish", settings=settings)
    assert pd.isna(second.tables["t"].set_index("box").loc[1, "n"])
    assert attack_release({"now": second}, {"now": plain}, earlier=read_kept(tmp_path)).passed


def test_another_cycle_is_about_other_counts(tmp_path: Path) -> None:
    keep(FIRST, release(FIRST, audience="publish"), tmp_path)
    later = Result(replace(ABOUT, subject=replace(ABOUT.subject, cycle="2025/26 H1", as_of=date(2025, 9, 30))),
                   SECOND.tables)
    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path)))
    pd.testing.assert_frame_equal(release(later, audience="publish", settings=settings).tables["t"],
                                  release(later, audience="publish").tables["t"])


def test_a_kept_release_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "release-0.json").write_text('{"format": 99, "results": []}', "utf-8")
    with pytest.raises(UsageError, match=r"release-0.json: not readable .*format 99"):
        read_kept(tmp_path)


def test_the_record_of_a_release_says_what_was_asked_and_withheld_and_nothing_that_hidden_counts_decide() -> None:
    released = [release(FIRST, audience="publish"), release(SECOND, audience="analyst")]
    frame = tabulate_release(released)
    assert frame["checked"].tolist() == ["yes", "not asked for this audience"]
    assert frame["rows_hidden"].tolist()[1] == 0
    assert frame["rows_hidden"].tolist()[0] == int((released[0].tables["t"]["marker"] != "").sum())
    other = dict(SERVICES, Parks=[3, 14, 11], Roads=[9, 2, 18], Bins=[19, 10, 30])
    content = describe_release(released[:1], DisclosureSettings()).decode()
    assert json.loads(content)["rules"]["threshold"] == 5
    assert "width" not in content
    assert other != SERVICES


@pytest.mark.slow
def test_a_published_profile_keeps_itself_and_writes_its_record(tmp_path: Path) -> None:
    record = make_sample(60).workforce
    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path / "kept")))
    write_profile(record, tmp_path / "one", by="directorate", cycle=None, audience="publish", settings=settings)
    write_profile(record, tmp_path / "two", by="grade", cycle=None, audience="publish", settings=settings)
    assert len(list((tmp_path / "kept").glob("release-*.json"))) == 2
    log = pd.read_csv(tmp_path / "two" / "release_record.csv", encoding="utf-8-sig")
    assert set(log["checked"]) == {"yes"}
    assert {"map_by_group", "change", "steps"} <= set(log["table"])
    write_profile(record, tmp_path / "named", by="grade", cycle=None, audience="analyst", settings=settings)
    assert not (tmp_path / "named" / "release_record.csv").exists()
