"""One person's record is every row about that person, and nobody else's."""

from __future__ import annotations

import re

import pytest

from my121_analytics.analysis.person_record import PERSONAL, gather_person
from my121_analytics.disclosure.release import release
from my121_analytics.errors import UsageError
from my121_analytics.figures.phrases import day
from my121_analytics.reports.guide.person_page import render_person
from my121_analytics.sample_council.council import make_sample


@pytest.fixture(scope="module")
def workforce():
    return make_sample(60, seed=8).workforce


@pytest.fixture(scope="module")
def rater(workforce):
    return str(workforce.placements.query("source == 'manager'")["rater_id"].astype("str").value_counts().index[0])


def test_every_row_about_the_person_is_there(workforce, rater):
    person = gather_person(workforce, rater)
    for name in PERSONAL:
        ids = getattr(workforce, name)["employee_id"].astype("str")
        assert len(person.frame(name)) == (ids == rater).sum()
    placements = workforce.placements
    given = (placements["rater_id"].astype("str") == rater) & (placements["employee_id"].astype("str") != rater)
    assert person.facts["n_given"] == given.sum() > 0


def test_evidence_of_the_council_is_about_no_person():
    assert "evidence" not in PERSONAL
    assert {"employees", "posts", "placements", "conversations", "objectives", "development_actions",
            "successors"} == set(PERSONAL)


def test_the_page_holds_every_date_and_no_colleague(workforce, rater):
    released = release(gather_person(workforce, rater), audience="analyst")
    page = render_person(released, employee_id=rater, framework=workforce.framework,
                         settings=workforce.settings).decode("utf-8")
    for frame in released.tables.values():
        for column in frame.select_dtypes("datetime"):
            for date in frame[column].dropna().dt.date:
                assert day(date) in page
    employees = workforce.employees.astype({"employee_id": "str"})
    managers = set(released.tables["placements"]["rater_name"]) | set(released.tables["posts"]["manager_name"])
    others = set(employees.loc[employees["employee_id"] != rater, "name"]) - managers
    assert {name for name in others if re.search(rf"\b{re.escape(name)}\b", page)} == set()


def test_the_page_names_columns_in_words_that_the_person_knows(workforce, rater):
    released = release(gather_person(workforce, rater), audience="analyst")
    page = render_person(released, employee_id=rater, framework=workforce.framework,
                         settings=workforce.settings).decode("utf-8")
    assert not re.search(r">(<bdi>)?(Fte|Rater id|Has summary|N set|Valid from|Source)<", page)
    for heading in ("Full-time equivalent", "Objectives set", "Whose view"):
        assert heading in page


def test_an_unknown_number_is_refused_with_what_is_near(workforce, rater):
    with pytest.raises(UsageError) as refused:
        gather_person(workforce, rater + "0")
    assert rater in refused.value.hints[0]
