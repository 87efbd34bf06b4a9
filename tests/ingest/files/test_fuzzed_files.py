"""Files damaged in every way end in a record or in the project's own refusal, within their time; never in a crash."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.errors import My121Error
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.intake import read_exports
from my121_analytics.ingest.reading.opening import open_sheet
from my121_analytics.settings import ExportSettings, Settings

PLAIN = Settings(exports=ExportSettings(extract_date=date(2025, 3, 31)))
HEAD = ["Employee no", "Name", "Directorate", "Review date", "Reviewer", "Performance", "Box"]
SECONDS = 5.0
"""Of the processor for one file of some kilobytes: fifty times what it takes, so that only the endless is caught."""
FOLDER = Path(__file__).parent / "examples"


def table(n_rows: int = 12) -> list[list[str]]:
    return [HEAD, *([f"{4700 + i:06d}", f"Surname{i}, Zoë", ["Adults", "Place"][i % 2], f"{1 + i:02d}/05/2024",
                     "004711", str(1 + i % 3), str(9 - i % 9)] for i in range(n_rows))]


def as_text(delimiter: str = ",", end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    return "".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in row) + end
                   for row in table()).encode(encoding)


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    for i, row in enumerate(table()[1:], start=2):
        sheet.append([int(row[0]), *row[1:3], date(2024, 5, i), int(row[4]), int(row[5]), int(row[6])])
        sheet.cell(i, 1).number_format = "000000"
    sheet["H2"], sheet["H3"] = "=A2+1", "#N/A"
    sheet.merge_cells("C2:C4")
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("Cover")["A1"] = "Ratings"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_page() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td rowspan=1>{c}</td>" for c in row) + "</tr>" for row in table())
    return f"<html><head><title>x</title></head><body><table border=1>{rows}</table></body></html>".encode()


def as_spreadsheetml() -> bytes:
    rows = "".join("<Row>" + "".join(f'<Cell><Data ss:Type="String">{c}</Data></Cell>' for c in row) + "</Row>"
                   for row in table())
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="A"><Table>{rows}'
            "</Table></Worksheet></Workbook>").encode()


def seeds() -> list[tuple[str, bytes]]:
    return [("a.csv", as_text()), ("b.csv", as_text(";", "\n", "cp1252")), ("c.txt", as_text("\t", "\r", "utf-16")),
            ("d.csv", as_text("|", "\n", "utf-8-sig")), ("e.xlsx", as_xlsx()), ("f.xls", as_page()),
            ("g.xls", as_spreadsheetml()), *((path.name, path.read_bytes()) for path in sorted(FOLDER.glob("tiny.*")))]


# Damage -----------------------------------------------------------------------------------------------------------

SOUP = [",", ";", "\t", "|", '"', "\n", "\r\n", "\r", "'", "=", "\0", "\ufeff", "é", "1", "004711", "Box",
        "Employee no", "31/12/2024", "Total", "#N/A", "2", "<td>", "sep=;\n", " ", "x" * 500, "\x1a", "😀", "\u202e"]
XML = [b"<", b">", b"/>", b"&", b"&amp;", b"&#0;", b"&x;", b"<!DOCTYPE a>", b"<![CDATA[", b'r="A1"', b'r="XFD1048576"',
       b's="99999"', b't="s"', b't="e"', b"<v>", b"</v>", b"<c>", b"</row>", b"<f/>", b"1e999", b"-1", b"NaN", b"\xff",
       b"4294967296", b'r="A0"', b'min="0"', b'ref="A1:XFD9"', b'hidden="1"', b"<row>", b'spans="1:99999999"', b""]


def flip(content: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def cut(content: bytes, draw: random.Random) -> bytes:
    return content[:draw.randrange(len(content))]


def drop(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.choice([1, 2, 3, 10, 100, 1000]):]


def insert(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    piece = draw.choice([b"\0", b"\0" * 100, b'"', b"\xff\xfe", draw.randbytes(8), b"\r", b"<", b"\n\n", b"9" * 400])
    return content[:start] + piece + content[start:]


def double(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    end = start + draw.randrange(1, 400)
    return content[:end] + content[start:end] * draw.choice([1, 2, 20]) + content[end:]


def soup(_: bytes, draw: random.Random) -> bytes:
    text = "".join(draw.choice(SOUP) for _ in range(draw.randrange(1, 120)))
    lead = as_text().decode("utf-8")[:draw.choice([0, 70, 200])]
    return (lead + text).encode(draw.choice(["utf-8", "utf-16", "cp1252", "utf-16-be"]), "replace")


def rewrite(content: bytes, draw: random.Random) -> bytes:
    """Damage one part of a zipped workbook and pack it again, so that the archive itself is whole."""
    if not content.startswith(b"PK"):
        return flip(content, draw)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = draw.choice([n for n in old.namelist() if n.endswith((".xml", ".rels", ".bin"))])
        for name in old.namelist():
            data = old.read(name)
            if name == chosen:
                data = draw.choice([flip, cut, drop, insert, double, graft, graft, graft, swap, swap])(data, draw)
            if name != chosen or draw.random() > 0.1:
                new.writestr(name, data)
    return out.getvalue()


def graft(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + draw.choice(XML) + content[start + draw.choice([0, 0, 1, 5]):]


def swap(content: bytes, draw: random.Random) -> bytes:
    """Put something else into one attribute or text of the XML."""
    parts = content.split(b'"')
    if len(parts) < 3:
        return graft(content, draw)
    place = draw.randrange(1, len(parts), 2) if len(parts) > 2 else 0
    parts[min(place, len(parts) - 1)] = draw.choice(
        [b"", b"0", b"-1", b"99999999999", b"A1", b"XFD1048576", b"A1048576", b"ZZZZ9", b"s", b"e", b"1", b"\xc3",
         b"x" * 999])
    return b'"'.join(parts)


DAMAGES = (flip, cut, drop, insert, double, soup, rewrite, rewrite, rewrite, graft)


def read_only(path: Path) -> str:
    """Read one file as far as its rows are told apart; a tenth of the time of the whole intake."""
    log = Log()
    for sheet in read_sheets(path):
        rows = open_sheet(sheet, {}, log)
        assert len(rows) + (rows.aside > 0).sum() == sheet.n_rows
    return "read"


def read_whole(path: Path) -> str:
    """Read one file into the record and hold its accounts."""
    intake = read_exports(path, settings=PLAIN)
    parts = intake.reconciliation[["rows_accepted", "rows_quarantined", "rows_set_aside"]].sum(axis=1)
    assert (parts == intake.reconciliation["rows_read"]).all()
    return "entered"


def fuzz(n_files: int, seed: int, folder: Path, *, whole: int = 16) -> Counter[str]:
    """Read so many damaged files, each so-manieth into the record; give how they ended."""
    draw, known, ends = random.Random(seed), seeds(), Counter[str]()
    for i in range(n_files):
        name, content = known[i % len(known)]
        damage = draw.choice(DAMAGES)
        path = folder / f"{i}_{damage.__name__}_{name}"
        path.write_bytes(damage(content, draw))
        start = time.process_time()
        try:
            ends[(read_whole if i % whole == 0 else read_only)(path)] += 1
        except My121Error as refused:
            ends["refused" if refused.hints and path.name in refused.headline else "refused without a word"] += 1
        except BaseException:
            (folder / f"kept_{path.name}").write_bytes(path.read_bytes())
            raise
        assert time.process_time() - start < SECONDS, f"{path.name} of seed {seed} took too long"
        path.unlink()
    return ends


def test_some_damaged_files_are_read_or_refused(tmp_path):
    ends = fuzz(200, 1, tmp_path, whole=20)
    assert set(ends) == {"read", "entered", "refused"}


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_read_or_refused(tmp_path):
    ends = fuzz(10_000, 2, tmp_path)
    assert set(ends) == {"read", "entered", "refused"}
    assert min(ends.values()) > 200  # each sixteenth goes the whole way, and half of those are refused
