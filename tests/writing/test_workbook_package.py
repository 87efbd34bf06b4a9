"""Known answers of what is added to a workbook's package: its language, and the names of its styles."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import xlsxwriter

from my121_analytics.writing.workbook_package import finish_package


def written() -> tuple[bytes, int]:
    """Give a workbook with one title, and the number of the title's format."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        title = book.add_format({"bold": True, "font_size": 16})
        sheet = book.add_worksheet("One")
        sheet.write(0, 0, "Title", title)
        sheet.write(1, 0, 42)
    return buffer.getvalue(), int(title.xf_index)


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode("utf-8")


def test_the_language_stands_in_the_documents_properties() -> None:
    content, _ = written()
    assert "dc:language" not in part(content, "docProps/core.xml")
    assert part(finish_package(content, "cy"), "docProps/core.xml").count("<dc:language>cy</dc:language>") == 1


def test_a_format_becomes_a_built_in_style_that_the_cell_refers_to() -> None:
    content, number = written()
    finished = finish_package(content, "en-GB", styles={"Title": [number]})
    page = openpyxl.load_workbook(io.BytesIO(finished))["One"]
    assert page["A1"].style == "Title"
    assert (page["A1"].font.b, page["A1"].font.sz) == (True, 16), "and looks as it did"
    assert page["A2"].style == "Normal"
    assert page["A2"].value == 42
    styles = part(finished, "xl/styles.xml")
    for tag, entry in (("cellStyleXfs", "xf"), ("cellStyles", "cellStyle"), ("cellXfs", "xf")):
        found = re.search(rf"<{tag} count=\"(\d+)\">(.*?)</{tag}>", styles, re.S)
        assert found is not None
        assert int(found.group(1)) == len(re.findall(rf"<{entry}[ >/]", found.group(2))), f"the count of {tag} is right"


def test_without_styles_only_the_language_is_added_and_the_same_content_gives_the_same_bytes() -> None:
    content, number = written()
    plain = finish_package(content, "en-GB")
    assert part(plain, "xl/styles.xml") == part(content, "xl/styles.xml")
    assert part(plain, "xl/worksheets/sheet1.xml") == part(content, "xl/worksheets/sheet1.xml")
    assert finish_package(content, "en-GB", styles={"Title": [number]}) == finish_package(
        content, "en-GB", styles={"Title": [number]})
