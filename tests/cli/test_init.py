"""my121 init writes settings that read the exports as well as they can be read, and never over anything."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from my121_analytics.cli.app import app
from my121_analytics.errors import UsageError
from my121_analytics.ingest.first_settings import write_first_settings
from my121_analytics.ingest.intake import read_exports
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.settings_file import load_settings


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("init") / "exports"
    make_sample(60, seed=3, folder=folder)
    shutil.rmtree(folder / "truth")
    (folder / "my121.toml").unlink()
    return folder


@pytest.fixture
def foreign(tmp_path):
    """A small export on a scale of five, under a heading that names no axis beside one that does."""
    folder = tmp_path / "exports"
    folder.mkdir()
    people = [f"{n:06d}" for n in range(1, 41)]
    pd.DataFrame({"Employee no": people, "Name": [f"Person {n}" for n in range(1, 41)], "Manager no": "000001",
                  "Directorate": "Care", "Review date": "2024-06-03",
                  "Performance rating": [f"{1 + n % 5}" for n in range(40)]}).to_csv(folder / "r.csv", index=False)
    return folder


def run(*arguments, **options):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)


def test_what_it_writes_reads_the_exports_as_they_were_read_without(tmp_path, exports):
    done = run("init", exports, "--out", tmp_path / "my121.toml", "--council", "Aldermere \"B\" Council", "--yes")
    assert done.exit_code == 0, done.output
    settings = load_settings(tmp_path / "my121.toml")
    assert settings.council.name == 'Aldermere "B" Council'
    before = read_exports(exports, settings=Settings())
    after = read_exports(exports, settings=settings)
    assert settings.exports.extract_date == before.workforce.as_of
    pd.testing.assert_frame_equal(after.reconciliation, before.reconciliation)
    pd.testing.assert_frame_equal(after.workforce.placements, before.workforce.placements)


def test_proposals_that_are_taken_let_the_ratings_be_read(tmp_path, foreign):
    assert read_exports(foreign, settings=Settings()).unread.n_read == 0
    done = run("init", foreign, "--out", tmp_path / "my121.toml", "--yes")
    assert done.exit_code == 0, done.output
    assert "40 of 40 ratings" in done.output
    read = read_exports(foreign, settings=load_settings(tmp_path / "my121.toml"))
    assert read.unread.n_read == 40


def test_nobody_asked_means_that_nothing_counts_yet(tmp_path, foreign):
    done = run("init", foreign, "--out", tmp_path / "my121.toml")
    assert done.exit_code == 0, done.output
    settings = load_settings(tmp_path / "my121.toml")
    assert settings.exports.columns == {}
    assert settings.framework == Settings().framework
    text = (tmp_path / "my121.toml").read_text("utf-8")
    assert "# performance_codes" in text or "# performance_levels" in text
    assert text.count("[exports.columns]") == 1


def test_whoever_is_asked_decides(tmp_path, foreign, monkeypatch):
    monkeypatch.setattr("my121_analytics.cli.init._is_asked", lambda: True)
    done = run("init", foreign, "--out", tmp_path / "my121.toml", input="y\ny\nAldermere\n")
    assert done.exit_code == 0, done.output
    settings = load_settings(tmp_path / "my121.toml")
    assert settings.council.name == "Aldermere"
    assert settings.exports.columns["Employee no"] == "employee_id"


def test_what_is_there_is_never_written_over(tmp_path, exports):
    (tmp_path / "my121.toml").write_text("# mine\n", "utf-8")
    done = run("init", exports, "--out", tmp_path / "my121.toml", "--yes")
    assert isinstance(done.exception, UsageError)
    assert (tmp_path / "my121.toml").read_text("utf-8") == "# mine\n"


def test_init_without_anything_says_what_to_name():
    done = run("init")
    assert isinstance(done.exception, UsageError)
    assert "my121 init exports" in done.exception.hints[0]


def test_the_file_can_be_read_whatever_the_council_is_called(exports, tmp_path):
    intake = read_exports(exports, settings=Settings())
    for name in ("O'Brien & \"Söhne\"", "a\\b", "x = [1]\n[exports]"):
        path = tmp_path / "my121.toml"
        path.write_text(write_first_settings(intake, council=name, folder="C:\\exports"), "utf-8")
        assert load_settings(path).council.name == name.strip()
