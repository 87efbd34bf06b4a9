"""What a named figure is in one cycle, held against the analysis that it comes from."""

import pytest

from my121_analytics.analysis.agreement import compare_self
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.improvement.plan.named_statistics import UnknownStatisticError, parse_statistic, short_names
from my121_analytics.improvement.plan.statistic_readings import Measurer
from my121_analytics.sample_council.council import make_sample


@pytest.fixture(scope="module")
def workforce():
    return make_sample(150, seed=4).workforce


@pytest.fixture(scope="module")
def measurer(workforce):
    return Measurer(workforce)


def test_a_share_has_the_value_range_and_number_of_its_table(workforce, measurer):
    cycle = workforce.latest_cycle
    table = tabulate_profile(workforce, cycle=cycle).frame("map").set_index("box")
    read = measurer.measure(parse_statistic("profile.map.share[box=5]"), cycle)
    assert (read.estimate, read.lower, read.upper) == tuple(table.loc[5, ["share", "lower", "upper"]])
    assert read.n == table.loc[5, "base"]
    assert measurer.measure(parse_statistic("box_3"), cycle).estimate == table.loc[3, "share"]


def test_a_figure_of_one_unit_is_that_units(workforce, measurer):
    cycle = workforce.latest_cycle
    frame = measure_coverage(workforce, cycle=cycle).frame("by_group")
    unit = frame["directorate"].iloc[0]
    row = frame[frame["directorate"] == unit].iloc[0]
    assert measurer.measure(parse_statistic(f"conversations[directorate={unit}]"), cycle).estimate == row["estimate"]
    ratings = tabulate_profile(workforce, by="directorate", cycle=cycle).frame("ratings_by_group")
    cell = ratings[(ratings["directorate"] == unit) & (ratings["level"] == ratings["level"].max())].iloc[0]
    assert measurer.measure(parse_statistic(f"highest_rating[directorate={unit}]"), cycle).estimate == cell["share"]


def test_the_gap_is_what_the_same_placements_lack_of_all(workforce, measurer):
    cycle = workforce.latest_cycle
    facts = compare_self(workforce, cycle=cycle, axis="performance", by=None).facts
    read = measurer.measure(parse_statistic("gap"), cycle)
    assert read.estimate == pytest.approx(1 - facts["share_same_performance"])
    assert read.lower < read.estimate < read.upper


def test_steps_up_and_down_are_two_figures(workforce, measurer):
    steps = compare_self(workforce, cycle=workforce.latest_cycle).frame("steps")
    for step in (-1, 1):
        row = steps[(steps["axis"] == "performance") & (steps["step"] == step)].iloc[0]
        named = parse_statistic(f"self.steps.n[axis=performance, step={step}]")
        assert measurer.measure(named, workforce.latest_cycle).estimate == row["n"]


def test_every_name_that_is_listed_can_be_measured(workforce, measurer):
    cycle = workforce.latest_cycle
    names = measurer.list_names(cycle)["statistic"]
    assert names.is_unique
    assert len(names) > 300
    cheap = [name for name in names if not name.startswith(("patterns", "spread"))]
    for name in cheap[:len(short_names())] + cheap[len(short_names())::9]:
        read = measurer.measure(parse_statistic(name), cycle)
        assert read is None or read.estimate == read.estimate, name


def test_no_listed_name_is_of_one_person(workforce, measurer):
    names = " ".join(measurer.list_names(workforce.latest_cycle)["statistic"])
    assert "employee_id" not in names
    assert "rater_id" not in names
    with pytest.raises(UnknownStatisticError):
        measurer.measure(parse_statistic("coverage.managers.n_team[rater_id=1]"), workforce.latest_cycle)


@pytest.mark.parametrize("code", ["profile.map.share[box=12]", "profile.maps.share[box=1]", "profile.map.shares[box=1]",
                                  "profile.map.share", "self.kappa", "conversations[directorate=Nowhere]"])
def test_a_table_column_or_row_that_is_not_there_is_refused_with_what_is_near(workforce, measurer, code):
    with pytest.raises(UnknownStatisticError) as refused:
        measurer.measure(parse_statistic(code), workforce.latest_cycle)
    assert refused.value.hints


def test_the_smallest_group_counts_those_left_out_as_well(workforce, measurer):
    cycle = workforce.latest_cycle
    row = tabulate_profile(workforce, cycle=cycle).frame("map").set_index("box").loc[9]
    read = measurer.measure(parse_statistic("profile.map.share[box=9]"), cycle)
    assert read.n_least == (min(row["n"], row["base"] - row["n"]) or row["base"])
