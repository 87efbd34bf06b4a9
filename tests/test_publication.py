"""A publication: what goes out to the same readers is proved together, recorded and kept, whichever paper it is in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.kept import parse_kept, read_kept
from my121_analytics.disclosure.release import release
from my121_analytics.errors import UsageError
from my121_analytics.publication import Publication
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, Result, Table, describe

ABOUT = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2")
SERVICES = {"Bins": [20, 9, 30], "Parks": [2, 14, 11], "Roads": [9, 3, 18], "Legal": [12, 6, 40]}
SITES = {"North": [22, 23, 41], "South": [21, 9, 58]}


def count_by(counts: dict[str, list[int]], by: str) -> Result:
    rows = [(group, box, n) for group, ns in counts.items() for box, n in enumerate(ns, start=1)]
    rows += [(TOTAL, box + 1, sum(ns[box] for ns in counts.values())) for box in range(3)]
    table = Table(pd.DataFrame(rows, columns=[by, "box", "n"]), keys=(by, "box"), count="n", sums=(by, "box"))
    return Result(ABOUT, {"counts": table})


BY_SERVICE, BY_SITE = count_by(SERVICES, "service"), count_by(SITES, "site")


SIX_IN_BOX_ONE = count_by({"Bins": [2, 9, 30], "Parks": [4, 14, 11]}, "service")
COUNCIL = Result(ABOUT, {"counts": Table(pd.DataFrame({"box": [1, 2, 3], "n": [6, 23, 41]}), keys=("box",), count="n",
                                         sums=("box",))})
"""Each can be shown by itself; whoever has both would know how the six divide."""


def withstand(*publications: Publication) -> bool:
    """Attack both results as their readers got them."""
    first, second = [shown for publication in publications for shown in publication.released]
    return attack_release({"a": first, "b": second}, {"a": SIX_IN_BOX_ONE, "b": COUNCIL}).passed


def test_two_publications_that_do_not_know_of_each_other_give_a_count_away() -> None:
    apart = Publication("publish"), Publication("publish")
    apart[0].release([SIX_IN_BOX_ONE])
    apart[1].release([COUNCIL])
    assert not withstand(*apart)


def test_a_second_release_is_proved_together_with_the_first() -> None:
    publication = Publication("publish")
    publication.release([SIX_IN_BOX_ONE])
    publication.release([COUNCIL])
    assert withstand(publication)
    record = json.loads(publication.record_files()["release_record.json"])
    assert len(record["earlier_releases"]) == 1
    assert [line["result"] for line in record["tables"]] == [ABOUT.title] * 2


def test_a_paper_beside_another_is_proved_with_it_and_has_a_record_of_its_own(tmp_path: Path) -> None:
    first = Publication("publish", folders=[tmp_path])
    first.release([SIX_IN_BOX_ONE])
    second = Publication("publish", beside=first)
    second.release([COUNCIL])
    assert withstand(first, second)
    assert len(json.loads(first.record_files()["release_record.json"])["tables"]) == 1
    assert len(json.loads(second.record_files()["release_record.json"])["tables"]) == 1
    assert first.earlier.keys() == second.earlier.keys()
    first.keep()  # of either
    assert read_kept(tmp_path).keys() == second.earlier.keys()


def test_what_is_only_proposed_is_not_known_to_anybody(tmp_path: Path) -> None:
    publication = Publication("publish", folders=[tmp_path / "kept"])
    proposed = publication.propose([BY_SERVICE])
    assert proposed[0].tables["counts"]["n"].isna().any()
    assert publication.released == []
    assert publication.earlier == {}
    assert publication.kept == b""
    assert publication.record_files() == {}
    publication.keep()
    assert not (tmp_path / "kept").exists()
    publication.accept([BY_SERVICE], proposed)
    assert publication.released == proposed
    assert len(publication.earlier) == 1


def test_what_is_kept_in_a_folder_is_known_to_the_next_publication(tmp_path: Path) -> None:
    settings = Settings(disclosure=DisclosureSettings(kept_releases=str(tmp_path / "all years")))
    first = Publication("publish", settings, folders=[tmp_path / "this run"])
    first.release([BY_SERVICE])
    first.keep()
    for folder in ("all years", "this run"):
        (file,) = (tmp_path / folder).iterdir()
        assert file.read_bytes() == first.kept
    alone, beside_kept = Publication("publish"), Publication("publish", settings)
    alone.release([BY_SITE])
    beside_kept.release([BY_SITE])
    assert json.loads(alone.record_files()["release_record.json"])["earlier_releases"] == []
    assert len(json.loads(beside_kept.record_files()["release_record.json"])["earlier_releases"]) == 1
    again = Publication("publish", folders=[tmp_path / "this run"])
    again.release([BY_SERVICE])
    again.keep()
    assert len(list((tmp_path / "this run").iterdir())) == 1, "the same release is kept once"


def test_a_release_with_names_is_neither_recorded_nor_kept(tmp_path: Path) -> None:
    publication = Publication("analyst", folders=[tmp_path])
    (shown,) = publication.release([BY_SERVICE])
    assert shown.tables["counts"]["n"].tolist() == BY_SERVICE.frame("counts")["n"].tolist()
    assert publication.record_files() == {}
    publication.keep()
    assert list(tmp_path.iterdir()) == []
    assert not publication.is_public


def test_one_release_is_what_the_gate_gives() -> None:
    (shown,) = Publication("publish").release([BY_SERVICE])
    pd.testing.assert_frame_equal(shown.tables["counts"], release(BY_SERVICE, audience="publish").tables["counts"])


def test_the_record_can_speak_of_some_of_what_was_released_and_holds_no_formula() -> None:
    risky = Result(ABOUT, {"=counts": BY_SERVICE.tables["counts"]})
    publication = Publication("publish")
    first, second = publication.release([BY_SERVICE, risky])
    lines = publication.record_files([second])["release_record.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=counts" in lines[1]
    assert len(publication.record_files([first, second])["release_record.csv"].splitlines()) == 3


def test_a_result_is_cut_to_a_unit() -> None:
    posts = pd.DataFrame({"directorate": ["Adults", "Places", "Adults"], "rater_id": ["1", "2", "3"]})
    tables = {"by_unit": Table(posts, keys=("rater_id",), people=("rater_id",), unit_columns=("directorate",)),
              "people": Table(posts[["rater_id"]], keys=("rater_id",), people=("rater_id",)),
              "council": BY_SERVICE.tables["counts"]}
    cut = Publication("panel").cut(Result(ABOUT, tables, {"n_listed": 7}), "Adults")
    assert cut.frame("by_unit")["rater_id"].tolist() == ["1", "3"]
    assert set(cut.tables) == {"by_unit", "council"}, "names of other units' people are left out"
    assert cut.facts == {"n_listed": 7}
    assert posts["directorate"].tolist() == ["Adults", "Places", "Adults"]


def test_a_result_of_one_unit_says_whose_rows_it_holds() -> None:
    declared = Publication("panel", unit_column="service").declare(BY_SITE, "Parks").tables["counts"]
    assert declared.unit_columns == ("service",)
    assert set(declared.frame["service"]) == {"Parks"}
    named = Publication("panel", unit_column="service").declare(BY_SERVICE, "Parks").tables["counts"]
    assert named.unit_columns == ("service",)
    assert set(named.frame["service"]) == {*SERVICES, TOTAL}, "a column that is there stays as it is"


def test_an_audience_that_is_not_known_is_refused_before_anything_is_worked_out() -> None:
    with pytest.raises(UsageError, match="no audience 'publsh'") as caught:
        Publication("publsh")
    assert "publish" in " ".join(caught.value.hints)


def test_what_was_kept_and_cannot_be_read_is_named() -> None:
    with pytest.raises(UsageError, match=r"release-1\.json: not readable"):
        parse_kept(b"{}", "release-1.json")
    with pytest.raises(UsageError, match="format 9"):
        parse_kept(b'{"format": 9}', "release-1.json")
