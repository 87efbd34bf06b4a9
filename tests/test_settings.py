"""Settings: every default visible and frozen, every fault of a file told at once."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from my121_analytics.errors import SettingsError
from my121_analytics.settings import Settings
from my121_analytics.settings_file import find_settings, load_settings


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


def test_every_fault_is_told_at_once(tmp_path):
    path = write(tmp_path, """
[disclosure]
threshhold = 7
equality_threshold = 1
[managers]
delta = -1
case_mix = ["grade", "sex"]
[cycles]
months = 5
[pack]
minuts = 60
[nonsense]
x = 1
""")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    message = str(caught.value)
    assert caught.value.exit_code == 2
    assert len(caught.value.hints) == 7
    for told in ("Did you mean 'threshold'?", "disclosure.equality_threshold", "managers.delta", "(found -1)",
                 "'sex' cannot be part of the case mix", "cycles.months", "Did you mean 'minutes'?",
                 "[top level] nonsense"):
        assert told in message, told


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


def test_a_file_that_is_no_settings_file_says_what_to_mend(tmp_path):
    with pytest.raises(SettingsError, match="line 1: a bracket is missing"):
        load_settings(write(tmp_path, "[pack\n"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "absent.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes("[council]\nname = 'Café'\n".encode("cp1252"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(path)


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "bom.toml"
    path.write_text("[council]\nname = 'A council'\n", encoding="utf-8-sig")
    assert load_settings(path).council.name == "A council"


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


def test_the_file_given_beats_the_working_folder_which_beats_the_source(tmp_path, monkeypatch):
    work, source = tmp_path / "work", tmp_path / "source"
    work.mkdir()
    source.mkdir()
    monkeypatch.chdir(work)
    assert find_settings(source) is None
    beside = write(source, "")
    assert find_settings(source) == beside
    assert find_settings(source / "export.xlsx") == beside
    here = write(work, "")
    assert find_settings(source) == here
    assert find_settings(source, "other.toml").name == "other.toml"


@pytest.mark.parametrize(("text", "fault", "remedy"), [
    ('[run]\nsource = "C:\\Users\\ava"\n', "line 2: a backslash stands in double quotes", "single quotes"),
    ('[run]\nsource = "C:\\temp\\new"\n', "backslash in double quotes", "single quotes"),
    ("[run]\nsource = \u201cin\u201d\n", "line 2: the quotes are curly", "straight quotes"),
    ("[run]\nsource = in\n", "line 2: the text after = has no quotes", 'quotes: "in"'),
    ("[run]\nsource = 'a'\n[exports]\n[run]\nkeep = 3\n", "line 4: a table or a name stands twice", "one heading"),
    ("[run]\nsource 'in'\n", "line 2: the line is neither", "name = value"),
])
def test_what_is_wrong_with_a_line_is_said_as_a_person_would_who_sees_it(tmp_path, text, fault, remedy):
    with pytest.raises(SettingsError) as problem:
        load_settings(write(tmp_path, text))
    assert fault in problem.value.headline
    assert any(remedy in hint for hint in problem.value.hints)


def test_a_settings_file_in_utf_16_is_told_its_encoding(tmp_path):
    path = tmp_path / "my121.toml"
    path.write_text("[run]\nsource = 'in'\n", encoding="utf-16")
    with pytest.raises(SettingsError, match="UTF-16"):
        load_settings(path)


@pytest.mark.parametrize(("line", "told"), [
    ('performance_codes = ["1", "2"]', "2 codes for 3 levels"), ('performance_codes = ["A", "a", "B"]', "a code twice"),
    ('potential_levels = ["1", "2", "3", "4", "5"]', "the map has three rows"),
    ("box_numbering = [1, 2, 3]", "the map has nine boxes"),
    ("box_numbering = [1, 1, 2, 3, 4, 5, 6, 7, 8]", "a number twice")])
def test_codes_and_numbers_that_do_not_fit_the_scale_are_refused(tmp_path, line, told):
    with pytest.raises(SettingsError, match=told):
        load_settings(write(tmp_path, f"[framework]\n{line}\n"))
