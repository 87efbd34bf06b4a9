"""Exports are taken over only when they are whole, and of each kind only the newest."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.runs.inbox import find_exports, take_snapshot, wait_until_settled


def test_an_export_still_growing_is_not_read(tmp_path: Path) -> None:
    growing = tmp_path / "a.csv"
    growing.write_text("x")

    def grow(seconds: float) -> None:
        growing.write_text(growing.read_text() + "x")

    with pytest.raises(DataUnusableError, match="still being written"):
        wait_until_settled([growing], 1, sleep=grow)
    wait_until_settled([growing], 1, sleep=lambda seconds: None)


def test_an_export_that_changes_while_it_is_copied_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from my121_analytics.runs import inbox

    export = tmp_path / "a.csv"
    export.write_text("x")
    (tmp_path / "copy").mkdir()
    copy = inbox._copy

    def change(file: Path, target: Path | None) -> str:
        digest = copy(file, target)
        file.write_text("changed")
        return digest

    monkeypatch.setattr(inbox, "_copy", change)
    with pytest.raises(DataUnusableError, match="changed while it was being copied"):
        take_snapshot([export], tmp_path / "copy")


def test_of_each_kind_the_newest_export_is_read(tmp_path: Path) -> None:
    import os

    for name, age in (("ratings_1.csv", 30), ("ratings_2.csv", 10), ("people.csv", 99), ("notes.csv", 1)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1_700_000_000 - age, 1_700_000_000 - age))
    inbox = find_exports(tmp_path, {"ratings": "ratings_*.csv", "people": "people*.csv"})
    assert [file.name for file in inbox.files] == ["people.csv", "ratings_2.csv"]
    assert inbox.passed_over == ("ratings_1.csv",)
    with pytest.raises(UsageError) as told:
        find_exports(tmp_path, {"a": "none_*.csv", "b": "nobody.*", "c": "notes.csv", "d": "note?.csv"})
    assert len(told.value.hints) == 3
