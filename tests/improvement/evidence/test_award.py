"""Award levels: what a report's total says, what falls with requirements at risk, and stages as they are recorded."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.disclosure.release import release
from my121_analytics.errors import UsageError
from my121_analytics.framework.iip import build_iip_framework
from my121_analytics.improvement.evidence.assessment import assess_evidence, assess_total
from my121_analytics.improvement.evidence.award import judge_awards


def requirements_of(n_met=185, *, core_met=39, n=196, at_risk=()):
    """List requirements: the core ones first, those not met last, or core ones where fewer than 39 are met."""
    rows = pd.DataFrame({"requirement_id": [f"R{i:03d}" for i in range(1, n + 1)], "result": "not met",
                         "tier": ["core"] * 39 + ["extended"] * (n - 39)})
    rows.loc[:core_met - 1, "result"] = "met"
    rows.loc[39:39 + n_met - core_met - 1, "result"] = "met"
    rows["at_risk"] = rows["requirement_id"].isin(at_risk)
    return rows


def level(result, code):
    return result.frame("levels").set_index("level").loc[code]


# The total of a report ------------------------------------------------------------------------------------------


def test_185_of_196_is_twenty_more_than_gold_needs_and_still_cannot_tell_without_the_core():
    result = assess_total(185)
    gold = level(result, "gold")
    assert gold[["needed", "n_met", "distance", "margin", "verdict", "reason"]].tolist() == [
        165, 185, 0, 20, "cannot tell", "core_unknown"]
    assert "20 more than the 165 needed" in gold["sentence"]
    assert "39 core" in gold["sentence"]
    assert result.about.caveats == ("iip_core",)
    assert result.facts["highest_reached"] == ""


def test_185_of_196_with_all_39_core_requirements_met_is_gold():
    result = assess_total(185, core_met=39)
    assert level(result, "gold")["verdict"] == "reached"
    assert result.facts["highest_reached"] == "gold"
    assert result.about.caveats == ()
    assert result.frame("levels")["margin"].tolist() == [146, 120, 70, 20]


def test_one_core_requirement_short_is_no_award_however_large_the_total():
    assert set(assess_total(195, core_met=38).frame("levels")["verdict"]) == {"not reached"}


def test_everything_met_is_gold_without_knowing_which_are_core():
    assert assess_total(196).facts["highest_reached"] == "gold"


def test_requirements_that_were_not_tested_leave_levels_open():
    result = assess_total(150, n_tested=160, core_met=39)
    assert result.frame("levels")["verdict"].tolist() == ["reached", "reached", "reached", "cannot tell"]
    assert level(result, "gold")[["distance", "n_open"]].tolist() == [15, 36]


@pytest.mark.parametrize(("n_met", "options"), [(197, {}), (-1, {}), (185, {"core_met": 40}), (20, {"core_met": 39}),
                                                (185, {"n_tested": 180}), (190, {"core_met": 20}),
                                                (5, {"framework": "2015"})])
def test_totals_that_fit_no_framework_are_refused(n_met, options):
    with pytest.raises(UsageError):
        assess_total(n_met, **options)


@pytest.mark.parametrize("n_met", [39, 64, 65, 114, 115, 164, 165, 185, 196])
def test_a_total_and_the_list_behind_it_agree(n_met):
    total = assess_total(n_met, core_met=39).frame("levels")
    listed = assess_evidence(requirements_of(n_met)).frame("levels")
    pd.testing.assert_frame_equal(total, listed)


# Requirements at risk -------------------------------------------------------------------------------------------


def test_losing_extended_requirements_at_risk_costs_the_margin_first():
    rows = requirements_of(168, at_risk=["R040", "R041", "R042"])
    gold = level(assess_evidence(rows), "gold")
    assert gold[["verdict", "margin", "n_at_risk", "verdict_if_lost", "distance_if_lost"]].tolist() == [
        "reached", 3, 3, "reached", 0]
    gold = level(assess_evidence(rows, at_risk=["R043"]), "gold")
    assert gold[["n_at_risk", "verdict_if_lost", "distance_if_lost"]].tolist() == [4, "not reached", 1]
    assert "1 more are needed" in gold["sentence_if_lost"]


def test_losing_one_core_requirement_costs_every_level():
    levels = assess_evidence(requirements_of(196), at_risk=["R001"]).frame("levels")
    assert set(levels["verdict"]) == {"reached"}
    assert set(levels["verdict_if_lost"]) == {"not reached"}
    assert set(levels["core_at_risk"]) == {1}


def test_losing_one_of_unknown_tier_makes_every_level_unsure():
    levels = assess_evidence(requirements_of(196).assign(tier=""), at_risk=["R100"]).frame("levels")
    assert set(levels["verdict"]) == {"reached"}
    assert set(levels["verdict_if_lost"]) == {"cannot tell"}


def test_what_is_not_met_has_nothing_left_to_lose():
    levels = assess_evidence(requirements_of(185), at_risk=["R196"]).frame("levels")
    assert set(levels["n_at_risk"]) == {0}
    assert (levels["verdict"] == levels["verdict_if_lost"]).all()


def test_a_requirement_at_risk_that_is_not_listed_is_refused():
    with pytest.raises(UsageError, match="R999"):
        assess_evidence(requirements_of(), at_risk=["R999"])


ORDER = {"not reached": 0, "cannot tell": 1, "reached": 2}
ROWS = st.lists(st.tuples(st.sampled_from(["met", "not met", "not tested"]), st.sampled_from(["core", "extended", ""]),
                          st.booleans()), min_size=1, max_size=30)


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_verdicts_never_rise_with_the_level_nor_with_a_loss(rows):
    frame = pd.DataFrame(rows, columns=["result", "tier", "at_risk"])
    framework = build_iip_framework("2009")
    levels = judge_awards(frame, framework)
    ranks = levels["verdict"].map(ORDER)
    assert ranks.is_monotonic_decreasing
    assert (levels["verdict_if_lost"].map(ORDER) <= ranks).all()
    assert ((levels["distance"] > 0) != (levels["n_met"] >= levels["needed"])).all()
    assert (levels["distance_if_lost"] >= levels["distance"]).all()


# Stages ---------------------------------------------------------------------------------------------------------

NAMES = [f"{i.number}. {i.name}" for i in build_iip_framework("2015").indicators]


def stages_of(*stages, **columns):
    return pd.DataFrame({"indicator": NAMES[:len(stages)], "stage": stages, **columns})


def test_the_award_is_the_highest_whose_stage_every_indicator_has():
    result = assess_evidence(stages_of(*["Advanced"] * 7, "High performing", "Advanced"), framework="2015")
    assert result.frame("levels")["verdict"].tolist() == ["reached", "reached", "reached", "not reached"]
    assert result.facts["highest_reached"] == "gold"
    platinum = level(result, "platinum")
    assert platinum[["needed", "n_met", "distance", "reason"]].tolist() == [9, 1, 8, "stages_below"]
    assert "1 of 9 indicators" in platinum["sentence"]


def test_one_indicator_below_holds_the_award_back():
    levels = assess_evidence(stages_of(*["Advanced"] * 8, "Established"), framework="2015").frame("levels")
    assert levels["verdict"].tolist() == ["reached", "reached", "not reached", "not reached"]


def test_an_indicator_without_a_recorded_stage_leaves_open_what_the_others_reach():
    levels = assess_evidence(stages_of(*["established"] * 8), framework="2015").frame("levels")
    assert levels["verdict"].tolist() == ["cannot tell", "cannot tell", "not reached", "not reached"]


def test_the_pairing_of_awards_and_stages_can_be_replaced():
    framework = build_iip_framework("2015", pairing={"silver": "Developed", "gold": "Established"})
    levels = assess_evidence(stages_of(*["Established"] * 9), framework=framework).frame("levels")
    assert levels["verdict"].tolist() == ["reached", "reached", "reached", "not reached"]


def test_the_councils_recorded_stage_counts_and_no_majority_of_places_decides():
    places = pd.concat([stages_of(*["Advanced"] * 9).assign(directorate=place) for place in ("Adults", "Places", "HR")])
    places.loc[(places["directorate"] == "HR") & (places["indicator"] == NAMES[0]), "stage"] = "Developed"
    indicators = assess_evidence(places, framework="2015").frame("indicators")
    assert indicators["stage"].tolist() == ["", *["Advanced"] * 8]
    assert indicators["basis"].tolist() == ["places disagree", *["places agree"] * 8]
    recorded = pd.concat([places, pd.DataFrame({"indicator": [NAMES[0]], "stage": ["Established"]})])
    result = assess_evidence(recorded, framework="2015")
    assert result.frame("indicators").loc[0, ["stage", "basis"]].tolist() == ["Established", "recorded"]
    assert result.facts["highest_reached"] == "silver"


def test_an_indicator_at_risk_falls_one_stage():
    levels = assess_evidence(stages_of(*["Advanced"] * 9), framework="2015", at_risk=["3"]).frame("levels")
    assert levels["verdict"].tolist() == ["reached", "reached", "reached", "not reached"]
    assert levels["verdict_if_lost"].tolist() == ["reached", "reached", "not reached", "not reached"]


def test_stages_are_read_from_a_file_by_name_or_number_and_others_are_listed(tmp_path):
    path = tmp_path / "stages.csv"
    lines = ["Indicator,Maturity level,At risk?", *(f'"{name}",{stage},no' for name, stage in zip(
        NAMES, ["Advanced", "3", "high-performing", "Gold", *["Advanced"] * 5], strict=True)), ",Advanced,"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = assess_evidence(path)  # stages and no requirements: the framework is told from the table
    assert result.facts["framework"] == "2015"
    assert result.frame("indicators")["stage"].tolist()[:4] == ["Advanced", "Advanced", "High performing", ""]
    assert result.frame("refusals")[["row", "column", "value"]].to_numpy().tolist() == [
        [11, "indicator", "Advanced"], [5, "stage", "Gold"]]
    assert set(release(result, audience="publish").tables) >= {"levels", "indicators"}


def test_requirements_are_no_people_and_few_of_them_can_be_published():
    published = release(assess_evidence(requirements_of(195)), audience="publish").tables
    assert published["by_tier"].set_index("tier").loc["extended", "n_not_met"] == 1
    assert published["levels"].set_index("level").loc["gold", "margin"] == 30


# Who was heard, tiers, and how a result came about --------------------------------------------------------------


def test_it_is_told_for_how_many_requirements_each_kind_of_people_was_heard():
    rows = pd.DataFrame({"requirement_id": ["R1", "R1", "R2", "R3"], "indicator": ["1", "1", "1", "2"],
                         "directorate": ["Adults", "Places", "Adults", None],
                         "result": ["met", "met", "not met", "not tested"], "heard_staff": [6, 5, 8, np.nan],
                         "heard_members": [0, 2, 0, 3], "heard_unions": [np.nan, np.nan, 1, np.nan]})
    result = assess_evidence(rows)
    table = result.frame("heard").set_index(["indicator", "directorate", "heard"])
    columns = ["n_requirements", "n_heard_for", "most_heard"]
    assert table.loc[("All", "All", "staff"), columns].tolist() == [2, 2, 11]
    assert table.loc[("All", "All", "elected members"), columns].tolist() == [2, 1, 2]
    assert table.loc[("All", "All", "trade unions"), columns].tolist() == [1, 1, 1]
    assert table.loc[("All", "Adults", "staff"), columns].tolist() == [2, 2, 8]
    assert "managers" not in set(result.frame("heard")["heard"])
    assert result.frame("requirements").set_index("requirement_id")["people_heard"].to_dict() == {
        "R1": 13, "R2": 9, "R3": 3}
    published = release(result, audience="publish").tables["heard"].set_index(["indicator", "directorate", "heard"])
    assert published.loc[("All", "All", "staff"), columns].tolist() == [2, 2, 11]
    assert published.loc[("All", "All", "elected members"), columns[:2]].tolist() == [2, 1]
    assert pd.isna(published.loc[("All", "All", "elected members"), "most_heard"])


def test_core_and_extended_requirements_are_counted_apart():
    table = assess_evidence(requirements_of(185)).frame("by_tier").set_index("tier")
    assert table.loc["core", ["n_requirements", "n_met", "n_not_met"]].tolist() == [39, 39, 0]
    assert table.loc["extended", ["n_requirements", "n_met", "n_not_met"]].tolist() == [157, 146, 11]


def test_an_unmet_requirement_known_to_be_extended_is_no_core_one():
    rows = requirements_of(185).assign(tier=lambda t: np.where(t["result"] == "met", "", "Extended"))
    assert level(assess_evidence(rows), "gold")["verdict"] == "reached"


def test_two_places_against_one_settle_nothing_until_a_judgement_is_recorded():
    rows = pd.DataFrame({"requirement_id": ["R1"] * 3 + ["R2"] * 2, "directorate": ["A", "B", "C", "A", "B"],
                         "result": ["met", "met", "not met", "met", "met"]})
    table = assess_evidence(rows).frame("requirements").set_index("requirement_id")
    assert table[["result", "basis"]].to_numpy().tolist() == [["unsettled", "places disagree"], ["met", "places agree"]]
    judged = pd.concat([rows, pd.DataFrame({"requirement_id": ["R1"], "result": ["not met"]})])
    table = assess_evidence(judged).frame("requirements").set_index("requirement_id")
    assert table.loc["R1", ["result", "basis"]].tolist() == ["not met", "recorded"]
