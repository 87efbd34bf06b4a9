"""Headings: what ERPs write is found, two meanings are asked about, and some columns are refused."""

from __future__ import annotations

import pytest

from my121_analytics.errors import SettingsError
from my121_analytics.ingest.reading.headings import SheetMap, map_headings
from my121_analytics.ingest.reading.single_headings import is_recognised
from my121_analytics.ingest.reading.synonyms import check_overrides, compact


def mapped(text: str, overrides: dict[str, str] | None = None, **kwargs) -> SheetMap:
    return map_headings([part.strip() for part in text.split("|")], overrides, **kwargs)


def columns(sheet: SheetMap) -> list[str]:
    return [f"{h.source}.{h.column}" if h.source else h.column for h in sheet.headings]


@pytest.mark.parametrize(("headings", "expected", "tables"), [
    ("Personal ref.no | Surname | Forename(s) | Position ref | Reporting manager ref | Continuous service date",
     ["employee_id", "surname", "forename", "post_id", "manager_id", ""], ("people",)),
    ("Personal ref.no | Position ref | Review period | Review date | Reviewer ref | Overall performance | "
     "My 1-1 map segment", ["employee_id", "post_id", "cycle", "placed_on", "rater_id", "performance", "box"],
     ("people", "placements")),
    ("Employee Number|Post Number|Appraisal Date|Appraiser|Performance Rating|Potential Rating|Map Placement",
     ["employee_id", "post_id", "placed_on", "rater_id", "performance", "potential", "box"],
     ("people", "placements")),
    ("User ID | Assignment ID | Review Cycle | Completed On | Self Rating: Performance | Self Rating: Map Box",
     ["employee_id", "post_id", "cycle", "placed_on", "self.performance", "self.box"], ("people", "placements")),
    ("Employee no | Post no | Manager no | Date held | Type (Formal / Catch-up) | Future actions (Y/N)",
     ["employee_id", "post_id", "manager_id", "held_on", "kind", "has_future_actions"], ("people", "conversations")),
    ("Employee no | Intervention | Purpose | Agreed | Due | Completed",
     ["employee_id", "intervention", "purpose", "agreed_on", "due_on", "completed_on"],
     ("people", "development_actions")),
    ("Post no | Successor no | Readiness", ["post_id", "employee_id", "readiness"], ("successors",)),
    ("Requirement | Indicator | Tier | Directorate | Result | People heard",
     ["requirement_id", "indicator", "tier", "directorate", "result", "sample_size"], ("evidence",)),
    ("PERNR|Assignment Number|Manager Rating - Performance|Self-assessment: Potential|Calibrated box|Agreed level of "
     "performance", ["employee_id", "post_id", "manager.performance", "self.potential", "calibrated.box",
                     "calibrated.performance"],
     ("people", "placements"))])
def test_headings_of_known_systems_are_found(headings, expected, tables):
    sheet = mapped(headings)
    assert columns(sheet) == expected
    assert sheet.tables == tables


def test_case_dots_and_underscores_do_not_matter():
    assert compact("Personal ref.no") == compact("PERSONAL_REF_NO") == compact("PersonalRefNo")
    assert is_recognised("employee-NUMBER.")
    assert not is_recognised("Remarks of the panel")


@pytest.mark.parametrize("cell", ["", "-", "12/03/2024", "2017/18", "1,234.50", "(3)"])
def test_a_cell_without_a_word_is_a_heading_only_where_the_settings_say_so(cell):
    assert not is_recognised(cell)
    assert not is_recognised(cell, {"-": "ignore", "#": "post_id"})
    assert is_recognised(cell, {cell: "ignore"}) == any(c.isdigit() for c in cell)


def test_a_sign_that_stands_for_a_word_is_read_as_the_word():
    assert is_recognised("Employee #")
    assert is_recognised("№ of employee") == is_recognised("No of employee")


def test_a_heading_of_two_meanings_is_asked_about_and_a_setting_settles_it():
    sheet = mapped("Employee no | Name | Start date")
    assert sheet.headings[2].how == "ambiguous"
    assert set(sheet.headings[2].meanings) == {"started", "started_in_post"}
    sheet = mapped("Employee no | Name | Start date", {"start DATE": "started_in_post"})
    assert columns(sheet) == ["employee_id", "name", "started_in_post"]


def test_what_stands_in_the_column_settles_position():
    assert columns(mapped("Employee no | Position", looks_like=lambda j: "ids")) == ["employee_id", "post_id"]
    assert columns(mapped("Employee no | Position", looks_like=lambda j: "words")) == ["employee_id", "role"]


def test_a_manager_s_name_beside_the_id_is_told_by_what_stands_in_it():
    sheet = mapped("Employee no | Manager | Manager ID | Box", looks_like=lambda j: "words" if j == 1 else "ids")
    assert columns(sheet) == ["employee_id", "manager_name", "manager_id", "box"]
    assert sheet.headings[1].how == "content"


def test_two_headings_for_one_column_are_used_only_if_they_hold_the_same():
    text = "Employee no | Performance rating | Overall performance"
    assert columns(mapped(text)) == ["employee_id", "", ""]
    assert columns(mapped(text, same=lambda a, b: True)) == ["employee_id", "performance", ""]
    assert columns(mapped(text, {"Overall performance": "performance"})) == ["employee_id", "", "performance"]


def test_the_employee_s_own_rating_needs_the_manager_s_beside_it():
    assert columns(mapped("Employee no | Employee performance | Manager performance")) == [
        "employee_id", "self.performance", "manager.performance"]
    alone = mapped("Employee no | Employee performance rating")
    assert alone.headings[1].how == "ambiguous"
    assert alone.tables == ()


def test_a_heading_with_a_year_is_not_taken_for_this_cycle_unless_mapped():
    text = "Employee no | Performance | 2023 Completed Performance Rating"
    assert [h.how for h in mapped(text).headings] == ["synonym", "synonym", "dated"]
    sheet = mapped("Employee no | 2023 Completed Performance Rating",
                   {"2023 Completed Performance Rating": "performance"})
    assert columns(sheet) == ["employee_id", "performance"]


@pytest.mark.parametrize("heading", ["NI number", "Employee NI Number", "NINO", "Bank sort code", "Account No",
                                     "Sickness reason", "Home address", "HomePostcode", "Date of birth", "DOB",
                                     "Annual Salary", "Absence reason"])
def test_columns_that_must_never_be_loaded_are_refused_even_if_mapped(heading):
    sheet = mapped(f"Employee no | Name | {heading}", {heading: "name"})
    assert sheet.headings[2].how == "refused"


@pytest.mark.parametrize("heading", ["Email address", "Purpose (maintain / address / prepare)", "Post code number"])
def test_harmless_headings_with_such_words_are_not_refused(heading):
    assert mapped(f"Employee no | Intervention | {heading}").headings[2].how != "refused"


def test_an_unknown_heading_near_a_known_one_is_suggested():
    sheet = mapped("Employee no | Name | Directrate | Shoe size")
    assert sheet.headings[2].suggestion == "Directorate"
    assert sheet.headings[3].suggestion == ""


def test_settings_may_ignore_a_column_and_name_whose_rating_it_is():
    sheet = mapped("Employee no | Box | Rating X", {"Box": "ignore", "Rating X": "self box"})
    assert [h.how for h in sheet.headings] == ["synonym", "ignored", "setting"]
    assert columns(sheet) == ["employee_id", "", "self.box"]


def test_settings_that_name_no_column_of_the_record_are_all_reported():
    with pytest.raises(SettingsError) as caught:
        check_overrides({"A": "performence", "B": "boks", "C": "box"})
    assert len(caught.value.hints) == 2
    assert "performance" in caught.value.hints[0]


def test_department_is_the_directorate_where_none_is_named_else_the_service():
    assert columns(mapped("Employee no | Department")) == ["employee_id", "directorate"]
    assert columns(mapped("Employee no | Directorate | Department")) == ["employee_id", "directorate", "service"]
