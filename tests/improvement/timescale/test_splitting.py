"""Cells of several timescales: bullets, numbers, wide gaps, and lines that only continue the one above."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.splitting import split_cell, split_lines


@pytest.mark.parametrize(("text", "lines"), [
    ("• 12 months\n▪ 6 months", ["12 months", "6 months"]), ("- TBC\n– ongoing\no Q3", ["TBC", "ongoing", "Q3"]),
    ("1. 12 months\n2. 6 months", ["12 months", "6 months"]), ("(a) Ongoing\n(b) TBC", ["Ongoing", "TBC"]),
    ("1. March 2014\n3. June 2014", ["1. March 2014", "3. June 2014"]), ("31. March 2014", ["31. March 2014"]),
    ("12 months\r\n\r\n6 months\r", ["12 months", "6 months"]), ("ongoing", ["ongoing"]), ("–", ["–"]), ("", [])])
def test_bullets_and_numbers_that_only_number_the_lines_are_left_out(text, lines):
    assert split_lines(text) == lines


@pytest.mark.parametrize("text", [
    "Sept 2013; revised to Dec 2013", "Original: Sept 2013; Revised: Dec 2013", "was June 2013; now Sept 2013",
    "Sept 2013\nextended to Dec 2013", "Sept 2013\n(was June 2013)", "18-24\nmonths", "by the end of\nMarch 2014",
    "12 months (High)", "March / April 2014", "Q3 & Q4 2013/14", "31 March 2014, 9 months"])
def test_one_timescale_stays_whole(text):
    assert len(split_cell(text)) == 1


@pytest.mark.parametrize(("text", "parts"), [
    ("12 months | 6 months", ["12 months", "6 months"]), ("12 months   6 months", ["12 months", "6 months"]),
    ("a) 12 months b) 6 months", ["12 months", "6 months"]),
    ("31/03/2014 and 30/06/2014", ["31/03/2014", "30/06/2014"]),
    ("Febuary 2014; Agust 2014", ["Febuary 2014", "Agust 2014"]),
    ("P1\n12 months\nP2\n6 months", ["P1; 12 months", "P2; 6 months"])])
def test_two_answers_are_two_timescales_as_written(text, parts):
    assert split_cell(text) == parts


def test_a_line_that_is_no_timescale_stays_with_the_one_it_stands_beside():
    assert split_cell("12 months\n(HR to lead)\n6 months") == ["12 months (HR to lead)", "6 months"]
