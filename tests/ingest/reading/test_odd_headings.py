"""Several hundred headings as exports really write them, each with what a careful person would take it for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from my121_analytics.ingest.reading.headings import map_headings

CASES: dict[str, list[list[str]]] = tomllib.loads(Path(__file__).with_name("odd_headings.toml").read_text("utf-8"))
SHEETS = {"key": [None, "Directorate", "Grade"], "staff": ["Employee no", "Sex", None],
          "ratings": ["Employee no", "Review period", "My 1-1 map box", None],
          "talk": ["Employee no", "Date held", None], "never": ["Employee no", "Sex", None]}
OTHERS = {"Gender": ("Sex", "Grade"), "Self box": ("My 1-1 map box", "Performance"),
          "Moderated box": ("My 1-1 map box", "Performance")}
"""Headings that mean what already stands in the sheet; there something else stands in it."""
NOT_LOADED = ("!ask", "!other")


def take_for(kind: str, heading: str) -> str:
    old, new = OTHERS.get(heading, ("", ""))
    texts = [heading if text is None else new if text == old else text for text in SHEETS[kind]]
    found = {h.position: h for h in map_headings(texts).headings}.get(SHEETS[kind].index(None))
    if found is None or found.how == "refused":
        return "!never" if found else "!other"
    if not found.column:
        return "!ask" if found.how in ("ambiguous", "dated") else "!other"
    return f"{found.source}.{found.column}" if found.source else found.column


@pytest.mark.parametrize("kind", CASES)
def test_odd_headings_are_taken_for_what_a_careful_person_would(kind):
    taken = [(heading, meaning, take_for(kind, heading)) for heading, meaning in CASES[kind]]
    assert [(heading, meaning, found) for heading, meaning, found in taken
            if found != meaning and not (meaning in NOT_LOADED and found in NOT_LOADED)] == []


@pytest.mark.parametrize(("system", "headings", "columns"), [
    ("NFI payroll", "Employee reference number|Employee post number|Department|Title|Sex|Surname|Forename(s)|"
     "Middle name(s)|Address line 1|Postcode|Date of birth|National Insurance number|Date started|Date left|"
     "Bank sort code|Bank account number|Gross pay to date|Hours worked per week",
     {"employee_id": 0, "post_id": 1, "directorate": 2, "sex": 4, "surname": 5, "forename": 6, "started": 12,
      "left_on": 13}),
    ("SAP SuccessFactors", "STATUS|USERID|USERNAME|FIRSTNAME|LASTNAME|GENDER|EMAIL|MANAGER|HR|DEPARTMENT|DIVISION|"
     "HIREDATE|EMPID|TITLE|ADDR1|ZIP|LAST_REVIEW_DATE|MATRIX_MANAGER",
     {"forename": 3, "surname": 4, "sex": 5, "email": 6, "manager_id": 7, "directorate": 9, "service": 10,
      "started": 11}),
    ("Oracle", "PERSON_NUMBER|ASSIGNMENT_NUMBER|PRIMARY_FLAG|EFFECTIVE_START_DATE|EFFECTIVE_END_DATE|GRADE_NAME|"
     "MANAGER_PERSON_NUMBER|MANAGER_FLAG|DATE_OF_BIRTH|ASSIGNMENT_FTE_VALUE",
     {"employee_id": 0, "post_id": 1, "is_main": 2, "valid_from": 3, "valid_to": 4, "grade": 5, "manager_id": 6,
      "fte": 9}),
    ("Workday", "Employee ID|Worker|Supervisory Organization|Business Title|Worker's Manager|Hire Date|Review Period|"
     "Manager Rating - Performance|Manager Rating - Potential|Self Evaluation: Performance",
     {"employee_id": 0, "name": 1, "team": 2, "role": 3, "manager_id": 4, "started": 5, "cycle": 6}),
    ("iTrent", "Personal ref.no|Surname|Forename(s)|Position ref|Position title|Reporting manager ref|Unit|Grade|"
     "Start date in position|Continuous service date|NI number",
     {"employee_id": 0, "surname": 1, "forename": 2, "post_id": 3, "role": 4, "manager_id": 5, "team": 6, "grade": 7,
      "started_in_post": 8}),
    ("ResourceLink", "Employee Number|Post Number|Job Title|Directorate|Reports to Post|Post Start Date|Appraisal Date|"
     "Appraiser|Performance Rating|Map Placement",
     {"employee_id": 0, "post_id": 1, "role": 2, "directorate": 3, "manager_post": 4, "started_in_post": 5,
      "placed_on": 6, "rater_id": 7}),
    ("Unit4", "ResNo|Resource name|Position|Org unit|Manager|Date from|FTE",
     {"employee_id": 0, "name": 1, "role": 2, "directorate": 3, "manager_id": 4, "fte": 6}),
    ("ESR", "Assignment Number|Employee Number|Org L1|Org L2|Org L3|Position Number|Supervisor Employee Number|FTE|"
     "Pay Grade",
     {"employee_id": 1, "directorate": 2, "service": 3, "team": 4, "manager_id": 6, "fte": 7, "grade": 8})])
def test_the_headings_of_a_whole_system_are_found(system, headings, columns):
    found = map_headings(headings.split("|"))
    assert {k: v for k, v in found.columns.items() if k in columns} == columns, system
    refused = {h.text for h in found.headings if h.how == "refused"}
    personal = {"Date of birth", "DATE_OF_BIRTH", "NI number", "National Insurance number", "Bank sort code", "ADDR1",
                "Bank account number", "Address line 1", "Postcode", "Gross pay to date", "ZIP"}
    assert refused == personal & set(headings.split("|"))
