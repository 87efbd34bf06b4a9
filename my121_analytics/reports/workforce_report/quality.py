"""Section ``quality``: what was read and refused, what was assumed, and who signs; claims are left to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released
from my121_analytics.reports.pack.notes import count_findings
from my121_analytics.reports.workforce_report.brief import Brief, ReportSection, Written
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.results import Result
from my121_analytics.writing.book import AnySheet, WordSheet

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

_ROWS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Nothing to work out: the accounting was done on reading."""
    return {}


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write the rows read by file, the findings by kind, the assumptions and the sign-off."""
    sheets: list[AnySheet] = []
    if brief.intake is not None and not brief.is_public:  # a file may hold a few people only
        sheets += _files(brief, brief.intake)
    if brief.intake is not None and len(brief.intake.corrections):
        sheets += _corrections(brief, brief.intake.corrections)
    assumptions = tuple((say("report_part", part), say("report_assumption", part)) for part in codes("report_part"))
    sheets.append(WordSheet(say("report_sheet", "assumptions"), say("report_title", "assumptions", scope=brief.scope),
                            (say("report_heading", "part"), say("report_heading", "sentence")), assumptions,
                            (say("report", "quality_public"),) if brief.is_public else (), "assumptions"))
    sign_off = tuple((say("pack_sign_off", code), "", "") for code in ("prepared", "checked"))
    sheets.append(WordSheet(say("report_sheet", "sign_off"), say("report_title", "sign_off", scope=brief.scope),
                            tuple(say("pack_heading", name) for name in ("signed_for", "signed_by", "signed_on")),
                            sign_off, (say("report", "sign_off_lead"),), "sign_off"))
    return Written(tuple(sheets))


def _corrections(brief: Brief, corrections: pd.DataFrame) -> list[AnySheet]:
    """List what became of each corrected row; what anybody may read says only what kinds of outcome there were."""
    applied = corrections[corrections["outcome"] != "pending"]
    if applied.empty:
        return []
    outcomes = [say("correction_outcome", str(code)) for code in applied["outcome"]]
    if brief.is_public:
        rows: list[tuple[str | int, ...]] = [(outcome,) for outcome in dict.fromkeys(outcomes)]
        headings: tuple[str, ...] = ("outcome",)
    else:
        places = [f"{file}, {sheet}" if sheet else str(file)
                  for file, sheet in zip(applied["file"], applied["sheet"], strict=True)]
        rows = list(zip(places, map(int, applied["row"]), outcomes, strict=True))
        headings = ("file", "row", "outcome")
    return [WordSheet(say("report_sheet", "corrections"), say("report_title", "corrections", scope=brief.scope),
                      tuple(say("report_heading", name) for name in headings), tuple(rows),
                      (say("report", "corrections_lead"),), "corrections")]


def _files(brief: Brief, intake: Intake) -> list[AnySheet]:
    files = intake.reconciliation
    places = [f"{file}, {sheet}" if isinstance(sheet, str) and sheet else str(file)
              for file, sheet in zip(files["file"], files["sheet"], strict=True)]
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (place, *numbers) for place, numbers in zip(places, files[list(_ROWS)].astype("int64").to_numpy().tolist(),
                                                    strict=True))
    headings = (say("pack_heading", "file"), *(say("pack_heading", name) for name in _ROWS))
    sheets: list[AnySheet] = [WordSheet(say("report_sheet", "files"), say("report_title", "files", scope=brief.scope),
                                        headings, rows, table_name="files")]
    if found := tuple(count_findings(intake.findings)):
        sheets.append(WordSheet(say("report_sheet", "findings"), say("report_title", "findings", scope=brief.scope),
                                tuple(say("pack_heading", name) for name in ("finding", "severity", "n_findings")),
                                found, table_name="findings"))
    return sheets


SECTION = ReportSection("quality", analyse, write)
