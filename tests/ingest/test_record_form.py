"""The filled-in form of a manager comes back as conversations, own placements and actions, or not at all."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.cli.app import app
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError
from my121_analytics.framework.conversation_guide import build_guide
from my121_analytics.ingest.intake import read_exports
from my121_analytics.ingest.record_form import read_record_form
from my121_analytics.reports.guide.record_form import write_record_form
from my121_analytics.sample_council.council import make_sample


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("council")
    make_sample(60, seed=3, folder=folder)
    return folder


@pytest.fixture(scope="module")
def before(exports):
    return read_exports(exports)


@pytest.fixture(scope="module")
def blank(before, tmp_path_factory):
    conversations = prepare_conversations(before.workforce)
    manager = conversations.frame("people")["rater_id"].value_counts().index[0]
    content = write_record_form(release(conversations, audience="manager", rater_id=manager), manager="A. Manager",
                                guide=build_guide(), framework=before.workforce.framework,
                                settings=before.workforce.settings)
    path = tmp_path_factory.mktemp("form") / "record.xlsx"
    path.write_bytes(content)
    return path


def fill(blank, path, sheet, line, **cells):
    """Write some cells of one line of a sheet, under the headings named."""
    book = openpyxl.load_workbook(path if path.exists() else blank)
    page = book[sheet]
    top = next(row for row in range(1, 12) if page.cell(row, 1).value == "Employee no")
    headings = {page.cell(top, column).value: column for column in range(1, page.max_column + 1)}
    for heading, value in cells.items():
        page.cell(top + line, headings[heading.replace("_", " ")]).value = value
    book.save(path)
    return page.cell(top + line, 1).value


@pytest.fixture
def folder(exports, tmp_path):
    import shutil

    return shutil.copytree(exports, tmp_path / "exports")


def test_an_unfilled_form_is_refused_and_so_is_any_other_file(blank, exports):
    with pytest.raises(DataUnusableError, match="nothing was filled in"):
        read_record_form(blank)
    with pytest.raises(DataUnusableError, match="not a form of conversations"):
        read_record_form(next(exports.glob("itrent_people.xlsx")))


def test_lines_that_are_filled_in_come_back_and_the_rest_is_counted(blank, tmp_path):
    path = tmp_path / "filled.xlsx"
    employee = fill(blank, path, "Conversations", 1, Date_held="2024-09-30", Type="Formal", Summary="Yes")
    fill(blank, path, "Conversations", 2, Type="Formal")
    form = read_record_form(path)
    assert form.n_filled == {"conversations": 1, "own": 0, "actions": 0}
    assert form.n_without["conversations"] == 1
    frame = pd.read_csv(pd.io.common.StringIO(form.sheets["conversations"]), dtype=str)
    assert frame["Employee no"].tolist() == [employee]


def test_the_record_holds_what_the_form_says(blank, before, folder, tmp_path):
    path = tmp_path / "record of May.xlsx"
    employee = fill(blank, path, "Conversations", 1, Date_held="29/09/2024", Type="Formal", Summary="Yes")
    fill(blank, path, "Own placements", 1, Completed_on="2024-09-28", **{"Self rating: performance": "Meets",
                                                                         "Self rating: potential": "High"})
    fill(blank, path, "Actions", 1, Intervention="Coaching", Purpose="address", Agreed="2024-09-29", Due="2025-03-01")
    done = CliRunner().invoke(app, ["import", str(path), "--to", str(folder)])
    assert done.exit_code == 0, done.output
    after = read_exports(folder).workforce

    def rows(table, column, day):
        frame = getattr(after, table)
        return frame[(frame["employee_id"].astype("str") == employee) & (frame[column] == pd.Timestamp(day))]

    held = rows("conversations", "held_on", "2024-09-29")
    assert held["has_summary"].tolist() == [True]
    assert held["kind"].tolist() == ["formal"]
    own = rows("placements", "placed_on", "2024-09-28")
    own = own[own["source"] == "self"]
    assert list(zip(own["performance"], own["potential"], strict=True)) == [(2, 3)]
    actions = rows("development_actions", "agreed_on", "2024-09-29")
    assert list(zip(actions["intervention"], actions["purpose"], strict=True)) == [("Coaching", "address")]
    for table in ("conversations", "placements", "development_actions"):
        assert len(getattr(after, table)) == len(getattr(before.workforce, table)) + 1


def test_the_same_form_twice_is_refused(blank, folder, tmp_path):
    path = tmp_path / "record.xlsx"
    fill(blank, path, "Conversations", 1, Date_held="2024-09-30", Type="Formal")
    assert CliRunner().invoke(app, ["import", str(path), "--to", str(folder)]).exit_code == 0
    again = CliRunner().invoke(app, ["import", str(path), "--to", str(folder)])
    assert "was taken in before" in str(again.exception)


@pytest.mark.parametrize(("cells", "said"), [
    ({"Date_held": "31/02/2024", "Type": "Formal"}, "31/02/2024"),
    ({"Date_held": "2024-09-30", "Type": "Formal", "Employee_no": "999999"}, "999999"),
])
def test_a_refused_line_leaves_the_exports_as_they_were(blank, folder, tmp_path, cells, said):
    path = tmp_path / "record.xlsx"
    fill(blank, path, "Conversations", 1, **cells)
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    done = CliRunner().invoke(app, ["import", str(path), "--to", str(folder)])
    assert done.exit_code == 3
    assert said in done.output
    assert "Nothing was taken in" in done.output
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
