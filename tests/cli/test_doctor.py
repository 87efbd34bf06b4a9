"""The doctor says what is missing and how to mend it, and changes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from tomllib import loads

from typer.testing import CliRunner

from my121_analytics.cli import doctor
from my121_analytics.cli.app import app


def test_a_whole_installation_is_well_and_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["doctor", "--out", str(tmp_path / "new" / "out")])
    assert done.exit_code == 0, done.output
    assert "Everything that is needed is there." in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_missing_library_is_named_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "CORE", (*doctor.CORE, "no-such-library"))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 2
    assert "no-such-library: Install the package again" in done.output


def test_a_missing_extra_is_no_failure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "EXTRAS", {"no-such-extra": ("no_such_extra", "slides", "slides")})
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0
    assert 'pip install "my121-analytics[slides]"' in done.output


def test_settings_that_cannot_be_read_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my121.toml").write_text("[disclosure]\nthreshhold = 5\n", "utf-8")
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 2
    assert "threshhold" in done.output


def test_every_library_that_the_package_needs_is_looked_for():
    project = loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert {re.split(r"[>=<~]", line)[0] for line in project["dependencies"]} == set(doctor.CORE)


def test_the_extras_named_are_those_of_the_package():
    project = loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for name, (_, extra, _) in doctor.EXTRAS.items():
        assert any(line.startswith(name) for line in extras[extra]), (name, extra)
