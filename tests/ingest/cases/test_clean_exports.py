"""Ordinary exports, with the columns that systems add, are read whole and nothing is asked of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.ingest.intake import Intake, read_exports

PEOPLE = [str(1001 + n) for n in range(12)]
THREE = [1, 2, 3] * 4
WORDS = ["Partially meets", "Meets", "Exceeds"] * 4
YES_NO = ["Yes", "No"] * 6
ALMOST = [""] * 11


def write(folder: Path, name: str, columns: dict[str, object]) -> None:
    cells = {heading: value if isinstance(value, list) else [value] * 12 for heading, value in columns.items()}
    rows = "".join(",".join(map(str, row)) + "\n" for row in zip(*cells.values(), strict=True))
    (folder / f"{name}.csv").write_text(",".join(cells) + "\n" + rows, encoding="utf-8")


def read(folder: Path, *, staff: dict[str, object] | None = None, forms: dict[str, object] | None = None) -> Intake:
    write(folder, "staff", {"Employee number": PEOPLE, "Employee name": [f"Ann {chr(65 + n)}" for n in range(12)],
                            "Directorate": "Housing", "Manager number": ["", *["1001"] * 11], **(staff or {})})
    write(folder, "ratings", {"Employee number": PEOPLE, "Review period": "2024/25 H2", "Performance rating": WORDS,
                              **(forms or {})})
    return read_exports(folder)


STAFF = {
    "Oracle": {"Assignment Number": [f"E{p}" for p in PEOPLE], "Assignment Status": "Active - Payroll Eligible",
               "Person Type": "Employee", "Location": "Town Hall", "Weekly Hours": "37",
               "Contract End Date": ["31/03/2026", *ALMOST], "Probation Status": ["In probation", *["Passed"] * 11]},
    "ESR": {"DBS Status": ["Expired", *["Clear"] * 11], "Professional Registration Status": "Active",
            "Maternity Flag": "N", "Staff Group": "Admin", "Employee Category": "Permanent"},
    "Workday": {"Worker Type": "Employee", "Time Type": "Full time", "On Leave": ["Yes", *["No"] * 11],
                "Active Status": "Yes", "Company": "Council"},
    "SuccessFactors": {"emplStatus": "Active", "Event": "Data change", "Event Reason": "Pay rise"},
    "flags": {"Car user": YES_NO, "First aider?": YES_NO, "Manager flag": ["Yes", *["No"] * 11], "Trained?": YES_NO},
    "no leavers": {"Leaving reason": "", "Leaving date": "", "Termination reason": "N/A"},
    "remarks": {"Comments": ["Left-handed desk", "Retired bus driver", *[""] * 10], "Previous employer": "Leaver plc"},
    "status twice": {"Employment status": "Active", "Leaver": "No"}}
FORMS = {
    "iTrent": {"Form ID": PEOPLE, "Form status": "Completed", "Created on": "01/02/2025", "Submitted on": "12/02/2025",
               "Signed off": "Yes", "Employee comments": "Thanks"},
    "talent": {"Readiness": ["Ready now", "1-2 years"] * 6, "Flight risk": ["Low", "High", "Medium"] * 4,
               "Career aspiration": "Move up", "Next review date": "01/09/2025"},
    "scale": {"Rating scale": "1-3", "Reviewer comments": "Met 3 of 5 goals"},
    "training": {"Mandatory training": "Complete", "Notes": ["Cancelled one meeting in May", *ALMOST]},
    "halves": {"Half": "H2", "Review year": "2024/25"},
    "days": {"Period start": "01/10/2024", "Period end": "31/03/2025"}}


@pytest.mark.parametrize("system", STAFF)
def test_a_staff_list_with_the_columns_of_a_system_is_read_without_a_question(tmp_path, system):
    intake = read(tmp_path, staff=STAFF[system])
    assert intake.unread.headlines() == ()
    assert intake.quarantine.empty
    employees = intake.workforce.employees
    assert (len(employees), int(employees["has_left"].sum())) == (12, 0)
    assert intake.workforce.posts["manager_id"].notna().sum() == 11


@pytest.mark.parametrize("system", FORMS)
def test_forms_with_the_columns_of_a_system_are_read_without_a_question(tmp_path, system):
    intake = read(tmp_path, forms=FORMS[system])
    assert intake.unread.headlines() == ()
    placed = intake.workforce.placements.sort_values("employee_id")
    assert placed["performance"].astype(int).tolist() == THREE
    assert intake.workforce.cycles["label"].astype(str).tolist() == ["2024/25 H2"]


def test_of_two_columns_of_one_state_the_one_that_tells_counts(tmp_path):
    intake = read(tmp_path, staff={"Employment status": "Active", "Leaver": ["Yes", "Yes", *["No"] * 10]})
    assert int(intake.workforce.employees["has_left"].sum()) == 2
    forms = {"Form status": ["Cancelled", *["Completed"] * 11], "Signed off": "Yes"}
    assert len(read(tmp_path, forms=forms).workforce.placements) == 11


def test_two_columns_of_one_state_that_both_tell_are_asked_about(tmp_path):
    intake = read(tmp_path, staff={"Employment status": ["Terminated", *["Active"] * 11],
                                   "Leaver": ["No", "Yes", *["No"] * 10]})
    assert "ambiguous_heading" in intake.findings["code"].tolist()
    assert int(intake.workforce.employees["has_left"].sum()) == 0
