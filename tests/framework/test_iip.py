"""The Investors in People frameworks as data."""

import pytest

from my121_analytics.errors import UsageError
from my121_analytics.framework.iip import build_iip_framework, list_versions


def test_the_framework_of_2009_asks_for_65_115_and_165_requirements_in_total():
    framework = build_iip_framework("2009")
    assert (framework.requirements, framework.core) == (196, 39)
    assert {award.code: award.requirements for award in framework.awards} == {
        "standard": 39, "bronze": 65, "silver": 115, "gold": 165}
    assert (framework.first_year, framework.last_year) == (2009, 2015)


def test_the_framework_of_2015_has_nine_indicators_and_four_stages():
    framework = build_iip_framework("2015")
    assert len(framework.indicators) == 9
    assert len(framework.stages) == 4
    assert [award.code for award in framework.awards] == ["standard", "silver", "gold", "platinum"]
    assert [award.stage for award in framework.awards] == list(framework.stages)
    assert framework.last_year is None
    assert framework.requirements is None


def test_the_framework_of_2009_has_ten_indicators_numbered_from_one():
    framework = build_iip_framework("2009")
    assert [indicator.number for indicator in framework.indicators] == list(range(1, 11))
    assert len({indicator.name for indicator in framework.indicators}) == 10


@pytest.mark.parametrize("spelling", ["2009", "2009-2015", "2009–2015", "Extended framework"])
def test_a_version_is_found_by_its_usual_spellings(spelling):
    assert build_iip_framework(spelling).version == "2009"


def test_every_version_listed_can_be_built():
    assert [build_iip_framework(version).version for version in list_versions()] == ["2009", "2015"]


@pytest.mark.parametrize("text", ["5", "Indicator 5", "indicator 5 - Management effectiveness",
                                  "5. Management Effectiveness", "Management effectiveness"])
def test_an_indicator_is_found_by_number_name_or_both(text):
    assert build_iip_framework("2009").find_indicator(text).number == 5


@pytest.mark.parametrize("text", ["", "11", "4. Management effectiveness", "Management", "Indicator"])
def test_an_indicator_that_cannot_be_told_is_not_guessed(text):
    assert build_iip_framework("2009").find_indicator(text) is None


def test_the_pairing_of_stages_and_awards_can_be_replaced():
    framework = build_iip_framework("2015", pairing={"silver": "Developed"})
    assert framework.award("silver").stage == "Developed"
    assert framework.award("gold").stage == "Advanced"


def test_a_pairing_in_which_a_higher_award_asks_for_less_is_refused():
    with pytest.raises(UsageError, match="must not fall"):
        build_iip_framework("2015", pairing={"platinum": "Developed"})


def test_a_pairing_for_the_framework_of_2009_is_refused():
    with pytest.raises(UsageError, match="no stages"):
        build_iip_framework("2009", pairing={"gold": "Advanced"})


def test_an_unknown_version_award_or_stage_names_what_exists():
    with pytest.raises(UsageError, match="'2009', '2015'"):
        build_iip_framework("the newest")
    with pytest.raises(UsageError, match="no award level 'bronze'"):
        build_iip_framework("2015").award("bronze")
    with pytest.raises(UsageError, match="Did you mean 'Advanced'"):
        build_iip_framework("2015", pairing={"gold": "Advance"})
