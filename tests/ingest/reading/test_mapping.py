"""The block of headings, read back through the settings, gives the mapping it was written from."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.reading.mapping import columns_block
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings_file import load_settings


def again(folder: Path, block: str, where: Path) -> Intake:
    (where / "my121.toml").write_text(block, encoding="utf-8")
    return read_exports(folder, settings=load_settings(where / "my121.toml"))


def taken_for(intake: Intake) -> pd.DataFrame:
    return intake.mapping[["file", "sheet", "heading", "column"]]


def test_the_block_of_a_council_s_exports_gives_the_same_mapping_again(tmp_path):
    exports = tmp_path / "exports"
    make_sample(120, seed=3, folder=exports)
    (exports / "my121.toml").unlink(missing_ok=True)
    first = read_exports(exports)
    second = again(exports, columns_block(first.mapping), tmp_path)
    pd.testing.assert_frame_equal(taken_for(first), taken_for(second))
    pd.testing.assert_frame_equal(first.workforce.placements, second.workforce.placements)


HEADS = {
    "staff": "Emp No.,Worker,Start date,Shoe size,NI number,\"Post \"\"main\"\" (Y/N)\",Line Mgr,Dept",
    "ratings": "Employee #,2023 rating,Self Rating: Performance,Manager Rating: Performance,Manager,"
               "Review period,Position",
    "talks": "Staff No,Date held,Manager,Summary,Position"}


def test_odd_headings_come_back_too_and_what_is_not_settled_is_commented(tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    rows = {"staff": "1,Ann Lee,01/02/2020,7,QQ123456C,Y,2,Place\n2,Bo Hay,,8,,Y,,Place",
            "ratings": "1,2,Meets,Exceeds,2,2023/24 H1,P1", "talks": "1,01/05/2023,2,Y,Cleaner"}
    for name, head in HEADS.items():
        (exports / f"{name}.csv").write_text(f"{head}\n{rows[name]}\n", encoding="utf-8")
    first = read_exports(exports)
    block = columns_block(first.mapping)
    pd.testing.assert_frame_equal(taken_for(first), taken_for(again(exports, block, tmp_path)))
    settled = tomllib.loads(block)["exports"]["columns"]
    assert settled["Emp No."] == "employee_id"
    assert settled["Self Rating: Performance"] == "self.performance"
    assert "NI number" not in block
    for asked in ("Start date", "2023 rating", "Shoe size", "Position"):
        assert asked not in settled
        assert f'# "{asked}" = ' in block


@pytest.mark.parametrize("heading", ['A "quoted" one', "Back\\slash", "Line\nbreak", "Tab\there", "Del\x7f", "Ünïcode"])
def test_any_heading_is_written_as_sound_toml(heading):
    mapping = pd.DataFrame([("a\nb.csv", "S1", heading, "name", "setting", "")],
                           columns=["file", "sheet", "heading", "column", "how", "meanings"])
    assert tomllib.loads(columns_block(mapping))["exports"]["columns"] == {heading: "name"}
