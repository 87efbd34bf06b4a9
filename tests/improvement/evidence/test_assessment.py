"""Investors in People evidence: counts, and award levels that are only claimed where they are certain."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.framework.iip import build_iip_framework
from my121_analytics.improvement.evidence.assessment import assess_evidence


def evidence_of(*, n_met=185, n=196, n_core=39, unmet_core=0, tiers=True):
    """List requirements of which the last ones are not met, and of the core ones ``unmet_core`` are not met."""
    rows = pd.DataFrame({"requirement_id": [f"R{i:03d}" for i in range(1, n + 1)], "result": "met",
                         "tier": ["core"] * n_core + ["gold"] * (n - n_core),
                         "indicator": [str(i % 10 + 1) for i in range(n)], "sample_size": 12})
    rows.loc[:unmet_core - 1, "result"] = "not met"
    n_further = n - n_met - unmet_core
    rows.loc[n - n_further:, "result"] = "not met"
    return rows if tiers else rows.drop(columns="tier")


def verdicts(evidence, **options):
    levels = assess_evidence(evidence, **options).frame("levels")
    return dict(zip(levels["level"], levels["verdict"], strict=True))


def test_185_of_196_with_every_core_requirement_met_reaches_gold():
    result = assess_evidence(evidence_of())
    gold = result.frame("levels").set_index("level").loc["gold"]
    assert gold[["needed", "n_met", "distance", "verdict"]].tolist() == [165, 185, 0, "reached"]
    assert result.facts["highest_reached"] == "gold"
    assert result.facts["n_met"] == 185
    assert result.facts["n_not_met"] == 11


def test_185_of_196_without_tiers_cannot_tell_whether_gold_is_reached():
    levels = assess_evidence(evidence_of(tiers=False)).frame("levels")
    assert set(levels["verdict"]) == {"cannot tell"}
    assert set(levels["reason"]) == {"core_unknown"}
    assert "cannot tell" in levels["sentence"].iloc[-1]


def test_one_core_requirement_not_met_reaches_nothing_however_many_are_met():
    result = assess_evidence(evidence_of(n_met=195, unmet_core=1))
    assert set(result.frame("levels")["verdict"]) == {"not reached"}
    assert result.facts["highest_reached"] == ""


def test_it_is_certain_without_tiers_where_everything_is_met():
    assert set(verdicts(evidence_of(n_met=196, tiers=False)).values()) == {"reached"}


def test_it_is_certain_where_only_the_unmet_ones_have_a_tier_and_none_of_them_is_core():
    rows = evidence_of()
    rows["tier"] = np.where(rows["result"] == "not met", "gold", "")
    assert verdicts(rows)["gold"] == "reached"


def test_one_unmet_requirement_of_unknown_tier_is_enough_to_be_unsure():
    rows = evidence_of()
    rows["tier"] = np.where(rows["result"] == "not met", "gold", "")
    rows.loc[195, "tier"] = ""
    assert verdicts(rows)["gold"] == "cannot tell"


@pytest.mark.parametrize(("n_met", "expected"), [
    (39, {"standard": "reached", "bronze": "not reached", "silver": "not reached", "gold": "not reached"}),
    (65, {"standard": "reached", "bronze": "reached", "silver": "not reached", "gold": "not reached"}),
    (114, {"standard": "reached", "bronze": "reached", "silver": "not reached", "gold": "not reached"}),
    (115, {"standard": "reached", "bronze": "reached", "silver": "reached", "gold": "not reached"}),
    (164, {"standard": "reached", "bronze": "reached", "silver": "reached", "gold": "not reached"}),
    (165, {"standard": "reached", "bronze": "reached", "silver": "reached", "gold": "reached"}),
])
def test_levels_are_reached_at_their_number_and_not_before(n_met, expected):
    assert verdicts(evidence_of(n_met=n_met)) == expected


def test_the_distance_is_the_number_still_needed():
    levels = assess_evidence(evidence_of(n_met=160)).frame("levels").set_index("level")
    assert levels["distance"].to_dict() == {"standard": 0, "bronze": 0, "silver": 0, "gold": 5}


def test_requirements_not_tested_or_not_listed_leave_a_level_open():
    rows = evidence_of(n_met=160)
    rows.loc[190:, "result"] = "not tested"
    levels = assess_evidence(rows).frame("levels").set_index("level")
    assert levels.loc["gold", ["verdict", "reason", "n_open"]].tolist() == ["cannot tell", "not_tested", 6]
    part = evidence_of(n_met=196).head(170)
    part.loc[160:, "result"] = "not met"
    levels = assess_evidence(part).frame("levels").set_index("level")
    assert levels.loc["gold", ["verdict", "n_open"]].tolist() == ["cannot tell", 26]
    assert levels.loc["silver", "verdict"] == "reached"


def test_an_untested_core_requirement_leaves_every_level_open():
    rows = evidence_of(n_met=196)
    rows.loc[0, "result"] = "not tested"
    levels = assess_evidence(rows).frame("levels")
    assert set(levels["verdict"]) == {"cannot tell"}
    assert set(levels.loc[levels["level"] != "standard", "reason"]) == {"core_not_tested"}


def places(*entries):
    return pd.DataFrame(entries, columns=["requirement_id", "directorate", "result", "sample_size"])


def test_the_councils_own_result_counts_before_those_of_directorates():
    result = assess_evidence(places(("R1", None, "met", 20), ("R1", "Adults", "not met", 4), ("R1", "Places", "met", 6),
                                    ("R2", "Adults", "met", 4), ("R2", "Places", "not tested", 0),
                                    ("R3", "Adults", "met", 4), ("R3", "Places", "not met", 7),
                                    ("R4", "Adults", "not met", 4), ("R5", "Adults", "not tested", np.nan)))
    table = result.frame("requirements").set_index("requirement_id")
    assert table["result"].to_dict() == {"R1": "met", "R2": "met", "R3": "unsettled", "R4": "not met",
                                         "R5": "not tested"}
    assert table.loc["R1", ["n_directorates_met", "n_directorates_not_met", "people_heard"]].tolist() == [1, 1, 20]
    assert table.loc["R3", "people_heard"] == 11


def test_counts_by_indicator_and_place_add_up():
    rows = pd.concat([evidence_of().assign(directorate=place) for place in ("Adults", "Places")])
    result = assess_evidence(rows)
    by_indicator = result.frame("by_indicator")
    parts = by_indicator[by_indicator["indicator"] != "All"]
    total = by_indicator[by_indicator["indicator"] == "All"].iloc[0]
    assert parts["indicator"].iloc[0] == "01 Business strategy"
    assert len(parts) == 10
    for column in ("n_requirements", "n_met", "n_not_met", "n_core", "n_core_met"):
        assert parts[column].sum() == total[column]
    assert total[["n_requirements", "n_met", "n_core"]].tolist() == [196, 185, 39]
    assert result.frame("by_directorate")["n_met"].tolist() == [185, 185]
    assert result.frame("by_indicator_and_directorate")["n_requirements"].sum() == 392
    assert (by_indicator[["n_met", "n_not_met", "n_not_tested", "n_unsettled"]].sum(axis="columns")
            == by_indicator["n_requirements"]).all()


def test_a_repeated_line_is_counted_once_and_a_contradicting_one_is_unsettled():
    rows = places(("R1", "Adults", "met", 4), ("R1", "Adults", "met", 4), ("R2", "Adults", "met", 4),
                  ("R2", "Adults", "not met", 4))
    table = assess_evidence(rows).frame("by_directorate").iloc[0]
    assert table[["n_requirements", "n_met", "n_unsettled"]].tolist() == [2, 1, 1]


def test_a_file_is_read_whatever_its_spelling_and_what_cannot_be_read_is_listed(tmp_path):
    path = tmp_path / "evidence.csv"
    path.write_text("Evidence of 2013\nEvidence requirement,Indicator,Tier,Directorate,Met?,Sample size\n"
                    "1.1,Indicator 1,Core,Adults,Yes,12\n1.2,1 - Business Strategy,,Adults,partly,9\n"
                    "1.3,77,Bronze,,NOT MET,nine\n,1,,,Met,3\nEnd of report\n", encoding="utf-8")
    result = assess_evidence(path)
    table = result.frame("requirements").set_index("requirement_id")
    assert table["result"].to_dict() == {"1.1": "met", "1.2": "unsettled", "1.3": "not met"}
    assert table["tier"].to_dict() == {"1.1": "core", "1.2": "", "1.3": "bronze"}
    assert table["indicator"].to_dict() == {"1.1": "01 Business strategy", "1.2": "01 Business strategy",
                                            "1.3": "Not recorded"}
    refusals = result.frame("refusals")
    assert refusals[["row", "column", "value"]].to_numpy().tolist() == [
        [6, "requirement_id", "Met"], [4, "result", "partly"], [5, "sample_size", "nine"]]


def test_more_requirements_than_the_framework_has_are_refused():
    with pytest.raises(DataUnusableError, match="197 requirements"):
        assess_evidence(evidence_of(n=197))
    with pytest.raises(DataUnusableError, match="40 core"):
        assess_evidence(evidence_of(n_core=40))


def test_evidence_without_its_columns_or_rows_is_refused(tmp_path):
    with pytest.raises(UsageError, match="requirement_id"):
        assess_evidence(pd.DataFrame({"result": ["met"]}))
    with pytest.raises(DataUnusableError, match="no requirement"):
        assess_evidence(pd.DataFrame({"requirement_id": [], "result": []}))
    path = tmp_path / "staff.csv"
    path.write_text("Employee,Grade\n004711,G7\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no sheet has a table of evidence"):
        assess_evidence(path)


def test_the_framework_of_2015_grants_nothing_from_counts():
    framework = build_iip_framework("2015", pairing={"silver": "Developed"})
    levels = assess_evidence(evidence_of(tiers=False), framework=framework).frame("levels")
    assert set(levels["verdict"]) == {"cannot tell"}
    assert "Developed" in levels.set_index("level").loc["silver", "sentence"]


def test_a_small_sample_in_one_place_is_not_published():
    rows = places(*[(f"R{i}", "Adults", "met", 3) for i in range(5)])
    released = release(assess_evidence(rows, as_of=date(2013, 6, 30)), audience="publish")
    row = released.tables["by_directorate"].iloc[0]
    assert row["marker"] == "[c]"
    assert row[["heard_min", "heard_median", "heard_max"]].isna().all()
    assert row["n_met"] == 5


def test_the_evidence_given_is_not_changed():
    rows = evidence_of()
    before = rows.copy()
    assess_evidence(rows)
    pd.testing.assert_frame_equal(rows, before)
