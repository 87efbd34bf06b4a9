"""Known answers of the shape of an extract, and its way to the disk and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.ingest.intake import read_exports
from my121_analytics.runs.extract_shape import (
    PEOPLE,
    PLACEMENTS,
    RATINGS,
    RECORDED,
    ExtractShape,
    keep_shape,
    measure_extract,
    prune_shapes,
    read_shape,
)

HEADINGS = "Employee Number,Name,Directorate,Manager,Review Date,Performance Rating,Potential Rating,Box"
ROWS = ("1001,Ann Able,Adults,1004,2024-03-01,Meets expectations,High,2",
        "1002,Bob Best,Adults,1004,2024-03-02,Exceeds expectations,High,1",
        "1003,Cy Cole,Places,1004,2024-03-03,,,5",
        "1004,Di Dunn,Places,,2023-09-12,Meets expectations,High,2")


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory) -> ExtractShape:
    folder = tmp_path_factory.mktemp("exports")
    for number, rows in ((1, ROWS[:2]), (2, ROWS[2:])):
        (folder / f"reviews {number}.csv").write_text("\n".join([HEADINGS, *rows]) + "\n", "utf-8")
    return measure_extract(read_exports(folder))


def test_people_and_placements_are_counted_by_cycle_and_directorate(shape: ExtractShape) -> None:
    first, last = shape.cycles
    assert shape.counts[PEOPLE, "", ""] == 4
    assert {unit: n for (measure, _, unit), n in shape.counts.items() if measure == PEOPLE and unit} == {
        "Adults": 2, "Places": 2}
    assert shape.counts[PLACEMENTS, last, ""] == 3
    assert shape.counts[PLACEMENTS, last, "Adults"] == 2
    assert shape.counts[PLACEMENTS, first, ""] == 1


def test_a_level_worked_out_from_the_box_is_a_rating_and_not_a_recorded_one(shape: ExtractShape) -> None:
    last = shape.cycles[-1]
    assert (shape.counts[RATINGS, last, ""], shape.counts[RECORDED, last, ""]) == (3, 2)
    assert shape.levels["performance", last] == {2: 2, 3: 1}  # box 5 says Meets
    assert shape.levels["box", last] == {1: 1, 2: 1, 5: 1}


def test_files_whose_names_differ_in_their_digits_are_one(shape: ExtractShape) -> None:
    (reviews,) = shape.files.values()
    assert (reviews.shown, reviews.n_files, reviews.refused) == ("reviews 2.csv", 2, 0)
    assert reviews.rows == 6, "headings are read too"
    assert {"box", "directorate", "performance"} <= {column.rpartition(" ")[2] for column in reviews.columns}


def test_the_day_the_scales_and_the_entries_are_measured(shape: ExtractShape) -> None:
    assert shape.as_of == shape.newest["placements"] == "2024-03-03"
    assert not shape.is_day_set
    assert shape.scales["performance"] == ("Partially meets", "Meets", "Exceeds")
    assert shape.filled["employees.name"] == 1
    assert shape.filled["placements.box"] == 1
    assert shape.rows["conversations"] == 0


def test_a_shape_comes_back_from_the_disk_as_it_was_and_holds_nobodys_name(shape: ExtractShape, tmp_path: Path) -> None:
    keep_shape(tmp_path, "run-1", shape)
    keep_shape(tmp_path, "run-2", shape)
    assert read_shape(tmp_path, "run-1") == shape
    written = shape.to_json().decode()
    assert not any(word in written for word in ("Able", "Dunn", "1001"))
    prune_shapes(tmp_path, {"run-2"})
    assert read_shape(tmp_path, "run-1") is None
    assert read_shape(tmp_path, "run-2") == shape


@pytest.mark.parametrize("content", ["", "{", "[]", '{"as_of": "2024-03-31"}', '{"as_of": "x", "counts": 3}'])
def test_a_shape_that_cannot_be_read_is_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "run-1.json").write_text(content, "utf-8")
    assert read_shape(tmp_path, "run-1") is None
