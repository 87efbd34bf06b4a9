"""The whole circle: pack, workbook filled in, decisions, file for the HR system, loaded, next pack."""

from __future__ import annotations

import shutil

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from my121_analytics.calibration.final_decisions import LOCK
from my121_analytics.cli.app import app
from my121_analytics.ingest.intake import read_exports
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.counts import select_placements

UNIT = "Adult Care"


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output + str(done.exception or "")


def fill_in(path):
    """Decide about those within the meeting: the first moves to box 4, the others stand; and agree one action."""
    book = openpyxl.load_workbook(path)
    sheet = book["Decisions"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "employee_id")
    column = {cell.value: cell.column for cell in head}
    changed = None
    for row in range(head[0].row + 1, sheet.max_row + 1):
        outcome, box = sheet.cell(row, column["outcome"]), sheet.cell(row, column["box"]).value
        if outcome.value is not None:
            continue
        outcome.value = "Stands" if box else "Deferred"
        if changed is None and box and not box.startswith("4"):
            changed = sheet.cell(row, column["employee_id"]).value
            outcome.value = "Changed"
            for name, value in (("agreed_box", "4 - Pivotal and Flexible"), ("decision_reason", "Two projects"),
                                ("agreed_by", "Directorate team"), ("employee_view", "Agrees")):
                sheet.cell(row, column[name]).value = value
    actions = book["Actions"]
    head = next(row for row in actions.iter_rows() if "action" in [cell.value for cell in row])
    for name, value in (("action", "Complete the placements"), ("owner", "Jo Rao"), ("due_on", "2024-12-15"),
                        ("statistic", "Posts without a placement")):
        actions.cell(head[0].row + 1, next(c.column for c in head if c.value == name)).value = value
    book.save(path)
    return changed


@pytest.mark.slow
def test_a_meeting_s_decisions_come_round_to_the_next_pack(tmp_path):
    exports, out, agreed = tmp_path / "exports", tmp_path / "pack", tmp_path / "agreed"
    make_sample(90, seed=3, folder=exports)
    shutil.rmtree(exports / "truth", ignore_errors=True)
    settings = ("--settings", exports / "my121.toml")
    assert run("pack", exports, "--out", out, "--unit", UNIT, "--slides", *settings)[0] == 0
    book = out / "adult-care" / "pack.xlsx"
    changed = fill_in(book)
    code, said = run("decisions", exports, book, "--out", agreed, "--agreed-on", "2024-10-14", "--final", *settings)
    assert code == 0, said
    assert "1 changed" in said
    audit = pd.read_csv(agreed / "audit.csv", dtype="str")
    assert audit.loc[audit["outcome"] == "changed", "employee_id"].tolist() == [changed]
    assert (agreed / LOCK).is_file()
    for name in ("effect.html", "effect.xlsx", "actions.csv"):
        assert (agreed / name).is_file(), name
    for file in agreed.glob("agreed_placements*"):
        shutil.copy(file, exports / file.name)
    record = read_exports(exports, settings=exports / "my121.toml").workforce
    entered = select_placements(record, source="calibrated")
    assert len(entered) == len(audit)
    assert entered.set_index("employee_id").loc[changed, "box"] == 4
    code, said = run("pack", exports, "--out", tmp_path / "next", "--unit", UNIT, "--actions", agreed / "actions.csv",
                     *settings)
    assert code == 0, said
    html = (tmp_path / "next" / "adult-care" / "pack.html").read_text("utf-8")
    assert "A agreed: 4 Pivotal and Flexible" in html
    assert "Complete the placements (Jo Rao, by 2024-12-15). Posts without a placement:" in html
    code, said = run("decisions", exports, book, "--out", tmp_path / "again", "--agreed-on", "2024-10-14", *settings)
    assert code == 0, said
    assert f"0 agreed placements entered. {len(audit)} were in the record already" in said
