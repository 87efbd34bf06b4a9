"""A sheet's columns as codes and distinct texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.ingest.files.source_sheet import SourceSheet


def cells(kind: str, n: int) -> np.ndarray:
    """Give n cells: the same objects again, other objects of the same text, or none alike."""
    draw = np.random.default_rng(3).integers(0, 40, n)
    if kind == "same objects":
        return np.array([f"Team {k}" for k in range(40)], dtype=object)[draw]
    if kind == "in runs":
        return np.sort(np.array([f"Team {k}" for k in range(40)], dtype=object)[draw])
    if kind == "other objects":
        return np.array([f"Team {k}" for k in draw], dtype=object)
    return np.array([f"P{k:06d}" for k in range(n)], dtype=object)


@pytest.mark.parametrize("n", [0, 1, 5_000])
@pytest.mark.parametrize("kind", ["same objects", "in runs", "other objects", "none alike"])
def test_codes_and_texts_are_those_of_reading_every_cell(kind: str, n: int):
    column = cells(kind, n)
    codes, texts = SourceSheet("f.csv", "", (column,)).factor(0)
    expected_codes, expected_texts = pd.factorize(column)
    assert codes.tolist() == expected_codes.tolist()
    assert texts.tolist() == expected_texts.tolist()


def test_every_second_row_of_a_longer_column_is_read_as_it_stands():
    column = cells("in runs", 9_000)[::2]
    codes, texts = SourceSheet("f.csv", "", (column,)).factor(0)
    assert texts[codes].tolist() == column.tolist()
