"""A settings file that cannot be read says where, and how to mend the line."""

from __future__ import annotations

import tomllib

import pytest

from my121_analytics.settings_text import faulty_line, toml_fault


@pytest.mark.parametrize(("line", "fault", "remedy"), [
    ("name = “Aldermere”", "curly", "straight quotes"), ('source = "C:\\exports"', "backslash", ""),
    ("name = Aldermere", "no quotes", '"Aldermere"'), ("[council", "bracket", "[exports]"),
    ("just words", "neither a table nor a setting", "name = value")])
def test_each_usual_fault_is_named_at_its_line_with_its_remedy(line, fault, remedy):
    text = f"[pack]\nby = 'service'\n{line}\n"
    with pytest.raises(tomllib.TOMLDecodeError) as problem:
        tomllib.loads(text)
    assert faulty_line(text, str(problem.value)) == (3, line)
    said, hint = toml_fault(line, str(problem.value))
    assert fault in said
    assert remedy in hint


def test_a_table_that_stands_twice_is_said_to_be_there_already():
    text = "[pack]\na = 1\n[pack]\nb = 2\n"
    with pytest.raises(tomllib.TOMLDecodeError) as problem:
        tomllib.loads(text)
    assert toml_fault("[pack]", str(problem.value))[0] == "a table or a name stands twice"
