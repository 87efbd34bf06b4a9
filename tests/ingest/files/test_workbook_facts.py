"""What a workbook shows is what is read: zeros of number formats, errors, lost values, merged and hidden cells."""

from __future__ import annotations

import struct
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files import pages
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.ingest.files.number_formats import read_format
from my121_analytics.ingest.intake import read_exports
from my121_analytics.settings import ExportSettings, Settings

FILES = Path(__file__).parent / "examples"
PLAIN = Settings(exports=ExportSettings(extract_date=date(2025, 3, 31)))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SPACES = f'xmlns="{MAIN}" xmlns:r="{OFFICE}"'


def relations(*targets: tuple[str, str]) -> str:
    entries = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/{kind}" Target="{target}"/>'
                      for i, (kind, target) in enumerate(targets, start=1))
    return f'<Relationships xmlns="{PACKAGE}">{entries}</Relationships>'


def parts_of(rows: str, *, formats: tuple[str, ...] = (), workbook: str = "", before: str = "", after: str = "",
             strings: str = "", calculation: str = "") -> dict[str, str]:
    """Write the parts of a workbook by hand, for what no library would write."""
    codes = "".join(f'<numFmt numFmtId="{170 + i}" formatCode="{f}"/>' for i, f in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{170 + i}"/>' for i in range(len(formats)))
    return {"[Content_Types].xml": "<Types/>", "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook {SPACES}>{workbook}<sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
                               f"</sheets>{calculation}</workbook>",
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"),
                                                    ("sharedStrings", "sharedStrings.xml")),
            "xl/styles.xml": f'<styleSheet {SPACES}><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}'
                             "</cellXfs></styleSheet>",
            "xl/sharedStrings.xml": f"<sst {SPACES}>{strings}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {SPACES}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"}


def pack(folder: Path, parts: dict[str, str | bytes], name: str = "a.xlsx") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return folder / name


def refused(path: Path) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        read_sheets(path)
    assert caught.value.hints
    return caught.value


# Number formats ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "number", "shown"), [
    ("000000", "4711", "004711"), ("00000;-00000", "4711", "04711"), ("[Red]000000", "4711", "004711"),
    ('"E"00000', "4711", "E04711"), ("\\E0", "4711", "E4711"), ("000\\-000", "4711", "004-711"),
    ("00000_)", "4711", "04711"), ("000", "4711", "4711"), ("000000", "4711.0", "004711"),
    ("#000000", "4711", "004711"), ("[$-809]000000", "0", "000000")])
def test_an_id_is_read_as_its_number_format_shows_it(code, number, shown):
    form = read_format(code)
    assert form is not None
    assert form.show(number) == shown


@pytest.mark.parametrize("code", ["General", "0", "0.00", "#,##0", "0%", "dd/mm/yyyy", "yyyy", "[h]:mm", "@", "0.0E+00",
                                  "# ?/?", "[>99999]000\\-000;000000", '0 "days"', "mmm-yy", "", '"broken'])
def test_other_formats_leave_the_number_alone(code):
    assert read_format(code) is None


LEVELS = '[=1]"Exceeds";[=2]"Meets";"Partially meets"'


@pytest.mark.parametrize(("code", "number", "shown"), [
    (LEVELS, "1", "Exceeds"), (LEVELS, "2", "Meets"), (LEVELS, "3", "Partially meets"), ('"Met"', "7", "Met"),
    ('"Yes";"Yes";"No"', "1", "Yes"), ('"Yes";"Yes";"No"', "0", "No"), ('"Yes";"Yes";"No"', "-1", "Yes"),
    ('"Met";"Not met"', "0", "Met"), ('[<1.5]"Partly";[<2.5]"Met";"Exceeded"', "1.4", "Partly"),
    ('[<1.5]"Partly";[<2.5]"Met";"Exceeded"', "2.5", "Exceeded"), ('[=1]"Met";0', "2", None),
    ('[Red][=1]"Below";[=2]"A;B";0', "2", "A;B"), ("[=1]\\N\\o;0", "1", "No"), (";;\"None\"", "1", None)])
def test_words_of_a_number_format_are_read_where_it_shows_them(code, number, shown):
    form = read_format(code)
    assert form is not None
    assert form.show(number) == shown


@pytest.mark.parametrize("code", [";;;", "0;-0;;@", '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', '"£"#,##0.00',
                                  "[Red][=1]0;[Blue][=2]0;[Green]0", "General;[Red]-General", '"Q"q', "mmmm"])
def test_formats_without_words_leave_the_number_alone(code):
    assert read_format(code) is None


@pytest.mark.parametrize("number", ["4711.5", "-4711", "1E+05", "", "x"])
def test_numbers_that_are_no_ids_are_not_padded(number):
    form = read_format("000000")
    assert form is not None
    assert form.show(number) is None


# Sheets of xlsx ---------------------------------------------------------------------------------------------------


def test_errors_and_formulas_without_a_value_are_told_from_blanks(tmp_path):
    rows = ('<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1"><f>A1+1</f></c>'
            '<c r="D1"><f>A1&amp;"x"</f><v/></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1"><f>"0012"</f></c>'
            '<c r="G1" t="str"><f>A1</f><v>ok</v></c><c r="H1"/></row>')
    (sheet,) = read_sheets(pack(tmp_path, parts_of(rows)))
    assert sheet.rows == [["1", "#N/A", "#FORMULA!", "#FORMULA!", "", "0012", "ok"]]
    assert dict(sheet.notes) == {"error_cells": "B1", "formula_without_value": "C1, D1", "shown_by_format": "F1"}


def test_zeros_of_a_program_that_does_not_calculate_are_no_values(tmp_path):
    rows = '<row r="1"><c r="A1"><v>0</v></c><c r="B1"><f>A1*2</f><v>0</v></c><c r="C1"><f>A1</f><v>7</v></c></row>'
    (sheet,) = read_sheets(pack(tmp_path, parts_of(rows, calculation='<calcPr fullCalcOnLoad="1"/>')))
    assert sheet.rows == [["0", "#FORMULA!", "7"]]
    (sheet,) = read_sheets(pack(tmp_path, parts_of(rows)))
    assert sheet.rows == [["0", "0", "7"]]


def test_a_formula_without_a_value_is_never_entered_as_a_blank(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Employee no", "Review date", "Reviewer", "Box", "Name"], ["E000001", "01/05/2024", "E9", "=B1", "A"],
                ["E000002", "01/05/2024", "E9", 5, "B"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    intake = read_exports(tmp_path / "a.xlsx", settings=PLAIN)
    assert intake.quarantine["reason"].tolist() == ["unknown_box"]
    assert intake.quarantine["value"].tolist() == ["#FORMULA!"]
    assert "formula_without_value" in set(intake.findings["code"])
    assert intake.workforce.placements["employee_id"].tolist() == ["E000002"]


def _cells_of(column: list[tuple[str, str]]) -> str:
    """Write one column: the style and the content of each cell."""
    return "".join(f'<row r="{row}"><c r="A{row}"{style}>{content}</c></row>'
                   for row, (style, content) in enumerate(column, start=1))


NUMBER = "<v>{}</v>".format


@pytest.mark.parametrize(("column", "texts", "places"), [
    # every number of the column has the format
    ([("", NUMBER(5)), (' s="1"', NUMBER(4711)), (' s="1"', NUMBER(1234567))], ["5", "004711", "1234567"], "A2"),
    ([(' t="str"', NUMBER("Id")), *[(' s="1"', NUMBER(k)) for k in range(1, 9)], (' s="1"', NUMBER(1234567))],
     ["Id", *(f"00000{k}" for k in range(1, 9)), "1234567"], "A2, A3, A4, A5, A6, A7 and 2 more"),
    # one has another format, is written otherwise, has decimals, or is text
    ([(' s="1"', NUMBER(7)), (' s="2"', NUMBER(7))], ["000007", "E007"], "A1, A2"),
    ([(' s="1"', NUMBER(7)), (' s="1" cm="1"', NUMBER(8))], ["000007", "000008"], "A1, A2"),
    ([(' s="1"', NUMBER("007")), (' s="1"', NUMBER(8))], ["000007", "000008"], "A1, A2"),
    ([(' s="1"', NUMBER(7)), (' s="1"', NUMBER(7.5))], ["000007", "7.5"], "A1"),
    ([(' s="1"', NUMBER(7)), (' s="1" t="str"', NUMBER("x"))], ["000007", "x"], "A1"),
    ([(' s="1"', NUMBER(1)), (' t="b"', NUMBER(1))], ["000001", "TRUE"], "A1"),
    ([(' s="1"', NUMBER(7)), (' s="1"', "<f>3+4</f><v>7</v>"), ("", NUMBER(9))], ["000007", "000007", "9"], "A1, A2")])
def test_each_number_is_read_as_its_own_format_shows_it(tmp_path, column, texts, places):
    path = pack(tmp_path, parts_of(_cells_of(column), formats=("000000", "&quot;E&quot;000")))
    sheet = read_sheets(path)[0]
    assert list(sheet.columns[0]) == texts
    assert dict(sheet.notes)["shown_by_format"] == places


def test_cells_keep_their_places_in_a_long_sheet_that_begins_below_and_right_of_its_corner(tmp_path):
    """More rows than are taken at once; true, 1 and "TRUE" are told apart, though two are equal to Python."""
    kinds = {">" + NUMBER(1): "1", ' t="b"><v>1</v>': "TRUE", ' t="str"><v>TRUE</v>': "TRUE",
             ' t="b"><v>0</v>': "FALSE", ">" + NUMBER(0): "0", ' t="str"><v>1</v>': "1"}
    cells = [list(kinds)[row % len(kinds)] for row in range(1_000)]
    rows = "".join(f'<row r="{row}"><c r="C{row}"{cell}</c></row>' for row, cell in enumerate(cells, start=4))
    columns = [list(column) for column in read_sheets(pack(tmp_path, parts_of(rows)))[0].columns]
    assert columns == [[""] * 1_003, [""] * 1_003, [""] * 3 + [kinds[cell] for cell in cells]]


def test_columns_beyond_the_alphabet_keep_their_formats(tmp_path):
    cells = "".join(f'<row r="{row}"><c r="Z{row}" s="1"><v>1</v></c><c r="AB{row}" s="2"><v>2</v></c></row>'
                    for row in (1, 2))
    sheet = read_sheets(pack(tmp_path, parts_of(cells, formats=("000000", "000"))))[0]
    assert list(sheet.columns[25]) == ["000001"] * 2
    assert list(sheet.columns[27]) == ["002"] * 2


def test_ids_whose_zeros_are_only_shown_are_joined_to_ids_written_out(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Employee no", "Review date", "Reviewer", "Box"])
    for i, row in enumerate([[4711, date(2024, 5, 1), 12, 5], [4712, date(2024, 5, 1), 12, 6]], start=2):
        book.active.append(row)
        book.active.cell(i, 1).number_format = book.active.cell(i, 3).number_format = "000000"
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").write_text("Employee no,Name,Directorate\n004711,A,Adults\n004712,B,Adults\n000012,C,Adults\n")
    placements = read_exports(tmp_path, settings=PLAIN).workforce.placements
    assert placements["employee_id"].tolist() == ["004711", "004712"]
    assert set(placements["rater_id"]) == {"000012"}


def test_a_cell_over_several_rows_stands_in_each_that_holds_anything(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Directorate", "Employee no", "Box"], ["Adults", "E1", 5], [None, "E2", 6], [None, None, None],
                [None, "E3", 1], ["Place", "E4", 2]):
        book.active.append(row)
    book.active.merge_cells("A2:A5")
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_sheets(tmp_path / "a.xlsx")
    assert [row[0] for row in sheet.rows] == ["Directorate", "Adults", "Adults", "", "Adults", "Place"]
    assert sheet.notes == (("merged_cells", "Sheet"),)


def test_hidden_rows_and_columns_are_read_and_told(tmp_path):
    book = openpyxl.Workbook()
    for i in range(9):
        book.active.append([i, i, i])
    book.active.column_dimensions["B"].hidden = True
    book.active.column_dimensions["Z"].hidden = True
    for row in (2, 3, 4, 7):
        book.active.row_dimensions[row].hidden = True
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_sheets(tmp_path / "a.xlsx")
    assert sheet.rows[2] == ["2", "2", "2"]
    assert dict(sheet.notes) == {"hidden_columns": "B", "hidden_rows": "2-4, 7"}


@pytest.mark.parametrize("flag", ["1", "true"])
def test_days_counted_from_1904_are_read_so_with_a_date_format_and_without(tmp_path, flag):
    rows = ('<row r="1"><c r="A1" t="inlineStr"><is><t>Employee no</t></is></c><c r="B1" t="inlineStr"><is><t>Review '
            'date</t></is></c><c r="C1" t="inlineStr"><is><t>Agreed on</t></is></c><c r="D1" t="inlineStr"><is><t>Box'
            '</t></is></c></row><row r="2"><c r="A2"><v>43951</v></c><c r="B2" s="1"><v>43951</v></c>'
            '<c r="C2"><v>43586</v></c><c r="D2"><v>5</v></c></row>')
    path = pack(tmp_path, parts_of(rows, formats=("dd/mm/yyyy",), workbook=f'<workbookPr date1904="{flag}"/>'))
    record = read_exports(path, settings=PLAIN).workforce
    assert record.placements["placed_on"].dt.date.tolist() == [date(2024, 5, 1)]
    assert record.placements["employee_id"].tolist() == ["43951"]
    assert record.placements["agreed_on"].dt.date.tolist() == [date(2023, 5, 2)]


def test_rich_inline_and_phonetic_texts_are_read_without_their_trimmings(tmp_path):
    strings = ('<si><r><t>Surname</t></r><r><rPr><b/></rPr><t xml:space="preserve">, Zoë</t></r></si><si><t>東京</t>'
               '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>a_x000D_b</t></si>')
    rows = ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" '
            't="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c r="E1" t="b"><v>1</v></c></row>')
    (sheet,) = read_sheets(pack(tmp_path, parts_of(rows, strings=strings)))
    assert sheet.rows == [["Surname, Zoë", "東京", "a\rb", "inline", "TRUE"]]


@pytest.mark.parametrize("rows", [
    '<row><c t="e"><v>#REF!</v></c><c s="1"><v>7</v></c><c><f>A1</f></c></row>',
    "<row r='1'><c r='A1' t='e'><v>#REF!</v></c><c r='B1' s='1'><v>7</v></c><c r='C1'><f>A1</f></c></row>",
    '<row r = "1"><c t = "e" r = "A1"><v>#REF!</v></c><c s = "1" r = "B1"><v>7</v></c><c r = "C1"><f>A1</f></c></row>',
    '<x:row r="1" xmlns:x="{0}"><x:c r="A1" t="e"><x:v>#REF!</x:v></x:c></x:row>'])
def test_other_ways_of_writing_the_same_xml_tell_the_same(tmp_path, rows):
    parts = parts_of(rows.format(MAIN), formats=("000",))
    if "x:row" in rows:
        parts["xl/worksheets/sheet1.xml"] = (f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows.format(MAIN)}'
                                             "</x:sheetData></x:worksheet>")
    (sheet,) = read_sheets(pack(tmp_path, parts))
    assert sheet.rows == [["#REF!"] if "x:row" in rows else ["#REF!", "007", "#FORMULA!"]]


def test_a_pivot_table_is_no_data(tmp_path):
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="str"><v>{a}</v></c><c r="B{r}"><v>{r}</v></c></row>'
                   for r, a in enumerate(["Employee no", "Adults", "Place", "Grand Total"], start=3))
    parts = parts_of(rows)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("pivotTable", "../pivotTables/pivotTable1.xml"))
    parts["xl/pivotTables/pivotTable1.xml"] = (f'<pivotTableDefinition {SPACES}><location ref="A3:B6"/>'
                                               "</pivotTableDefinition>")
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        "<sheetData>", '<sheetData><row r="1"><c r="A1" t="str"><v>Headcount</v></c></row>')
    (sheet,) = read_sheets(pack(tmp_path, parts))
    assert [cell for row in sheet.rows for cell in row if cell] == ["Headcount"]
    assert sheet.notes == (("pivot_left_out", "A3:B6"),)


# Other kinds of workbook ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tiny.xls", "tiny.ods"])
def test_xls_and_ods_written_by_libreoffice_give_what_the_sheet_shows(name):
    ratings, old = read_sheets(FILES / name)
    assert ratings.rows[2] == ["004701", "Surname0, Zoë", "Adults", "2024-05-01", "004711", "1", "9", "#N/A"]
    assert [row[0] for row in ratings.rows[2:]] == [f"00470{i}" for i in range(1, 7)]
    assert [row[2] for row in ratings.rows[2:]] == ["Adults"] * 3 + ["Place"] * 3
    assert ratings.rows[3][7] == "004711", "a formula's saved value"
    told = dict(ratings.notes)
    assert (told["error_cells"], told["hidden_columns"], told["hidden_rows"]) == ("H3", "B", "5")
    assert old.notes == (("hidden_sheet", "Old"),)
    placements = read_exports(FILES / name, settings=PLAIN).workforce.placements
    assert sorted(placements["employee_id"]) == [f"00470{i}" for i in range(1, 7)]


SPREADSHEETML = """<?xml version="1.0" encoding="windows-1252"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="s1"><NumberFormat ss:Format="000000"/></Style></Styles><Worksheet ss:Name="A"><Table>
<Column/><Column ss:Hidden="1"/>
<Row><Cell ss:StyleID="s1"><Data ss:Type="Number">4711</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">
2024-05-01T00:00:00.000</Data></Cell></Row><Row ss:Index="3"><Cell ss:MergeDown="1"><Data ss:Type="String">Zoë &amp; b
</Data></Cell><Cell ss:MergeAcross="1"><Data ss:Type="Number">1</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data>
</Cell></Row>
<Row ss:Hidden="1"><Cell ss:Index="2" ss:Formula="=RC[-1]"/></Row></Table></Worksheet></Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_xml_of_excel_2003_is_read_as_the_sheet_shows_it(tmp_path, encoding):
    (tmp_path / "a.xls").write_bytes(SPREADSHEETML.replace("\n2024", "2024").replace("\n</D", "</D").encode(encoding))
    (sheet,) = read_sheets(tmp_path / "a.xls")
    assert sheet.rows == [["004711", "", "2024-05-01", ""], ["", "", "", ""], ["Zoë & b", "1", "", "#N/A"],
                          ["Zoë & b", "#FORMULA!", "", ""]]
    assert dict(sheet.notes) == {"formula_without_value": "B4", "hidden_rows": "4", "hidden_columns": "B"}


def test_a_page_with_spans_keeps_every_cell_in_its_column(tmp_path):
    page = ("<div><table><tr><th colspan=2>Who</th><th rowspan=2>Box</th></tr><tr><th>Employee no</th><th>Name</th>"
            "</tr>"
            "<tr><td rowspan=2>Adults</td><td>1<br>x</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>"
            "<tr><td>Place</td><td colspan=x>5</td></tr></table><script>var a = '<td>no</td>';</script></div>")
    (tmp_path / "a.xls").write_text(page)
    (sheet,) = read_sheets(tmp_path / "a.xls")
    assert sheet.rows == [["Who", "", "Box"], ["Employee no", "Name", "Box"], ["Adults", "1\nx", "2"],
                          ["Adults", "3", "4"], ["Place", "5", ""]]


# Files made to do harm --------------------------------------------------------------------------------------------


def test_an_archive_that_unpacks_to_gigabytes_is_refused_at_once(tmp_path):
    parts = parts_of('<row r="1"><c r="A1"><v>1</v></c></row>')
    path = pack(tmp_path, {**parts, "xl/media/a.bin": b"\0" * 45_000_000})
    start = time.monotonic()
    assert refused(path).reason == "zip_bomb"
    assert time.monotonic() - start < 2


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path):
    long = "x" * 9_000_000
    path = pack(tmp_path, parts_of(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>'))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", content, at + 24, 500)
    path.write_bytes(content)
    assert refused(path).reason == "damaged"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_entities_are_refused_in_every_part(tmp_path, part):
    parts = parts_of('<row r="1"><c r="A1"><v>1</v></c></row>')
    laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
    assert refused(pack(tmp_path, {**parts, part: laughs + parts[part]})).reason == "doctype"


def test_a_single_cell_at_the_far_end_does_not_fill_the_memory(tmp_path):
    told = refused(pack(tmp_path, parts_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576">'
                                           "<v>1</v></c></row>")))
    assert told.reason == "far_cell"
    assert "XFD1048576" in told.headline


def test_a_far_cell_hidden_behind_a_wrong_row_is_found_too(tmp_path):
    told = refused(pack(tmp_path, parts_of('<row r="1"><c r="A1"><v>1</v></c><c r="CZ1048576"><v>1</v></c></row>')))
    assert told.reason == "far_cell"


def test_a_repeated_cell_of_ods_does_not_fill_the_memory(tmp_path):
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    content = (f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}">'
               '<office:body><office:spreadsheet><table:table table:name="S">'
               '<table:table-row table:number-rows-repeated="60000"><table:table-cell office:value-type="string" '
               'table:number-columns-repeated="9999"><text:p>x</text:p>'
               "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
               "</office:document-content>")
    path = pack(tmp_path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content},
                "a.ods")
    assert refused(path).reason == "far_cell"


def test_a_cell_of_a_megabyte_is_read_in_good_time(tmp_path):
    long = "ab " * 400_000
    path = pack(tmp_path, parts_of(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>'))
    start = time.monotonic()
    (sheet,) = read_sheets(path)
    assert len(sheet.rows[0][0]) > 1_000_000
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(("content", "reason"), [
    (b"a,b,c\n1,2,3\n" + b"\0" * 4096 + b"4,5,6\n", "holes"), ("a,b\n1,2".encode("utf-16")[:-1], "cut_text")])
def test_text_that_cannot_be_whole_says_so(tmp_path, content, reason):
    (tmp_path / "a.xls").write_bytes(content)
    assert refused(tmp_path / "a.xls").reason == reason


def test_a_page_whose_spans_ask_for_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "_LARGEST_TABLE", 100_000)
    (tmp_path / "a.xls").write_bytes(b"<table><tr>" + b"<td colspan=1000 rowspan=1000>x" * 400)
    assert refused(tmp_path / "a.xls").reason == "too_large"


def test_an_archive_of_other_files_is_no_workbook(tmp_path):
    assert refused(pack(tmp_path, {"ratings.csv": "Employee no,Box\n1,5\n"})).reason == "archive"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", ["tiny.xls", "tiny.ods"])
def test_a_workbook_cut_short_is_refused(tmp_path, name, cut):
    content = (FILES / name).read_bytes()
    (tmp_path / name).write_bytes(content[:int(len(content) * cut)])
    assert refused(tmp_path / name).reason == "damaged"


# Text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "rows", "note"), [
    (b"\xc3\xa9a,b\n1,M\xfcller\n", [["éa", "b"], ["1", "Müller"]], ("mixed_encoding", "1")),
    ("a,b\n1,M\ufffdller\n".encode(), [["a", "b"], ["1", "M\ufffdller"]], ("letters_lost", "1")),
    (b"a\0,b\n1,2\n", [["a", "b"], ["1", "2"]], ("zero_bytes", "1")),
    (b'"a,""b, c"",d"\n"1,""x, y"",2"\n', [["a", "b, c", "d"], ["1", "x, y", "2"]], ("quoted_lines", "")),
    ("a;b\r1;2\r".encode("utf-32"), [["a", "b"], ["1", "2"]], ("encoding", "UTF-32"))])
def test_dirt_in_text_is_read_past_and_told(tmp_path, content, rows, note):
    (tmp_path / "a.csv").write_bytes(content)
    (sheet,) = read_sheets(tmp_path / "a.csv")
    assert sheet.rows == rows
    assert note in sheet.notes
