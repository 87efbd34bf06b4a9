"""A folder holds the old set or the new one wherever a run is killed: tried at every step of putting files in place."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from my121_analytics.writing import swap
from my121_analytics.writing.manifest import MANIFEST
from my121_analytics.writing.staging import settle_for_reader, staged_run

OLD = {"a.html": b"old a", "care/b.xlsx": b"old b", "care/gone.csv": b"old c", "same.csv": b"same"}
NEW = {"a.html": b"new a", "care/b.xlsx": b"new b", "roads/d.csv": b"new d", "same.csv": b"same"}
forked = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")


def put(out: Path, files: dict[str, bytes], **how: object) -> None:
    with staged_run(out, command="report", **how) as stage:  # type: ignore[arg-type]
        for name, content in files.items():
            stage.write(name, content)


def below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST and ".my121" not in str(path.relative_to(folder))}


def killed_at(step: int, work: Callable[[], None]) -> bool:
    """Do some work in a process that is killed at its n-th change of a folder; says whether it came so far."""
    child = os.fork()
    if child == 0:
        changes = 0

        def counting(call: Callable) -> Callable:
            def counted(*given: object, **named: object) -> object:
                nonlocal changes
                changes += 1
                if changes == step:
                    os._exit(9)
                return call(*given, **named)
            return counted

        for name in ("rename", "replace", "unlink", "mkdir", "rmdir"):
            setattr(Path, name, counting(getattr(Path, name)))
        os.link, shutil.rmtree = counting(os.link), counting(shutil.rmtree)
        swap._exchange_at_once = counting(swap._exchange_at_once)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


@forked
def test_a_run_killed_at_any_step_leaves_one_whole_set_to_be_seen(tmp_path: Path) -> None:
    step, seen = 1, set()
    while True:
        out = tmp_path / str(step) / "out"
        put(out, OLD)
        was_killed = killed_at(step, lambda out=out: put(out, NEW))  # type: ignore[misc]
        assert below(out) in (OLD, NEW)
        seen.add(below(out) == NEW)
        put(out, NEW)
        assert below(out) == NEW
        assert sorted(path.name for path in out.parent.iterdir()) == ["out"]
        if not was_killed:
            break
        step += 1
    assert step > 8
    assert seen == {False, True}


@forked
@pytest.mark.parametrize("how", ["two renames", "one by one"])
def test_what_a_killed_run_left_is_settled_before_it_is_read(tmp_path: Path, how: str,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "two renames":
        monkeypatch.setattr(swap, "_exchange_at_once", lambda one, other: False)
    step = 1
    while True:
        out = tmp_path / str(step) / "out"
        put(out, OLD)
        own = {"notes.txt": b"the user's"} if how == "one by one" else {}
        for name, content in own.items():
            (out / name).write_bytes(content)
        was_killed = killed_at(step, lambda out=out: put(out, NEW))  # type: ignore[misc]
        settle_for_reader(out / "a.html")
        assert below(out) in ({**OLD, **own}, {**NEW, **own})
        if not was_killed:
            break
        step += 1
    assert step > 8


def test_the_whole_set_of_the_run_before_is_replaced(tmp_path: Path) -> None:
    put(tmp_path / "out", OLD)
    put(tmp_path / "out", NEW)
    assert below(tmp_path / "out") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_systems_without_an_exchange_rename_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_exchange_at_once", lambda one, other: False)
    put(tmp_path / "out", OLD)
    put(tmp_path / "out", NEW)
    assert below(tmp_path / "out") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_second_rename_that_is_refused_undoes_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_exchange_at_once", lambda one, other: False)
    put(tmp_path / "out", OLD)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".writing"):
            raise PermissionError(13, "The process cannot access the file")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(Exception, match="cannot be written to"):
        put(tmp_path / "out", NEW)
    assert below(tmp_path / "out") == OLD


def test_a_folder_that_somebody_works_in_stays_the_same_folder(tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", OLD)
    monkeypatch.chdir(tmp_path / "out")
    before = (tmp_path / "out").stat().st_ino
    put(Path(), NEW)
    assert below(tmp_path / "out") == NEW
    assert (tmp_path / "out").stat().st_ino == before
    assert not (tmp_path / "out" / "care" / "gone.csv").exists()


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("links need a right there")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link", NEW)
    assert below(tmp_path / "real") == NEW
    assert (tmp_path / "link").is_symlink()


def test_a_file_saved_while_folders_are_exchanged_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", OLD)
    exchange = swap._exchange_at_once

    def save_first(one: Path, other: Path) -> bool:
        (other / "note.txt").write_bytes(b"just now")
        return exchange(one, other)

    monkeypatch.setattr(swap, "_exchange_at_once", save_first)
    put(tmp_path / "out", NEW)
    assert below(tmp_path / "out") == {**NEW, "note.txt": b"just now"}
