"""Files appear whole or not at all, under names that every system takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.errors import RunLockedError, UsageError
from my121_analytics.settings import CouncilSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.writing.manifest import MANIFEST, build_manifest, sha256_of
from my121_analytics.writing.staging import SLUG_LENGTH, make_slugs, staged_run, write_atomic


def small_record() -> Workforce:
    placements = pd.DataFrame({"employee_id": ["1"], "post_id": ["P1"], "cycle": ["2024/25 H1"], "rater_id": ["2"],
                               "source": ["manager"], "performance": [2]})
    return build_workforce({"placements": placements, "employees": pd.DataFrame({
        "employee_id": ["1", "2"], "name": ["Ann Canary", "Bob Canary"]})}, as_of=date(2024, 9, 30))


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name != MANIFEST}


def test_a_file_is_written_whole_and_leaves_no_temporary_one(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new folder" / "é.txt", b"one")
    write_atomic(tmp_path / "new folder" / "é.txt", b"two")
    assert files_below(tmp_path) == {os.path.join("new folder", "é.txt"): b"two"}


def test_a_locked_target_is_named_and_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "pack.xlsx"
    target.write_bytes(b"old")

    def refuse(self: Path, other: Path) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match=r"pack\.xlsx cannot be replaced.*open in another program"):
        write_atomic(target, b"new")
    assert files_below(tmp_path) == {"pack.xlsx": b"old"}


def test_a_folder_that_is_a_file_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(UsageError, match="cannot be written to"), staged_run(tmp_path / "out"):
        pass


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_a_usage_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="cannot be written to"), staged_run(tmp_path / "out"):
        pass


def test_a_run_that_fails_midway_leaves_the_old_files_whole(tmp_path: Path) -> None:
    with staged_run(tmp_path) as stage:
        stage.write("care/pack.html", b"old page")
        stage.write(MANIFEST, b"{}")
    before = files_below(tmp_path)

    def fail_midway() -> None:
        with staged_run(tmp_path) as stage:
            stage.write("care/pack.html", b"new page")
            stage.write("roads/pack.html", b"new unit")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    assert files_below(tmp_path) == before
    assert not (tmp_path / "roads").exists()


def test_one_locked_file_stops_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"old a")
        stage.write("b.xlsx", b"old b")
    opened = Path.open

    def refuse_b(self: Path, mode: str = "r", **options: object) -> object:
        if self.name == "b.xlsx" and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse_b)

    def write_both() -> None:
        with staged_run(tmp_path) as stage:
            stage.write("a.html", b"new a")
            stage.write("b.xlsx", b"new b")

    with pytest.raises(UsageError, match=r"b\.xlsx cannot be replaced"):
        write_both()
    assert files_below(tmp_path) == {"a.html": b"old a", "b.xlsx": b"old b"}


def test_files_that_did_not_change_are_left_alone(tmp_path: Path) -> None:
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"same")
    os.utime(tmp_path / "a.html", (1, 1))
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"same")
    assert (tmp_path / "a.html").stat().st_mtime == 1


def test_of_two_runs_at_once_the_second_says_so(tmp_path: Path) -> None:
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"first")
        code = ("from my121_analytics.writing.staging import staged_run\n"
                "from my121_analytics.errors import RunLockedError\n"
                "import sys\n"
                "try:\n    staged_run(sys.argv[1]).__enter__()\n"
                "except RunLockedError as problem:\n    print(problem.exit_code)\n")
        second = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True,
                                check=False)
    assert second.stdout.strip() == str(RunLockedError.exit_code), second.stderr
    assert files_below(tmp_path) == {"a.html": b"first"}


@pytest.mark.slow
def test_a_killed_run_leaves_the_old_files_whole_and_does_not_block_the_next(tmp_path: Path) -> None:
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"old")
    code = ("import sys, time\nfrom my121_analytics.writing.staging import staged_run\n"
            "with staged_run(sys.argv[1]) as stage:\n"
            "    stage.write('a.html', b'new')\n    print('waiting', flush=True)\n    time.sleep(60)\n")
    run = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline().strip() == "waiting"
    run.kill()
    run.wait()
    run.stdout.close()
    time.sleep(.1)
    assert (tmp_path / "a.html").read_bytes() == b"old"
    with staged_run(tmp_path) as stage:
        stage.write("a.html", b"newer")
    assert files_below(tmp_path) == {"a.html": b"newer"}


def test_slugs_are_unique_short_and_safe_on_windows() -> None:
    names = ["Adult Care", "adult care", "ADULT-CARE", "Children & Families", "Con", "nul", "LPT1", "../../etc", "  ",
             "Gwasanaethau Plant", "日本", "x" * 300, "x" * 301, "council", "a." * 3, "Östlich/Süd"]
    slugs = make_slugs(names, taken=["council"])
    assert len({s.casefold() for s in slugs.values()}) == len(names)
    for slug in slugs.values():
        assert 0 < len(slug) <= SLUG_LENGTH
        assert slug.isascii()
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert slug not in {"con", "nul", "lpt1", "council"}
    assert slugs["Children & Families"] == "children-and-families"
    assert make_slugs(names[::-1], taken=["council"]) == slugs


def test_the_manifest_holds_hashes_and_counts_but_no_names() -> None:
    settings = Settings(council=CouncilSettings(name="Anyshire", contact="Ann Canary, ext. 5"))
    content = build_manifest(workforce=small_record(), settings=settings, outputs={"a": sha256_of(b"a")},
                             options={"audience": "panel"}, warnings=["no_movement"])
    manifest = json.loads(content)
    assert b"Canary" not in content
    assert manifest["record"]["placements"]["rows"] == 1
    assert len(manifest["record"]["employees"]["sha256"]) == 64
    assert manifest["outputs"]["a"] == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"  # FIPS 180
    assert manifest["as_of"] == "2024-09-30"
    assert manifest["settings"]["managers"]["fdr"] == .1
    assert content == build_manifest(workforce=small_record(), settings=settings, outputs={"a": sha256_of(b"a")},
                                     options={"audience": "panel"}, warnings=["no_movement"])


def test_the_manifest_tells_two_records_apart() -> None:
    record = small_record()
    other = record.with_tables(placements=record.placements.assign(performance=3))

    def hashes(workforce: Workforce) -> dict:
        return json.loads(build_manifest(workforce=workforce, settings=Settings(), outputs={}))["record"]

    assert hashes(record)["placements"] != hashes(other)["placements"]
    assert hashes(record)["employees"] == hashes(other)["employees"]
