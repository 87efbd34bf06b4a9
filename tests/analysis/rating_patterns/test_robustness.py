import dataclasses

import numpy as np
import pytest

from benchmarks.councils import Council, simulate_council
from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.pattern_list import list_patterns
from my121_analytics.analysis.rating_patterns.posteriors import gather_posteriors, suppose_unrecorded
from my121_analytics.analysis.rating_patterns.robustness import (
    SHOWN_SDS,
    TRIED_SDS,
    suppose_differences,
    tabulate_robustness,
)
from my121_analytics.analysis.rating_patterns.severity import estimate_severity_counts
from my121_analytics.disclosure.release import release
from my121_analytics.settings import ManagerSettings, Settings

RULES = ManagerSettings(case_mix=["grade"])


@pytest.fixture(scope="module")
def counts():
    drawn, _, _ = simulate_council(Council("six cycles", 6, managers=70, leniency_sd=0.7, shifted=0.1), 12)
    return dataclasses.replace(drawn, patterns=drawn.patterns[["grade", "cycle"]])


@pytest.fixture(scope="module")
def evidence(counts):
    return gather_posteriors(counts, build_case_mix(counts, ["grade"]), unrecorded_sd=RULES.unrecorded_sd)


@pytest.fixture(scope="module")
def result(counts):
    return estimate_severity_counts(counts, settings=Settings(managers=RULES))


def test_supposing_what_is_allowed_already_changes_nothing(evidence):
    again = suppose_unrecorded(evidence, RULES.unrecorded_sd)
    assert np.allclose(again.knowledge.weights, evidence.knowledge.weights)
    assert np.allclose(again.se, evidence.se)


def test_supposing_is_the_same_as_gathering_with_that_setting(counts, evidence):
    afresh = gather_posteriors(counts, evidence.case_mix, unrecorded_sd=0.3)
    supposed = suppose_unrecorded(evidence, 0.3)
    assert np.allclose(supposed.knowledge.weights, afresh.knowledge.weights)
    assert np.allclose(supposed.se, afresh.se)


def test_the_more_is_supposed_the_less_differs_by_more_than_delta(counts, evidence):
    listed, spreads = [], []
    for sd in (0.0, 0.1, 0.2, 0.4, 0.6):
        supposed = suppose_unrecorded(evidence, sd)
        listed.append(int(list_patterns(counts, supposed, RULES, RULES.delta).listed.sum()))
        spreads.append(supposed.knowledge.spread_quantile(0.5))
    assert listed == sorted(listed, reverse=True)
    assert listed[0] > listed[-1]
    assert spreads == sorted(spreads, reverse=True)  # what is supposed is taken out of the spread that is seen


def test_rows_of_supposed_differences_stand_in_the_sensitivity_with_their_own_share_of_chance_names(result):
    table = result.frame("sensitivity").set_index("scenario")
    rows = [f"unrecorded {sd:.2f}" for sd in SHOWN_SDS]
    assert set(rows) <= set(table.index)
    assert table.loc[["main", *rows], "n_listed"].is_monotonic_decreasing
    assert (table.loc[rows, "expected_wrong"] <= 0.1 * table.loc[rows, "n_listed"] + 1e-9).all()
    # Of the names as reported the more are there by chance, the more is supposed.
    assert table.loc[["main", *rows], "main_wrong"].is_monotonic_increasing
    assert table.loc["main", "main_wrong"] == pytest.approx(table.loc["main", "expected_wrong"], abs=0.02)


def test_every_listed_name_has_a_tipping_point_and_nobody_else(result):
    managers, table = result.frame("managers"), result.frame("robustness")
    assert table["rater_id"].tolist() == managers.loc[managers["verdict"] == "pattern", "rater_id"].tolist()
    assert set(table["tipping_sd"].dropna()) <= set(TRIED_SDS)
    assert len(table) > 5
    assert not table["text"].str.contains("{", regex=False).any()


def test_surer_names_withstand_more(result):
    table = result.frame("robustness").merge(result.frame("managers")[["rater_id", "probability"]])
    lasts = table["tipping_sd"].fillna(9)
    assert lasts.corr(table["probability"], method="spearman") > 0.7
    assert lasts.nunique() >= 4


def test_the_tipping_point_is_the_first_spread_at_which_the_name_is_gone(counts, evidence, result):
    supposed = suppose_differences(counts, evidence, RULES)
    table = result.frame("robustness").set_index("rater_id")["tipping_sd"]
    ids = counts.raters["rater_id"].tolist()
    for rater, sd in table.items():
        stays = [one.sd for one in supposed if one.listing.listed[ids.index(rater)]]
        assert all(kept < sd for kept in stays if not np.isnan(sd)) or sd < max(stays)
        assert sd not in stays


def test_spreads_allowed_for_in_any_case_are_not_tried(counts, evidence):
    generous = RULES.model_copy(update={"unrecorded_sd": 0.25})
    assert min(one.sd for one in suppose_differences(counts, evidence, generous)) > 0.25


def test_nothing_to_compare_has_nothing_to_withstand(result):
    assert suppose_differences(None, None, RULES) == []
    empty = tabulate_robustness(result.frame("managers").iloc[:0], [])
    assert empty.columns.tolist() == ["rater_id", "name", "directorate", "service", "team", "tipping_sd", "text"]


def test_a_panel_sees_tipping_points_of_its_own_unit_and_a_publication_none(result):
    panel = release(result, audience="panel", unit="D1").tables["robustness"]
    assert set(panel["directorate"]) <= {"D1"}
    assert "robustness" not in release(result, audience="publish").tables


def test_without_sensitivity_neither_table_is_made(counts):
    quick = estimate_severity_counts(counts, settings=Settings(managers=RULES), sensitivity=False)
    assert not {"sensitivity", "robustness"} & set(quick.tables)
