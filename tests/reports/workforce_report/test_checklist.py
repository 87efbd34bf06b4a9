"""The twelve groups of the checklist for published workbooks, read from the file's own parts.

Nothing of the product's audit is used here: the parts of the package are read as XML, as another program would, so that
a fault that both the writer and the audit overlook is found.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from my121_analytics.reports.workforce_report.report import WorkforceReport, build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import CouncilSettings, ReportSettings, Settings
from my121_analytics.workforce.record import Workforce

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
HOSTILE = ['=cmd|" /C calc"!A0', "http://example.org/x", "@SUM(A1)"]


@dataclass(frozen=True)
class SheetPart:
    """One sheet as its XML says it is."""

    name: str
    root: ET.Element
    cells: dict[str, str]
    styles: dict[str, int]
    table: ET.Element | None

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First column and row, last column and row of the table, from 1."""
        assert self.table is not None
        start, end = self.table.attrib["ref"].split(":")
        return (*place(start), *place(end))


def place(reference: str) -> tuple[int, int]:
    letters, digits = re.match(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column, int(digits)


class Package:
    """A workbook as a zip of XML parts."""

    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.names = self.zip.namelist()
        shared = ET.fromstring(self.zip.read("xl/sharedStrings.xml"))
        self.strings = ["".join(text.text or "" for text in item.iter(f"{S}t")) for item in shared]
        self.styles = ET.fromstring(self.zip.read("xl/styles.xml"))
        self.formats = self.styles.find(f"{S}cellXfs").findall(f"{S}xf")  # type: ignore[union-attr]
        self.sheets = list(self._read_sheets())

    def _read_sheets(self) -> Iterator[SheetPart]:
        book = ET.fromstring(self.zip.read("xl/workbook.xml"))
        links = {one.attrib["Id"]: one.attrib["Target"]
                 for one in ET.fromstring(self.zip.read("xl/_rels/workbook.xml.rels"))}
        for sheet in book.find(f"{S}sheets"):  # type: ignore[union-attr]
            path = "xl/" + links[sheet.attrib[f"{R}id"]].removeprefix("/xl/")
            root = ET.fromstring(self.zip.read(path))
            cells, styles = {}, {}
            for cell in root.iter(f"{S}c"):
                value = cell.find(f"{S}v")
                styles[cell.attrib["r"]] = int(cell.attrib.get("s", 0))
                if value is not None:
                    text = value.text or ""
                    cells[cell.attrib["r"]] = self.strings[int(text)] if cell.attrib.get("t") == "s" else text
            yield SheetPart(sheet.attrib["name"], root, cells, styles, self._table_of(path))

    def _table_of(self, path: str) -> ET.Element | None:
        rels = path.replace("worksheets/", "worksheets/_rels/") + ".rels"
        if rels not in self.names:
            return None
        targets = [one.attrib["Target"] for one in ET.fromstring(self.zip.read(rels)) if "/table" in one.attrib["Type"]]
        assert len(targets) <= 1, "one table to a sheet"
        return ET.fromstring(self.zip.read("xl/" + targets[0].replace("../", ""))) if targets else None

    def font_of(self, style: int) -> ET.Element:
        fonts = self.styles.find(f"{S}fonts").findall(f"{S}font")  # type: ignore[union-attr]
        return fonts[int(self.formats[style].attrib["fontId"])]


@pytest.fixture(scope="module")
def council() -> Workforce:
    workforce = make_sample(90, seed=5).workforce
    posts = workforce.posts.copy()
    names = dict(zip(sorted(posts["directorate"].dropna().astype("str").unique()), HOSTILE, strict=False))
    posts["directorate"] = posts["directorate"].astype("str").map(lambda name: names.get(name, name)).astype("str")
    return workforce.with_tables(posts=posts)


def build(council: Workforce) -> WorkforceReport:
    settings = Settings(council=CouncilSettings(name="Aldermere Borough Council", contact="hr@aldermere.example"))
    return build_report(council, settings=settings, report=ReportSettings(sections=["workforce", "profile", "quality"]))


@pytest.fixture(scope="module")
def report(council: Workforce) -> WorkforceReport:
    return build(council)


@pytest.fixture(scope="module")
def package(report: WorkforceReport) -> Package:
    return Package(report.files["workforce.xlsx"])


@pytest.fixture(scope="module")
def tables(package: Package) -> list[SheetPart]:
    found = [sheet for sheet in package.sheets if sheet.table is not None]
    assert len(found) == len(package.sheets) - 1, "every sheet but the cover holds a table"
    return found


def test_1_tables_are_marked_up_with_telling_names_and_unique_headings(tables: list[SheetPart]) -> None:
    names = [sheet.table.attrib["displayName"] for sheet in tables if sheet.table is not None]
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.fullmatch(r"(?i)table\d*|\w*_\d+", name)]
    for sheet in tables:
        assert sheet.table is not None
        headings = [column.attrib["name"].casefold() for column in sheet.table.iter(f"{S}tableColumn")]
        assert all(heading.strip() for heading in headings)
        assert len(set(headings)) == len(headings)
        first, top, last, _ = sheet.bounds
        written = [sheet.cells.get(f"{chr(64 + column)}{top}", "").casefold() for column in range(first, last + 1)]
        assert written == headings


def test_2_tables_stand_in_column_a_with_nothing_below_or_beside(package: Package, tables: list[SheetPart]) -> None:
    for sheet in tables:
        first, top, last, bottom = sheet.bounds
        assert first == 1
        for reference in sheet.cells:
            column, row = place(reference)
            assert row <= bottom, f"{sheet.name} {reference} is below the table"
            assert column <= last, f"{sheet.name} {reference} is beside the table"
            assert row >= top or column == 1, f"{sheet.name} {reference} is beside the lines above the table"
        assert re.search(r"\b1 table\b", sheet.cells["A2"])
    styles = {int(one.attrib["xfId"]): one.attrib["name"] for one in package.styles.iter(f"{S}cellStyle")}
    for sheet in package.sheets:
        style = package.formats[sheet.styles["A1"]]
        assert styles[int(style.attrib["xfId"])] == ("Title" if sheet.name == "Cover" else "Heading 1")


def test_3_nothing_is_merged_hidden_blank_or_linked_to_elsewhere(package: Package, tables: list[SheetPart]) -> None:
    assert not [name for name in package.names if "vba" in name.lower() or "externalLink" in name]
    for sheet in package.sheets:
        assert sheet.root.find(f"{S}mergeCells") is None
        assert not [one for one in (*sheet.root.iter(f"{S}row"), *sheet.root.iter(f"{S}col"))
                    if one.attrib.get("hidden") in ("1", "true")]
    assert b'state="hidden"' not in package.zip.read("xl/workbook.xml")
    for sheet in tables:
        _, top, last, bottom = sheet.bounds
        for row in range(top, bottom + 1):
            assert any(f"{chr(64 + column)}{row}" in sheet.cells for column in range(1, last + 1)), sheet.name


def test_4_no_filter_freeze_fill_or_cut_text(package: Package) -> None:
    fills = package.styles.find(f"{S}fills").findall(f"{S}fill")  # type: ignore[union-attr]
    for sheet in package.sheets:
        assert sheet.root.find(f"{S}autoFilter") is None
        assert sheet.root.find(f".//{S}pane") is None
        assert sheet.root.find(f"{S}headerFooter") is None
        assert sheet.root.find(f"{S}conditionalFormatting") is None
        for style in set(sheet.styles.values()):
            pattern = fills[int(package.formats[style].attrib["fillId"])].find(f"{S}patternFill")
            assert pattern is None or pattern.attrib.get("patternType") in (None, "none", "gray125")
        if sheet.table is not None:
            assert sheet.table.find(f"{S}autoFilter") is None
        widths = {}
        for column in sheet.root.iter(f"{S}col"):
            widths |= dict.fromkeys(range(int(column.attrib["min"]), int(column.attrib["max"]) + 1),
                                    float(column.attrib["width"]))
        for reference, text in sheet.cells.items():
            column, row = place(reference)
            alignment = package.formats[sheet.styles[reference]].find(f"{S}alignment")
            wraps = alignment is not None and alignment.attrib.get("wrapText") == "1"
            is_number = re.fullmatch(r"-?[\d.]+(E-?\d+)?", text) is not None
            alone = (sheet.name == "Cover" and row == 1)
            assert wraps or is_number or alone or len(text) <= widths[column] * 1.2, f"{sheet.name} {reference}: {text}"


def test_5_gaps_hold_markers_that_are_explained_above_the_table(tables: list[SheetPart]) -> None:
    for sheet in tables:
        _, top, last, bottom = sheet.bounds
        above = " ".join(text for reference, text in sheet.cells.items() if place(reference)[1] < top)
        for row in range(top + 1, bottom + 1):
            for column in range(1, last + 1):
                text = sheet.cells.get(f"{chr(64 + column)}{row}")
                if text is None:
                    assert "empty" in above.lower(), f"{sheet.name} row {row} has an empty cell"
                elif re.fullmatch(r"\[[a-z]\]", text) and sheet.name != "Symbols":
                    assert text in above, f"{sheet.name}: {text}"
                else:
                    assert text.strip() not in ("-", "–", "n/a", "none", "..")


def test_6_notes_resolve_and_all_are_used(package: Package) -> None:
    used, there = set(), set()
    for sheet in package.sheets:
        for reference, text in sheet.cells.items():
            numbers = re.findall(r"\[note (\d+)\]", text)
            (there if sheet.name == "Notes" and reference.startswith("A") else used).update(numbers)
    assert used == there != set()
    assert next(sheet for sheet in package.sheets if sheet.name == "Notes").table is not None


def test_7_cover_contents_and_links(package: Package) -> None:
    cover = package.sheets[0]
    assert cover.name == "Cover"
    said = " ".join(cover.cells.values())
    assert all(word in said for word in ("Aldermere Borough", "hr@aldermere.example", "As of", "Status", "Source"))
    contents = package.sheets[1]
    links = {link.attrib["location"].rsplit("!", 1)[0].strip("'").replace("''", "'")
             for link in contents.root.iter(f"{S}hyperlink")}
    names = {sheet.name for sheet in package.sheets}
    assert names - {"Contents"} <= links <= names
    assert "link to it" in " ".join(contents.cells.values())
    council_text = {text for sheet in package.sheets for text in sheet.cells.values() if "://" in text}
    assert council_text <= set(HOSTILE) | {text for text in council_text if any(bad in text for bad in HOSTILE)}


def test_8_letters_are_sans_serif_12_point_and_dark_and_numbers_are_numbers(package: Package,
                                                                         tables: list[SheetPart]) -> None:
    for sheet in package.sheets:
        for style in {sheet.styles[reference] for reference in sheet.cells}:
            font = package.font_of(style)
            assert font.find(f"{S}name").attrib["val"] == "Arial"  # type: ignore[union-attr]
            assert float(font.find(f"{S}sz").attrib["val"]) >= 12  # type: ignore[union-attr]
            colour = font.find(f"{S}color")
            if colour is not None and "rgb" in colour.attrib:
                assert contrast(colour.attrib["rgb"]) >= 4.5
    for sheet in tables:
        kinds = {cell.attrib["r"]: cell.attrib.get("t") for cell in sheet.root.iter(f"{S}c")}
        for reference, text in sheet.cells.items():
            if re.fullmatch(r"-?[\d,]+(\.\d+)?%?", text):
                assert kinds[reference] != "s", f"{sheet.name} {reference}: a number kept as text"
                alignment = package.formats[sheet.styles[reference]].find(f"{S}alignment")
                assert alignment is not None
                assert alignment.attrib["horizontal"] == "right"


def contrast(rgb: str) -> float:
    channels = [int(rgb[-6:][at:at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (.2126 * red + .7152 * green + .0722 * blue + .05)


def test_9_properties_and_names_of_sheets(package: Package) -> None:
    core = package.zip.read("docProps/core.xml").decode()
    assert "<dc:title>Aldermere Borough Council: workforce report</dc:title>" in core
    assert "<dc:language>en-GB</dc:language>" in core
    names = [sheet.name for sheet in package.sheets]
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= 31
    book = ET.fromstring(package.zip.read("xl/workbook.xml"))
    view = book.find(f".//{S}workbookView")
    assert view is not None
    assert view.attrib.get("activeTab", "0") == "0"


def test_10_each_table_has_a_twin_with_the_same_figures(report: WorkforceReport, tables: list[SheetPart]) -> None:
    twins = {name: list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
             for name, content in report.files.items() if name.startswith("csv/")}
    sheets = [sheet for sheet in tables if sheet.name not in ("Contents", "Notes")]
    assert len(twins) == len(sheets)
    for sheet, rows in zip(sheets, twins.values(), strict=True):
        assert sheet.table is not None
        first, top, _, bottom = sheet.bounds
        assert len(rows) == bottom - top, sheet.name
        for at, column in enumerate(sheet.table.iter(f"{S}tableColumn"), start=first):
            heading = column.attrib["name"]
            for number, row in enumerate(rows, start=top + 1):
                shown = sheet.cells.get(f"{chr(64 + at)}{number}", "")
                told = row.get(f"{heading} marker") or row[heading]
                same = shown == told or told.removeprefix("'") == shown
                assert same or float(shown) == pytest.approx(float(told)), f"{sheet.name}: {shown} {told}"


def test_11_hostile_text_stays_text(package: Package, report: WorkforceReport) -> None:
    for sheet in package.sheets:
        assert next(sheet.root.iter(f"{S}f"), None) is None
        for link in sheet.root.iter(f"{S}hyperlink"):
            assert f"{R}id" not in link.attrib, "links inside the file only"
    shown = {text for sheet in package.sheets for text in sheet.cells.values()}
    assert set(HOSTILE) <= shown
    for name, content in report.files.items():
        if name.startswith("csv/"):
            for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
                assert not [cell for cell in row if cell[:1] in "=+@" and cell] or name == "", name


@pytest.mark.slow
def test_12_the_same_record_gives_the_same_bytes(council: Workforce, report: WorkforceReport, tmp_path: Path) -> None:
    assert build(council).files == report.files
    (tmp_path / "a.xlsx").write_bytes(report.files["workforce.xlsx"])
    assert len(pd.read_excel(tmp_path / "a.xlsx", sheet_name="Headline", engine="calamine"))
