"""Files for three schedulers, as their own readers take them."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from my121_analytics.runs.timetable import Job, write_timetable
from my121_analytics.settings_runs import RunSettings


@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_schedule_files_parse_and_hold_absolute_paths(every: str) -> None:
    when = RunSettings(every=every, at="06:05", on=3)  # type: ignore[arg-type]
    job = Job(Path("/srv/HR réports & Co/100%/my121.toml"), when, Path("/opt/my env/python"))
    task = ET.fromstring(write_timetable(job, "windows"))
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext(".//t:Command", namespaces=space) == "/opt/my env/python"
    assert '"/srv/HR réports & Co/100%/my121.toml"' in str(task.findtext(".//t:Arguments", namespaces=space))
    assert task.findtext(".//t:StartWhenAvailable", namespaces=space) == "true"
    assert task.findtext(".//t:Principal/t:LogonType", namespaces=space) == "S4U"
    assert task.findtext(".//t:Principal/t:RunLevel", namespaces=space) == "LeastPrivilege"
    assert task.find(".//t:Principal", space).get("id") == task.find(".//t:Actions", space).get("Context")
    units = write_timetable(job, "systemd")
    calendar = {"day": "*-*-*", "week": "Wed *-*-*", "month": "*-*-03"}[every]
    assert f"OnCalendar={calendar} 06:05:00 Europe/London" in units
    assert '"/srv/HR réports & Co/100%%/my121.toml"' in units
    assert "Persistent=true" in units
    line = write_timetable(job, "cron").splitlines()[-1]
    minute, hour, day, month, weekday, command = line.split(" ", 5)
    assert (minute, hour, month) == ("5", "6", "*")
    assert (day, weekday) == {"day": ("*", "*"), "week": ("*", "3"), "month": ("3", "*")}[every]
    assert r"100\%" in command


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_timer_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    units = write_timetable(Job(tmp_path / "my121.toml", RunSettings()), "systemd")
    calendar = next(line for line in units.splitlines() if line.startswith("OnCalendar=")).split("=", 1)[1]
    done = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
