"""The synthetic council's exports give back its record, but for the faults planted in them."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.sample_council.council import Sample, make_sample


@pytest.fixture(scope="module")
def council(tmp_path_factory) -> tuple[Sample, Intake]:
    folder = tmp_path_factory.mktemp("council")
    sample = make_sample(300, seed=3, folder=folder)
    return sample, read_exports(folder)


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    kept = [c for c in frame.columns if not c.startswith("origin_") and c not in ("repaired", "derived")]
    text = frame[kept].apply(lambda column: column.astype("str")).fillna("")
    return text.sort_values(kept, kind="stable").reset_index(drop=True)


@pytest.mark.parametrize("table", ["employees", "objectives", "development_actions", "successors", "evidence"])
def test_tables_without_planted_faults_come_back_cell_by_cell(council, table):
    sample, intake = council
    pd.testing.assert_frame_equal(as_text(getattr(intake.workforce, table)), as_text(getattr(sample.workforce, table)))


@pytest.mark.parametrize("table", ["placements", "conversations"])
def test_tables_with_planted_faults_lack_only_the_stopped_rows(council, table):
    sample, intake = council
    faults = sample.truth["faults"]
    stopped = faults[(faults["table"] == table) & (faults["expected"] == "quarantined")]["record_row"]
    expected = getattr(sample.workforce, table).drop(index=stopped.astype("int64"))
    pd.testing.assert_frame_equal(as_text(getattr(intake.workforce, table)), as_text(expected))


def test_posts_come_back_but_for_one_spoilt_cell(council):
    sample, intake = council
    ours, theirs = as_text(intake.workforce.posts), as_text(sample.workforce.posts)
    assert len(ours) == len(theirs)
    pd.testing.assert_frame_equal(ours.drop(columns="fte"), theirs.drop(columns="fte"))
    assert (ours["fte"] != theirs["fte"]).sum() == 1


def test_each_planted_fault_meets_its_fate(council):
    sample, intake = council
    quarantined = set(zip(intake.quarantine["file"], intake.quarantine["row"], strict=True))
    found = set(zip(intake.findings["file"], intake.findings["row"].fillna(0), strict=True))
    faults = sample.truth["faults"]
    for fault in faults.itertuples():
        place = (fault.file, int(fault.row))
        if fault.expected == "quarantined":
            assert place in quarantined, fault
        else:
            assert place not in quarantined, fault
            assert place in found, fault
    assert len(quarantined) == (faults["expected"] == "quarantined").sum()


def test_cover_and_improvement_plan_are_set_aside(council):
    _, intake = council
    aside = intake.reconciliation[intake.reconciliation["kind"] == "not_record"]
    assert set(aside["file"]) == {"itrent_people.xlsx", "improvement_plan.xlsx"}
    assert intake.unreadable.empty


def test_the_truth_beside_the_exports_is_never_read(council):
    _, intake = council
    assert not any("truth" in f or f == "managers.csv" for f in intake.reconciliation["file"])
