"""Words of status, each with the state that a careful person would take it for, or none."""

from __future__ import annotations

import pytest

from my121_analytics.ingest.reading.states import (
    EMPLOYMENT,
    FORM,
    POSITION,
    RELATIONSHIP,
    STATE_COLUMNS,
    kind_of_states,
    parse_states,
    state_words,
    states_of_flag,
)
from my121_analytics.settings import ExportSettings

UNKNOWN = "unknown"
WORDS = {
    EMPLOYMENT: {
        "ACTIVE": "employed", "Active Assignment": "employed", "On Leave - Maternity": "employed",
        "Suspend Assignment": "employed", "Out on secondment": "employed", "Terminated - redundancy": "left",
        "Left (retired)": "left", "No longer employed": "left", "Ex-employee": "left", "Not yet started": "future",
        "Offer accepted": "future", "Vacant": "vacant", "": None, "N/A": None,
        "Inactive": UNKNOWN, "Not active": UNKNOWN, "T": UNKNOWN, "Leaver - working notice": UNKNOWN, "7": UNKNOWN},
    POSITION: {
        "Filled": "filled", "Filled (permanent)": "filled", "Not filled": "vacant", "Vacant - advertised": "vacant",
        "Frozen": "vacant", "Deleted": "closed", "Disestablished": "closed", "Proposed": "future", "XX": UNKNOWN},
    FORM: {
        "Completed": "finished", "Completed 12/05/2024": "finished", "Signed off by manager": "finished",
        "Signed-Off": "finished", "Closed": "finished", "Not completed": "unfinished", "Incomplete": "unfinished",
        "In-progress": "unfinished", "Awaiting sign off": "unfinished", "Overdue - 30 days": "unfinished",
        "Cancelled (leaver)": "cancelled", "Withdrawn": "cancelled", "Closed - not completed": "cancelled",
        "Completed - awaiting sign off": UNKNOWN, "Submitted": UNKNOWN, "Step 3": UNKNOWN,
        "This was completed in a hurry, " * 4: UNKNOWN},
    RELATIONSHIP: {
        "Line Manager": "line", "Solid-line": "line", "Primary": "line", "Direct": "line", "Matrix Manager": "other",
        "Dotted line": "other", "HR business partner": "other", "Countersigning manager": "other", "Cousin": UNKNOWN}}


@pytest.mark.parametrize("column", STATE_COLUMNS)
def test_a_word_is_taken_for_its_state_and_a_doubtful_one_for_none(column):
    parsed = parse_states(list(WORDS[column]), column)
    found = [UNKNOWN if fault else value for value, fault in zip(parsed.values, parsed.faults, strict=True)]
    assert dict(zip(WORDS[column], found, strict=True)) == WORDS[column]


def test_the_council_s_own_words_go_first_and_only_where_they_can_mean_that():
    given = {"Step 3": "finished", "Closed": "cancelled", "Inactive": "left"}
    found = parse_states(["step 3", "Closed", "Inactive"], FORM, given).values.tolist()
    assert found == ["finished", "cancelled", None]
    assert parse_states(["Inactive"], EMPLOYMENT, given).values.tolist() == ["left"]


def test_yes_means_what_the_heading_asks():
    assert states_of_flag(EMPLOYMENT, "Leaver?")["yes"] == "left"
    assert states_of_flag(EMPLOYMENT, "IsActive")["no"] == "left"
    assert states_of_flag(FORM, "Signed off (Y/N)")["n"] == "unfinished"
    assert states_of_flag(POSITION, "Position status") == {}


@pytest.mark.parametrize(("texts", "kind"), [
    (["Active", "Terminated"], EMPLOYMENT), (["Filled", "Vacant"], POSITION), (["Completed", "Draft"], FORM),
    (["Solid line", "Dotted line"], RELATIONSHIP), (["Active"], ""), (["Housing", "Finance"], ""),
    ([str(n) for n in range(40)], "")])
def test_what_a_column_is_about_is_told_by_its_words(texts, kind):
    assert kind_of_states(texts) == kind


def test_the_settings_take_every_state_and_no_other():
    states = {state for column in STATE_COLUMNS for state in state_words(column)}
    assert ExportSettings(states={state: state for state in sorted(states)}).states  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gone"):
        ExportSettings(states={"Off": "gone"})  # type: ignore[dict-item]
