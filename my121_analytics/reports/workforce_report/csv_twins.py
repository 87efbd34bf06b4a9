"""Each table of a workbook once more for programs: numbers and markers in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from my121_analytics.writing.book import NOT_AVAILABLE, AnySheet, Figure, Sheet, WordSheet
from my121_analytics.writing.csv_files import as_text
from my121_analytics.writing.staging import make_slugs
from my121_analytics.writing.tables import NUMERIC
from my121_analytics.writing.workbook import sheet_names


def write_twins(sheets: Sequence[AnySheet]) -> dict[str, bytes]:
    """Write every table of released rows or words as CSV.

    Parameters
    ----------
    sheets
        Of the workbook.

    Returns
    -------
    dict
        Content by file name. UTF-8 with BOM; the same rows and figures as the sheet. A column of numbers of which one
        was withheld has a second column with the marker, so that the numbers stay numbers.
    """
    tables = [sheet for sheet in sheets if isinstance(sheet, Sheet | WordSheet)]
    names = sheet_names([sheet.name for sheet in tables])
    slugs = make_slugs(names)
    return {f"{slugs[name]}.csv": _write(sheet) for name, sheet in zip(names, tables, strict=True)}


def _write(sheet: Sheet | WordSheet) -> bytes:
    frame = _of_words(sheet) if isinstance(sheet, WordSheet) else _of_rows(sheet)
    text: str = as_text(frame).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _of_words(sheet: WordSheet) -> pd.DataFrame:
    columns: dict[str, list[object]] = {}
    for place, heading in enumerate(sheet.headings):
        cells = [row[place] for row in sheet.rows]
        columns[heading] = [_value_of(cell) for cell in cells]
        if any(isinstance(cell, Figure) and cell.value is None for cell in cells):
            columns[f"{heading} marker"] = [cell.marker if isinstance(cell, Figure) and cell.value is None else ""
                                            for cell in cells]
    return pd.DataFrame(columns)


def _value_of(cell: str | int | Figure) -> object:
    if not isinstance(cell, Figure):
        return cell
    is_whole = cell.kind == "integer" and cell.value is not None
    return str(int(cell.value)) if is_whole else cell.value  # type: ignore[arg-type]


def _of_rows(sheet: Sheet) -> pd.DataFrame:
    view = sheet.view
    columns: dict[str, pd.Series] = {}
    for field in view.fields:
        if field.blank:
            continue
        columns[field.heading] = view.frame[field.name].reset_index(drop=True)
        hidden, missing = view.hides(field), view.frame[field.name].isna().to_numpy()
        if field.kind in NUMERIC and missing.any():
            columns[f"{field.heading} marker"] = pd.Series(
                [str(marker) if is_hidden else NOT_AVAILABLE if is_missing else ""
                 for marker, is_hidden, is_missing in zip(view.frame["marker"], hidden, missing, strict=True)])
    return pd.DataFrame(columns)
