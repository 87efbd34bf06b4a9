"""What the cells of a column settle about its heading."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.files.source_sheet import SourceSheet
from my121_analytics.ingest.reading.content import SheetContent, could_be_levels
from my121_analytics.ingest.reading.ratings import build_scales
from my121_analytics.settings import Settings

SCALES = build_scales(build_framework(Settings()), Settings())


def content_of(*columns: list[str]) -> SheetContent:
    """Columns of a sheet whose first row is the header."""
    cells = tuple(np.array(["heading", *column], dtype=object) for column in columns)
    return SheetContent(SourceSheet("a.csv", "", cells), 1, SCALES)


@pytest.mark.parametrize(("cells", "kind"), [
    (["100234", "100235", "A1009", "007812"], "ids"), (["Manager", "Self", "Manager"], "sources"),
    (["Partially meets", "Meets", "Exceeds"], "performance"), (["Solid and Adaptable", "Good Performer"], "box"),
    (["Adult Care", "Environment"], "words"), (["", "n/a", ""], "words"), (["2", "3", "1"], "ids")])
def test_a_column_is_told_by_what_nearly_all_of_its_cells_are(cells, kind):
    assert content_of(cells).looks_like(0) == kind


def test_all_cells_must_be_on_a_scale_for_a_column_to_fit_it():
    assert "performance" in content_of(["Meets", "Exceeds", ""]).fits(0)
    assert content_of(["Meets", "Outstanding"]).fits(0) == frozenset()
    assert content_of(["2.5", "3.0"]).fits(0) is None
    assert content_of(["A remark about the year that nobody would take for the label of a level"]).fits(0) is None


def test_codes_beside_their_words_are_a_pair_and_words_beside_words_are_none():
    codes, words = ["1", "2", "3"], ["Partially meets", "Meets", "Exceeds"]
    assert content_of(codes, words).paired(0, 1)
    assert not content_of(words, codes).paired(0, 1)
    assert not content_of(codes, ["ok", "", "ok"]).paired(0, 1)


def test_of_two_columns_of_periods_that_agree_the_finest_is_read():
    years, halves = ["2024/25"] * 6, ["2024/25 H1"] * 3 + ["2024/25 H2"] * 3
    assert content_of(years, halves).finest([0, 1]) == 1
    assert content_of(["2023/24", "2024/25"] * 3, halves).finest([0, 1]) == -1


def test_of_two_columns_that_tell_the_rows_apart_alike_the_one_with_names_is_read():
    codes, names = ["AC", "AC", "EN", "EN"], ["Adult Care", "Adult Care", "Environment", "Environment"]
    assert content_of(codes, names).clearest([0, 1]) == 1
    assert content_of(["AC", "EN", "AC", "EN"], names).clearest([0, 1]) == -1


def test_cells_that_say_something_are_counted_and_the_header_is_not():
    content = content_of(["Meets", "-", "Meets ", "Exceeds"], ["2", "", "2", "3"])
    assert content.filled(0).tolist() == [True, False, True, True]
    assert sum(content.tally(0).values()) == 3
    assert content.tally_pairs(1, 0)["3 Exceeds"] == 1
    assert content.distinct(0) == ["Meets", "Exceeds"]


@pytest.mark.parametrize(("texts", "answer"), [
    (["1", "2", "3"], True), (["Low", "High"], True), ([], False), (["1.5", "2"], False),
    ([str(n) for n in range(13)], False), (["x" * 61], False)])
def test_levels_are_few_short_and_no_decimals(texts, answer):
    assert could_be_levels(texts) is answer
