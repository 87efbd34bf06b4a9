"""Strengths and development areas: linked by reference, many to many, and never by the order of rows."""

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.improvement.evidence.assessment import assess_evidence
from my121_analytics.improvement.evidence.assessment_findings import find_at_risk, link_findings

FINDINGS = pd.DataFrame({
    "finding_id": ["S1", "D1", "D2", "D3"], "kind": ["Strength", "Area for development", "D", "Development area"],
    "finding": ["People know their aims", "Coaching is informal", "News arrives late", "Successors are not named"],
    "requirement_id": ["1.1", "4.2; 4.3", "4.2", ""], "action_id": ["", "A1, A2", "A2", "A9"]})
REQUIREMENTS = pd.DataFrame({"requirement_id": ["1.1", "4.2", "4.3", "7.1"],
                             "result": ["met", "met", "not met", "not met"], "tier": "extended"})
ACTIONS = pd.DataFrame({"action_id": ["A1", "A2", "A3"]})


def pairs(result, table):
    return {tuple(row) for row in result.frame(table).to_numpy().tolist()}


def test_a_finding_speaks_to_many_requirements_and_a_requirement_is_spoken_to_by_many():
    result = link_findings(FINDINGS)
    assert pairs(result, "finding_requirements") == {("S1", "1.1"), ("D1", "4.2"), ("D1", "4.3"), ("D2", "4.2")}
    assert pairs(result, "finding_actions") == {("D1", "A1"), ("D1", "A2"), ("D2", "A2"), ("D3", "A9")}
    listed = result.frame("findings").set_index("finding_id")
    assert listed["kind"].tolist() == ["strength", *["development area"] * 3]
    assert listed["n_requirements"].tolist() == [1, 2, 1, 0]
    assert listed["n_actions"].tolist() == [0, 2, 1, 1]
    assert result.facts == {"n_strengths": 1, "n_areas": 3, "n_refusals": 0}


def test_what_is_linked_to_nothing_known_is_listed():
    result = link_findings(FINDINGS, requirements=REQUIREMENTS, actions=ACTIONS)
    assert pairs(result, "finding_actions") == {("D1", "A1"), ("D1", "A2"), ("D2", "A2")}
    assert result.frame("refusals")[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        [4, "action_id", "A9", "unknown_action"]]
    gaps = {(row.what, row.id, row.reason) for row in result.frame("unlinked").itertuples()}
    assert gaps == {("finding", "D3", "area_without_action"), ("finding", "D3", "area_without_requirement"),
                    ("action", "A3", "action_without_area"), ("requirement", "7.1", "requirement_without_area")}


@given(st.permutations(range(len(FINDINGS))))
@settings(deadline=None, max_examples=8)
def test_the_order_of_rows_decides_nothing(order):
    turned = link_findings(FINDINGS.iloc[list(order)])
    straight = link_findings(FINDINGS)
    for table in ("finding_requirements", "finding_actions"):
        assert pairs(turned, table) == pairs(straight, table)


def test_findings_and_links_may_stand_on_sheets_of_their_own(tmp_path):
    path = tmp_path / "findings.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Findings")
        for i, row in enumerate([("Summary of the review",), ("Finding ref", "Kind", "Finding"),
                                 ("S1", "Strength", "People know their aims"), ("D1", "Development area", "Coaching")]):
            sheet.write_row(i, 0, row)
        sheet = book.add_worksheet("Links")
        for i, row in enumerate([("Action ref", "Finding ref", "Requirement"), ("A2", "D1", "4.3"), ("A1", "D1", "4.2"),
                                 ("", "S1", "1.1"), ("A1", "D7", ""), ("A1", "", "4.2")]):
            sheet.write_row(i, 0, row)
    result = link_findings(path)
    assert pairs(result, "finding_requirements") == {("D1", "4.3"), ("D1", "4.2"), ("S1", "1.1")}
    assert pairs(result, "finding_actions") == {("D1", "A2"), ("D1", "A1")}
    assert result.frame("refusals")[["sheet", "row", "reason"]].to_numpy().tolist() == [
        ["Links", 6, "no_finding"], ["Links", 5, "unknown_finding"]]


def test_a_finding_with_two_texts_or_an_unknown_kind_is_listed():
    rows = pd.DataFrame({"finding_id": ["D1", "D1", "D2"], "kind": ["D", "S", "Opportunity"],
                         "finding": ["Coaching", "Coaching", "News"]})
    result = link_findings(rows)
    assert result.frame("refusals")["reason"].tolist() == ["two_texts", "unknown_kind"]
    assert result.frame("findings")["kind"].tolist() == ["development area", ""]


def test_late_actions_put_requirements_at_risk_through_the_areas_they_answer():
    result = link_findings(FINDINGS, requirements=REQUIREMENTS, actions=ACTIONS)
    assert find_at_risk(result, ["A1"]) == ["4.2", "4.3"]
    assert find_at_risk(result, ["A2"]) == ["4.2", "4.3"]
    assert find_at_risk(result, ["A3"]) == []
    levels = assess_evidence(REQUIREMENTS, at_risk=find_at_risk(result, ["A2"])).frame("levels")
    assert levels["n_at_risk"].tolist() == [1] * 4  # 4.3 is not met already


def test_a_strength_is_not_put_at_risk_by_an_action():
    rows = pd.DataFrame({"finding_id": ["S1"], "kind": ["Strength"], "requirement_id": ["1.1"], "action_id": ["A1"]})
    assert find_at_risk(link_findings(rows), ["A1"]) == []


def test_findings_without_references_are_refused(tmp_path):
    with pytest.raises(UsageError, match="finding_id"):
        link_findings(pd.DataFrame({"finding": ["x"]}))
    path = tmp_path / "staff.csv"
    path.write_text("Employee,Grade\n004711,G7\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no sheet has a table of findings"):
        link_findings(path)


def test_findings_can_be_published_and_the_frame_given_is_not_changed():
    before = FINDINGS.copy()
    released = release(link_findings(FINDINGS), audience="publish")
    assert set(released.tables) == {"findings", "finding_requirements", "finding_actions", "unlinked"}
    pd.testing.assert_frame_equal(FINDINGS, before)
