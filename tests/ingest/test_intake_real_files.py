"""Public files of other makers, where they lie at hand: read in place, never copied.

The environment variable ``MY121_REAL_FILES`` names their folder; by default they are looked for beside the checkout.
Where they are not, these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.intake import read_exports

BESIDE = Path(__file__).parents[3] / "shared" / "real"
REAL = Path(os.environ.get("MY121_REAL_FILES", BESIDE))
SETTINGS = Path(__file__).parents[1] / "real"


def need(name: str) -> Path:
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand")
    return path


def test_four_levels_and_dates_with_the_month_first_are_read_whole():
    intake = read_exports(need("hrdataset_v14_original.csv"), settings=SETTINGS / "hrdataset.toml")
    rows = intake.workforce.placements
    assert len(rows) == 311
    assert rows["performance"].value_counts().to_dict() == {3: 243, 4: 37, 2: 18, 1: 13}
    assert rows["rater_id"].nunique() == 23
    assert rows["rater_id"].notna().all()
    assert intake.quarantine.empty
    refused = intake.mapping[intake.mapping["how"] == "refused"]["heading"].tolist()
    assert {"Salary", "DOB", "Zip", "Absences"} <= set(refused)


def test_without_its_settings_the_same_file_is_stopped_rather_than_guessed():
    intake = read_exports(need("hrdataset_v14_original.csv"), settings=SETTINGS / "nine_box_export.toml")
    assert len(intake.quarantine) > 300
    assert "date_order_doubtful" in set(intake.findings["code"])


def test_a_nine_box_export_of_another_kind_gives_its_boxes():
    intake = read_exports(need("sample-employees.xlsx"), settings=SETTINGS / "nine_box_export.toml")
    rows = intake.workforce.placements
    assert rows["box"].tolist() == [1, 1, 2, 2, 3, 4, 4, 5, 5, 5, 6, 7, 8, 8, 9]
    assert rows["derived"].all()
    dated = intake.mapping[intake.mapping["how"] == "dated"]["heading"].tolist()
    assert len(dated) == 4
    assert rows["rater_id"].isna().all()
    assert int(intake.findings.loc[intake.findings["code"] == "rater_unknown", "n"].sum()) == 15


def test_managers_of_a_four_level_scale_are_compared_and_named():
    intake = read_exports(need("hrdataset_v14_original.csv"), settings=SETTINGS / "hrdataset.toml")
    managers = estimate_severity(intake.workforce).frame("managers")
    assert len(managers) == 23
    assert managers["n_ratings"].sum() == 311
    assert not managers["name"].eq(managers["rater_id"]).all(), "managers off the staff list keep their names"
    assert set(managers["verdict"]) <= {"pattern", "watch", "in line", "cannot tell"}


def test_another_tool_s_nine_boxes_are_counted_without_managers():
    intake = read_exports(need("sample-employees.xlsx"), settings=SETTINGS / "nine_box_export.toml")
    profile = tabulate_profile(intake.workforce, by="directorate").frame("map")
    assert profile.loc[profile["box"] > 0, "n"].tolist() == [2, 2, 1, 2, 3, 1, 1, 2, 1]
    with pytest.raises(DataUnusableError, match="names its rater"):
        estimate_severity(intake.workforce)
