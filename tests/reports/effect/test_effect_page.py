"""The page on the effect of a meeting says what moved, how sure one can be, and withholds small groups."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from my121_analytics.calibration.decisions import apply_decisions, read_decisions
from my121_analytics.calibration.effect import measure_effect, measure_gaps
from my121_analytics.disclosure.release import release
from my121_analytics.reports.effect.effect_page import assemble_effect, files_of
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import select_placements
from my121_analytics.workforce.schema import PROTECTED


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    record = make_sample(120, seed=4).workforce
    cycle = record.latest_cycle
    path = tmp_path_factory.mktemp("effect") / "d.csv"
    lines = ["employee_id,post_id,cycle,outcome,agreed_box,agreed_performance,decision_reason,agreed_by"]
    for number, row in enumerate(select_placements(record, cycles=[cycle]).itertuples()):
        box = (int(row.box) + 2 * number) % 9 + 1  # many steps up and many down
        agreed = f"Changed,{box},,Why,Panel" if box != row.box else "Stands,,,,"
        lines.append(f"{row.employee_id},{row.post_id},{cycle},{agreed}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    calibration = apply_decisions(record, read_decisions(path, workforce=record), agreed_on=date(2024, 10, 3))
    effect = release(measure_effect(record, calibration), audience="analyst")
    gaps = release(measure_gaps(record, calibration), audience="publish")
    papers = assemble_effect(effect, gaps, settings=Settings(), agreed_on="2024-10-03")
    return record, calibration, files_of(papers)


def test_the_page_says_what_was_decided_and_how_sure_one_can_be(files):
    _, calibration, written = files
    html = written["effect.html"].decode("utf-8")
    assert f"Placements decided on: {len(calibration.audit)}. Changed: " in html
    assert "What the meeting of 3 October 2024 changed" in html
    assert "Smallest change that could have been seen" in html
    assert html.count("<h1") == 1
    for word in ("bias", "significant", "p-value", "logit"):
        assert word not in html.casefold()


def test_the_cover_says_whom_to_ask(files):
    cover = openpyxl.load_workbook(io.BytesIO(files[2]["effect.xlsx"]))["Cover"]
    assert ("Questions and corrections", "the HR team that sent this to you") in list(cover.values)


def test_no_group_smaller_than_the_publish_rules_allow_is_shown(files):
    _, _, written = files
    book = openpyxl.load_workbook(io.BytesIO(written["effect.xlsx"]))
    checked = 0
    for page in book:
        for table in page.tables.values():
            head, *rows = [[cell.value for cell in row] for row in page[table.ref]]
            if "Placed" in head:
                counts = [value for row in rows for value in row[1:] if isinstance(value, int | float)]
                assert all(value == 0 or value >= 5 for value in counts)
                checked += 1
    assert checked
    assert {"sex"} <= set(PROTECTED)


def test_the_same_effect_gives_the_same_bytes_and_names_nobody(files):
    record, _, written = files
    html = written["effect.html"].decode("utf-8")
    assert not [name for name in record.employees["name"].dropna() if name in html]
