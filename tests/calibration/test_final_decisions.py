"""Final decisions hold until a later file names them."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.calibration.final_decisions import LOCK, check_lock, describe_files, read_lock, write_lock
from my121_analytics.errors import DataUnusableError

MEETING = date(2024, 10, 3)


@pytest.fixture
def sets(tmp_path):
    files = []
    for name in ("first.csv", "second.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        files.append(describe_files([tmp_path / name], MEETING))
    return files


def test_the_same_files_and_day_have_one_id_whatever_their_order(tmp_path, sets):
    paths = [tmp_path / "first.csv", tmp_path / "second.csv"]
    assert describe_files(paths, MEETING) == describe_files(paths[::-1], MEETING)
    assert describe_files(paths, MEETING).decision_id.startswith("2024-10-03-")
    assert len({final.decision_id for final in (*sets, describe_files(paths, MEETING))}) == 3


def test_a_later_file_is_refused_until_it_names_the_earlier_one(tmp_path, sets):
    first, second = sets
    assert read_lock(tmp_path) == []
    assert not check_lock([], first, "")
    (tmp_path / LOCK).write_bytes(write_lock([], first))
    held = read_lock(tmp_path)
    assert held == [first]
    assert not check_lock(held, first, ""), "the same decisions once more are no replacement"
    with pytest.raises(DataUnusableError, match="are final") as problem:
        check_lock(held, second, "")
    remedy = problem.value.hints[0].split("--replaces ")[1]
    assert check_lock(held, second, remedy)
    assert check_lock(held, second, "first.csv")
    with pytest.raises(DataUnusableError, match="not the final ones"):
        check_lock(held, second, "third.csv")


def test_the_lock_keeps_what_was_replaced(tmp_path, sets):
    first, second = sets
    (tmp_path / LOCK).write_bytes(write_lock([first], second))
    entries = read_lock(tmp_path)
    assert [entry.replaced_by for entry in entries] == [second.decision_id, ""]
    assert write_lock(entries, second) == write_lock([first], second), "once more adds nothing"
    with pytest.raises(DataUnusableError, match="are final"):
        check_lock(entries, first, "")


def test_a_damaged_lock_locks(tmp_path):
    (tmp_path / LOCK).write_text("{", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="cannot be read"):
        read_lock(tmp_path)
