"""The synthetic council's Investors in People improvement plan, laid out as an assessor's form."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from my121_analytics.sample_council.export_files import open_workbook

_ISSUES = (
    ("Strategy and priorities",
     ("Explain the council's priorities in every team meeting after the budget is set",
      "Link each service plan to one page that staff can recognise"),
     ("People see what their own work is for",), ("12 months",), ("Strategic Leadership Team", "Communications")),
    ("Consistent My 1:1s",
     ("Hold a calibration meeting in each directorate before placements are agreed",
      "Offer a half-day on good conversations to managers with few recorded My 1:1s"),
     ("Placements mean the same everywhere", "No action: staff doubt that the map is fair"),
     ("6 months", "12 months"), ("Directorate Management Teams", "HR Business Partners")),
    ("Internal communication",
     ("Reach depot and care staff who have no desk with a monthly talk by their head of service",),
     ("News arrives everywhere at the same time",), ("By March 2025",), ("Communications", "Heads of Service")),
    ("Flexible working",
     ("Help managers of rota-based teams to try self-rostering",),
     ("Better retention in care and waste services",), ("12-18 months",), ("Directorate Management Teams",)),
    ("Succession planning",
     ("Name possible successors for every key post", "Review the list of key posts each year",
      "Give named successors an acting-up or shadowing opportunity"),
     ("Fewer gaps when key people leave",), ("18-24 months",), ("Directorate Management Teams", "HR",
                                                                "Managers at all levels")),
    ("Coaching",
     ("Decide whether a pool of internal coaches would be used enough to keep it up",),
     ("Development that fits the person",), ("6 months",), ("Strategic Leadership Team", "HR")),
    ("Learning and celebration",
     ("Check that each learning route suits those who use it", "Celebrate what people have achieved, twice a year"),
     ("Learning pays its way", "People feel noticed"), ("12 months", "Ongoing"),
     ("Learning and Development Leads", "Strategic Leadership Team")),
)
"""Business issue, actions, benefits, timescales, owners."""


def write_plan(path: Path, council: str, as_of: date) -> None:
    """Write the form: title block, key information, contacts by role, a two-row header, one row per business issue.

    Parameters
    ----------
    path
        The workbook to write.
    council
        Name of the organisation.
    as_of
        The plan is dated the month before.
    """
    book = open_workbook(path, "Continuous improvement plan", as_of)
    sheet = book.add_worksheet("Improvement plan")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 48)
    sheet.set_column(3, 4, 28)
    sheet.merge_range(0, 0, 0, 4, "INVESTORS IN PEOPLE CONTINUOUS IMPROVEMENT PLAN", bold)
    _write_block(sheet, 2, "A. Key Information", (
        ("Organisation", council, "Date of last assessment/review", _month(as_of, -3)),
        ("Date of Action Plan", _month(as_of, -1), "Review date for this plan", "12-18 months"),
        ("Proposed next review date", _month(as_of, 33), "", "")), bold, wrap)
    _write_block(sheet, 7, "B. Key Contacts", (
        ("Client Key Contact", "HR Manager and IIP Co-ordinator", "E", "hr@aldermere.example"),
        ("Assessor", "External Assessor", "E", "assessor@centre.example"),
        ("Adviser", "", "E", "")), bold, wrap)
    sheet.write_string(12, 0, "C. Future Activity", bold)
    heads = (("Business Issue", "What"), ("Suggested Action(s)", "How"),
             ("Potential Benefits / Impact of Taking No Action", "Why"), ("Suggested Timescale / Priority When", ""),
             ("Potential Solutions / Support Available", "Who"))
    for column, (upper, lower) in enumerate(heads):
        if lower:
            sheet.write_string(13, column, upper, bold)
            sheet.write_string(14, column, lower, bold)
        else:
            sheet.merge_range(13, column, 14, column, upper, bold)
    for row, (issue, actions, benefits, timescales, owners) in enumerate(_ISSUES, start=15):
        for column, text in enumerate((issue, _bullets(actions), _bullets(benefits), "\n\n".join(timescales),
                                       "\n".join(owners))):
            sheet.write_string(row, column, text, wrap)
    book.close()


def _write_block(sheet: Any, row: int, title: str, lines: tuple[tuple[str, ...], ...], bold: Any, wrap: Any) -> None:
    sheet.write_string(row, 0, title, bold)
    for offset, (label, value, other_label, other) in enumerate(lines, start=1):
        sheet.write_string(row + offset, 0, label, bold)
        sheet.write_string(row + offset, 1, value, wrap)
        sheet.write_string(row + offset, 2, other_label, bold)
        sheet.merge_range(row + offset, 3, row + offset, 4, other, wrap)


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"\u2022 {line}" for line in lines)


def _month(day: date, months: int) -> str:
    """Write the month so many months away, as in June 2024."""
    number = day.year * 12 + day.month - 1 + months
    names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")
    return f"{names[number % 12]} {number // 12}"
