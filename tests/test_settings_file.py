"""The settings file: which one holds, and every fault in it told at once, as a person would who sees the line."""

from __future__ import annotations

import pytest

from my121_analytics.errors import SettingsError
from my121_analytics.settings_file import find_settings, load_settings


def write(folder, text, name="my121.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


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


def test_an_audience_that_no_table_defines_is_refused_wherever_it_is_named(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, "[reports.board]\naudience = 'bord'\n[run]\npack_audience = 'pannel'\n"))
    assert [hint.split(":")[0] for hint in caught.value.hints] == ["reports.board.audience", "run.pack_audience"]
    assert "panel" in caught.value.hints[1]
    named = ("[disclosure.audiences.bord]\nnames = true\nprotected = false\nscope = 'council'\nsuppress = false\n"
             "[reports.board]\naudience = 'bord'\n")
    assert load_settings(write(tmp_path, named)).reports["board"].audience == "bord"
