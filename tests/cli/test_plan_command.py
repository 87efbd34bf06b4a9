"""``my121 plan`` from the outside: what it writes, what it says, and how it leaves."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "data" / "sample" / "improvement_plan.xlsx"
BASE = ("plan", PLAN, "--anchor", "June 2024", "--as-of", "2025-03-31")


def read(path):
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


@pytest.fixture(scope="module")
def first(my121, tmp_path_factory):
    out = tmp_path_factory.mktemp("a plan") / "out"
    return my121(*BASE, "--beside", "9 September 2024", "--out", out), out


def fill_in(source, path, heading, value):
    book = openpyxl.load_workbook(source)
    page = book["Actions"]
    top = next(row for row in page.iter_rows() if row[0].value == "Action ID")
    column = next(cell.column for cell in top if cell.value == heading)
    page.cell(top[0].row + 1, column).value = value
    book.save(path)
    return path


def test_it_writes_the_actions_a_tracker_a_timeline_and_the_reports(first):
    done, out = first
    assert done.returncode == 0, done.stderr
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {"actions.csv", "tracker.xlsx", "timeline.svg", "timeline.png", "committee_report.html",
            "committee_report.xlsx", "milestones.csv", "directorates/all-directorates.html"} <= names
    assert "The plan says: Date of Action Plan: August 2024" in done.stdout
    assert "2024-09-09:" in done.stdout
    anchors = read(out / "anchors.csv")
    assert anchors["anchor"].tolist() == ["2024-06-30", "2024-08-31", "2024-09-09"]


@pytest.mark.slow
def test_a_filled_in_tracker_changes_the_status_and_keeps_its_history(my121, first, tmp_path):
    tracker = fill_in(first[1] / "tracker.xlsx", tmp_path / "filled in.xlsx", "Progress", "Done")
    done = my121(*BASE, "--tracker", tracker, "--since", first[1] / "actions.csv", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Tracker: changes new 1, in all 1." in done.stdout
    assert read(tmp_path / "out" / "actions.csv")["status"][0] == "done"
    assert read(tmp_path / "out" / "changes.csv")["what"].tolist() == ["Status"]
    again = my121(*BASE, "--tracker", tmp_path / "out" / "tracker.xlsx", "--out", tmp_path / "again")
    assert "Tracker: changes new 0, in all 1." in again.stdout
    assert len(read(tmp_path / "again" / "revisions.csv")) == 1


def test_a_faulty_tracker_leaves_with_3_and_changes_nothing(my121, first, tmp_path):
    tracker = fill_in(first[1] / "tracker.xlsx", tmp_path / "t.xlsx", "Progress", "Almost")
    done = my121(*BASE, "--tracker", tracker, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "'Almost' is not a choice for Progress" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_published_holds_no_tracker_and_no_owner_of_doubt(my121, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("Action,Owner,Timescale\nAct,Ivo Brandt + HR,12 months\n", encoding="utf-8")
    done = my121("plan", plan, "--anchor", "June 2024", "--audience", "publish", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert read(tmp_path / "out" / "actions.csv")["owner"].tolist() == ["Owner not shown; HR"]
    assert not (tmp_path / "out" / "tracker.xlsx").exists()
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_file() or b"Brandt" not in path.read_bytes(), path.name


@pytest.mark.slow
def test_the_exports_say_what_a_named_statistic_did_since(my121, first, tmp_path):
    tracker = fill_in(first[1] / "tracker.xlsx", tmp_path / "t.xlsx", "Statistic it should move",
                      "Share placed differently by themselves and their manager")
    done = my121(*BASE, "--tracker", tracker, "--exports", ROOT / "data" / "sample", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    outcomes = read(tmp_path / "out" / "outcomes.csv").set_index("statistic")
    assert set(outcomes.index) == {"coverage", "gap"}
    assert set(outcomes["verdict"]) <= {"improved", "unchanged", "worse", "cannot tell"}
    assert "What the statistics did since the plan began" in (tmp_path / "out" / "committee_report.html").read_text(
        "utf-8")


@pytest.mark.slow
def test_findings_say_what_overdue_actions_put_at_risk_and_people_to_hear_are_drawn_by_lot(my121, tmp_path):
    findings = tmp_path / "findings.csv"
    findings.write_text("Finding ref,Kind,Finding,Requirement,Action\n"
                        "F1,development area,Few know the priorities,ER001,1.1\nF2,strength,Managers listen,ER002,\n",
                        encoding="utf-8")
    sample = ROOT / "data" / "sample"
    late = ("plan", PLAN, "--anchor", "June 2023", "--as-of", "2024-09-30", "--out", tmp_path / "out")
    refused = my121(*late, "--interviewees", 24)
    assert refused.returncode == 2
    assert "--interviewees goes with --exports" in refused.stderr
    done = my121(*late, "--evidence", sample / "iip_evidence.csv", "--findings", findings, "--exports", sample,
               "--interviewees", 24, "--seed", 7)
    assert done.returncode == 0, done.stderr
    assert "put at risk: ER001." in done.stdout
    assert read(tmp_path / "out" / "findings_requirements.csv")["requirement_id"].tolist() == ["ER001", "ER002"]
    drawn = read(tmp_path / "out" / "interviews_interviewees.csv")
    assert len(drawn) == drawn["employee_id"].nunique() == 24
    allocated = read(tmp_path / "out" / "interviews_allocation.csv")["directorate"]
    assert set(allocated) - {"All"} == set(drawn["directorate"])


def test_a_total_of_requirements_met_reaches_the_levels_and_the_committees_papers(my121, tmp_path):
    findings = tmp_path / "findings.csv"
    findings.write_text("Finding ref,Kind,Finding,Action\nF1,development area,Few know the priorities,1.1\n"
                        "F2,strength,Managers listen,\n", encoding="utf-8")
    done = my121(*BASE, "--requirements-met", "185", "--core-met", "39", "--findings", findings,
                 "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "out" / "committee_report.html").read_text("utf-8")
    assert "Few know the priorities (Answered by: 1.1.)" in words
    assert "Managers listen" in words
    assert "185 of 196 evidence requirements are met." in words
    assert "Gold: 185 requirements are met, 20 more than the 165 needed" in done.stdout
    levels = read(tmp_path / "out" / "evidence_levels.csv").set_index("level")
    assert levels.loc["gold", ["verdict", "margin"]].tolist() == ["reached", "20"]
    for suffix in ("html", "docx", "xlsx"):
        assert (tmp_path / "out" / f"committee_report.{suffix}").is_file()
        assert (tmp_path / "out" / f"review_pack.{suffix}").is_file()
    assert "Gold, with 20 to spare" in (tmp_path / "out" / "committee_report.html").read_text("utf-8")


def test_a_milestone_that_has_a_stretch_of_time_is_printed_with_both_ends(first):
    """The countdown runs to the first day: from 31 March 2025 to 30 June 2025 it is 3 months, to the last day 9."""
    line = next(line for line in first[0].stdout.splitlines() if "Progress review" in line)
    assert "2025-06-30 to 2025-12-31, in 3 months;" in line
