"""Rows told apart by several columns of codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.workforce import row_keys
from my121_analytics.workforce.row_keys import count_distinct, find_repeated, first_of_each, number_rows

PEOPLE = (np.array([0, 0, 1, -1, 0, -1], dtype=np.int8), 2)
CYCLES = (np.array([3, 1, 3, -1, 3, -1], dtype=np.int16), 4)


def test_rows_alike_in_all_columns_are_found_and_missing_is_a_value():
    assert find_repeated([PEOPLE, CYCLES]).tolist() == [0, 3, 4, 5]
    assert first_of_each([PEOPLE, CYCLES]).tolist() == [0, 1, 2, 3]
    assert count_distinct([PEOPLE, CYCLES]) == 4


def test_only_rows_that_count_are_looked_at():
    among = np.array([False, True, True, False, True, True])
    assert first_of_each([PEOPLE, CYCLES], among).tolist() == [1, 2, 4, 5]
    assert first_of_each([PEOPLE], np.zeros(6, dtype=bool)).tolist() == []


def test_numbers_follow_the_codes_the_first_column_before_the_second():
    assert np.argsort(number_rows([PEOPLE, CYCLES]), kind="stable").tolist() == [3, 5, 1, 0, 4, 2]


def test_no_rows_have_no_repeats():
    nothing = (np.array([], dtype=np.int8), 0)
    assert find_repeated([nothing, nothing]).tolist() == []
    assert first_of_each([nothing]).tolist() == []
    assert count_distinct([nothing]) == 0


ROWS = st.integers(0, 30).flatmap(lambda n: st.lists(
    st.lists(st.integers(-1, 3), min_size=n, max_size=n), min_size=1, max_size=4))


@pytest.mark.parametrize(("cells_per_row", "largest"), [(0, 2 ** 62), (2, 2 ** 62), (8, 2 ** 62), (1, 6)])
@given(ROWS)
def test_repeats_are_those_that_a_table_of_the_rows_has(cells_per_row, largest, values):
    """Whether counted in a table, hashed, or numbered anew where the columns are too many for one number."""
    table = pd.DataFrame(dict(enumerate(values)))
    columns = [(np.array(column, dtype=np.int32), 4) for column in values]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(row_keys, "_CELLS_PER_ROW", cells_per_row)
        patched.setattr(row_keys, "_LARGEST", largest)
        assert find_repeated(columns).tolist() == np.flatnonzero(table.duplicated(keep=False)).tolist()
        assert first_of_each(columns).tolist() == np.flatnonzero(~table.duplicated()).tolist()
        assert count_distinct(columns) == len(table.drop_duplicates())
        numbers = number_rows(columns)
    assert np.argsort(numbers, kind="stable").tolist() == np.lexsort([c for c, _ in reversed(columns)]).tolist()
