"""An unattended run writes everything or nothing, says which, and does nothing twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from my121_analytics.errors import DataUnusableError, RunLockedError, SettingsError, UsageError
from my121_analytics.runs import scheduled
from my121_analytics.runs.alerts import ALERT
from my121_analytics.runs.history import (
    RUNS,
    list_records,
    read_record,
)
from my121_analytics.runs.instructions import make_plan, run_key
from my121_analytics.runs.scheduled import run_scheduled
from my121_analytics.settings import ReportSettings
from my121_analytics.settings_runs import RunPlanSettings
from my121_analytics.writing.manifest import MANIFEST, sha256_of
from my121_analytics.writing.staging import held_folder

PLAN = Path(__file__).parents[2] / "data" / "sample" / "improvement_plan.xlsx"
LayOut = Callable[..., Path]
MY121 = Callable[..., "subprocess.CompletedProcess[str]"]


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*"))
            if path.is_file()}


def change_an_export(place: Path) -> None:
    path = place / "exports" / "conversations.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))


def test_a_run_writes_its_report_record_and_pointer_and_leaves_nothing_else(settled: Path) -> None:
    out = settled / "out é"
    kept, = list_records(out)
    folder = out / RUNS / kept.id
    assert kept.state == "done"
    assert (folder / "reports" / "small" / "small.xlsx").is_file()
    latest = json.loads((out / "latest.json").read_text("utf-8"))
    assert latest["id"] == kept.id
    assert all((out / file).is_file() for file in latest["files"])
    assert kept.outputs == {name: digest for name, digest in tree(folder).items() if name != "run.json"}
    assert {path.name for path in out.iterdir()} == {"latest.html", "latest.json", "log", "runs", "shapes"}


@pytest.mark.slow
def test_the_command_also_writes_the_check_and_the_plan(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out(run='outputs = ["report", "check", "plan"]\n[run.plan]\n'
                   'file = "exports/improvement_plan.xlsx"\nanchor = "June 2023"')
    shutil.copy(PLAN, tmp_path / "exports")
    with pytest.raises(UsageError, match=r"Only the command my121 run writes: check, plan"):
        run_scheduled(file)
    done = subprocess.run([sys.executable, "-m", "my121_analytics", "run", str(file)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    folder = next((tmp_path / "out é" / RUNS).glob("2024*"))
    kept = read_record(folder / "run.json")
    assert kept is not None
    assert {"check/check.html", "check/quarantine.xlsx", "plan/actions.csv", "plan/committee_report.html",
            "reports/small/small.xlsx"} <= set(kept.outputs)


def test_a_second_run_with_nothing_new_writes_nothing(morning: Path) -> None:
    first, = list_records(morning / "out é")
    before = tree(morning / "out é" / RUNS)
    second = run_scheduled(morning / "my121.toml")
    assert not second.is_new
    assert second.record.id == first.id
    assert tree(morning / "out é" / RUNS) == before


@pytest.mark.slow
def test_a_forced_run_gives_the_same_bytes_under_a_name_of_its_own(morning: Path) -> None:
    first, = list_records(morning / "out é")
    second = run_scheduled(morning / "my121.toml", force=True)
    assert second.record.id == f"{first.id}-2"
    assert second.record.outputs == first.outputs


def test_new_exports_settings_or_version_make_a_new_run(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()
    plan = make_plan(file)
    key = run_key(plan, {"a.csv": "1"})
    assert run_key(plan, {"a.csv": "2"}) != key
    file.write_text(file.read_text("utf-8").replace("Aldermere", "Barnmoor"), encoding="utf-8")
    assert run_key(make_plan(file), {"a.csv": "1"}) != key
    file.write_text(file.read_text("utf-8").replace("Barnmoor", "Aldermere").replace(
        "settle_seconds = 0", "settle_seconds = 0.5"), encoding="utf-8")
    assert run_key(make_plan(file), {"a.csv": "1"}) == key, "waiting longer writes nothing else"


def test_the_record_and_the_log_hold_no_name_of_a_person(settled: Path, council_exports: Path) -> None:
    from my121_analytics.ingest.intake import read_exports

    people = read_exports(council_exports, settings=make_plan(settled / "my121.toml").settings).workforce.employees
    kept, = list_records(settled / "out é")
    said = ((settled / "out é" / RUNS / kept.id / "run.json").read_text("utf-8")
            + (settled / "out é/log/run.log").read_text("utf-8"))
    assert len(people) > 50
    assert not [name for name in people["name"].astype("str") if name in said]
    assert not [employee for employee in people["employee_id"].astype("str") if f'"{employee}"' in said]


def test_every_fault_of_the_settings_is_told_at_once(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out(run='notebook_audience = "publick"\nhook = ["no-such-program-here"]',
                   report='audience = "everyone"\nby = ["gradee"]\n[priorities]\n"Growth" = ["conversation"]')
    file.write_text(file.read_text("utf-8").replace('"coverage"', '"coverag"'), encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        run_scheduled(file)
    hints = " ".join(told.value.hints)
    assert all(part in hints for part in ("Did you mean 'publish'?", "'everyone'", "Did you mean 'coverage'?",
                                          "Did you mean 'conversations'?", "Did you mean 'grade'?"))
    lay_out(run='hook = ["no-such-program-here"]\ntimezone = "Europe/Nowhere"')
    with pytest.raises(SettingsError) as told:
        run_scheduled(file)
    assert len(told.value.hints) == 2
    assert "no-such-program-here" in (tmp_path / "out é" / ALERT).read_text("utf-8-sig")


def test_wrong_codes_are_refused_by_every_command_that_reads_settings(tmp_path: Path, my121: MY121) -> None:
    file = tmp_path / "my121.toml"
    file.write_text('[priorities]\n"Growth" = { conversation = 0.9 }\n[reports.a]\nsections = ["profil"]\n')
    for command in (("check", str(tmp_path), "--out", str(tmp_path / "o")), ("runs",), ("schedule",)):
        done = my121(*command, "--settings", file)
        assert done.returncode == SettingsError.exit_code
        assert "Did you mean 'conversations'?" in done.stderr
        assert "Did you mean 'profile'?" in done.stderr


def test_the_plan_may_be_named_in_short_and_says_its_own_day(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out(run='plan = "exports/improvement_plan.xlsx"')
    shutil.copy(PLAN, tmp_path / "exports")
    text = file.read_text("utf-8").replace('["profile", "coverage", "quality"]', '["plan"]')
    file.write_text(text, encoding="utf-8")
    assert make_plan(file).rules.plan == RunPlanSettings(file="exports/improvement_plan.xlsx")
    short = tree(run_scheduled(file).folder / "reports/small/csv")
    shutil.rmtree(tmp_path / "out é")
    file.write_text(text.replace('plan = "exports/improvement_plan.xlsx"', "") + (
        '[run.plan]\nfile = "exports/improvement_plan.xlsx"\nanchor = "2024-06-30"\n'), encoding="utf-8")
    assert tree(run_scheduled(file).folder / "reports/small/csv") == short


def test_a_plan_that_does_not_say_its_day_is_asked_about(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out(run='plan = "plan.csv"')
    (tmp_path / "plan.csv").write_text("Issue,Action,Owner,Timescale\nPay,Explain it,HR,3 months\n", encoding="utf-8")
    with pytest.raises(UsageError, match="does not say when its assessment was") as told:
        run_scheduled(file)
    assert "[run.plan]" in told.value.hints[0]


def test_a_failed_run_leaves_the_old_outputs_an_alert_and_starts_the_hook(
        morning: Path, council_exports: Path) -> None:
    file, out = morning / "my121.toml", morning / "out é"
    before = tree(out / RUNS)
    for path in (morning / "exports").iterdir():
        path.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(DataUnusableError):
        run_scheduled(file)
    assert {name: digest for name, digest in tree(out / RUNS).items() if not name.startswith("failed-")} == before
    assert "3" in (out / ALERT).read_text("utf-8-sig")
    assert json.loads((morning / "hooked.jsonl").read_text("utf-8"))["MY121_EXIT_CODE"] == "3"
    assert [record.state for record in list_records(out)] == ["done", "failed"]
    shutil.rmtree(morning / "exports")
    shutil.copytree(council_exports, morning / "exports")
    run_scheduled(file)
    assert not (out / ALERT).exists(), "a run that succeeds takes the alert away"


def test_a_failed_section_fails_the_run_unless_a_partial_report_is_allowed(
        tmp_path: Path, lay_out: LayOut, monkeypatch: pytest.MonkeyPatch) -> None:
    from my121_analytics.reports.workforce_report import report as reports
    from my121_analytics.reports.workforce_report.brief import ReportSection

    def fail(brief: object) -> dict[str, object]:
        raise UsageError("The coverage broke.")

    broken = ReportSection("coverage", fail, reports._SECTIONS["coverage"].write)  # type: ignore[arg-type]
    monkeypatch.setitem(reports._SECTIONS, "coverage", broken)
    file = lay_out()
    with pytest.raises(UsageError, match=r"section 'Coverage'.*failed"):
        run_scheduled(file)
    assert not list((tmp_path / "out é" / RUNS).glob("2024*"))
    file.write_text(file.read_text("utf-8").replace("settle_seconds = 0", "settle_seconds = 0\npartial = true"),
                    encoding="utf-8")
    outcome = run_scheduled(file)
    assert outcome.record.state == "partial"
    from openpyxl import load_workbook

    cover = load_workbook(outcome.folder / "reports/small/small.xlsx")["Cover"]
    assert any("Coverage failed" in str(cell.value) for row in cover.iter_rows() for cell in row)


@pytest.mark.slow
def test_a_destination_that_is_held_open_is_delivered_by_the_next_run(
        morning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = morning / "my121.toml"
    for earlier in list_records(morning / "out é"):
        shutil.rmtree(morning / "out é" / RUNS / earlier.id)
    book = morning / "shared" / "small.xlsx"
    before = book.read_bytes()
    opened = Path.open

    def refuse(self: Path, mode: str = "r", **options: object) -> object:
        if self == book and mode == "r+b":
            raise PermissionError(13, "The process cannot access the file")
        return opened(self, mode, **options)  # type: ignore[call-overload]

    change_an_export(morning)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match="could not be replaced") as told:
        run_scheduled(file)
    assert any("small.xlsx" in hint for hint in told.value.hints)
    records = list_records(morning / "out é")
    assert len(records) == 1
    assert records[0].undelivered
    assert "small.xlsx" in (morning / "out é" / ALERT).read_text("utf-8-sig")
    assert book.read_bytes() == before
    monkeypatch.undo()
    outcome = run_scheduled(file)
    assert not outcome.is_new
    assert (morning / "shared" / "small.xlsx").read_bytes() == (
        outcome.folder / "reports/small/small.xlsx").read_bytes()
    assert list_records(morning / "out é")[0].undelivered == ()
    assert not (morning / "out é" / ALERT).exists()


def test_a_run_that_meets_another_leaves_with_code_5_and_no_alert(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()
    with held_folder(tmp_path / "out é"):
        done = subprocess.run([sys.executable, "-m", "my121_analytics", "run", str(file)], capture_output=True,
                              text=True, check=False)
    assert done.returncode == RunLockedError.exit_code
    assert done.stderr.strip().splitlines()[-1].startswith("my121: Another run is writing")
    assert not (tmp_path / "out é" / ALERT).exists()


@pytest.mark.slow
def test_a_clock_that_was_put_back_changes_nothing_in_the_order_of_runs(
        morning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = morning / "my121.toml"
    real = scheduled.datetime

    class Earlier(real):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: object = None) -> real:  # type: ignore[valid-type]
            return real(1999, 1, 1, tzinfo=tz)  # type: ignore[arg-type]

    monkeypatch.setattr(scheduled, "datetime", Earlier)
    change_an_export(morning)
    second = run_scheduled(file)
    assert [record.number for record in list_records(morning / "out é")] == [1, 2]
    assert json.loads((morning / "out é" / "latest.json").read_text())["id"] == second.record.id


@pytest.mark.slow
def test_the_commands_of_unattended_runs_answer(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "my121_analytics", *arguments, "--settings", str(file)],
                              capture_output=True, text=True, check=False)

    assert "No runs are kept" in call("runs").stdout
    checked = call("schedule", "check")
    assert checked.returncode == 0, checked.stderr
    assert "Ready" in checked.stdout
    assert not (tmp_path / "out é" / RUNS).exists(), "a dry run writes nothing"
    assert "<Task" in call("schedule", "--for", "windows").stdout
    assert call("schedule", "--for", "sundial").returncode == UsageError.exit_code
    run_scheduled(file)
    assert "Complete (exit 0)" in call("runs").stdout
    assert json.loads(call("runs", "show", "2024", "--json").stdout)["as_of"] == date(2024, 9, 30).isoformat()
    page = call("runs", "show", "2024").stdout
    assert all(part in page for part in ("figures as of 2024-09-30", "Headline figures:", "'latest' points to.",
                                         "small.xlsx")), page
    assert "Posts on the map" in call("runs", "trend").stdout


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_whole_outputs_and_the_next_one_succeeds(
        tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()
    start = time.monotonic()
    command = [sys.executable, "-m", "my121_analytics", "run", str(file), "--force"]
    subprocess.run(command, check=True, capture_output=True)
    length = time.monotonic() - start
    out = tmp_path / "out é"
    for moment in range(20):
        change_an_export(tmp_path)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(length * (moment * 7 % 20 + 1) / 20)
        process.kill()
        process.wait()
        assert_whole(out, tmp_path / "shared")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_whole(out, tmp_path / "shared")
    assert not (out / ".my121-work").exists()


def assert_whole(out: Path, shared: Path) -> None:
    latest = json.loads((out / "latest.json").read_text("utf-8"))
    written: dict[str, set[str]] = {}
    for folder in (out / RUNS).iterdir():
        kept = read_record(folder / "run.json")
        assert kept is not None, f"{folder.name} has no record that can be read"
        found = {name: digest for name, digest in tree(folder).items()
                 if name != "run.json" and not Path(name).name.startswith(".my121-")}
        assert found == kept.outputs
        for name, digest in found.items():
            written.setdefault(name.removeprefix("reports/small/"), set()).add(digest)
    assert (out / latest["folder"]).is_dir()
    delivered = {name: digest for name, digest in tree(shared).items()
                 if ".my121-" not in name and name != MANIFEST}  # which says what belongs to the delivery
    assert delivered.keys() == written.keys()
    assert all(digest in written[name] for name, digest in delivered.items()), "a delivered file is not whole"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits a process as only POSIX systems do")
def test_a_full_disk_fails_the_run_and_keeps_the_old_outputs(morning: Path) -> None:
    file = morning / "my121.toml"
    before = tree(morning / "out é" / RUNS)
    limited = ("import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
               "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
               "from my121_analytics.cli.app import main\n"
               "sys.argv = ['my121', 'run', sys.argv[1], '--force']\nmain()\n")
    done = subprocess.run([sys.executable, "-c", limited, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == UsageError.exit_code, done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("my121: ")
    assert "Traceback" not in done.stderr
    after = {name: digest for name, digest in tree(morning / "out é" / RUNS).items() if "failed-" not in name}
    assert after == before


@pytest.mark.slow
def test_of_two_runs_at_once_one_wins_and_the_other_says_so(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()
    both = [subprocess.Popen([sys.executable, "-m", "my121_analytics", "run", str(file)], stderr=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, text=True) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, RunLockedError.exit_code], [0, 0]), errors  # the second may come once the first is through
    assert len(list_records(tmp_path / "out é")) == 1


def test_a_place_that_cannot_be_written_to_is_told_and_nothing_is_lost(tmp_path: Path, lay_out: LayOut) -> None:
    file = lay_out()
    (tmp_path / "out é").write_text("a file where the folder should be")
    with pytest.raises(UsageError, match="cannot be written to"):
        run_scheduled(file)
    assert (tmp_path / "out é").read_text() == "a file where the folder should be"


def test_reports_know_when_they_are_public(tmp_path: Path, lay_out: LayOut) -> None:
    plan = make_plan(lay_out(report=""))
    assert plan.is_public("small")
    named = plan.settings.model_copy(update={"reports": {"small": ReportSettings(audience="analyst")}})
    assert not type(plan)(plan.file, named).is_public("small")
