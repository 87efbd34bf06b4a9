"""Agreed placements go back in the layout of their export, and reading them beside it adds nothing twice."""

from __future__ import annotations

import csv
import shutil
from datetime import date

import openpyxl
import pytest

from my121_analytics.calibration.agreed_exports import write_agreed
from my121_analytics.calibration.decisions import apply_decisions, read_decisions
from my121_analytics.ingest.files.exports import list_files, read_sheets
from my121_analytics.ingest.intake import read_exports
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.counts import outcomes_in_cycle, select_placements

MEETING = date(2024, 10, 14)
LEVELS = ["performance", "potential", "box"]
KEYS = ["employee_id", "post_id", "cycle"]


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    make_sample(90, seed=11, folder=folder)
    shutil.rmtree(folder / "truth", ignore_errors=True)
    return folder


@pytest.fixture(scope="module")
def intake(exports):
    return read_exports(exports, settings=exports / "my121.toml")


def decide(workforce, cycle, path, n=6):
    """Write decisions: every other placement moves to another box, the rest stand; one first placement."""
    rows = outcomes_in_cycle(workforce, cycle)
    rows = rows[rows["in_force"]]
    placed, unplaced = rows[rows["box"].notna()].head(n), rows[rows["box"].isna() & rows["performance"].isna()].head(1)
    lines = []
    for number, row in enumerate(placed.itertuples()):
        moved = number % 2 == 0
        lines.append([row.employee_id, row.post_id, cycle, row.box, "Changed" if moved else "Stands",
                      int(row.box) % 9 + 1 if moved else "", "Evidence", "Panel"])
    lines += [[row.employee_id, row.post_id, cycle, "", "Changed", 5, "First", "Panel"]
              for row in unplaced.itertuples()]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["employee_id", "post_id", "cycle", "box", "outcome", "agreed_box",
                                     "decision_reason", "agreed_by", "agreed_performance"], *lines])
    return apply_decisions(workforce, read_decisions(path, workforce=workforce), agreed_on=MEETING)


@pytest.mark.parametrize("n_layouts", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_every_layout_comes_back_as_it_was_and_loading_it_adds_nothing_twice(exports, intake, tmp_path, n_layouts):
    workforce = intake.workforce
    origins = {str(cycle): set(rows["origin_file"].astype("str")) for cycle, rows in
               select_placements(workforce).groupby("cycle", observed=True)}
    assert len(set().union(*origins.values())) == 3, "three systems' layouts"
    done = set()
    for cycle, files in origins.items():
        if files <= done or len(done) >= n_layouts:
            continue
        done |= files
        folder = tmp_path / cycle.replace("/", "-")
        shutil.copytree(exports, folder)
        calibration = decide(workforce, cycle, tmp_path / f"{len(done)}.csv")
        written = write_agreed(calibration, paths=list_files(exports)[0], mapping=intake.mapping)
        assert sum(file.n_rows for file in written) == len(calibration.audit)
        assert [file.n_incomplete for file in written] == [0] * len(written)
        for file in written:
            (folder / file.name).write_bytes(file.content)
        again = read_exports(folder, settings=exports / "my121.toml")
        stopped = again.quarantine[again.quarantine["file"].str.startswith("agreed_placements")]
        assert stopped.empty, stopped[["column", "value", "message"]].to_dict("records")
        own = select_placements(workforce).sort_values(KEYS)[[*KEYS, *LEVELS, "rater_id"]].astype("str")
        kept = select_placements(again.workforce).sort_values(KEYS)[[*KEYS, *LEVELS, "rater_id"]].astype("str")
        assert kept.to_numpy().tolist() == own.to_numpy().tolist(), "managers' own placements stay"
        wanted, found = (select_placements(record, source="calibrated").sort_values(KEYS)
                         for record in (calibration.workforce, again.workforce))
        columns = [*KEYS, *LEVELS, "agreed_on", "rater_id", "placed_on"]
        assert found[columns].astype("str").to_numpy().tolist() == wanted[columns].astype("str").to_numpy().tolist()
        held = apply_decisions(again.workforce, read_decisions(tmp_path / f"{len(done)}.csv",
                                                               workforce=again.workforce), agreed_on=MEETING)
        assert held.n_entered == 0
        for file in written:  # loaded once more under another name: copies, not placements
            (folder / f"again_{file.name}").write_bytes(file.content)
        twice = read_exports(folder, settings=exports / "my121.toml").workforce
        assert len(select_placements(twice, source="calibrated")) == len(wanted)
        assert len(select_placements(twice)) == len(own)


def test_a_file_keeps_headings_kind_codes_and_days(exports, intake, tmp_path):
    cycles = select_placements(intake.workforce).groupby(
        "origin_file", observed=True)["cycle"].first().astype("str").to_dict()
    for file, cycle in cycles.items():
        calibration = decide(intake.workforce, cycle, tmp_path / "d.csv", n=4)
        written = write_agreed(calibration, paths=list_files(exports)[0], mapping=intake.mapping)
        mine = next(one for one in written if one.origin == file)
        path = tmp_path / mine.name
        path.write_bytes(mine.content)
        assert path.suffix == (exports / file).suffix
        headings = read_sheets(path)[0].row(0)
        original = next(row for sheet in read_sheets(exports / file) for row in sheet.rows if row[0] == headings[0])
        assert headings[:len(original)] == original
        assert set(headings[len(original):]) <= {"Placement source", "Agreed on"}
        if path.suffix == ".csv":
            text = mine.content.decode("cp1252")
            assert text.splitlines()[0].count(";") == len(headings) - 1
            assert "14/10/2024" in text
        else:
            page = openpyxl.load_workbook(path).active
            days = [cell for row in page.iter_rows(min_row=2) for cell in row if cell.is_date]
            assert any(cell.value.date() == MEETING for cell in days)


def test_the_same_decisions_give_the_same_bytes(exports, intake, tmp_path):
    calibration = decide(intake.workforce, intake.workforce.latest_cycle, tmp_path / "d.csv")
    paths = list_files(exports)[0]
    assert [[file.content for file in write_agreed(calibration, paths=paths, mapping=intake.mapping)]
            for _ in range(2)].count([file.content for file in write_agreed(
                calibration, paths=paths, mapping=intake.mapping)]) == 2


def layout_of(tmp_path, headings, *rows):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "staff.csv").write_text(
        "Employee id,Name,Manager id\n1,Ann Ash,9\n2,Bo Beech,9\n3,Cy Cedar,9\n9,Di Dale,\n", encoding="utf-8")
    path = tmp_path / "exports" / "ratings.csv"
    path.write_text("\n".join([headings, *rows]) + "\n", encoding="utf-8")
    return tmp_path / "exports"


def test_a_layout_that_names_whose_each_rating_is_gets_columns_of_its_own(tmp_path):
    folder = layout_of(tmp_path, "Employee id,Review period,Manager performance,Self performance",
                       "1,2024/25 H1,2,3", "2,2024/25 H1,1,1", "3,2024/25 H1,3,2")
    intake = read_exports(folder)
    (tmp_path / "d.csv").write_text(
        "employee_id,post_id,cycle,performance,outcome,agreed_performance,decision_reason,agreed_by\n"
        "1,,2024/25 H1,2,Changed,3,Why,Panel\n2,,2024/25 H1,1,Stands,,,\n", encoding="utf-8")
    read = read_decisions(tmp_path / "d.csv", workforce=intake.workforce)
    if len(read.refused):  # a flat export names its posts
        posts = intake.workforce.posts.set_index("employee_id")["post_id"].astype("str")
        text = (tmp_path / "d.csv").read_text("utf-8")
        (tmp_path / "d.csv").write_text(text.replace("1,,", f"1,{posts['1']},").replace("2,,", f"2,{posts['2']},"),
                                        encoding="utf-8")
        read = read_decisions(tmp_path / "d.csv", workforce=intake.workforce)
    calibration = apply_decisions(intake.workforce, read, agreed_on=MEETING)
    [written] = write_agreed(calibration, paths=list_files(folder)[0], mapping=intake.mapping)
    (folder / written.name).write_bytes(written.content)
    again = read_exports(folder).workforce
    assert select_placements(again)["performance"].tolist() == [2, 1, 3]
    agreed = select_placements(again, source="calibrated").set_index("employee_id")["performance"]
    assert agreed.to_dict() == {"1": 3, "2": 1}


def test_a_label_beside_the_code_goes_with_it(tmp_path):
    folder = layout_of(tmp_path, "Employee id,Review period,Performance,My own words,Comment",
                       "1,2024/25 H1,2,two,a", "2,2024/25 H1,1,one,b", "3,2024/25 H1,3,three,c")
    intake = read_exports(folder)
    posts = select_placements(intake.workforce).set_index("employee_id")["post_id"].astype("str").fillna("")
    (tmp_path / "d.csv").write_text(
        "employee_id,post_id,cycle,performance,outcome,agreed_performance,decision_reason,agreed_by\n"
        f"1,{posts['1']},2024/25 H1,2,Changed,3,Why,Panel\n", encoding="utf-8")
    calibration = apply_decisions(intake.workforce, read_decisions(tmp_path / "d.csv", workforce=intake.workforce),
                                  agreed_on=MEETING)
    [written] = write_agreed(calibration, paths=list_files(folder)[0], mapping=intake.mapping)
    cells = written.content.decode("utf-8").splitlines()[1].split(",")
    assert cells[2:4] == ["3", "three"]
