"""Half of a file whose rows are whole: the cycles and the order of ids tell."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from my121_analytics.ingest.intake import read_exports

N = 120
LABELS = ("2021/22 H1", "2021/22 H2", "2022/23 H1", "2022/23 H2")
DAYS = ("2021-06-10", "2021-12-10", "2022-06-10", "2022-12-10")


def write(folder, *, rated=(N, N, N, N), source="", order="id", n_staff=N, started="2015-04-01"):
    folder.mkdir()
    ids = [100200 + 7 * i for i in range(n_staff)]
    staff = "Employee no,Name,Directorate,Date started\n" + "".join(
        f"{i},Person {i},Adult Care,{started}\n" for i in ids)
    heading = f"{source} performance rating".strip().capitalize()
    rows = [(i, f"{i},{label},{day},{('Meets', 'Exceeds', 'Partially meets')[i % 3]}\n")
            for label, day, n in zip(LABELS, DAYS, rated, strict=True) for i in ids[:n]]
    if order == "id":
        rows.sort()
    elif order == "chance":
        rows = [rows[k] for k in np.random.default_rng(3).permutation(len(rows))]
    (folder / "staff.csv").write_text(staff, "utf-8")
    (folder / "ratings.csv").write_text(f"Employee no,Review period,Review date,{heading}\n"
                                        + "".join(row for _, row in rows), "utf-8")
    (folder / "my121.toml").write_text("[exports]\nextract_date = 2023-06-30\n", "utf-8")
    return folder


def codes(intake):
    return set(intake.findings["code"]) & {"thin_cycle", "sorted_rows_end", "staff_list_short"}


@pytest.mark.parametrize("order", ["id", "cycle", "chance"])
def test_a_whole_export_raises_no_doubt(tmp_path, order):
    intake = read_exports(write(tmp_path / "in", order=order))
    assert codes(intake) == set()
    assert intake.unread.state == ""


@pytest.mark.parametrize("source", ["", "self"])
@pytest.mark.parametrize("n", [1, 20, 65])
def test_a_closed_cycle_with_far_fewer_ratings_than_the_others_is_asked_about(tmp_path, source, n):
    intake = read_exports(write(tmp_path / "in", rated=(N, N, N, n), source=source, order="cycle"))
    assert "thin_cycle" in codes(intake)
    line = next(line for line in intake.unread.headlines() if line.startswith("2022/23 H2 has"))
    assert f"has {n} rating" in line
    assert "about 120" in line
    assert intake.unread.state == "doubtful"


def test_cycles_before_the_first_rating_and_small_changes_are_no_doubt(tmp_path):
    assert codes(read_exports(write(tmp_path / "a", rated=(0, N, N, N), order="cycle"))) == set()
    assert codes(read_exports(write(tmp_path / "b", rated=(N, 90, N, 85), order="cycle"))) == set()


def test_a_cycle_that_has_not_ended_is_no_doubt(tmp_path):
    folder = write(tmp_path / "in", rated=(N, N, N, 10), order="cycle")
    intake = read_exports(folder, as_of=date(2022, 12, 20))
    assert codes(intake) == set()


def test_rows_in_the_order_of_ids_that_end_early_are_asked_about(tmp_path):
    folder = write(tmp_path / "in")
    text = (folder / "ratings.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "ratings.csv").write_text("".join(text[:len(text) // 2]), "utf-8")
    intake = read_exports(folder)
    assert codes(intake) == {"sorted_rows_end"}
    line = intake.unread.headlines()[0]
    assert "before 60 of 120 people" in line
    assert "may be cut short" in line


def test_people_who_came_later_are_not_missed(tmp_path):
    folder = write(tmp_path / "in", n_staff=60)
    with (folder / "staff.csv").open("a", encoding="utf-8") as staff:
        staff.writelines(f"{200000 + i},Newcomer {i},Adult Care,2023-02-01\n" for i in range(60))
    assert codes(read_exports(folder)) == set()


def test_rows_in_no_order_say_nothing_about_the_end(tmp_path):
    folder = write(tmp_path / "in", order="chance")
    text = (folder / "ratings.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "ratings.csv").write_text("".join(text[:len(text) // 2]), "utf-8")
    assert codes(read_exports(folder)) == set()


def test_the_first_line_the_last_line_and_the_page_say_it(my121, tmp_path):
    check = my121("check", write(tmp_path / "in", rated=(N, N, N, 20), order="cycle"), "--out", tmp_path / "out")
    lines = check.stdout.splitlines()
    assert check.returncode == 0
    assert lines[0].startswith("2022/23 H2 has 20 ratings by managers, against about 120")
    assert lines[-1].startswith("Rows may be missing from the record. 2022/23 H2 has 20 ratings")
    assert "2022/23 H2 has 20 ratings" in (tmp_path / "out" / "check.html").read_text("utf-8").split("</h1>")[0]


def cut_staff_list(folder, kept, *, leavers):
    """Keep every so manyth row of the staff list, so that no order of ids tells that some are lacking."""
    head, *rows = (folder / "staff.csv").read_text("utf-8").splitlines()
    rows = [row for i, row in enumerate(rows) if kept(i)]
    if leavers:
        head, rows = head + ",Date left", [row + "," for row in rows]
        rows[0] += "2023-01-31"
    (folder / "staff.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return folder


@pytest.mark.parametrize(("kept", "n"), [(lambda i: i < 60, 60), (lambda i: i % 4 > 0, 30), (lambda i: i > 12, 13)])
def test_a_staff_list_with_leavers_that_lacks_people_is_asked_about_first(tmp_path, kept, n):
    intake = read_exports(cut_staff_list(write(tmp_path / "in", order="chance"), kept, leavers=True))
    assert len(intake.quarantine) == 4 * n
    assert intake.unread.state == "doubtful"
    assert any(line.startswith(f"{n} of 120 people in the other exports are not on the staff list ('staff.csv')")
               for line in intake.unread.headlines())


def test_a_list_of_current_staff_may_lack_those_who_left_since_and_no_more(tmp_path):
    few = read_exports(cut_staff_list(write(tmp_path / "few"), lambda i: i % 10 > 0, leavers=False))
    many = read_exports(cut_staff_list(write(tmp_path / "many"), lambda i: i % 2 > 0, leavers=False))
    assert codes(few) == set()
    assert codes(many) == {"staff_list_short"}
    assert any(line.startswith("60 of 120 people") for line in many.unread.headlines())


def test_a_few_strangers_are_refused_and_raise_no_doubt(tmp_path):
    intake = read_exports(cut_staff_list(write(tmp_path / "in"), lambda i: i not in (3, 50, 90), leavers=True))
    assert len(intake.quarantine) == 12
    assert codes(intake) == set()
