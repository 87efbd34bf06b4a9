"""Nothing is lost: odd shapes of file give the record back, or say what they refuse; the accounts always add up."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.intake import read_exports
from my121_analytics.settings import ExportSettings, Settings

PLAIN = Settings(exports=ExportSettings(extract_date=date(2025, 3, 31)))
HEADINGS = {"employee_id": ["Employee no", "PERSONAL REF.NO", "Staff_ID", "Resource id"],
            "placed_on": ["Review date", "Appraisal Date", "Date placed"],
            "rater_id": ["Reviewer", "Appraiser", "Rater ID"],
            "performance": ["Performance", "Performance rating", "Overall performance"],
            "box": ["Box", "My 1-1 Map", "Map placement"]}
PERFORMANCE = {1: ["1", "Partially meets", "1 - Partially meets", "partly MEETS"],
               2: ["2", "Meets", "Meets – 2", "2.0"], 3: ["3", "Exceeds expectations", "(3) Exceeds"]}
BOXES = {1: ["1", "Box 1"], 5: ["5", "Solid and Adaptable", "Solid & Adaptable (5)"], 9: ["9", "Scope to improve"]}
DATES = ["%d/%m/%Y", "%Y-%m-%d", "%d-%b-%y", "%d %B %Y", "%d/%m/%Y %H:%M"]
BAD = {"employee_id": ["", "not an id", "1.2E+05"], "placed_on": ["31/02/2024", "soon"], "performance": ["2/3"],
       "box": ["1/5"]}
ASIDE = [["Ratings"], [], ["Total: 12"], ["End of report"], ["Page 2 of 9"]]

rows = st.fixed_dictionaries({
    "employee_id": st.integers(1, 999_999).map(lambda n: f"E{n:06d}"),
    "placed_on": st.dates(date(2022, 4, 1), date(2025, 3, 31)), "rater_id": st.sampled_from(["E900001", "E900002"]),
    "box": st.sampled_from([1, 5, 9])}).map(lambda row: {**row, "performance": 3 - (row["box"] - 1) % 3})


@st.composite
def exports(draw: st.DrawFn) -> tuple[list[list[str]], list[dict], int, int]:
    """Draw a table in an odd shape: rows of text, the record in it, rows that must be stopped, rows set aside."""
    order = draw(st.permutations(list(HEADINGS)))
    head = [draw(st.sampled_from(HEADINGS[c])) for c in order]
    form = draw(st.sampled_from(DATES))
    # One person each: two different placements of one person on one day are stopped, which is tested elsewhere.
    people = draw(st.lists(rows, min_size=1, max_size=12, unique_by=lambda row: row["employee_id"]))
    out: list[list[str]] = [["Ratings"]] * draw(st.integers(0, 3)) + [head]
    good, n_bad, n_aside = [], 0, len(out)
    for person in people:
        cells = {"employee_id": person["employee_id"], "placed_on": person["placed_on"].strftime(form),
                 "rater_id": person["rater_id"],
                 "performance": draw(st.sampled_from(PERFORMANCE[person["performance"]])),
                 "box": draw(st.sampled_from(BOXES[person["box"]]))}
        bad = draw(st.sampled_from(["", "", "", *BAD]))
        if bad:
            cells[bad] = draw(st.sampled_from(BAD[bad]))
            n_bad += 1
        else:
            good.append(person)
        out.append([cells[c] for c in order])
        if draw(st.integers(0, 4)) == 0:
            out.append(draw(st.sampled_from([*ASIDE, head])))
            n_aside += 1
    return out, good, n_bad, n_aside


def save(rows: list[list[str]], kind: str, folder: Path) -> Path:
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for i, row in enumerate(padded, start=1):
            for j, cell in enumerate(row, start=1):
                if cell:
                    book.active.cell(i, j, cell)
        book.active.cell(len(padded), 1)
        book.save(folder / "a.xlsx")
        return folder / "a.xlsx"
    delimiter, encoding = kind.split(" ")
    text = "".join(delimiter.replace("tab", "\t").join(row) + "\r\n" for row in padded)
    (folder / "a.csv").write_bytes(text.encode(encoding))
    return folder / "a.csv"


def check_read_back(given_export: tuple[list[list[str]], list[dict], int, int], kind: str) -> None:
    table, good, n_bad, n_aside = given_export
    with tempfile.TemporaryDirectory() as folder:
        intake = read_exports(save(table, kind, Path(folder)), settings=PLAIN)
    (account,) = intake.reconciliation.to_dict("records")
    trailing = account["rows_read"] - len(table)  # a workbook forgets blank rows at its end
    assert trailing in (0, -1)
    assert account["rows_quarantined"] == n_bad
    assert account["rows_accepted"] == len(good)
    assert account["rows_set_aside"] == n_aside + trailing
    found = intake.workforce.placements
    ours = sorted(zip(found["employee_id"], found["placed_on"].dt.date, found["rater_id"], found["performance"],
                      found["box"], strict=True))
    assert ours == sorted((g["employee_id"], g["placed_on"], g["rater_id"], g["performance"], g["box"]) for g in good)


@settings(max_examples=10, deadline=None)
@given(exports(), st.sampled_from([", utf-8", "; cp1252", "tab utf-16", "| utf-8-sig", "xlsx"]))
def test_a_small_record_in_an_odd_shape_comes_back_whole(given_export, kind):
    check_read_back(given_export, kind)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(exports(), st.sampled_from([", utf-8", "; cp1252", "tab utf-16", "| utf-8-sig", "xlsx"]))
def test_many_small_records_in_odd_shapes_come_back_whole(given_export, kind):
    check_read_back(given_export, kind)


WORDS = [c for words in (*HEADINGS.values(), *BAD.values(), *PERFORMANCE.values()) for c in words]
cells = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.integers(0, 10**7).map(str),
                  st.sampled_from(["E000001", "E000002", "Total"]))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(cells, max_size=6), max_size=12), st.sampled_from([",", ";", "\t"]))
def test_rubbish_never_breaks_the_accounts(table, delimiter):
    check_rubbish(table, delimiter)


@pytest.mark.slow
@settings(max_examples=1200, deadline=None)
@given(st.lists(st.lists(cells, max_size=6), max_size=12), st.sampled_from([",", ";", "\t"]))
def test_much_rubbish_never_breaks_the_accounts(table, delimiter):
    check_rubbish(table, delimiter)


def check_rubbish(table: list[list[str]], delimiter: str) -> None:
    """Read any text under a real header: the accounts are checked inside, and errors are the family's own."""
    head = ["Employee no", "Name", "Review date", "Box", "Performance"]
    text = "\n".join(delimiter.join(row) for row in [head, *table])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            intake = read_exports(path, settings=PLAIN)
        except DataUnusableError:
            return
    assert intake.reconciliation["rows_read"].sum() > 0
    assert set(intake.workforce.placements["box"].dropna()) <= set(range(1, 10))


@given(st.integers(0, 5000))
@settings(max_examples=10, deadline=None)
def test_adding_a_day_never_moves_a_placement_to_an_earlier_cycle(offset):
    day = date(2015, 4, 1) + timedelta(days=offset)
    text = f"Employee no,Review date,Box\nE1,{day:%d/%m/%Y},5\nE2,{day + timedelta(days=1):%d/%m/%Y},5\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(text)
        rows = read_exports(path, settings=PLAIN).workforce.placements
    assert rows["cycle"].cat.codes.tolist() in ([0, 0], [0, 1])
