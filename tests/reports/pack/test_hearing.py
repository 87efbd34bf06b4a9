"""Whom the meeting hears: by the senior team's number, else the list; never two lists without a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from my121_analytics.analysis.rating_patterns import severity
from my121_analytics.disclosure.release import release
from my121_analytics.reports.pack.first_page import build_first_page
from my121_analytics.reports.pack.hearing import build_hearing
from my121_analytics.reports.pack.managers import build_managers
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.workforce.results import Result, Table
from my121_analytics.writing.page import Bullets, PageTable, Section, Text

UNITS = ("directorate", "service", "team")
VERDICTS = ["pattern", "pattern", "watch", "watch", "cannot tell", "in line"]
MakeMeeting = Callable[..., Meeting]


def meeting_with(make_meeting: MakeMeeting, to_hear: Sequence[int], *, k: int | None = None, **facts: int) -> Meeting:
    """A meeting of six managers, two of them on the list, who are to be heard as marked."""
    meeting = make_meeting([f"Manager {letter}" for letter in "ABCDEFG"])
    given = meeting.results["severity"]
    frame = given.tables["managers"].drop(columns="marker").reset_index(drop=True)
    frame = frame.assign(verdict=VERDICTS, to_hear=[bool(place in to_hear) for place in range(6)])
    result = Result(given.about, {"managers": Table(frame, ("rater_id",), people=("rater_id", "name"),
                                                    unit_columns=UNITS)},
                    {"k": k, "too_large": 0, "about": "leniency", **facts}, severity.FACTS)
    released = release(result, audience="panel", unit="Care")
    return replace(meeting, results={**meeting.results, "severity": released})


def words_of(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Text))


def named_in(section: Section) -> list[str]:
    return [row[0] for block in section.blocks if isinstance(block, PageTable) for row in block.rows]


def test_where_nobody_chose_a_number_the_list_is_heard_and_nothing_differs(make_meeting: MakeMeeting) -> None:
    meeting = meeting_with(make_meeting, [0, 1])
    section = build_hearing(meeting)
    assert named_in(section) == ["Manager A", "Manager B"]
    assert "nobody chose a number" in words_of(section)
    assert "The list of what is known" not in words_of(section)


def test_a_longer_number_names_further_managers_and_says_why(make_meeting: MakeMeeting) -> None:
    section = build_hearing(meeting_with(make_meeting, [0, 1, 2], k=3))
    assert named_in(section) == ["Manager A", "Manager B", "Manager C"]
    assert "one of those to hear is not on it, and is heard because the number chosen for the council is 3" in (
        words_of(section))
    assert "the senior team chose before it saw a name" in words_of(section)


def test_a_shorter_number_leaves_listed_managers_off_the_page_and_says_why(make_meeting: MakeMeeting) -> None:
    meeting = meeting_with(make_meeting, [1], k=1)
    section = build_hearing(meeting)
    assert named_in(section) == ["Manager B"]
    assert "one on it is not heard, because the number chosen for the council is 1" in words_of(section)
    first = [line for block in build_first_page(meeting).blocks if isinstance(block, Bullets) for line in block.items]
    assert any("Manager B" in line for line in first)
    assert not any("Manager A" in line for line in first)


def test_nobody_chosen_means_nobody_named(make_meeting: MakeMeeting) -> None:
    section = build_hearing(meeting_with(make_meeting, [], k=0))
    assert named_in(section) == []
    assert "2 on it are not heard" in words_of(section)


@pytest.mark.parametrize("to_hear", [[0, 1], [0, 1, 2], [1]])
def test_nobody_is_half_named_on_the_pages(make_meeting: MakeMeeting, to_hear: list[int]) -> None:
    meeting = meeting_with(make_meeting, to_hear, k=len(to_hear))
    for section in (build_hearing(meeting), build_managers(meeting).section):
        assert "watch" not in str(section.blocks).casefold()


@pytest.mark.parametrize(("fact", "words"), [
    ("not_settled", "found no steady answer"), ("too_large", "too large for the model"),
    ("some_fixed_mix", "as a quota would"),
    ("some_leave_lowest_out", "never to write the lowest rating down")])
def test_what_bears_on_every_name_is_said_first(make_meeting: MakeMeeting, fact: str, words: str) -> None:
    meeting = meeting_with(make_meeting, [0, 1], **{fact: 1})
    for section in (build_hearing(meeting), build_managers(meeting).section):
        first = section.blocks[0]
        assert isinstance(first, Text)
        assert words in first.text


def test_a_meeting_without_time_for_people_does_not_say_that_there_is_no_question(make_meeting: MakeMeeting) -> None:
    meeting = meeting_with(make_meeting, [0, 1])
    given = meeting.results["agenda"]
    people = given.tables["people"].drop(columns="marker").assign(in_meeting=False)
    agenda = release(Result(given.about, {"people": Table(people.reset_index(drop=True), ("employee_id",), people=(
        "employee_id", "name", "rater_id", "rater_name"), unit_columns=UNITS)}), audience="panel", unit="Care")
    meeting = replace(meeting, results={**meeting.results, "agenda": agenda})
    first = [line for block in build_first_page(meeting).blocks if isinstance(block, Bullets) for line in block.items]
    assert any("no time for any of them" in line for line in first)
    assert not any("No placement raises" in line for line in first)


@pytest.mark.parametrize(("in_meeting", "sentence"), [
    ([True, False], "The meeting has time for one of them; the others are heard if time allows."),
    ([False, False], "The meeting's minutes leave no time for them: they are heard if time allows.")])
def test_the_first_page_says_for_how_many_managers_there_is_time(make_meeting: MakeMeeting, in_meeting: list[bool],
                                                                 sentence: str) -> None:
    meeting = meeting_with(make_meeting, [0, 1])
    given = meeting.results["agenda"]
    heard = meeting.results["severity"].tables["managers"].iloc[:2]
    managers = heard[["rater_id", *UNITS]].reset_index(drop=True).assign(minutes=10, in_meeting=in_meeting)
    people = given.tables["people"].drop(columns="marker").reset_index(drop=True)
    agenda = release(Result(given.about, {
        "people": Table(people, ("employee_id",), people=("employee_id", "name", "rater_id", "rater_name"),
                        unit_columns=UNITS),
        "managers": Table(managers, ("rater_id",), people=("rater_id",), unit_columns=UNITS)}), audience="panel",
        unit="Care")
    first = build_first_page(replace(meeting, results={**meeting.results, "agenda": agenda}))
    lines = [line for block in first.blocks if isinstance(block, Bullets) for line in block.items]
    assert any(line.endswith(sentence) for line in lines)
