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


def test_a_figure_that_rests_on_few_people_is_not_published_and_the_page_says_so(tmp_path):
    from datetime import date

    from my121_analytics.disclosure.release import release
    from my121_analytics.improvement.plan.outcomes import measure_outcomes
    from my121_analytics.improvement.plan.reading import read_plan
    from my121_analytics.reports.plan.plan_views import plan_view

    council = make_sample(60, seed=2).workforce
    cycle = council.latest_cycle
    table = tabulate_profile(council, cycle=cycle).frame("map")
    few = next(int(row.box) for row in table.itertuples() if 0 < row.n < 5 and row.box > 0)
    path = tmp_path / "plan.csv"
    path.write_text(f"Action,Timescale,Statistic\nA,12 months,profile.map.share[box={few}]\nB,12 months,headcount\n",
                    encoding="utf-8")
    outcomes = measure_outcomes(council, read_plan(path, anchor=date(2020, 6, 30)))
    rows = plan_view(release(outcomes, audience="publish"), "outcomes").frame.set_index("statistic")
    assert rows.loc[f"profile.map.share[box={few}]", "now_shown"] == "[c]"
    assert rows.loc[f"profile.map.share[box={few}]", "verdict_shown"] == "Not shown"
    assert rows.loc["headcount", "now_shown"] == str(int(outcomes.frame("outcomes").set_index("statistic").loc[
        "headcount", "now"]))
    named = plan_view(release(outcomes, audience="analyst"), "outcomes").frame.set_index("statistic")
    assert "to" in named.loc[f"profile.map.share[box={few}]", "now_shown"]


def test_every_name_that_the_record_does_not_have_is_refused_at_once(tmp_path, workforce):
    from datetime import date

    from my121_analytics.improvement.plan.outcomes import measure_outcomes
    from my121_analytics.improvement.plan.reading import read_plan

    path = tmp_path / "plan.csv"
    path.write_text("Ref,Action,Timescale,Statistic\nA1,A,12 months,profile.map.share[box=12]\n"
                    "A2,B,12 months,conversations[directorate=Nowhere]\nA3,C,12 months,Survey score\n",
                    encoding="utf-8")
    plan = read_plan(path, anchor=date(2020, 6, 30))
    assert plan.questions["reason"].tolist().count("unknown_statistic") == 1
    with pytest.raises(UnknownStatisticError) as refused:
        measure_outcomes(workforce, plan)
    told = " ".join(refused.value.hints)
    assert "A1" in told
    assert "A2" in told
    assert "coverage.by_group.estimate[directorate=" in told
    assert "Near: profile.map.share[box=" in told


def test_an_action_shows_the_figure_it_should_move_in_every_paper_about_it(tmp_path, workforce):
    from datetime import date

    from my121_analytics.disclosure.release import release
    from my121_analytics.improvement.plan.outcomes import measure_outcomes
    from my121_analytics.improvement.plan.reading import read_plan
    from my121_analytics.improvement.plan.review import review_plan
    from my121_analytics.reports.plan.plan_papers import build_directorate_report, build_review_pack
    from my121_analytics.settings import Settings

    path = tmp_path / "plan.csv"
    path.write_text("Ref,Action,Timescale,Directorate,Statistic\nA1,A,12 months,Legal,not_placed\n"
                    "A2,B,12 months,Finance,box_3\n", encoding="utf-8")
    plan = read_plan(path, anchor=date(2023, 6, 30))
    status = release(review_plan(plan, as_of=date(2024, 9, 30)), audience="analyst")
    outcomes = release(measure_outcomes(workforce, plan), audience="analyst")
    papers = {"pack": build_review_pack(status, settings=Settings(), outcomes=outcomes),
              "Legal": build_directorate_report(status, "Legal", settings=Settings(), outcomes=outcomes)}
    figures = {name: next(section for section in paper.page.sections if section.anchor == "figures")
               for name, paper in papers.items()}
    rows = {name: [row[1] for row in section.blocks[1].rows] for name, section in figures.items()}
    assert rows == {"pack": ["A1", "A2"], "Legal": ["A1"]}
