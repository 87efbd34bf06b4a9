"""Known answers of joining spellings, on a table small enough for hand."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.ingest.duplicates import join_spellings, stop_conflicts
from my121_analytics.ingest.findings import Log


def people(*directorates: str | None) -> pd.DataFrame:
    return pd.DataFrame({"directorate": pd.Categorical(directorates), "name": "x"})


def joined(*directorates: str | None) -> tuple[list[str], list[tuple[str, str, int]]]:
    log = Log()
    frame = join_spellings(people(*directorates), log)
    findings = log.frame()
    return frame["directorate"].astype("str").tolist(), list(
        findings[["value", "message", "n"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("other", ["adults & health", "ADULTS AND HEALTH", "Adults  and Health ", "Adults and health"])
def test_case_spaces_and_the_sign_for_and_make_no_other_unit(other: str) -> None:
    values, told = joined("Adults and Health", "Adults and Health", other)
    assert set(values) == {"Adults and Health"}
    ((value, message, n),) = told
    assert (value, n) == ("Adults and Health", 1)
    assert f"'{other}'" in message


@pytest.mark.parametrize(("one", "other"), [("Child - Care", "Child–Care"), ("Roads / Parks", "Roads/Parks"),
                                            ("Children’s Care", "Children's Care")])
def test_dashes_strokes_and_apostrophes_make_no_other_unit(one: str, other: str) -> None:
    assert len(set(joined(one, other, other)[0])) == 1


def test_the_spelling_that_occurs_most_is_kept_and_of_two_as_frequent_the_first_in_the_alphabet() -> None:
    assert joined("places", "Places", "places")[0] == ["places"] * 3
    assert joined("places", "Places")[0] == ["Places"] * 2


def test_units_that_differ_otherwise_stay_apart_and_nothing_is_said() -> None:
    values, told = joined("Adults", "Adult", "Adults' Care", None)
    assert values[:3] == ["Adults", "Adult", "Adults' Care"]
    assert pd.isna(values[3])
    assert told == []


def test_only_columns_that_people_are_counted_by_are_joined() -> None:
    frame = people("Adults", "adults").assign(name=pd.Categorical(["Ann Able", "ANN ABLE"]))
    log = Log()
    out = join_spellings(frame, log)
    assert out["name"].tolist() == ["Ann Able", "ANN ABLE"]
    assert out["directorate"].nunique() == 1
    assert frame["directorate"].nunique() == 2, "the table given stays as it was"


def test_no_placement_is_in_conflict_with_none() -> None:
    empty = pd.DataFrame({"employee_id": [], "cycle": []})
    assert stop_conflicts(empty, []) is empty
