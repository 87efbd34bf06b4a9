"""A settings file that cannot be read says where, and how to mend the line."""

from __future__ import annotations

import tomllib

import pytest

from my121_analytics.settings_text import faulty_line, toml_fault


@pytest.mark.parametrize(("line", "fault", "remedy"), [
    ("name = “Aldermere”", "curly", "straight quotes"), ('source = "C:\\exports"', "backslash", ""),
    ("name = Aldermere", "no quotes", '"Aldermere"'), ("[council", "bracket", "[exports]"),
    ("has_potential = no", "yes and no", "Write false"), ("has_potential = True", "yes and no", "Write true"),
    ("extract_date = 31/03/2024", "year-month-day", "2024-03-31"), ("delta = 0,5", "comma stands in a number", "0.5"),
    ("fdr = 10%", "from 0 to 1", "0.1"), ("start_month = 4,", "comma stands at the end", "Take it away"),
    ('date_order\u00a0= "mdy"', "non-breaking", "space bar"), ('date_order = "mdy', "quote is missing", "behind it"),
    ('Employee number = "employee_id"', "blank in it", '"Employee number" ='),
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
