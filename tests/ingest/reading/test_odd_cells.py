"""Several hundred odd cells, each with the reading a careful person settled on before it was tried."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.reading.cells import (
    parse_counts,
    parse_flags,
    parse_grades,
    parse_ids,
    parse_numbers,
    parse_sources,
)
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.ratings import build_scales
from my121_analytics.settings import CycleSettings, Settings
from my121_analytics.workforce.cycles import Cycle

CASES: dict[str, list[list[Any]]] = tomllib.loads(
    Path(__file__).with_name("odd_cells.toml").read_text("utf-8"))
SCALES = build_scales(build_framework(), Settings())
PARSERS = {**{axis: scale.parse for axis, scale in SCALES.items()}, "flag": parse_flags, "count": parse_counts,
           "grade": parse_grades, "source": parse_sources,
           "fte": lambda texts: parse_numbers(texts, check=lambda v: 0 <= v <= 1.5, units=("fte", "wte"))}
NEIGHBOURS = ["004713", "004714", "004715", "004716"]
"""Ids stand in columns of ids; what they look like settles what a word among them is."""


def read(kind: str, text: str) -> Any:
    if kind == "period":
        found = read_period(text, CycleSettings())
        if isinstance(found, Cycle):
            return found.label
        return "!none" if found is None else f"={found}" if found else "!stop"
    if kind == "date":
        days = parse_dates([text], latest_year=2030)
        if days.open_end[0]:
            return "!open"
        parsed = days.parsed
    elif kind == "id":
        parsed = parse_ids([*NEIGHBOURS, text])
    else:
        parsed = PARSERS[kind]([text])
    if parsed.faults[-1]:
        return "!stop"
    value = parsed.values[-1]
    if kind == "date":
        return "!none" if np.isnat(value) else str(value)[:10]
    missing = value is None or value == -1 or value != value or (kind in SCALES and value == 0)
    return "!none" if missing else value


@pytest.mark.parametrize("kind", CASES)
def test_odd_cells_are_read_as_a_careful_person_would(kind):
    readings = [(text, reading, read(kind, text)) for text, reading in CASES[kind]]
    assert [(text, reading, found) for text, reading, found in readings if not is_same(reading, found)] == []


def is_same(reading: Any, found: Any) -> bool:
    return bool(found == (pytest.approx(reading) if isinstance(reading, float) else reading))


def test_a_number_in_which_a_letter_stands_for_a_digit_is_no_id_among_numbers():
    assert parse_ids([*NEIGHBOURS, "0047I7"]).faults[-1] == "bad_id"
    assert parse_ids([*NEIGHBOURS, "A04719"]).faults[-1] == ""
    assert parse_ids(["A0471O"]).faults[0] == ""


def test_final_is_the_calibrated_rating_only_beside_a_provisional_one():
    assert parse_sources(["Provisional", "Final"]).values.tolist() == ["manager", "calibrated"]
    assert parse_sources(["Final"]).faults.tolist() == ["unknown_word"]
