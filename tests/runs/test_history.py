"""What is kept of runs: records, the pointer to the latest, and a trend that says no more than its ranges do."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.errors import UsageError
from my121_analytics.runs.history import (
    RUNS,
    Headline,
    RunRecord,
    headline_before,
    list_records,
    prune_runs,
    read_record,
    show_record,
    tabulate_trend,
    write_latest,
)


def record(number: int, key: str = "k", state: str = "done", **given: object) -> RunRecord:
    return RunRecord(id=f"run-{number}", key=key, state=state, exit_code=0, number=number,  # type: ignore[arg-type]
                     started="2024-10-01T06:30:00+00:00", **given)  # type: ignore[arg-type]


def test_old_runs_go_and_the_latest_whole_one_never_does(tmp_path: Path) -> None:
    for number in range(1, 6):
        (tmp_path / RUNS / f"run-{number}").mkdir(parents=True)
        (tmp_path / RUNS / f"run-{number}" / "run.json").write_bytes(record(number).to_json())
    write_latest(tmp_path, record(5))
    assert prune_runs(tmp_path, 2) == ["run-1", "run-2", "run-3"]
    assert [one.number for one in list_records(tmp_path)] == [4, 5]
    assert show_record(tmp_path, "run-4").number == 4
    with pytest.raises(UsageError, match="no run 'nine'"):
        show_record(tmp_path, "nine")
    with pytest.raises(UsageError, match="Several runs"):
        show_record(tmp_path, "run")


def test_a_record_survives_being_written_and_read(tmp_path: Path) -> None:
    one = record(3, headline=(Headline("posts", "Posts", 12.0, unit="count"),), warnings=("quarantined_rows",))
    (tmp_path / "run.json").write_bytes(one.to_json())
    assert read_record(tmp_path / "run.json") == one
    (tmp_path / "run.json").write_text("{")
    assert read_record(tmp_path / "run.json") is None


def line(value: float | None, low: float | None, high: float | None, audience: str = "publish") -> Headline:
    return Headline("conversations", "Enough", value, low, high, "share", "2024/25 H1", "small", audience)


def test_the_trend_says_changed_only_where_the_ranges_are_apart() -> None:
    records = [record(1, as_of="2023-09-30", headline=(line(.5, .45, .55),)),
               record(2, as_of="2024-03-31", headline=(line(.52, .47, .57),)),
               record(3, as_of="2024-09-30", headline=(line(.7, .65, .75),)),
               record(4, as_of="2025-03-31", headline=(line(None, None, None),)),
               record(5, as_of="2025-09-30", state="failed", headline=(line(.1, .1, .1),))]
    trend = tabulate_trend(records)
    assert trend["reading"].tolist() == ["first", "no_clear_change", "rose", "cannot_tell"]
    assert trend["change"].iloc[2] == pytest.approx(.18)


def test_a_figure_made_for_one_audience_is_never_shown_to_another() -> None:
    records = [record(1, key="a", headline=(line(.5, .4, .6, audience="analyst"),)),
               record(2, key="b", headline=(line(.6, .5, .7),)), record(3, key="c", headline=(line(.7, .6, .8),))]
    assert headline_before(records, "c", report="small", audience="publish")[0].value == .6
    assert headline_before(records, "b", report="small", audience="publish") == ()
    assert headline_before(records, "new", report="small", audience="analyst")[0].value == .5
