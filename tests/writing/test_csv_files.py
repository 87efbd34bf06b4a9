"""CSV that people open in Excel: nothing runs, nothing changes its type."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.csv_files import write_csv

ABOUT = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2", n=2)


def written(tmp_path, frame, audience="analyst", **declared):
    result = Result(ABOUT, {"t": Table(frame, **{"keys": (), **declared})})
    write_csv(release(result, audience=audience), "t", tmp_path / "t.csv")
    return (tmp_path / "t.csv").read_bytes()


def test_hostile_text_stays_text(tmp_path):
    hostile = ["=cmd|' /C calc'!A0", "+1", "-2", "@x", "\tx", "\rx", "plain"]
    body = written(tmp_path, pd.DataFrame({"name": hostile})).decode("utf-8-sig")
    cells = pd.read_csv(tmp_path / "t.csv", dtype=str, encoding="utf-8-sig")["name"].tolist()
    assert body.startswith("name\r\n")
    assert [c[0] for c in cells[:6]] == ["'"] * 6
    assert cells[6] == "plain"


def test_numbers_stay_numbers_dates_are_iso_and_ids_keep_their_zeros(tmp_path):
    frame = pd.DataFrame({"employee_id": pd.Categorical(["0012"]), "estimate": [-0.5], "n": pd.array([None], "Int32"),
                          "placed_on": pd.to_datetime(["2024-05-01"]), "derived": [True]})
    lines = written(tmp_path, frame).decode("utf-8-sig").split("\r\n")
    assert lines[1] == "0012,-0.5,,2024-05-01,true"


def test_the_file_begins_with_a_byte_order_mark_so_that_excel_reads_accents(tmp_path):
    assert written(tmp_path, pd.DataFrame({"name": ["Zoë"]})).startswith(b"\xef\xbb\xbf")


def test_withheld_counts_are_marked_and_absent(tmp_path):
    frame = pd.DataFrame({"box": [1, 2, 3], "n": [2, 40, 50]})
    body = written(tmp_path, frame, audience="publish", keys=("box",), count="n").decode("utf-8-sig")
    assert "1,,[c]" in body


def test_a_plain_result_is_refused(tmp_path):
    with pytest.raises(DisclosureError, match="released"):
        write_csv(Result(ABOUT, {}), "t", tmp_path / "t.csv")


def test_no_placement_has_no_box_and_a_marker_beside_the_empty_cell(tmp_path):
    frame = pd.DataFrame({"box": [4, 0], "box_name": ["Pivotal and Flexible", "No placement"], "performance": [3, 0],
                          "potential": [2, 0], "n": [40, 50]})
    body = written(tmp_path, frame, audience="publish", keys=("box",), count="n").decode("utf-8-sig")
    assert body.split("\r\n")[:3] == [
        "box,box_marker,box_name,performance,performance_marker,potential,potential_marker,n",
        "4,,Pivotal and Flexible,3,,2,,40", ",[z],No placement,,[z],,[z],50"]


def test_moves_write_no_placement_in_words_and_never_as_box_0(tmp_path):
    frame = pd.DataFrame({"before": [0, 4], "after": [4, 0], "before_name": ["No placement", "Pivotal and Flexible"],
                          "after_name": ["Pivotal and Flexible", "No placement"], "n": [40, 50]})
    body = written(tmp_path, frame, audience="publish", keys=("before", "after"), count="n").decode("utf-8-sig")
    assert body.split("\r\n")[:3] == [
        "before,before_marker,after,after_marker,before_name,after_name,n",
        ",[z],4,,No placement,Pivotal and Flexible,40", "4,,,[z],Pivotal and Flexible,No placement,50"]


def test_counts_before_and_after_are_no_boxes_so_their_0_stays(tmp_path):
    body = written(tmp_path, pd.DataFrame({"what": ["Rows"], "before": [0], "after": [3]})).decode("utf-8-sig")
    assert "Rows,0,3" in body
