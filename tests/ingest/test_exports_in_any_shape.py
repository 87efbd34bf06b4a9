"""One record, written as every kind of file with every kind of dirt around it, comes back as that record."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.settings import ExportSettings, Settings

PLAIN = Settings(exports=ExportSettings(extract_date=date(2025, 3, 31)))
HEAD = ["Directorate", "Employee no", "Name", "Review date", "Reviewer", "Performance", "Box"]
NAMES = ["Zoë Müller", "Seán O’Neill", 'Ann "Nan" Lee', "Smith, Jo", "Lee; Al", "Bo | Ek", "Two\nLines", "Renée Ford"]
LABELS = ["1 - Partially meets", "Meets", "Exceeds expectations"]
SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
KINDS = ("csv", "xlsx", "page", "xml2003", "quoted lines")

people = st.lists(st.tuples(
    st.sampled_from(["Adults", "Place"]), st.integers(1, 99_999).map(lambda n: f"{n:06d}"), st.sampled_from(NAMES),
    st.dates(date(2022, 4, 1), date(2025, 3, 31)), st.sampled_from(["000007", "900001"]), st.just(0),
    st.integers(1, 9)).map(lambda person: (*person[:5], 3 - (person[6] - 1) % 3, person[6])),
    min_size=2, max_size=12, unique_by=lambda person: person[1])


def expected(record: Sequence[tuple]) -> list[tuple]:
    return sorted((person[1], person[3], person[4], person[5], person[6], person[0]) for person in record)


def found(intake: Intake) -> list[tuple]:
    rows, posts = intake.workforce.placements, intake.workforce.posts
    units = dict(zip(posts["employee_id"].astype("str"), posts["directorate"].astype("str"), strict=True))
    return sorted((i, d, r, int(p), int(b), units[i]) for i, d, r, p, b in zip(
        rows["employee_id"].astype("str"), rows["placed_on"].dt.date, rows["rater_id"].astype("str"),
        rows["performance"], rows["box"], strict=True))


class Shape:
    """How a record is laid out: drawn once, used by every writer."""

    def __init__(self, record: Sequence[tuple], seed: int) -> None:
        self.draw = random.Random(seed)
        self.record = sorted(record, key=lambda person: person[0])  # groups stand together, for merged cells
        self.order = self.draw.sample(range(1, len(HEAD)), len(HEAD) - 1)
        self.titles = [["My 1:1 ratings"], ["Run: 01/04/2025"], []][:self.draw.randrange(4)]
        self.feet = [[], ["Total", "", str(len(record))], ["End of report"]][:self.draw.randrange(4)]
        self.repeats = self.draw.random() < 0.3
        self.merges = self.draw.random() < 0.5

    def arrange(self, row: Sequence) -> list:
        """Put cells into the drawn order; the directorate stays first, where groups are merged."""
        return [row[0], *(row[place] for place in self.order)]

    def rows(self, write: dict[int, object]) -> list[list]:
        """Give title, header, data and footer; ``write`` says how a column's values are written."""
        out: list[list] = [*map(list, self.titles), self.arrange(HEAD)]
        for i, person in enumerate(self.record):
            if self.repeats and i and i % 5 == 0:
                out.append(self.arrange(HEAD))
            cells = [*person[:5], LABELS[person[5] - 1], person[6]]
            out.append(self.arrange([write.get(j, str)(cell) for j, cell in enumerate(cells)]))
        return out + [list(foot) for foot in self.feet]

    def spans(self) -> list[tuple[int, int]]:
        """Give first and last row, counted from 0, of each run of rows that share a directorate."""
        if not self.merges or self.repeats:
            return []
        start, out = len(self.titles) + 1, []
        units = [person[0] for person in self.record]
        for unit in dict.fromkeys(units):
            out.append((start, start + units.count(unit) - 1))
            start += units.count(unit)
        return out


def write_file(shape: Shape, kind: str, folder: Path) -> Path:
    return {"csv": as_csv, "xlsx": as_xlsx, "page": as_page, "xml2003": as_xml2003,
            "quoted lines": as_quoted_lines}[kind](shape, folder)


def as_csv(shape: Shape, folder: Path) -> Path:
    delimiter, end = shape.draw.choice(",;\t|"), shape.draw.choice(["\n", "\r\n", "\r"])
    encoding = shape.draw.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
    form = shape.draw.choice(["%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y"])
    rows = shape.rows({3: lambda day: day.strftime(form)})
    ragged, quoted = shape.draw.random() < 0.5, shape.draw.random() < 0.3
    width = max(map(len, rows))
    lines = []
    for row in rows:
        cells = row if ragged else row + [""] * (width - len(row))
        lines.append(delimiter.join(
            '"' + c.replace('"', '""') + '"' if quoted or set(c) & {delimiter, '"', "\n"} else c for c in cells))
    lead = f"sep={delimiter}{end}" if delimiter != "\t" and shape.draw.random() < 0.2 else ""
    tail = delimiter if shape.draw.random() < 0.3 and not ragged else ""
    text = lead + "".join(line + tail + end for line in lines)
    path = folder / shape.draw.choice(["a.csv", "a.txt", "a.xls", "a.xlsx"])
    path.write_bytes(text.encode(encoding))
    return path


def as_quoted_lines(shape: Shape, folder: Path) -> Path:
    rows = [[c.replace("\n", " ") for c in row] for row in shape.rows({3: date.isoformat})]
    width = max(map(len, rows))
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            line = ",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"') else c
                            for c in row + [""] * (width - len(row)))
            file.write('"' + line.replace('"', '""') + '"\r\n')
    return path


def as_xlsx(shape: Shape, folder: Path) -> Path:
    shown = shape.draw.random() < 0.5  # ids as numbers whose zeros only the format shows
    number = int if shown else str
    rows = shape.rows({1: number, 3: lambda day: datetime(day.year, day.month, day.day), 4: number, 6: int})
    book = openpyxl.Workbook()
    sheet = book.active
    for i, row in enumerate(rows, start=1):
        for j, cell in enumerate(row, start=1):
            if cell != "":
                at = sheet.cell(i, j, cell)
                if isinstance(cell, int) and j > 1 and shape.order[j - 2] in (1, 4):
                    at.number_format = "000000"
    for first, last in shape.spans():
        if last > first:
            sheet.merge_cells(start_row=first + 1, end_row=last + 1, start_column=1, end_column=1)
    if shape.draw.random() < 0.3:
        sheet.row_dimensions[len(shape.titles) + 2].hidden = True
    if shape.draw.random() < 0.3:
        sheet.column_dimensions["C"].hidden = True
    if shape.draw.random() < 0.3:
        book.create_sheet("Cover", 0)["B2"] = "Ratings of the year"
    path = folder / shape.draw.choice(["a.xlsx", "a.xlsm", "a.xls"])
    book.save(path)
    return path


def as_page(shape: Shape, folder: Path) -> Path:
    spans = {first: last - first + 1 for first, last in shape.spans()}
    covered = {row for first, n in spans.items() for row in range(first + 1, first + n)}
    lines = []
    for i, row in enumerate(shape.rows({3: date.isoformat})):
        cells = [f"<td{f' rowspan={spans[i]}' if i in spans and j == 0 else ''}>{escape(c)}</td>"
                 for j, c in enumerate(row) if not (j == 0 and i in covered)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    encoding = shape.draw.choice(["utf-8", "cp1252"])
    (folder / "a.xls").write_bytes(f"<html><body><table>{''.join(lines)}</table></body></html>".encode(encoding))
    return folder / "a.xls"


def as_xml2003(shape: Shape, folder: Path) -> Path:
    spans = {first: last - first for first, last in shape.spans()}
    covered = {row for first, n in spans.items() for row in range(first + 1, first + n + 1)}
    lines = []
    for i, row in enumerate(shape.rows({3: lambda day: f"{day.isoformat()}T00:00:00.000"})):
        cells = []
        for j, cell in enumerate(row):
            if j == 0 and i in covered:
                continue
            place = f' ss:Index="{j + 1}"' + (f' ss:MergeDown="{spans[i]}"' if i in spans and j == 0 else "")
            kind = "DateTime" if cell.endswith("T00:00:00.000") else "String"
            cells.append(f'<Cell{place}><Data ss:Type="{kind}">{escape(cell)}</Data></Cell>')
        lines.append(f"<Row>{''.join(cells)}</Row>")
    text = (f'<?xml version="1.0"?><Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}"><Worksheet ss:Name="A"><Table>'
            f"{''.join(lines)}</Table></Worksheet></Workbook>")
    (folder / "a.xls").write_text(text, encoding="utf-8")
    return folder / "a.xls"


def check_shape(record: Sequence[tuple], kind: str, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        intake = read_exports(write_file(Shape(record, seed), kind, Path(folder)), settings=PLAIN)
    account = intake.reconciliation[["rows_accepted", "rows_quarantined", "rows_set_aside"]].sum(axis=1)
    assert (account == intake.reconciliation["rows_read"]).all()
    assert intake.reconciliation["rows_accepted"].sum() == len(record)
    assert found(intake) == expected(record)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(people, st.integers(0, 10**6))
def test_a_record_comes_back_from_every_kind_of_file(kind, record, seed):
    check_shape(record, kind, seed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(people, st.integers(0, 10**6))
def test_many_records_come_back_from_every_kind_of_file(kind, record, seed):
    check_shape(record, kind, seed)


def tables_of(intake: Intake) -> dict[str, pd.DataFrame]:
    """Give the record's tables in an order and a form that do not depend on where a row stood."""
    tables = {}
    for name in ("employees", "posts", "placements"):
        frame = getattr(intake.workforce, name)
        frame = frame[[c for c in frame.columns if not c.startswith("origin_")]].astype("str")
        tables[name] = frame.sort_values(list(frame.columns)).reset_index(drop=True)
    return tables


def test_the_order_of_rows_and_columns_changes_nothing(tmp_path):
    draw = random.Random(3)
    day = date(2022, 4, 1)
    rows = [{"Employee no": f"{4700 + i // 3:06d}", "Name": f"Surname{i // 3}",
             "Directorate": ["Adults", "Place"][i // 60],
             "Review date": (day + timedelta(days=180 * (i % 3) + draw.randrange(90))).strftime("%d/%m/%Y"),
             "Reviewer": f"{4700 + i // 30:06d}", "Performance": LABELS[draw.randrange(3)],
             "Box": str(draw.randrange(1, 10)), "Job title": f"Officer {draw.randrange(4)}"} for i in range(120)]
    tables = []
    for turn in range(4):
        columns = draw.sample(list(rows[0]), len(rows[0])) if turn else list(rows[0])
        mixed = draw.sample(rows, len(rows)) if turn else rows
        path = tmp_path / f"{turn}.csv"
        pd.DataFrame(mixed)[columns].to_csv(path, index=False)
        tables.append(tables_of(read_exports(path, settings=PLAIN)))
    for other in tables[1:]:
        for name, frame in tables[0].items():
            pd.testing.assert_frame_equal(frame, other[name])
