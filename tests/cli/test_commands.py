"""The command line from the outside: the files it writes, what it says, and how it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"


def run_process(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"}
    return subprocess.run([sys.executable, "-m", "my121_analytics", *map(str, arguments)], cwd=ROOT, env=environment,
                          capture_output=True, text=True, encoding="utf-8", check=False)


def read(path):
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


@pytest.fixture(scope="module")
def checked(my121, tmp_path_factory):
    out = tmp_path_factory.mktemp("a check") / "out"
    return my121("check", SAMPLE, "--out", out, "--explain"), out


@pytest.fixture(scope="module")
def managed(my121, one_cycle_exports, tmp_path_factory):
    out = tmp_path_factory.mktemp("managers")
    return my121("managers", one_cycle_exports, "--out", out), out


def test_check_writes_the_files_others_rely_on(checked):
    done, out = checked
    assert done.returncode == 0, done.stderr
    assert {p.name for p in out.iterdir()} >= {"employees.csv", "placements.csv", "conversations.csv",
                                               "quarantine.csv", "quarantine.xlsx", "findings.csv", "intake.json"}
    assert list(read(out / "quarantine.csv").columns) == ["file", "sheet", "row", "column", "value", "reason",
                                                         "message", "record"]
    assert list(read(out / "placements.csv").columns)[:13] == [
        "employee_id", "post_id", "cycle", "placed_on", "rater_id", "source", "performance", "potential", "box",
        "agreed_on", "reason", "repaired", "derived"]


def test_check_accounts_for_every_row_and_explains_every_heading(checked):
    done, out = checked
    intake = json.loads((out / "intake.json").read_text("utf-8"))
    assert intake["files"]
    for sheet in intake["files"]:
        assert sheet["rows_read"] == sheet["rows_accepted"] + sheet["rows_quarantined"] + sheet["rows_set_aside"]
    assert "->" in done.stdout


def test_strict_check_leaves_with_3_where_rows_were_refused(my121, one_cycle_exports, tmp_path):
    text = (one_cycle_exports / "ratings.csv").read_text("utf-8")
    for name, content, code in (("good", text, 0), ("bad", text.replace("01/03/2024,Exceeds", "01/03/2024,?", 1), 3)):
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
        done = my121("check", tmp_path / f"{name}.csv", "--out", tmp_path / name, "--strict")
        assert done.returncode == code, done.stdout + done.stderr


def test_managers_csv_has_the_columns_others_rely_on(managed):
    done, out = managed
    assert done.returncode == 0, done.stderr
    expected = ["rater_id", "n_ratings", "n_employees", "mean_rating", "expected_rating", "estimate", "lower", "upper",
                "probability", "verdict", "detectable", "caveat"]
    managers = read(out / "managers.csv")
    assert list(managers.columns)[:12] == expected
    assert managers["rater_id"].is_unique
    assert set(managers["verdict"]) <= {"pattern", "watch", "in line", "cannot tell"}
    assert {"axis", "adjusted", "cycles"} <= set(read(out / "managers_all.csv").columns)
    assert (out / "caterpillar.png").stat().st_size > 10_000
    assert (out / "funnel.svg").stat().st_size > 5_000


def test_profile_writes_tables_and_heatmaps(my121, small_exports, tmp_path):
    done = my121("profile", small_exports, "--out", tmp_path / "profil é", "--by", "service")
    assert done.returncode == 0, done.stderr
    names = {p.name for p in (tmp_path / "profil é").iterdir()}
    assert {"map.csv", "map_by_group.csv", "change.csv", "nine_box.png", "nine_box_by_service.svg",
            "nine_box_change.png"} <= names


def test_profile_takes_two_groupings_and_the_manager(my121, small_exports, tmp_path):
    done = my121("profile", small_exports, "--out", tmp_path / "two", "--by", "directorate", "--by", "grade")
    assert done.returncode == 0, done.stderr
    rows = read(tmp_path / "two" / "map_by_group.csv")
    assert {"directorate", "grade", "box", "n", "index", "against"} <= set(rows.columns)
    assert (tmp_path / "two" / "maps_by_directorate_grade.svg").exists()
    refused = my121("profile", small_exports, "--out", tmp_path / "no", "--by", "manager", "--audience", "panel")
    assert refused.returncode == 2
    assert "analyst" in refused.stderr


@pytest.mark.parametrize("command", ["coverage", "self", *(
    pytest.param(command, marks=pytest.mark.slow) for command in ("development", "talent", "movement"))])
def test_each_paper_on_one_subject_is_written(my121, small_exports, tmp_path, command):
    done = my121(command, small_exports, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"{command}.html", f"{command}.xlsx"} <= names
    assert any(name.endswith(".csv") for name in names)
    assert "<main" in (tmp_path / f"{command}.html").read_text("utf-8")


def test_a_published_profile_shows_no_small_count(my121, one_cycle_exports, tmp_path):
    done = my121("profile", one_cycle_exports, "--out", tmp_path, "--audience", "publish")
    assert done.returncode == 0, done.stderr
    for name in ("map", "map_by_group"):
        shown = pd.to_numeric(read(tmp_path / f"{name}.csv")["n"], errors="coerce").dropna()
        assert len(shown)
        assert not shown.between(1, 4).any()


def test_plan_writes_the_actions(my121, tmp_path):
    done = my121("plan", SAMPLE / "improvement_plan.xlsx", "--anchor", "June 2024", "--as-of", "2025-03-31",
               "--evidence", SAMPLE / "iip_evidence.csv", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(read(tmp_path / "actions.csv").columns) == [
        "action_id", "issue", "action", "owner", "timescale", "kind", "due_earliest", "due_latest", "open_ended",
        "priority", "status", "rag", "completed_on"]


def test_a_missing_source_leaves_with_3_and_says_so_last(tmp_path):
    done = run_process("check", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "nowhere" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_faulty_settings_file_leaves_with_2_and_lists_every_fault(my121, tmp_path):
    settings = tmp_path / "my121.toml"
    settings.write_text("[managers]\ndelat = 1\nfdr = 7\n[exports]\ndate_order = 'uk'\n", encoding="utf-8")
    done = my121("profile", SAMPLE, "--out", tmp_path / "out", "--settings", settings)
    assert done.returncode == 2
    assert "Did you mean 'delta'?" in done.stderr
    assert "managers.fdr" in done.stderr
    assert "exports.date_order" in done.stderr


def test_an_unknown_cycle_leaves_with_2_and_names_what_exists(my121, small_exports, tmp_path):
    done = my121("profile", small_exports, "--out", tmp_path, "--cycle", "1999/00 H1")
    assert done.returncode == 2
    assert "no cycle '1999/00 H1'" in done.stderr


def test_an_unknown_audience_leaves_with_2(my121, small_exports, tmp_path):
    done = my121("profile", small_exports, "--out", tmp_path, "--audience", "publick")
    assert done.returncode == 2
    assert "Did you mean 'publish'?" in done.stderr


def test_a_missing_option_leaves_with_2(my121):
    assert my121("check", SAMPLE).returncode == 2


def test_one_unreadable_file_leaves_with_3_and_the_rest_is_written(my121, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "ratings.csv").write_text(
        "Employee ID,Review date,Manager ID,Performance rating\n0001,01/05/2024,0009,Meets\n", encoding="utf-8")
    (folder / "empty.xlsx").write_bytes(b"")
    done = my121("check", folder, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "empty.xlsx" in done.stdout + done.stderr
    assert len(read(tmp_path / "out" / "placements.csv")) == 1


def test_the_documented_command_makes_the_sample_that_is_kept(my121, tmp_path):
    assert my121("sample", tmp_path / "new", "--employees", "600", "--seed", "121").returncode == 0
    kept = {p.relative_to(SAMPLE) for p in SAMPLE.rglob("*") if p.is_file()}
    assert {p.relative_to(tmp_path / "new") for p in (tmp_path / "new").rglob("*") if p.is_file()} == kept
    for name in (name for name in kept if name.suffix == ".csv"):  # workbooks: tests/workforce/test_sample.py
        assert (tmp_path / "new" / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_help_does_not_load_the_heavy_libraries():
    script = ("import sys\nsys.argv = ['my121', '--help']\nfrom my121_analytics.cli.app import main\n"
              "try:\n    main()\nexcept SystemExit:\n    pass\n"
              "heavy = {'pandas', 'numpy', 'scipy', 'matplotlib', 'seaborn', 'openpyxl', 'pydantic', 'jinja2'}\n"
              "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_check_loads_neither_scipy_nor_what_draws_pictures(tmp_path):
    (tmp_path / "ratings.csv").write_text("Employee ID,Review date,Manager ID,Performance rating\n"
                                          "0001,01/05/2024,0009,Meets\n", encoding="utf-8")
    script = (f"import sys\nsys.argv = ['my121', 'check', {str(tmp_path)!r}, '--out', {str(tmp_path / 'out')!r}]\n"
              "from my121_analytics.cli.app import main\n"
              "try:\n    main()\nexcept SystemExit:\n    pass\n"
              "assert 'pandas' in sys.modules\n"
              "print(sorted({'matplotlib', 'seaborn', 'openpyxl', 'PIL', 'scipy.special', 'scipy.sparse', "
              "'scipy.optimize'} & set(sys.modules)))\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
    assert (tmp_path / "out" / "check.html").exists()


def test_each_known_failure_has_its_exit_code():
    from my121_analytics import errors

    codes = {kind.__name__: kind.exit_code for kind in (errors.My121Error, errors.UsageError, errors.SettingsError,
             errors.DataUnusableError, errors.UnreadableFileError, errors.DisclosureError, errors.RunLockedError)}
    assert codes == {"My121Error": 1, "UsageError": 2, "SettingsError": 2, "DataUnusableError": 3,
                     "UnreadableFileError": 3, "DisclosureError": 4, "RunLockedError": 5}


def test_decisions_ask_for_the_day_of_the_meeting(my121, tmp_path):
    done = my121("decisions", SAMPLE, tmp_path, "--out", tmp_path / "agreed")
    assert done.returncode == 2
    assert "--agreed-on 2024-10-03" in done.stderr


@pytest.mark.slow
def test_decisions_come_back_from_a_pack_or_none_of_them_does(my121, tmp_path):
    out, agreed = tmp_path / "pack", tmp_path / "agreed"
    assert my121("pack", SAMPLE, "--out", out, "--unit", "Public Health").returncode == 0
    done = my121("decisions", SAMPLE, out, "--out", agreed, "--agreed-on", "2024-10-03")
    assert done.returncode == 3, "nobody wrote an outcome for those whom the meeting had time for"
    assert "nothing was entered" in done.stderr
    assert sorted(path.name for path in agreed.iterdir()) == ["manifest.json", "refused.csv"]
    assert set(read(agreed / "refused.csv")["reason"]) == {"no_outcome"}
    good = my121("decisions", SAMPLE, out, "--out", agreed, "--agreed-on", "2024-10-03", "--only-good", "--final")
    assert good.returncode == 3
    assert "refused lines were left out" in good.stdout
    assert read(agreed / "audit.csv").empty
    assert set(read(agreed / "undecided.csv")["outcome"]) == {"not_discussed"}
    later = my121("decisions", SAMPLE, out, "--out", agreed, "--agreed-on", "2024-10-10", "--only-good")
    assert later.returncode == 3
    assert "--replaces 2024-10-03-" in later.stderr
    dry = my121("decisions", SAMPLE, out, "--out", tmp_path / "none", "--agreed-on", "2024-10-03", "--dry-run")
    assert dry.returncode == 3
    assert not (tmp_path / "none").exists()


def test_check_writes_its_page_and_the_chasing_lists_for_the_owner_alone(checked):
    done, out = checked
    for name in ("check.html", "chasing.csv", "missing.csv", "findings.csv", "quarantine.xlsx", "columns.toml"):
        assert (out / name).is_file(), name
        if os.name == "posix":
            assert (out / name).stat().st_mode & 0o077 == 0, name
    assert "check.html" in done.stdout
    block = tomllib.loads((out / "columns.toml").read_text("utf-8"))
    assert block["exports"]["columns"]["Reviewer ref"] == "rater_id"


@pytest.mark.slow
def test_a_workbook_corrected_where_it_was_written_comes_back_and_a_copy_is_kept(my121, tmp_path):
    out = tmp_path / "out"
    assert my121("check", SAMPLE, "--out", out).returncode == 0
    path = out / "quarantine.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["resourcelink_ratings.csv"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "Row")
    at = {cell.value: cell.column for cell in head}
    for row in range(head[0].row + 1, head[0].row + 3):
        sheet.cell(row, at["Decision"]).value = "leave out"
    book.save(path)
    given = path.read_bytes()
    done = my121("check", SAMPLE, "--out", out, "--corrections", path)
    assert done.returncode == 0, done.stderr
    assert "2 left out" in done.stdout
    assert len(read(out / "quarantine.csv")) == 8
    assert (out / "corrections_given_1.xlsx").read_bytes() == given
    again = my121("profile", SAMPLE, "--out", tmp_path / "profile", "--corrections", path)
    assert again.returncode == 0, again.stderr
    assert "8 quarantined" in again.stdout


@pytest.mark.slow
def test_corrections_that_cannot_be_used_leave_with_3_and_the_rest_is_written(my121, tmp_path):
    out = tmp_path / "out"
    assert my121("check", SAMPLE, "--out", out).returncode == 0
    table = read(out / "quarantine.csv")
    table["decision"] = "remove it"
    table.to_csv(tmp_path / "given.csv", index=False)
    done = my121("check", SAMPLE, "--out", out, "--corrections", tmp_path / "given.csv")
    assert done.returncode == 3
    assert "remove it" in done.stdout
    assert len(read(out / "quarantine.csv")) == 10
    assert (read(out / "findings.csv")["code"] == "correction_refused").sum() == 10
    lost = my121("check", SAMPLE, "--out", out, "--corrections", tmp_path / "nowhere.xlsx")
    assert lost.returncode == 3
    assert "nowhere.xlsx" in lost.stderr.strip().splitlines()[-1]


def test_under_pseudonyms_neither_the_page_nor_the_terminal_quotes_the_exports(my121, tmp_path):
    environment = {"MY121_PSEUDONYM_KEY": "0123456789abcdef" * 4}
    done = my121("check", SAMPLE, "--out", tmp_path, "--pseudonyms", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "EBANKS" not in done.stdout
    html = (tmp_path / "check.html").read_text("utf-8")
    assert not any(name in html for name in ("EBANKS", "Ebanks", "999999"))
    assert set(read(tmp_path / "missing.csv")["employee_id"].str[:2]) == {"P-"}
