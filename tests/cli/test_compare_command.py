"""Two extracts on the command line: what will change, stay and fail is said first, and the files hold all of it."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from my121_analytics.cli.app import app
from my121_analytics.writing.manifest import sha256_of

STAFF = ("Employee no,Name,Date started,Directorate,Team,Manager no,Leaving date\n"
         "0099,Iris Vane,01/04/2010,Highways,Roads,,\n0011,Otto Pell,01/05/2012,Highways,Roads,0099,\n"
         "0012,Una Gray,02/06/2014,Highways,Roads,0099,\n0013,Ali Moss,03/07/2016,Highways,Roads,0099,\n"
         "0014,Bea Lund,03/07/2016,Highways,Roads,0099,\n")
RATINGS = ("Employee no,Review period,Manager no,Performance\n0011,2022/23 H2,0099,Meets\n0012,2022/23 H2,0099,Meets\n"
           "0013,2022/23 H2,0099,Exceeds\n0011,2023/24 H1,0099,Meets\n0012,2023/24 H1,0099,Meets\n")
SETTINGS = "[exports]\nextract_date = {day}\n[framework]\nhas_potential = false\n"


def extract(folder: Path, staff: str, ratings: str, day: str) -> Path:
    folder.mkdir()
    (folder / "staff.csv").write_text(staff, encoding="utf-8")
    (folder / "ratings.csv").write_text(ratings, encoding="utf-8")
    (folder / "my121.toml").write_text(SETTINGS.format(day=day), encoding="utf-8")
    return folder


@pytest.fixture
def pair(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    staff = STAFF.replace("Highways", "Streets").replace("0014,Bea Lund,03/07/2016,Streets,Roads,0099,\n", "")
    ratings = RATINGS.replace("0013,2022/23 H2,0099,Exceeds", "0013,2022/23 H2,0099,Meets")
    ratings += "0013,2023/24 H1,0099,Splendid\n0011,2023/24 H2,0099,Exceeds\n"
    return (extract(tmp_path / "old", STAFF, RATINGS, "2023-08-31"),
            extract(tmp_path / "new", staff, ratings, "2024-03-31"))


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def test_every_planted_difference_is_in_changes_csv_and_nothing_else(pair, tmp_path):
    done = run("compare", *pair, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    changes = read(tmp_path / "out" / "changes.csv")
    assert changes[["change", "employee_id", "cycle"]].values.tolist() == [
        ["locked_placement", "0013", "2022/23 H2"], ["vanished", "0014", ""]]
    assert "Exceeds" in changes["before"].iloc[0]
    assert "Meets" in changes["after"].iloc[0]
    assert read(tmp_path / "out" / "units.csv")[["what", "before", "after"]].values.tolist() == [
        ["renamed", "Highways", "Streets"]]


def test_the_preview_says_what_changes_stays_and_fails_and_a_dry_run_writes_nothing(pair, tmp_path):
    done = run("compare", *pair, "--out", tmp_path / "out", "--dry-run")
    assert done.exit_code == 0, done.output
    change, rest = done.output.split("What stays:")
    stay, fail = rest.split("What fails:")
    assert "Placement changed after its cycle was closed: 1" in change
    assert "The directorate Highways is called Streets now (4 people)" in change
    assert "4 people are in both extracts." in stay
    assert "4 placements are the same." in stay
    assert "Rows refused for it: 1 (earlier extract: 0)" in fail
    assert "Headline figures of 2023/24 H1" in fail
    assert not (tmp_path / "out").exists()


def test_a_column_that_is_gone_and_a_file_that_cannot_be_read_are_failures(pair, tmp_path):
    old, new = pair
    staff = new / "staff.csv"
    staff.write_text(staff.read_text("utf-8").replace("Date started", "Nickname"), "utf-8")
    (new / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    done = run("compare", old, new, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "No column of the later extract was read as started" in done.output
    assert "broken.xlsx" in done.output.split("What fails:")[1]
    assert (tmp_path / "out" / "compare.html").is_file()


def test_the_page_and_the_manifest_are_for_the_owner_and_say_what_they_rest_on(pair, tmp_path):
    out = tmp_path / "out"
    assert run("compare", *pair, "--out", out).exit_code == 0
    html = (out / "compare.html").read_text("utf-8")
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.split("<main")[1])))
    for told in ("2 changes are of a kind", "Bea Lund (0014)", "Gone, though not recorded as having left",
                 "The scales are the same.", "from 31 August 2023 to 31 March 2024"):
        assert told in text
    assert "<script" not in html
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert set(manifest["outputs"]) == {"changes.csv", "compare.html", "figures.csv", "units.csv"}
    assert manifest["outputs"]["changes.csv"] == sha256_of(out / "changes.csv")
    assert {"earlier/staff.csv", "later/staff.csv"} <= set(manifest["inputs"])
    assert "Bea Lund" not in json.dumps(manifest)
    if os.name == "posix":
        assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())


def test_the_same_pair_gives_the_same_bytes(pair, tmp_path):
    for name in ("one", "two"):
        assert run("compare", *pair, "--out", tmp_path / name).exit_code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_wrong_order_is_a_usage_error(pair, tmp_path):
    old, new = pair
    done = run("compare", new, old, "--out", tmp_path / "out")
    assert done.exit_code != 0
    assert "later one of 2023-08-31" in str(done.exception)


def test_other_scales_are_named_before_anything_is_used(pair, tmp_path):
    old, new = pair
    ratings = new / "ratings.csv"
    ratings.write_text(ratings.read_text("utf-8").replace("Meets", "Good").replace("Exceeds", "High"), "utf-8")
    (new / "my121.toml").write_text(SETTINGS.format(day="2024-03-31") + 'performance_levels = ["Low", "Fair", "Good", '
                                    '"High"]\n', encoding="utf-8")
    done = run("compare", old, new, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "performance: labels were 1 Partially meets, 2 Meets, 3 Exceeds and are 1 Low" in done.output


def test_one_settings_file_for_both_gives_its_day_to_the_later_extract_alone(pair, tmp_path):
    old, new = pair
    for folder in pair:
        (folder / "my121.toml").unlink()
    head, *rows = RATINGS.splitlines()
    dated = [f"{head},Review date", *(f"{row},{'31/03' if 'H2' in row else '30/08'}/2023" for row in rows)]
    (old / "ratings.csv").write_text("\n".join(dated), encoding="utf-8")
    settings = tmp_path / "my121.toml"  # in the working folder
    settings.write_text(SETTINGS.format(day="2024-03-31"), encoding="utf-8")
    done = run("compare", old, new, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Its day is the latest date in its data" in done.output
    page = (tmp_path / "out" / "compare.html").read_text("utf-8")
    assert "from 30 August 2023 to 31 March 2024" in page
    given = run("compare", old, new, "--out", tmp_path / "out", "--old-as-of", "2023-08-31")
    assert given.exit_code == 0
    assert "from 31 August 2023" in (tmp_path / "out" / "compare.html").read_text("utf-8")
