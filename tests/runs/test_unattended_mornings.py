"""What each kind of damage does on an unattended morning: exit code, what readers have, the pointer, the hook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from my121_analytics.errors import DataUnusableError, My121Error, RunLockedError, SettingsError, UsageError
from my121_analytics.runs.alerts import ALERT, ALERT_JSON
from my121_analytics.runs.guard import ExtractRefusedError
from my121_analytics.runs.history import list_records
from my121_analytics.runs.scheduled import run_scheduled
from my121_analytics.writing.manifest import sha256_of
from my121_analytics.writing.staging import held_folder

OUT = "out é"
Damage = Callable[[Path], None]


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*"))
            if path.is_file() and ".my121" not in path.name}


def hooked(place: Path) -> list[dict[str, str]]:
    log = place / "hooked.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []


def readers_have(place: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """Give what readers see: the pointer, the runs that are kept, and the delivered files."""
    runs = {name: digest for name, digest in tree(place / OUT / "runs").items() if not name.startswith("failed-")}
    return (place / OUT / "latest.json").read_text("utf-8"), runs, tree(place / "shared")


# Kinds of damage ------------------------------------------------------------------------------------------------


def remove(name: str) -> Damage:
    return lambda exports: (exports / name).unlink()


def replace_by(content: bytes) -> Damage:
    def damage(exports: Path) -> None:
        (exports / "unit4_my121.xlsx").write_bytes(content)

    return damage


def cut_short(name: str, share: float) -> Damage:
    def damage(exports: Path) -> None:
        lines = (exports / name).read_bytes().splitlines(keepends=True)
        (exports / name).write_bytes(b"".join(lines[:int(len(lines) * share)]))

    return damage


def change_text(name: str, change: Callable[[str], str], encoding: str = "cp1252") -> Damage:
    def damage(exports: Path) -> None:
        text = (exports / name).read_bytes().decode(encoding)
        changed = change(text)
        assert changed != text, "it changes nothing"
        (exports / name).write_bytes(changed.encode(encoding))

    return damage


def change_sheet(name: str, change: Callable[[list[list[object]]], list[list[object]]]) -> Damage:
    """Rewrite the rows of the first sheet with a wide table."""

    def damage(exports: Path) -> None:
        from openpyxl import load_workbook

        book = load_workbook(exports / name)
        sheet = max(book.worksheets, key=lambda page: page.max_row)
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        changed = change(rows)
        assert changed != rows, "it changes nothing"
        sheet.delete_rows(1, sheet.max_row)
        for number, row in enumerate(changed, start=1):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
        book.save(exports / name)

    return damage


def heading_row(rows: list[list[object]], heading: str) -> tuple[int, int]:
    return next((number, row.index(heading)) for number, row in enumerate(rows) if heading in row)


def rename_heading(old: str, new: str) -> Callable[[list[list[object]]], list[list[object]]]:
    return lambda rows: [[new if cell == old else cell for cell in row] for row in rows]


def empty_column(heading: str) -> Callable[[list[list[object]]], list[list[object]]]:
    def change(rows: list[list[object]]) -> list[list[object]]:
        top, column = heading_row(rows, heading)
        return [[None if number > top and place == column else cell for place, cell in enumerate(row)]
                for number, row in enumerate(rows)]

    return change


def drop_rows_with(text: str) -> Callable[[list[list[object]]], list[list[object]]]:
    return lambda rows: [row for row in rows if text not in map(str, row)]


def keep_share(share: float) -> Callable[[list[list[object]]], list[list[object]]]:
    return lambda rows: rows[:int(len(rows) * share)]


def turn_scale_round(text: str) -> str:
    """Swap the top and the bottom of performance, its box left out so that nothing contradicts it."""
    lines = text.splitlines(keepends=True)
    cells = [line.rstrip("\r\n").split(";") for line in lines]
    place = cells[0].index("Performance Rating")
    swapped = []
    for row in cells:
        if len(row) > place + 2 and row is not cells[0]:
            label = row[place]
            row[place] = ("Exceeds – 3" if label.startswith("Partially") else
                          "Partially meets – 1" if label.startswith("Exceeds") else label)
        swapped.append(";".join(row[:place + 2]))
    return "\r\n".join(swapped) + "\r\n"


def only_before(year: str) -> Callable[[str], str]:
    return lambda text: "".join(line for number, line in enumerate(text.splitlines(keepends=True))
                                if number == 0 or not re.search(rf"-{year}\b", line))


DAMAGES: dict[str, tuple[Damage, set[str]]] = {
    "the export of the current cycle is missing":
        (remove("unit4_my121.xlsx"), {"file_gone", "no_placements", "placements_fell", "ratings_fell"}),
    "the export of an earlier cycle is missing": (remove("resourcelink_ratings.csv"), {"file_gone", "placements_fell"}),
    "the staff list is missing": (remove("itrent_people.xlsx"), {"file_gone", "entries_fell"}),
    "the conversations are missing": (remove("conversations.csv"), {"file_gone", "rows_fell"}),
    "self-placements are missing": (remove("successfactors_self.csv"), {"file_gone"}),
    "the current cycle is cut short":
        (change_sheet("unit4_my121.xlsx", keep_share(.5)), {"file_short", "placements_fell"}),
    "ratings are cut short": (cut_short("resourcelink_ratings.csv", .6), {"file_short", "placements_fell"}),
    "conversations are cut short": (cut_short("conversations.csv", .5), {"file_short", "rows_fell"}),
    "the staff list is half as long": (change_sheet("itrent_people.xlsx", keep_share(.5)), {"file_short"}),
    "a tenth of the ratings is gone": (cut_short("resourcelink_ratings.csv", .85), {"placements_fell"}),
    "a directorate is not in the staff list":
        (change_sheet("itrent_people.xlsx", drop_rows_with("Environment")), {"file_short", "more_refused"}),
    "the heading of the ratings changed":
        (change_sheet("unit4_my121.xlsx", rename_heading("Performance", "KPI 7")), {"heading_gone"}),
    "the heading of the manager changed":
        (change_sheet("itrent_people.xlsx", rename_heading("Reporting manager ref", "Ref 2")), {"heading_gone"}),
    "the column of directorates comes empty":
        (change_sheet("itrent_people.xlsx", empty_column("Directorate")), {"entries_fell"}),
    "the ratings come empty": (change_sheet("unit4_my121.xlsx", empty_column("Performance")), {"recorded_fell"}),
    "the scale was turned round": (change_text("resourcelink_ratings.csv", turn_scale_round), {"scale_mix"}),
    "the conversations are of last year":
        (change_text("conversations.csv", only_before("24"), "utf-8"), {"older_rows"}),
    "ratings nobody can read as ratings":
        (change_text("resourcelink_ratings.csv", lambda text: text.replace("Meets", "Zz")), {"recorded_fell"}),
    "an export is not a table any more": (replace_by(b"PK\x03\x04 cut off"), {"file_gone", "no_placements"}),
    "an export is empty": (replace_by(b""), {"file_gone", "no_placements"}),
}


QUICK = ("the export of the current cycle is missing", "the current cycle is cut short", "the scale was turned round",
         "the heading of the ratings changed")
"""Kinds told in the quick suite; each costs a reading of a whole council."""


@pytest.mark.parametrize("kind", [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow)
                                  for kind in DAMAGES])
def test_damaged_exports_publish_nothing_and_put_back_are_what_readers_have(
        morning: Path, council_exports: Path, kind: str) -> None:
    damage, expected = DAMAGES[kind]
    before = readers_have(morning)
    damage(morning / "exports")
    with pytest.raises(ExtractRefusedError) as refused:
        run_scheduled(morning / "my121.toml")
    codes = {finding.code for finding in refused.value.findings}
    assert expected <= codes
    assert refused.value.exit_code == 3
    assert readers_have(morning) == before, "the earlier report stays"
    told = hooked(morning)
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in told] == [("3", "guard")]
    alert = json.loads((morning / OUT / ALERT_JSON).read_text("utf-8"))
    assert {finding["code"] for finding in alert["findings"]} == codes
    text = (morning / OUT / ALERT).read_text("utf-8-sig")
    assert all(finding.sentence in text for finding in refused.value.findings)
    shutil.rmtree(morning / "exports")
    shutil.copytree(council_exports, morning / "exports")
    outcome = run_scheduled(morning / "my121.toml")
    assert not outcome.is_new
    assert readers_have(morning) == before
    assert not (morning / OUT / ALERT).exists()
    assert len(hooked(morning)) == 1, "a good morning starts no hook"


def rename(exports: Path) -> None:
    (exports / "unit4_my121.xlsx").rename(exports / "my_1_1_autumn.xlsx")


def add_a_list_of_rooms(exports: Path) -> None:
    (exports / "notes.csv").write_text("Room,Booked by\nA,Facilities\n")


HARMLESS: dict[str, Damage] = {
    "three conversations are taken back": lambda exports: cut_short("conversations.csv", .998)(exports),
    "an export under a new name": rename,
    "a file that is no export": add_a_list_of_rooms,
    "two services change directorate": change_sheet("itrent_people.xlsx", lambda rows: [
        ["Public Health" if cell == "Environment" else cell for cell in row] for row in rows]),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_no_damage_is_published(morning: Path, kind: str) -> None:
    HARMLESS[kind](morning / "exports")
    outcome = run_scheduled(morning / "my121.toml")
    assert outcome.is_new
    assert json.loads((morning / OUT / "latest.json").read_text())["id"] == outcome.record.id
    assert not hooked(morning)


def test_what_was_accepted_is_published_with_who_and_what(morning: Path) -> None:
    remove("unit4_my121.xlsx")(morning / "exports")
    with pytest.raises(ExtractRefusedError, match="Nothing was published") as first:
        run_scheduled(morning / "my121.toml", accepted_by="P. Analyst")
    assert any("Read the alert" in hint for hint in first.value.hints), "nobody has seen an alert yet"
    outcome = run_scheduled(morning / "my121.toml", accepted_by="P. Analyst")
    assert outcome.record.accepted_by == "P. Analyst"
    assert {one["code"] for one in outcome.record.accepted} >= {"file_gone", "no_placements"}
    assert "P. Analyst" not in (morning / OUT / "log" / "run.log").read_text("utf-8")
    assert json.loads((morning / OUT / "latest.json").read_text())["id"] == outcome.record.id


@pytest.mark.slow
def test_what_the_alert_did_not_list_is_not_accepted(morning: Path) -> None:
    remove("unit4_my121.xlsx")(morning / "exports")
    with pytest.raises(ExtractRefusedError):
        run_scheduled(morning / "my121.toml")
    remove("conversations.csv")(morning / "exports")
    before = readers_have(morning)
    with pytest.raises(ExtractRefusedError):
        run_scheduled(morning / "my121.toml", accepted_by="P. Analyst")
    assert readers_have(morning) == before


@pytest.mark.slow
def test_after_an_accepted_run_the_right_exports_are_published_again(morning: Path, council_exports: Path) -> None:
    first = json.loads((morning / OUT / "latest.json").read_text())["id"]
    delivered = tree(morning / "shared")
    remove("unit4_my121.xlsx")(morning / "exports")
    with pytest.raises(ExtractRefusedError):
        run_scheduled(morning / "my121.toml")
    run_scheduled(morning / "my121.toml", accepted_by="P. Analyst")
    assert tree(morning / "shared") != delivered
    shutil.copy(council_exports / "unit4_my121.xlsx", morning / "exports")
    outcome = run_scheduled(morning / "my121.toml")
    assert not outcome.is_new
    assert outcome.record.id == first
    assert json.loads((morning / OUT / "latest.json").read_text())["id"] == first
    assert tree(morning / "shared") == delivered


@pytest.mark.slow
def test_an_older_backup_put_back_by_mistake_is_not_pointed_to(morning: Path) -> None:
    settings = morning / "my121.toml"
    settings.write_text(settings.read_text("utf-8").replace("2024-09-30", "2024-10-31"), encoding="utf-8")
    newer = run_scheduled(settings)
    settings.write_text(settings.read_text("utf-8").replace("2024-10-31", "2024-09-30"), encoding="utf-8")
    with pytest.raises(ExtractRefusedError) as refused:
        run_scheduled(settings)
    assert [finding.code for finding in refused.value.findings] == ["older"]
    assert json.loads((morning / OUT / "latest.json").read_text())["id"] == newer.record.id


def test_the_first_run_is_held_against_what_the_settings_expect(
        tmp_path: Path, lay_out: Callable[..., Path]) -> None:
    file = lay_out()
    text = file.read_text("utf-8")
    file.write_text(text + '[run.expect]\npeople = 400\nplacements = 300\ndirectorates = ["Environment", "Parks"]\n',
                    encoding="utf-8")
    with pytest.raises(ExtractRefusedError) as refused:
        run_scheduled(file)
    assert (refused.value.findings[-1].code, refused.value.findings[-1].place) == ("expected_directorate", "Parks")
    assert {finding.code for finding in refused.value.findings} == {"expected_people", "expected_placements",
                                                                    "expected_directorate"}
    assert not (tmp_path / OUT / "latest.json").exists()
    file.write_text(text + '[run.expect]\npeople = 100\ndirectorates = ["Environment"]\n', encoding="utf-8")
    assert run_scheduled(file).is_new


def test_a_first_run_without_the_current_cycle_is_stopped_by_itself(
        tmp_path: Path, lay_out: Callable[..., Path]) -> None:
    file = lay_out()
    remove("unit4_my121.xlsx")(tmp_path / "exports")
    with pytest.raises(ExtractRefusedError) as refused:
        run_scheduled(file)
    assert [finding.code for finding in refused.value.findings] == ["no_placements"]


# Other things that go wrong ----------------------------------------------------------------------------------------


def test_settings_that_cannot_be_read_still_start_the_hook(morning: Path) -> None:
    file = morning / "my121.toml"
    file.write_text(file.read_text("utf-8") + "\n[no_such_section]\nx = 1\n", encoding="utf-8")
    before = readers_have(morning)
    with pytest.raises(SettingsError):
        run_scheduled(file)
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("2", "settings")]
    assert readers_have(morning) == before


def test_no_exports_at_all_start_the_hook(morning: Path) -> None:
    shutil.rmtree(morning / "exports")
    before = readers_have(morning)
    with pytest.raises(My121Error):
        run_scheduled(morning / "my121.toml")
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("3", "unreadable_file")]
    assert readers_have(morning) == before


def test_another_run_at_work_starts_the_hook_and_leaves_no_alert(morning: Path) -> None:
    before = readers_have(morning)
    with held_folder(morning / OUT), pytest.raises(RunLockedError):
        run_scheduled(morning / "my121.toml")
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("5", "locked")]
    assert readers_have(morning) == before
    assert not (morning / OUT / ALERT).exists()


def test_an_unforeseen_failure_starts_the_hook_and_tells_nothing_of_the_data(
        morning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from my121_analytics.runs import outputs

    def fail(work: object) -> None:
        raise ZeroDivisionError("Jane Example, 012345")

    monkeypatch.setattr(outputs, "WRITERS", {"report": fail})
    before = readers_have(morning)
    with pytest.raises(ZeroDivisionError):
        run_scheduled(morning / "my121.toml", force=True)
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("1", "unexpected")]
    assert "Jane" not in (morning / OUT / ALERT).read_text("utf-8-sig") + (morning / OUT / ALERT_JSON).read_text()
    assert readers_have(morning) == before


@pytest.mark.slow
def test_a_partial_run_is_kept_and_is_neither_the_latest_nor_delivered(
        morning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from my121_analytics.reports.workforce_report import report as reports
    from my121_analytics.reports.workforce_report.brief import ReportSection

    def fail(brief: object) -> dict[str, object]:
        raise UsageError("The profile broke.")

    broken = ReportSection("quality", fail, reports._SECTIONS["quality"].write)  # type: ignore[arg-type]
    file = morning / "my121.toml"
    file.write_text(file.read_text("utf-8").replace("settle_seconds = 0", "settle_seconds = 0\npartial = true"),
                    encoding="utf-8")
    pointer, delivered = (morning / OUT / "latest.json").read_text(), tree(morning / "shared")
    monkeypatch.setitem(reports._SECTIONS, "quality", broken)
    outcome = run_scheduled(file)
    assert (outcome.record.state, outcome.record.exit_code, outcome.record.reason) == ("partial", 3, "partial")
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("3", "partial")]
    assert (morning / OUT / "latest.json").read_text() == pointer
    assert tree(morning / "shared") == delivered
    assert outcome.record.id in (morning / OUT / ALERT).read_text("utf-8-sig")
    assert list_records(morning / OUT)[-1].id == outcome.record.id
    again = run_scheduled(file)
    assert not again.is_new
    assert len(hooked(morning)) == 2, "a morning that is still partial says so again"


def test_a_destination_held_open_is_told_and_delivered_later(morning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from my121_analytics.runs import scheduled

    before = tree(morning / "shared")
    shutil.rmtree(morning / "shared")

    def refuse(destination: Path, **options: object) -> None:
        raise UsageError("open in another program")

    monkeypatch.setattr(scheduled, "staged_run", refuse)
    with pytest.raises(UsageError):
        run_scheduled(morning / "my121.toml")
    assert [(one["MY121_EXIT_CODE"], one["MY121_REASON"]) for one in hooked(morning)] == [("2", "undelivered")]
    assert not (morning / "shared").exists()
    monkeypatch.undo()
    run_scheduled(morning / "my121.toml")
    assert tree(morning / "shared") == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="closes the output as POSIX shells do")
@pytest.mark.parametrize("closing", [">&-", "| true", "> /dev/full"])
def test_a_run_whose_output_nobody_reads_is_whole_all_the_same(morning: Path, closing: str) -> None:
    cut_short("conversations.csv", .998)(morning / "exports")
    done = subprocess.run(["bash", "-c", f'set -o pipefail; "$0" -m my121_analytics run "$1" {closing}', sys.executable,
                           str(morning / "my121.toml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert not hooked(morning)
    records = [record for record in list_records(morning / OUT) if record.state == "done"]
    assert json.loads((morning / OUT / "latest.json").read_text())["id"] == records[-1].id
    assert len(records) == 2


@pytest.mark.slow
def test_data_that_speak_of_no_placement_are_refused_as_data(morning: Path) -> None:
    for name in ("unit4_my121.xlsx", "resourcelink_ratings.csv", "itrent_reviews.xlsx", "successfactors_self.csv"):
        (morning / "exports" / name).unlink()
    before = readers_have(morning)
    with pytest.raises(DataUnusableError):
        run_scheduled(morning / "my121.toml")
    assert hooked(morning)[0]["MY121_REASON"] in ("guard", "data")
    assert readers_have(morning) == before
