"""Rows of evidence are brought to one vocabulary, and what cannot be read is listed and never counted as met."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.improvement.evidence.requirement_rows import COUNCIL, gather_rows
from my121_analytics.settings import Settings


def gather(frame, at_risk=()):
    return gather_rows(frame, None, settings=Settings(), at_risk=at_risk)


def rows_of(**columns):
    return pd.DataFrame({"requirement_id": ["1.1", "1.2"], "result": ["met", "met"], **columns})


@pytest.mark.parametrize(("written", "result"), [("Yes", "met"), ("NOT MET", "not met"), ("n", "not met"),
                                                 ("Untested", "not tested"), ("", "not tested")])
def test_results_are_read_in_the_words_of_assessors(written, result):
    rows, _, refusals = gather(rows_of(result=["met", written]))
    assert rows["result"].tolist() == ["met", result]
    assert refusals == []


def test_a_result_that_is_not_known_is_listed_and_not_met():
    rows, _, refusals = gather(rows_of(result=["met", "perhaps"]))
    assert rows["result"].iloc[1] != "met"
    assert [refusal[3:6] for refusal in refusals] == [("result", "perhaps", "unknown_result")]


def test_people_heard_of_several_groups_are_the_sample_unless_it_is_given():
    rows, _, _ = gather(rows_of(heard_staff=[3, 4], heard_managers=[2, None], sample_size=[None, 9]))
    assert rows["sample_size"].tolist() == [5, 9]


def test_a_number_that_is_none_is_listed():
    rows, _, refusals = gather(rows_of(sample_size=[2.5, -1]))
    assert rows["sample_size"].isna().all()
    assert {refusal[5] for refusal in refusals} == {"unknown_sample_size"}


def test_a_place_that_is_not_given_is_the_council():
    rows, _, _ = gather(rows_of(directorate=["Finance", " "]))
    assert rows["directorate"].tolist() == ["Finance", COUNCIL]


def test_requirements_at_risk_are_marked_and_one_that_is_not_known_is_refused():
    rows, _, _ = gather(rows_of(at_risk=["", "yes"]), at_risk=["1.1"])
    assert rows["at_risk"].tolist() == [True, True]
    with pytest.raises(UsageError):
        gather(rows_of(), at_risk=["9.9"])


def test_a_frame_and_a_file_without_the_columns_are_refused(tmp_path):
    with pytest.raises(UsageError):
        gather(pd.DataFrame({"requirement_id": ["1.1"]}))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataUnusableError):
        gather(tmp_path / "other.csv")


def test_a_footer_is_no_requirement_and_a_result_without_one_is_listed(tmp_path):
    path = tmp_path / "evidence.csv"
    path.write_text("Requirement,Result,Tier\n1.1,met,core\n,met,core\nEnd of list,,\n", encoding="utf-8")
    rows, _, refusals = gather(path)
    assert rows["requirement_id"].tolist() == ["1.1"]
    assert [refusal[5] for refusal in refusals] == ["no_requirement"]
