"""What the analyst reads first where a release was not checked together with all that was published before."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from my121_analytics.disclosure.attacker import _Linking
from my121_analytics.sample_council.council import make_sample

PLAN = Path(__file__).resolve().parents[2] / "data" / "sample" / "improvement_plan.xlsx"


@pytest.fixture(scope="module")
def published(my121, one_cycle_exports, tmp_path_factory):
    """A folder with exports, settings that name a folder of kept releases, and what one profile left there."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(one_cycle_exports, folder / "exports")
    (folder / "my121.toml").write_text(f"[disclosure]\nkept_releases = '{(folder / 'kept').as_posix()}'\n", "utf-8")
    done = publish(my121, folder, "first")
    assert done.returncode == 0, done.stderr
    return folder


def publish(my121, folder: Path, name: str):
    return my121("profile", folder / "exports", "--settings", folder / "my121.toml", "--audience", "publish", "--by",
                 "directorate", "--out", folder / name)


@pytest.fixture
def again(published, tmp_path):
    """The same in a folder of its own, whose kept release a test may change."""
    shutil.copytree(published / "exports", tmp_path / "exports")
    shutil.copytree(published / "kept", tmp_path / "kept")
    (tmp_path / "my121.toml").write_text(f"[disclosure]\nkept_releases = '{(tmp_path / 'kept').as_posix()}'\n", "utf-8")
    return tmp_path


def lines_of(done) -> list[str]:
    """What is said of the publication: the lines after those on the settings and on the rows that were read."""
    return [line for line in done.stdout.splitlines() if line.strip() and not line.startswith(("Settings: ", "Read "))]


def contradict(path: Path) -> None:
    """Withhold one rating of a directorate and make another larger than all its posts: less than none are left.

    Of numbers that are all shown a wrong sum would be no law; of a withheld one it leaves nothing that can be true.
    """
    content = json.loads(path.read_text("utf-8"))
    table = content["results"][0]["tables"]["ratings_by_group"]
    count, marker = table["columns"].index("n"), table["columns"].index("marker")
    table["rows"][0][count], table["rows"][0][marker] = None, "[c]"
    table["rows"][1][count] += 25
    path.write_text(json.dumps(content), "utf-8")


def test_nothing_is_said_where_every_kept_release_was_checked_together(my121, published):
    done = publish(my121, published, "second")
    assert done.returncode == 0, done.stderr
    assert "published before" not in done.stdout
    assert "attention" not in json.loads((published / "second" / "manifest.json").read_text("utf-8"))
    assert json.loads((published / "second" / "release_record.json").read_text("utf-8"))["attention"] == []


@pytest.fixture
def contradicted(again):
    """The same with a kept release that cannot be true, and its file."""
    (kept,) = (again / "kept").glob("release-*.json")
    contradict(kept)
    return again, kept


def find_nothing_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no kept release be true with what is counted: what the commands count has little in common."""
    for fit in ("_fit", "_fit_table_by_table", "_fit_edition"):
        monkeypatch.setattr(_Linking, fit, lambda *_: None)


def asked_of(command: str, folder: Path) -> list[str | Path]:
    if command == "plan":
        return ["plan", PLAN, "--anchor", "June 2024", "--exports", folder / "exports", "--audience", "publish"]
    if command == "run":
        return ["run", folder / "my121.toml"]
    if command == "self":
        make_sample(40, seed=3, folder=folder / "with own placements")
        return ["self", folder / "with own placements", "--audience", "publish"]
    return [command, folder / "exports", "--audience", "publish"]


@pytest.mark.parametrize("command", ["profile", "report", "self", "managers", "plan", "pack", "run"])
def test_no_command_publishes_beside_a_kept_release_that_cannot_be_true_with_it(my121, again, command, monkeypatch):
    folder, (kept,) = again, (again / "kept").glob("release-*.json")
    find_nothing_that_fits(monkeypatch)
    with (folder / "my121.toml").open("a", encoding="utf-8") as settings:
        settings.write("[reports.small]\nsections = ['profile']\nby = ['directorate']\n"
                       "[run]\nsource = 'exports'\nout = 'out'\noutputs = ['report']\n")
    where = [] if command == "run" else ["--settings", folder / "my121.toml", "--out", folder / "out"]
    before = sorted(path.name for path in (folder / "kept").iterdir())
    done = my121(*asked_of(command, folder), *where)
    assert done.returncode == 4, done.stdout + done.stderr
    assert kept.name in done.stderr
    assert "kept_releases" in done.stderr
    assert "[disclosure.looked_at]" in done.stderr
    assert sorted(path.name for path in (folder / "kept").iterdir()) == before
    if command == "run":
        assert not (folder / "out" / "latest").exists()
        assert json.loads((folder / "out" / "alert.json").read_text("utf-8"))["reason"] == "disclosure"
    else:
        assert not (folder / "out").exists()


def test_a_preview_for_the_analyst_is_not_stopped(my121, contradicted):
    folder, _ = contradicted
    done = my121("profile", folder / "exports", "--settings", folder / "my121.toml", "--out", folder / "out")
    assert done.returncode == 0, done.stderr


def test_one_that_somebody_looks_at_is_written_for_that_extract_alone_and_says_so_first(my121, again, monkeypatch):
    (kept,) = (again / "kept").glob("release-*.json")
    find_nothing_that_fits(monkeypatch)
    refused = publish(my121, again, "out")
    line = re.search(rf'"{kept.name}" = ([0-9-]+)', refused.stderr)
    settings = (again / "my121.toml").read_text("utf-8")
    for day, code in (("2001-01-01", 4), (line[1], 0)):
        (again / "my121.toml").write_text(f'{settings}[disclosure.looked_at]\n"{kept.name}" = {day}\n', "utf-8")
        done = publish(my121, again, "out")
        assert done.returncode == code, done.stderr
    first = lines_of(done)[0]
    assert first.startswith("Do not publish this yet")
    assert kept.stem in first
    assert "looked_at" in first
    manifest = (again / "out" / "manifest.json").read_text("utf-8")
    assert manifest.splitlines()[1].strip().startswith('"attention"')
    assert json.loads(manifest)["attention"] == [first]
    record = json.loads((again / "out" / "release_record.json").read_text("utf-8"))
    assert next(iter(record)) == "attention"
    assert record["attention"] == [first]
    assert all("looked at" in linked["linked"] for linked in record["earlier_releases"])


def test_the_remedy_helps_a_kept_release_that_was_never_published_is_moved_away(my121, again):
    (kept,) = (again / "kept").glob("release-*.json")
    contradict(kept)
    kept.rename(again / kept.name)
    done = publish(my121, again, "out")
    assert done.returncode == 0, done.stderr
    assert "Do not publish this yet" not in done.stdout


def test_a_file_among_kept_releases_that_was_left_out_is_named_first(my121, again):
    (kept,) = (again / "kept").glob("release-*.json")
    kept.rename(kept.with_name("Copy of release.json"))
    done = publish(my121, again, "out")
    assert done.returncode == 0, done.stderr
    first = lines_of(done)[0]
    assert first.startswith("Before you publish")
    assert "Copy of release.json" in first
    assert json.loads((again / "out" / "manifest.json").read_text("utf-8"))["attention"] == [first]


def test_kept_releases_that_cannot_be_read_are_refused_all_at_once(my121, again):
    (kept,) = (again / "kept").glob("release-*.json")
    whole = kept.read_text("utf-8")
    kept.write_text(whole[:len(whole) // 2], "utf-8")
    (again / "kept" / "release-0000.json").write_text('{"format": 99, "results": []}', "utf-8")
    done = publish(my121, again, "out")
    assert done.returncode == 2
    assert kept.name in done.stderr
    assert "release-0000.json" in done.stderr
    assert "Restore" in done.stderr
    assert not (again / "out").exists()


def test_a_report_says_it_first_too(my121, again):
    (again / "kept" / "notes.txt").write_text("published in May", "utf-8")
    with (again / "my121.toml").open("a", encoding="utf-8") as settings:
        settings.write("[reports.small]\nsections = ['profile']\nby = ['directorate']\n")
    done = my121("report", again / "exports", "--settings", again / "my121.toml", "--out", again / "out")
    assert done.returncode == 0, done.stderr
    first = lines_of(done)[0]
    assert first.startswith("Before you publish")
    assert "notes.txt" in first
    assert json.loads((again / "out" / "manifest.json").read_text("utf-8"))["attention"] == [first]
    assert json.loads((again / "out" / "release_record.json").read_text("utf-8"))["attention"] == [first]


@pytest.mark.parametrize("command", ["managers", "plan"])
def test_every_command_that_publishes_says_so(my121, again, command):
    (again / "kept" / "Copy of release.json").write_text("{}", "utf-8")
    done = my121(*asked_of(command, again), "--settings", again / "my121.toml", "--out", again / "out")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("Before you publish")]
    assert "Copy of release.json" in said[0]
    assert json.loads((again / "out" / "manifest.json").read_text("utf-8"))["attention"] == said
