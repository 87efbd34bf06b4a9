"""Tables of web pages: spans, tables in cells, unclosed tags, and spans that ask for too much."""

from __future__ import annotations

import pytest

from my121_analytics.ingest.files.pages import PageTooLargeError, looks_like_page, read_page, read_tables


def test_a_cell_that_spans_stands_where_it_reaches():
    page = ("<table><tr><th rowspan=2>Unit</th><th colspan=2>2024</th></tr><tr><td>H1</td><td>H2</td></tr>"
            "<tr><td>Care</td><td>1</td><td>2</td></tr></table>")
    assert read_page(page) == [[["Unit", "2024", ""], ["Unit", "H1", "H2"], ["Care", "1", "2"]]]
    assert read_tables(page)[0].carried == {(1, 0)}


def test_a_span_at_the_end_of_a_row_reaches_into_the_next():
    page = "<table><tr><td>a<td rowspan=3>x</tr><tr><td>b</tr><tr><td>c</tr></table>"
    assert read_page(page) == [[["a", "x"], ["b", "x"], ["c", "x"]]]
    assert read_tables(page)[0].carried == {(1, 1), (2, 1)}


def test_a_table_in_a_cell_is_a_table_of_its_own():
    page = "<table><tr><td>outer<table><tr><td>inner</td></tr></table></td><td>after</td></tr></table>"
    assert read_page(page) == [[["outer", "after"]], [["inner"]]]


def test_scripts_and_styles_are_not_read_and_references_are():
    page = "<style>td {}</style><table><tr><td>A &amp; B<script>x</script></td><td>&pound;5</td></tr></table>"
    assert read_page(page) == [[["A & B", "£5"]]]


def test_line_breaks_and_bullets_become_what_the_caller_asks_for():
    page = "<table><tr><td>one  \n two<br>three<ul><li>four</ul></td></tr></table>"
    assert read_page(page) == [[["one\ntwo\nthreefour"]]]
    bullets = read_tables(page, breaks={"br": "\n", "li": "\n• "}, collapse=True)
    assert bullets[0].rows == [["one two\nthree\n• four"]]


def test_spans_that_ask_for_millions_of_cells_are_refused():
    with pytest.raises(PageTooLargeError):
        read_page("<table>" + "<tr>" + "<td colspan=1000>x</td>" * 12_001 + "</tr></table>")


@pytest.mark.parametrize(("head", "is_page"), [
    ("\ufeff<!DOCTYPE html><html>", True), ("  <table border=1>", True), ("<?xml version='1.0'?><html>", True),
    ("<Workbook xmlns=", False), ("Employee ID,Name", False)])
def test_pages_are_told_by_how_they_begin(head, is_page):
    assert looks_like_page(head) == is_page
