"""What a run may replace and remove: its own files as it wrote them, and nothing of anybody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from my121_analytics.errors import UsageError
from my121_analytics.writing.manifest import MANIFEST, read_sets
from my121_analytics.writing.staging import Stage, staged_run


def put(out: Path, files: dict[str, str], command: str = "report", *, public: bool = False, **how: object) -> Stage:
    with staged_run(out, command=command, private=not public, **how) as stage:  # type: ignore[arg-type]
        for name, content in files.items():
            stage.write(name, content.encode())
    return stage


def below(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST}


def test_a_publication_removes_what_an_analyst_was_shown(tmp_path: Path) -> None:
    put(tmp_path, {"workforce.xlsx": "named", "csv/ratings-by-grade.csv": "unsuppressed"})
    put(tmp_path, {"workforce.xlsx": "public", "csv/ratings.csv": "public"}, public=True)
    assert below(tmp_path) == {"workforce.xlsx": "public", "csv/ratings.csv": "public"}


def test_a_publication_removes_what_other_commands_wrote_for_named_readers(tmp_path: Path) -> None:
    put(tmp_path, {"managers.csv": "named"}, "managers")
    put(tmp_path, {"map.csv": "public"}, "profile", public=True)
    put(tmp_path, {"workforce.xlsx": "public"}, "report", public=True)
    assert below(tmp_path) == {"map.csv": "public", "workforce.xlsx": "public"}
    assert set(read_sets(tmp_path)) == {"profile", "report"}


def test_a_publication_is_not_put_beside_files_of_the_users_own(tmp_path: Path) -> None:
    put(tmp_path, {"workforce.xlsx": "first"}, public=True)
    (tmp_path / "names.csv").write_text("Ann")
    with pytest.raises(UsageError, match=r"files \(1\) that are not part.*names\.csv") as refused:
        put(tmp_path, {"workforce.xlsx": "second"}, public=True)
    assert "--out" in refused.value.hints[0]
    assert below(tmp_path) == {"names.csv": "Ann", "workforce.xlsx": "first"}


def test_a_publication_is_not_put_beside_a_named_file_that_somebody_changed(tmp_path: Path) -> None:
    put(tmp_path, {"decisions.xlsx": "empty", "pack.html": "named"}, "pack")
    (tmp_path / "decisions.xlsx").write_text("filled in")
    with pytest.raises(UsageError, match=r"decisions\.xlsx"):
        put(tmp_path, {"workforce.xlsx": "public"}, public=True)
    assert below(tmp_path) == {"decisions.xlsx": "filled in", "pack.html": "named"}


def test_names_are_not_put_beside_a_publication(tmp_path: Path) -> None:
    put(tmp_path, {"workforce.xlsx": "public"}, public=True)
    with pytest.raises(UsageError, match=r"holds a publication \(my121 report\)"):
        put(tmp_path, {"managers.csv": "named"}, "managers")
    put(tmp_path, {"workforce.xlsx": "named"})
    assert below(tmp_path) == {"workforce.xlsx": "named"}


def test_a_workbook_that_people_filled_in_is_not_written_over(tmp_path: Path) -> None:
    put(tmp_path, {"care/decisions.xlsx": "empty", "care/pack.html": "old"}, "pack")
    (tmp_path / "care/decisions.xlsx").write_text("filled in")
    with pytest.raises(UsageError, match=r"write over.*care/decisions\.xlsx"):
        put(tmp_path, {"care/decisions.xlsx": "empty again", "care/pack.html": "new"}, "pack")
    assert below(tmp_path) == {"care/decisions.xlsx": "filled in", "care/pack.html": "old"}


def test_what_a_run_has_taken_in_may_be_written_anew(tmp_path: Path) -> None:
    put(tmp_path, {"tracker.xlsx": "empty"}, "plan")
    (tmp_path / "tracker.xlsx").write_text("filled in")
    put(tmp_path, {"tracker.xlsx": "taken over"}, "plan", taken_in=["tracker.xlsx"])
    assert below(tmp_path) == {"tracker.xlsx": "taken over"}


def test_a_changed_file_that_the_new_set_does_not_have_stays_and_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"care/pack.xlsx": "old", "roads/pack.xlsx": "old"}, "pack")
    (tmp_path / "care/pack.xlsx").write_text("changed")
    stage = put(tmp_path, {"roads/pack.xlsx": "new"}, "pack")
    assert stage.left == ("care/pack.xlsx",)
    assert below(tmp_path) == {"care/pack.xlsx": "changed", "roads/pack.xlsx": "new"}
    put(tmp_path, {"roads/pack.xlsx": "newer"}, "pack")
    assert below(tmp_path) == {"care/pack.xlsx": "changed", "roads/pack.xlsx": "newer"}


def test_commands_for_named_readers_share_a_folder(tmp_path: Path) -> None:
    put(tmp_path, {"map.csv": "map", "old.csv": "x"}, "profile")
    put(tmp_path, {"managers.csv": "managers"}, "managers")
    put(tmp_path, {"map.csv": "map 2"}, "profile")
    assert below(tmp_path) == {"map.csv": "map 2", "managers.csv": "managers"}
    assert set(read_sets(tmp_path)) == {"profile", "managers"}


def test_files_of_others_stay_in_a_shared_place(tmp_path: Path) -> None:
    (tmp_path / "theirs.docx").write_text("theirs")
    put(tmp_path, {"workforce.xlsx": "1", "csv/map.csv": "1"}, "run: workforce", public=True, shared=True)
    put(tmp_path, {"workforce.xlsx": "2"}, "run: workforce", public=True, shared=True)
    assert below(tmp_path) == {"theirs.docx": "theirs", "workforce.xlsx": "2"}
    assert not (tmp_path / "csv").exists()


def test_what_was_given_to_the_user_is_the_users(tmp_path: Path) -> None:
    with staged_run(tmp_path, command="check") as stage:
        stage.write("quarantine.xlsx", b"1")
        stage.give("corrections_given_1.xlsx", b"filled in")
    put(tmp_path, {"quarantine.xlsx": "2"}, "check")
    assert below(tmp_path) == {"corrections_given_1.xlsx": "filled in", "quarantine.xlsx": "2"}


def test_a_manifest_of_another_program_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"name": "a web page"}))
    with pytest.raises(UsageError, match=r"manifest\.json"):
        put(tmp_path, {"a.csv": "x"})


def test_every_output_says_what_belongs_to_it(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "x", "b/c.csv": "y"}, "profile")
    (entry,) = read_sets(tmp_path).values()
    assert set(entry.files) == {"a.csv", "b/c.csv"}
    assert not entry.is_public


def test_files_written_straight_into_the_waiting_folder_belong_to_the_set(tmp_path: Path) -> None:
    with staged_run(tmp_path, command="profile") as stage:
        (stage.folder / "map.svg").write_text("map")
    put(tmp_path, {"other.svg": "x"}, "profile")
    assert below(tmp_path) == {"other.svg": "x"}
