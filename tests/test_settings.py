"""Settings: every default visible and frozen, and what does not hang together refused."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from my121_analytics.errors import SettingsError
from my121_analytics.settings import Settings
from my121_analytics.settings_file import load_settings


def write(folder, text, name="my121.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_gives_the_toolkit_as_written():
    settings = load_settings(None)
    assert settings == Settings()
    assert settings.managers.delta == math.log(2)
    assert (settings.managers.fdr, settings.disclosure.threshold) == (0.10, 5)
    assert (settings.disclosure.equality_threshold, settings.coverage.conversations_per_year) == (10, 2)
    assert (settings.cycles.start_month, settings.cycles.months) == (4, 6)


def test_a_flat_table_of_synonyms_is_about_performance(tmp_path):
    path = write(tmp_path, '[ratings.synonyms]\n"Fully achieved" = 2\n"Star" = "Exceeds"\n')
    assert load_settings(path).ratings.synonyms == {"performance": {"Fully achieved": 2, "Star": "Exceeds"}}


def test_synonyms_may_be_given_for_each_axis_and_mixed_with_flat_ones(tmp_path):
    path = write(tmp_path, '[ratings.synonyms]\n"Good" = 2\n[ratings.synonyms.potential]\n"Some" = 2\n'
                           '[ratings.synonyms.performance]\n"Great" = 3\n')
    assert load_settings(path).ratings.synonyms == {"performance": {"Good": 2, "Great": 3}, "potential": {"Some": 2}}


def test_synonyms_of_an_unknown_axis_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="Did you mean 'potential'"):
        load_settings(write(tmp_path, "[ratings.synonyms.potental]\nSome = 2\n"))


@pytest.mark.parametrize(("text", "told"), [
    ("[framework]\nperformance_levels = ['one']", "two labels or more"),
    ("[framework]\nmap_columns = [1, 2]", "2 entries for 3 performance levels"),
    ("[framework]\nmap_columns = [1, 2, 4]", "columns of the map"),
    ("[framework]\nmap_columns = [3, 2, 1]", "must not fall"),
    ("[pack]\nunit = 'region'", "pack.unit"),
    ("[exports]\nextract_date = 'soon'", "exports.extract_date"),
])
def test_settings_that_do_not_hang_together_are_refused(tmp_path, text, told):
    with pytest.raises(SettingsError, match=told):
        load_settings(write(tmp_path, text))


def test_settings_are_frozen():
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.pack.minutes = 10
    with pytest.raises(ValidationError, match="frozen"):
        settings.disclosure = None


def test_one_council_does_not_change_the_defaults_of_the_next():
    first = Settings()
    first.disclosure.audiences["analyst"] = first.disclosure.audiences["publish"]
    first.managers.case_mix.append("role")
    assert Settings().disclosure.audiences["analyst"].names
    assert "role" not in Settings().managers.case_mix


def test_scheduled_reports_are_named_tables(tmp_path):
    settings = load_settings(write(tmp_path, "[reports.quarterly]\nsections = ['profile']\n"))
    assert settings.reports["quarterly"].audience == "publish"
    with pytest.raises(SettingsError, match="Did you mean 'sections'"):
        load_settings(write(tmp_path, "[reports.quarterly]\nsection = ['profile']\n"))


@pytest.mark.parametrize(("line", "told"), [
    ('performance_codes = ["1", "2"]', "2 codes for 3 levels"), ('performance_codes = ["A", "a", "B"]', "a code twice"),
    ('potential_levels = ["1", "2", "3", "4", "5"]', "the map has three rows"),
    ("box_numbering = [1, 2, 3]", "the map has nine boxes"),
    ("box_numbering = [1, 1, 2, 3, 4, 5, 6, 7, 8]", "a number twice")])
def test_codes_and_numbers_that_do_not_fit_the_scale_are_refused(tmp_path, line, told):
    with pytest.raises(SettingsError, match=told):
        load_settings(write(tmp_path, f"[framework]\n{line}\n"))
