"""Known answers of what a scheduled run is told to do: paths, faults, and what makes two runs the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from my121_analytics.errors import SettingsError, UsageError
from my121_analytics.runs.instructions import (
    RunPlan,
    check_places,
    find_faults,
    make_plan,
    places_as_written,
    read_plan_of,
    run_key,
)

INPUTS = {"reviews.csv": "ab12", "staff.csv": "cd34"}


def write(folder: Path, text: str) -> Path:
    file = folder / "my121.toml"
    file.write_text(text, "utf-8")
    return file


def test_paths_start_at_the_settings_file_and_a_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    file = write(tmp_path, """
        [run]
        source = "exports"
        out = "../delivered"
        corrections = "mended.xlsx"
        [reports.board]
        destination = "shared/board"
        """)
    plan = read_plan_of(tmp_path)
    assert plan.file == file
    assert plan.source == tmp_path / "exports"
    assert plan.out == tmp_path.parent / "delivered"
    assert plan.destinations == {"board": tmp_path / "shared" / "board"}
    assert plan.corrections_file == tmp_path / "mended.xlsx"
    assert plan.is_public("board")


def test_what_goes_in_beside_the_exports_follows_the_outputs(tmp_path: Path) -> None:
    text = """
        [run]
        outputs = {outputs}
        notebooks = ["monthly.ipynb"]
        plan = {{ file = "plan.xlsx", evidence = "evidence.csv" }}
        """
    def inputs(outputs: str) -> list[str]:
        return [path.name for path in read_plan_of(write(tmp_path, text.format(outputs=outputs))).other_inputs]

    assert inputs('["report"]') == ["plan.xlsx", "evidence.csv"]
    assert inputs('["pack"]') == []
    assert inputs('["pack", "notebooks"]') == ["monthly.ipynb"]


def test_a_report_is_made_where_the_settings_list_none(tmp_path: Path) -> None:
    plan = read_plan_of(write(tmp_path, ""))
    assert list(plan.reports) == ["workforce"]
    assert plan.destinations == {}
    assert plan.corrections_file is None


def test_every_fault_is_listed_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, """
        [run]
        timezone = "Europe/Londn"
        hook = ["no-such-program-here", "x"]
        corrections = "mended.xlsx"
        plan = "plan.xlsx"
        """)
    with pytest.raises(SettingsError) as caught:
        make_plan(file)
    assert "4" in caught.value.headline
    told = " ".join(caught.value.hints)
    assert all(word in told for word in ("plan.xlsx", "mended.xlsx", "Europe/Londn", "no-such-program-here"))
    for name in ("plan.xlsx", "mended.xlsx"):
        (tmp_path / name).write_bytes(b"")
    mended = write(tmp_path, f'[run]\ntimezone = "Europe/London"\nhook = ["{Path(sys.executable).as_posix()}"]\n'
                             'corrections = "mended.xlsx"\nplan = "plan.xlsx"\n')
    assert find_faults(make_plan(mended)) == []


def test_settings_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"my121\.toml"):
        read_plan_of(tmp_path)


@pytest.mark.parametrize(("change", "is_same"), [
    ('hook = ["python3"]', True), ("keep = 3", True), ('at = "06:30"', True), ('timezone = "UTC"', True),
    ('out = "elsewhere"', True), ("settle_seconds = 9", True), ('outputs = ["pack"]', False),
    ("partial = true", False), ('pack_audience = "analyst"', False)])
def test_a_run_is_another_one_where_its_outputs_may_be(change: str, is_same: bool, tmp_path: Path) -> None:
    key = run_key(read_plan_of(write(tmp_path, "[run]\n")), INPUTS)
    assert (run_key(read_plan_of(write(tmp_path, f"[run]\n{change}\n")), INPUTS) == key) is is_same


def test_a_run_is_another_one_with_other_inputs_thresholds_or_version_and_not_in_another_order(tmp_path: Path) -> None:
    plan = read_plan_of(write(tmp_path, ""))
    key = run_key(plan, INPUTS)
    assert run_key(plan, dict(reversed(INPUTS.items()))) == key
    assert run_key(plan, {**INPUTS, "staff.csv": "cd35"}) != key
    assert run_key(RunPlan(plan.file, plan.settings, version="0.0.1"), INPUTS) != key
    stricter = read_plan_of(write(tmp_path, "[disclosure]\nthreshold = 7\n"))
    assert run_key(stricter, INPUTS) != key


def test_the_hook_is_found_in_settings_that_cannot_be_followed(tmp_path: Path) -> None:
    file = write(tmp_path, '[run]\nhook = ["tell", "me"]\nout = "runs"\nno_such_key = 1\n')
    assert places_as_written(file) == (["tell", "me"], tmp_path / "runs")
    assert places_as_written(write(tmp_path, '[run]\nhook = "tell me"\n'))[0] == []
    assert places_as_written(write(tmp_path, "[run\n")) == ([], tmp_path)
    assert places_as_written(tmp_path / "absent.toml") == ([], tmp_path)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    plan = read_plan_of(write(tmp_path, '[run]\nout = "runs"\n'))
    check_places(plan)
    assert list((tmp_path / "runs").iterdir()) == [], "nothing is left of the trial"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="file"):
        check_places(read_plan_of(write(tmp_path, '[run]\nout = "file/runs"\n')))
