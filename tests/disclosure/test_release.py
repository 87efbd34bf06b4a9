"""The gate: who sees what, and that nothing else comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.severity import FACTS
from my121_analytics.disclosure.release import Released, release, require_released
from my121_analytics.errors import DisclosureError, UsageError
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import ESTIMATE, LABEL, Fact, Result, Table, count_of_things, describe

ABOUT = describe("severity", as_of=date(2025, 3, 31), cycle="2022/23 H1 to 2024/25 H2", n=230, axis="performance")


def managers() -> Table:
    frame = pd.DataFrame({"rater_id": ["000001", "000002", "000003"], "n_ratings": [9, 12, 3],
                          "name": ["Ann Ash", "Bob Birch", "Cy Cedar"],
                          "directorate": ["Adult Care", "Housing", "Adult Care"], "estimate": [0.4, -0.2, None]})
    frame["rater_id"] = frame["rater_id"].astype("category")
    frame["directorate"] = frame["directorate"].astype("category")
    return Table(frame, keys=("rater_id",), count="n_ratings", people=("rater_id", "name"),
                 unit_columns=("directorate",))


def by_sex() -> Table:
    frame = pd.DataFrame({"sex": ["Female", "Male"], "n": [120, 110]})
    return Table(frame, keys=("sex",), count="n", protected=("sex",), sums=("sex",))


def by_directorate() -> Table:
    frame = pd.DataFrame({"directorate": ["Adult Care", "Housing"], "n": [130, 100]})
    return Table(frame, keys=("directorate",), count="n", unit_columns=("directorate",))


def overall() -> Table:
    return Table(pd.DataFrame({"level": [1, 2], "n": [150, 80]}), keys=("level",), count="n", sums=("level",))


RESULT = Result(ABOUT, {"managers": managers(), "by_sex": by_sex(), "by_group": by_directorate(),
                        "ratings": overall()}, {"n_raters": 3, "n_ratings": 230, "sd": 0.5, "cycle": "2024/25 H2"},
                {**FACTS, "cycle": LABEL})


def test_only_release_makes_a_released_result():
    with pytest.raises(DisclosureError, match="made by"):
        Released(ABOUT, "analyst", "", {}, {}, pd.DataFrame(), "Result")
    released = release(RESULT, audience="analyst")
    with pytest.raises(DisclosureError, match="made by"):
        replace(released, tables={"managers": managers().frame})
    with pytest.raises(DisclosureError):
        require_released(RESULT, wanted_by="a test")
    assert require_released(released, wanted_by="a test") is released


def test_each_audience_sees_its_own():
    seen = {audience: set(release(RESULT, audience=audience, rater_id="000001").tables)
            for audience in ("analyst", "panel", "manager", "publish")}
    assert seen == {"analyst": {"managers", "by_sex", "by_group", "ratings"},
                    "panel": {"managers", "by_group", "ratings"},
                    "manager": {"managers"},
                    "publish": {"by_sex", "by_group", "ratings"}}


def test_a_panel_sees_its_own_unit_and_the_senior_team_all_of_them():
    own = release(RESULT, audience="panel", unit="Adult Care")
    assert own.tables["managers"]["name"].tolist() == ["Ann Ash", "Cy Cedar"]
    assert own.tables["by_group"]["directorate"].tolist() == ["Adult Care"]
    assert own.unit == "Adult Care"
    senior = release(RESULT, audience="panel")
    assert len(senior.tables["managers"]) == 3
    assert senior.unit == ""


def test_a_panel_gets_no_table_that_cannot_be_cut_to_its_unit():
    own = release(RESULT, audience="panel", unit_column="service", unit="Home Care")
    assert set(own.tables) == {"ratings"}
    reasons = own.withheld.set_index("table")["reason"]
    assert "own unit" in reasons["managers"]


def test_nothing_of_other_units_travels_along_with_the_frame():
    frame = release(RESULT, audience="panel", unit="Housing").tables["managers"]
    assert frame["rater_id"].cat.categories.tolist() == ["000002"]
    assert frame["directorate"].cat.categories.tolist() == ["Housing"]
    hiding = by_directorate()
    hiding.frame.attrs["canary"] = 3
    assert release(Result(ABOUT, {"t": hiding}), audience="publish").tables["t"].attrs == {}


def test_a_table_that_forgets_to_say_that_it_names_people_is_kept_back_all_the_same():
    frame = pd.DataFrame({"employee_id": ["000009"], "n": [12]})
    released = release(Result(ABOUT, {"t": Table(frame, keys=("employee_id",), count="n")}), audience="publish")
    assert not released.tables
    assert released.withheld.loc[0, ["rows", "rows_hidden", "rows_outside"]].tolist() == [0, 0, 0]


def test_a_manager_sees_their_own_team():
    released = release(RESULT, audience="manager", rater_id="000002")
    assert released.tables["managers"]["rater_id"].tolist() == ["000002"]
    with pytest.raises(UsageError, match="no manager was named"):
        release(RESULT, audience="manager")


def test_an_unknown_audience_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError) as refused:
        release(RESULT, audience="publik")
    assert "publish" in refused.value.hints[0]


def test_an_audience_of_the_settings_is_as_good_as_a_built_in_one():
    own = Settings(disclosure={"audiences": {"union": {"names": False, "protected": False, "scope": "council",
                                                       "suppress": True}}})
    assert set(release(RESULT, audience="union", settings=own).tables) == {"by_group", "ratings"}


def test_facts_about_a_few_people_are_withheld_when_small_numbers_are():
    facts = release(RESULT, audience="publish").facts
    assert facts["n_raters"] is None
    assert facts["sd"] is None  # an estimate from three managers
    assert facts["n_ratings"] == 230
    assert facts["cycle"] == "2024/25 H2"
    assert release(RESULT, audience="panel").facts == RESULT.facts


def test_a_short_list_hides_its_length_but_not_the_spread_of_all_managers():
    result = replace(RESULT, facts={"n_raters": 60, "n_listed": 2, "expected_wrong": 0.2, "sd": 0.5})
    assert release(result, audience="publish").facts == {"n_raters": 60, "n_listed": None, "expected_wrong": None,
                                                         "sd": 0.5}


def test_the_length_of_a_short_list_cannot_be_had_from_the_other_verdicts():
    facts = {"n_raters": 84, "n_listed": 4, "n_watch": 12, "n_in_line": 30, "n_cannot_tell": 38, "delta": 0.69}
    out = release(replace(RESULT, facts=facts), audience="publish").facts
    assert out == {**facts, "n_listed": None, "n_watch": None}


def test_a_table_without_a_count_is_not_published_since_it_cannot_be_checked():
    lines = Table(pd.DataFrame({"line": ["listed"], "text": ["4 of 84 managers"]}), keys=("line",))
    released = release(Result(ABOUT, {"summary": lines}), audience="publish")
    assert not released.tables
    assert "cannot be checked" in released.withheld.loc[0, "reason"]
    assert "summary" in release(Result(ABOUT, {"summary": lines}), audience="panel").tables


def test_a_tiny_population_is_named_nowhere():
    about = replace(ABOUT, n=3)
    lines = Table(pd.DataFrame({"line": ["mean rating"], "value": [2.31]}), keys=("line",))
    released = release(Result(about, {"summary": lines}, {"kappa": 0.77, "n_pairs": 3},
                              {"kappa": ESTIMATE, "n_pairs": Fact("posts")}), audience="publish")
    assert released.about.n is None
    assert "3" not in released.about.title + released.about.measure
    assert released.facts == {"kappa": None, "n_pairs": None}
    assert not released.tables


def test_the_result_given_is_not_changed():
    table = Table(pd.DataFrame({"level": [1, 2, 3], "n": [2, 9, 30]}), keys=("level",), count="n", sums=("level",))
    before = table.frame.copy()
    release(Result(ABOUT, {"ratings": table}), audience="publish")
    pd.testing.assert_frame_equal(table.frame, before)


def test_a_planted_count_is_nowhere_in_what_is_published():
    canary = 4
    frame = pd.DataFrame({"service": ["A", "B", "C", "D"], "n": [canary, 77, 61, 90], "base": 232})
    frame = frame.assign(share=frame["n"] / 232, text=[f"{n} people" for n in frame["n"]])
    table = Table(frame, keys=("service",), count="n", base="base", follows=("share",), sums=("service",),
                  unit_columns=("service",))
    about = replace(ABOUT, n=232)
    released = release(Result(about, {"t": table}, {"n_left": canary}, {"n_left": Fact("posts")}), audience="publish")
    everything = " ".join([repr(released.about), repr(released.facts), released.tables["t"].to_csv(),
                           released.withheld.to_csv(index=False)])
    assert f"{canary} people" not in everything
    assert str(canary / 232) not in everything
    assert released.tables["t"]["n"].isna().tolist() == [True, False, True, False]
    assert released.facts["n_left"] is None


def test_a_published_release_says_what_it_does_not_protect_against():
    assert "releases_apart" in release(RESULT, audience="publish").about.caveats
    assert "releases_apart" not in release(RESULT, audience="panel").about.caveats


def test_counts_of_things_are_shown_however_small():
    actions = pd.DataFrame({"status": ["overdue", "on track"], "n": [1, 3]})
    about = describe("plan_status", counts="actions", as_of=date(2025, 3, 31), n=4, council="Anytown")
    of_things = Result(about, {"t": Table(actions, keys=("status",), count="n", about_people=False)}, {"n_overdue": 1},
                       {"n_overdue": count_of_things("actions")})
    released = release(of_things, audience="publish")
    assert released.tables["t"]["n"].tolist() == [1, 3]
    assert released.facts["n_overdue"] == 1
    of_people = Result(about, {"t": Table(actions, keys=("status",), count="n")})
    assert release(of_people, audience="publish").tables["t"]["n"].isna().all()
