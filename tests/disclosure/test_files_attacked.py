"""What the files of the sample council print is read back and attacked: every page and every sheet for anybody to read.

The gate attacks what the files are made from. Here the counts are taken from the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import attack_release, find_nesting
from my121_analytics.disclosure.release import Released, release_together
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.reports.pack import calibration_pack as pack_module
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.reports.workforce_report import report as report_module
from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.results import Result
from my121_analytics.writing.tables import View

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
ISOLATES = re.compile("[\u2066-\u2069]")

pytestmark = pytest.mark.slow


class Tables(HTMLParser):
    """The tables of a page: caption, headings and rows as text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[list[str]]]] = []
        self._into: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append(("", []))
        elif tag == "tr":
            self.found[-1][1].append([])
        elif tag in ("caption", "th", "td"):
            self._into = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("caption", "th", "td") and self._into is not None:
            text = ISOLATES.sub("", "".join(self._into)).strip()
            self._into = None
            if tag == "caption":
                self.found[-1] = (text, self.found[-1][1])
            else:
                self.found[-1][1][-1].append(text)

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)


@dataclass
class Printed:
    """What a run released, and how it was set out."""

    results: list[Result]
    released: list[Released]
    views: list[View]


@pytest.fixture(scope="module")
def sample() -> Intake:
    return read_exports(SAMPLE)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    seen = Printed([], [], [])
    check: Callable[[View], None] = View.__post_init__

    def let_through(results: Sequence[Result], **given: Any) -> list[Released]:
        shown = release_together(results, **given)
        seen.results.extend(results)
        seen.released.extend(shown)
        return shown

    def note(view: View) -> None:
        check(view)
        seen.views.append(view)

    monkeypatch.setattr(pack_module, "release_together", let_through)
    monkeypatch.setattr(report_module, "release_together", let_through)
    monkeypatch.setattr(View, "__post_init__", note)
    return seen


def tables_of_book(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Every marked-up table of a workbook under the title of its sheet."""
    found = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        for table in sheet.tables.values():
            rows = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet[table.ref]]
            found.append((str(sheet["A1"].value), rows))
    return found


def count_of(text: str) -> float:
    return float(text.replace(",", "")) if re.fullmatch(r"[\d,]+", text) else float("nan")


def read_back(printed: Printed, tables: list[tuple[str, list[list[str]]]]) -> tuple[dict[tuple[int, str], Any], int]:
    """Put the counts that files print in the place of those released; gives the frames and how many were read."""
    frames = {(at, name): frame.copy() for at, one in enumerate(printed.released)
              for name, frame in one.tables.items()}
    place = {id(one): at for at, one in enumerate(printed.released)}
    n_read = 0
    for title, (headings, *rows) in tables:
        plain = [re.sub(r" ?\[note \d+\]", "", heading) for heading in headings]
        for view in printed.views:
            at = place.get(id(view.released))
            if at is None or ISOLATES.sub("", view.title) != title or len(view.frame) != len(rows):
                continue
            if [field.heading for field in view.fields] != plain:
                continue
            table = printed.results[at].tables[view.table]
            if not set(table.keys) <= set(view.frame.columns):
                continue
            frame, keys = frames[at, view.table], list(table.keys)
            where = {key: row for row, key in enumerate(frame[keys].astype("str").itertuples(index=False, name=None))}
            for column, field in enumerate(view.fields):
                if field.kind != "integer" or field.name in keys or field.name not in frame:
                    continue
                for row, key in zip(rows, view.frame[keys].astype("str").itertuples(index=False, name=None),
                                    strict=True):
                    frame.loc[where[key], field.name] = count_of(row[column])
                    n_read += 1
    return frames, n_read


def attack_files(printed: Printed, tables: list[tuple[str, list[list[str]]]], sample: Intake) -> int:
    frames, n_read = read_back(printed, tables)
    names = [str(at) for at in range(len(printed.released))]
    shown = {name: SimpleNamespace(tables={table: frame for (of, table), frame in frames.items() if of == at},
                                   about=one.about, facts=one.facts, rounded_to=0)
             for at, (name, one) in enumerate(zip(names, printed.released, strict=True))}
    nesting = find_nesting(sample.workforce.posts_in_cycle(sample.workforce.latest_cycle))
    report = attack_release(shown, dict(zip(names, printed.results, strict=True)), nesting=nesting)
    assert report.n_hidden > 50
    assert report.passed, report.narrowest.head()
    for (at, name), frame in frames.items():
        pd.testing.assert_frame_equal(frame, printed.released[at].tables[name], check_dtype=False)
        assert MARKER in frame
    return n_read


def test_no_page_and_no_sheet_of_a_public_pack_gives_a_count_away(sample: Intake, printed: Printed,
                                                                  tmp_path: Path) -> None:
    made = build_pack(sample.workforce, out=tmp_path, audience="publish")
    tables = []
    for file in made.files:
        if file.endswith(".html"):
            tables += Tables((tmp_path / file).read_text("utf-8")).found
        elif file.endswith(".xlsx"):
            tables += tables_of_book(tmp_path / file)
    assert attack_files(printed, tables, sample) > 300


def test_no_sheet_of_a_public_report_gives_a_count_away(sample: Intake, printed: Printed, tmp_path: Path) -> None:
    made = build_report(sample.workforce, intake=sample, report=ReportSettings(audience="publish"))
    book = tmp_path / "workforce.xlsx"
    book.write_bytes(next(content for name, content in made.files.items() if name.endswith(".xlsx")))
    assert attack_files(printed, tables_of_book(book), sample) > 300


def test_a_count_that_a_file_printed_in_place_of_a_marker_would_be_noticed(sample: Intake, printed: Printed,
                                                                           tmp_path: Path) -> None:
    made = build_report(sample.workforce, intake=sample, report=ReportSettings(audience="publish"))
    book = tmp_path / "workforce.xlsx"
    book.write_bytes(next(content for name, content in made.files.items() if name.endswith(".xlsx")))
    tables = [(title, [["7" if cell == "[c]" else cell for cell in row] for row in rows])
              for title, rows in tables_of_book(book)]
    with pytest.raises((AssertionError, Exception)):
        attack_files(printed, tables, sample)
