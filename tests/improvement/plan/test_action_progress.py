"""How far an action is: one cell, several cells of a row, and the words of a key."""

from datetime import date

import pytest

from my121_analytics.improvement.headings import spellings
from my121_analytics.improvement.plan.action_progress import (
    DONE,
    UNCLEAR,
    Statement,
    Vocabulary,
    combine_statements,
    is_fraction_column,
    read_colour,
    read_meaning,
    read_percent,
    read_status,
    read_update,
)
from my121_analytics.settings_plan import PLAN_PARTS, PLAN_PROGRESS

NOTHING = Vocabulary()


@pytest.mark.parametrize("state", PLAN_PROGRESS)
def test_every_word_of_the_table_says_its_state(state):
    assert {read_status(word, NOTHING).state for word in spellings("progress")[state] if word} == {state}


def test_the_settings_know_every_part_and_state_of_the_tables():
    assert set(spellings("columns")) | {"ignore"} == set(PLAN_PARTS)
    assert set(spellings("progress")) == set(PLAN_PROGRESS)


@pytest.mark.parametrize("blank", ["", "-", "n/a", "TBC", "  "])
def test_a_blank_says_nothing_and_is_no_question(blank):
    assert read_status(blank, NOTHING) == Statement()


@pytest.mark.parametrize(("cell", "is_fraction", "share"), [
    ("50%", False, 50), ("100", False, 100), ("1", True, 100), ("0.25", True, 25), ("1", False, 1),
    ("250%", False, None), ("half", False, None), ("75 per cent complete", False, 75)])
def test_a_share_is_0_to_100(cell, is_fraction, share):
    assert read_percent(cell, is_fraction=is_fraction) == share


def test_a_column_of_shares_of_one_has_no_number_above_it():
    assert is_fraction_column(["1.0", "0.5", ""])
    assert not is_fraction_column(["1", "50"])
    assert not is_fraction_column(["100%", "Complete"])


def test_the_settings_beat_the_key_and_the_key_beats_what_is_usual():
    assert read_colour("Green", NOTHING).is_weak
    assert read_colour("G", Vocabulary(legend={"green": DONE})).state == DONE
    assert read_colour("Green", Vocabulary(own={"green": "behind"}, legend={"green": DONE})).state == "behind"
    assert not read_colour("Mauve", NOTHING).is_understood
    assert read_colour("B - Complete", NOTHING).state == DONE
    assert read_colour("Red: overdue", NOTHING).state == "behind"
    assert not read_colour("Amber/Green", NOTHING).is_understood


@pytest.mark.parametrize(("words", "state"), [
    ("On track to be completed by the due date", "started"), ("Completed and embedded", "done"),
    ("Off track", "behind"), ("Not yet started", "not started"), ("No longer required", "withdrawn"),
    ("Some risk to delivery", "behind"), ("Not yet due", "open"), ("Priority one", "")])
def test_a_key_is_read_by_what_it_says_first(words, state):
    assert read_meaning(words) == state


def test_a_day_of_completion_is_kept_and_a_doubtful_one_asked_about():
    assert read_status("Closed (3 May 2024)", NOTHING).completed_on == date(2024, 5, 3)
    assert read_status("05/03/2024 closed", NOTHING).is_understood is False
    assert read_status("Completed 03/05/2024", NOTHING, date_order="mdy").completed_on == date(2024, 3, 5)
    assert read_status("Complete - Sept 24", NOTHING).doubt == "day_of_completion"


def test_statements_of_a_row_are_put_together():
    done, started, behind = Statement("done"), Statement("started"), Statement("behind")
    assert combine_statements([done, Statement()], Statement())[0].state == DONE
    assert combine_statements([done, started], Statement()) == (Statement(UNCLEAR), "statuses_differ")
    assert combine_statements([started], behind)[0].state == "behind"
    assert combine_statements([Statement(is_understood=False)], Statement()) == (Statement(UNCLEAR), "status_unknown")
    assert combine_statements([Statement(is_understood=False), started], Statement())[1] == "status_unknown"
    assert combine_statements([Statement()], Statement(is_understood=False))[0].state == UNCLEAR
    assert combine_statements([started], Statement(is_understood=False)) == (started, "")
    assert combine_statements([Statement("withdrawn"), done], Statement()) == (Statement("withdrawn"), "withdrawn")


@pytest.mark.parametrize("text", ["will be completed in June", "not yet implemented", "50% delivered",
                                  "to be closed by the board"])
def test_an_account_that_only_looks_ahead_to_completion_is_no_doubt(text):
    assert read_update(text, NOTHING).is_understood
    assert read_update(text, NOTHING).state in ("", "open", "started")
