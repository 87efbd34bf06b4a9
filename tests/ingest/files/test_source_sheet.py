"""A sheet's columns as codes and distinct texts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.ingest.files.source_sheet import SourceSheet, TextColumn, fill_merged

CELLS = st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=12)


def is_as_read_cell_by_cell(column: TextColumn, cells: list[str]) -> bool:
    """Say whether a column holds the cells, and each distinct text once, in order of first appearance."""
    return column[:].tolist() == cells and column.texts.tolist() == list(dict.fromkeys(cells))


@given(CELLS)
def test_a_column_of_cells_holds_each_text_once_in_order_of_appearance(cells):
    assert is_as_read_cell_by_cell(TextColumn.of_cells(cells), cells)
    assert TextColumn.of_cells(cells).is_blank == (not any(cells))


@given(CELLS)
def test_different_values_that_are_written_alike_become_one_text(cells):
    values = [(cell, place % 2) for place, cell in enumerate(cells)]
    distinct = list(dict.fromkeys(values))
    codes = np.array([distinct.index(value) for value in values], dtype=np.int32)
    assert is_as_read_cell_by_cell(TextColumn.of_codes(codes, [text for text, _ in distinct]), cells)


@given(CELLS, st.data())
def test_a_text_that_is_written_over_everywhere_is_nowhere_in_the_column(cells, data):
    rows = data.draw(st.lists(st.integers(0, len(cells) - 1), unique=True))
    texts = data.draw(st.lists(st.sampled_from(["", "b", "new"]), min_size=len(rows), max_size=len(rows)))
    column = TextColumn.of_cells(cells)
    expected = list(cells)
    for row, text in zip(rows, texts, strict=True):
        expected[row] = text
    assert is_as_read_cell_by_cell(column.written(rows, texts), expected)
    assert is_as_read_cell_by_cell(column.written(slice(None), ""), [""] * len(cells))
    assert is_as_read_cell_by_cell(column, cells)


def test_a_cell_over_several_rows_fills_those_that_hold_anything_else():
    sheet = SourceSheet("f.xlsx", "S", (np.array(["Care", "", "", "own", ""], dtype=object),
                                        np.array(["1", "2", "", "4", "5"], dtype=object)))
    filled = fill_merged(sheet.columns, [((0, 0), (4, 0)), ((0, 7), (3, 7)), ((9, 0), (12, 0))])
    assert list(filled) == [0]
    assert sheet.with_columns(filled).columns[0][:].tolist() == ["Care", "Care", "", "own", "Care"]


def test_numbers_under_dates_become_days_counted_from_1904():
    sheet = SourceSheet("f.xlsx", "S", (np.array(["40000", "40000", "1 May", "40001.5"], dtype=object),))
    settled, n = sheet.settle_serials(0, 1)
    assert n == 2
    assert settled.columns[0][:].tolist() == ["40000", "2013-07-07", "1 May", "2013-07-08"]
    assert sheet.settle_serials(0, 4)[1] == 0


def test_an_emptied_column_is_gone_from_its_distinct_texts_too():
    sheet = SourceSheet("f.csv", "", (TextColumn.of_cells(["NI Number", "AB123"]), TextColumn.of_cells(["1", "2"])))
    assert sheet.without({0}).factor(0)[1].tolist() == [""]
    assert sheet.without({0}).factor(1)[1].tolist() == ["1", "2"]
