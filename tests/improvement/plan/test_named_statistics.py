"""Names of the record's figures as an action writes them."""

import pytest

from my121_analytics.improvement.plan.named_statistics import (
    ANALYSES,
    UnknownStatisticError,
    label_of,
    parse_statistic,
    short_names,
    statistic_labels,
)
from my121_analytics.settings import STATISTICS


def test_every_headline_figure_of_the_report_has_a_short_name_but_the_plans_own():
    assert set(STATISTICS) - set(short_names()) == {"overdue"}
    assert all(label_of(code) for code in short_names())


@pytest.mark.parametrize("code", short_names())
def test_a_short_name_and_its_words_are_one_figure(code):
    assert parse_statistic(code).label == label_of(code)
    assert parse_statistic(label_of(code).upper()).label == label_of(code)


def test_which_way_is_better_comes_from_the_settings_unless_the_plan_says_so():
    assert parse_statistic("not_placed").better == "fewer"
    assert parse_statistic("conversations").better == "more"
    assert parse_statistic("box_3").better == ""
    assert parse_statistic("box_3 fewer").better == "fewer"
    assert parse_statistic("profile.map.share[box=9] (more)").better == "more"


def test_a_unit_in_brackets_may_hold_a_comma():
    named = parse_statistic("conversations[directorate=Children, Families and Schools]")
    assert dict(named.where) == {"directorate": "Children, Families and Schools"}
    assert named.is_cut_to_unit
    several = parse_statistic("profile.ratings.share[service=Libraries, label=Exceeds]")
    assert several.where == (("service", "Libraries"), ("label", "Exceeds"))


@pytest.mark.parametrize(("written", "near"), [
    ("conversation", "conversations"), ("not placed yet", "not_placed"), ("higest_rating", "highest_rating"),
    ("profil.map.share[box=9]", "profile")])
def test_an_unknown_name_is_refused_with_the_names_that_are_near(written, near):
    with pytest.raises(UnknownStatisticError) as refused:
        parse_statistic(written)
    assert written in refused.value.headline
    assert near in " ".join(refused.value.hints)


@pytest.mark.parametrize("written", ["", "Better staff survey results", "conversations[directorate]", "profile.map[",
                                     "a.b.c.d", "conversations][x"])
def test_what_names_no_figure_is_never_taken_for_one(written):
    with pytest.raises(UnknownStatisticError):
        parse_statistic(written)


def test_the_trackers_list_has_each_figure_once():
    assert len(statistic_labels()) == len(set(statistic_labels()))
    assert set(ANALYSES) >= {"profile", "coverage"}
