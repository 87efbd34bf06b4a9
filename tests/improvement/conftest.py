"""An assessor's form of an invented council: six issues, eleven actions, and the layout such forms have."""

from pathlib import Path

import pytest
import xlsxwriter

# issue, actions, benefits, timescales, owners: one cell each, as the form holds them.
ISSUES = [
    ("Direction and behaviours",
     "• Explain the council's aims to every team (Listening project) when the plan is renewed\n"
     "• Use the behaviours in all one to ones (Listening project and My 1:1s)",
     "• Everyone can say what their work adds to", "12 months", "Leadership Board + Media Team"),
    ("Keeping people informed",
     "• Share good news from services with residents (Listening project)\n"
     "• Remind managers to pass news on each week",
     "• Residents know what is done for them\n• Staff hear of changes first", "12 months\n\n12 months",
     "Leadership Board + Media Team\n\nLeadership Board\nHeads of Service Group"),
    ("Working patterns", "• Coach managers who find new working patterns hard",
     "• The same offer in every team", "12 months",
     "Directorate Boards (their own reports of the review)"),
    ("Who comes next",
     "• Give managers a method for naming successors\n"
     "• Build the skills needed later (both on and off the job)\n  through practice as well as courses\n"
     "• Settle how many tiers of management there will be",
     "• Good people stay", "18-24 months", "Directorate Boards\nPeople Service\nManagers at all levels"),
    ("Coaching", "• Decide whether coaching needs a formal scheme", "• More ways to learn", "6 months",
     "Leadership Board\nPeople Service"),
    ("Ways to learn",
     "• Look again at how courses are run for each kind of learner(s)\n• Mark what people have learned",
     "• Better value\n• Learning is seen to matter", "12 months\n\n6 months",
     "Learning leads\n\nLeadership Board\nDirectorate Boards/Senior Teams\nPeople Service"),
]
CONTACTS = [("Client key contact", "Workforce Officer", "E", "workforce.officer@northmere.example", "T",
             "01632 960123"),
            ("Assessor", "Lead Assessor", "E", "assessor@assessors.example", "T", "07700 900456")]


def write_form(path: Path, issues=ISSUES) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheet = book.add_worksheet("Improvement plan")
        sheet.merge_range("A1:E1", "Continuous improvement plan", bold)
        sheet.write("A3", "A. Key information", bold)
        for row, (label, value, other, answer) in enumerate([
                ("Organisation", "Northmere Borough Council", "Date of last assessment/review", "June 2013"),
                ("Date of Action Plan", "June 2014", "Review date for this plan", "12-18 months"),
                ("Proposed next review date", "June 2016", "", "")], start=3):
            sheet.write_row(row, 0, [label, value, other, answer])
        sheet.write("A8", "B. Key contacts", bold)
        for row, contact in enumerate(CONTACTS, start=8):
            sheet.write_row(row, 0, contact)
        sheet.write("A12", "C. Future activity", bold)
        sheet.write_row(12, 0, ["Business Issue", "Suggested Action(s)",
                                "Potential Benefits / Impact of Taking No Action", "Suggested Timescale / Priority",
                                "Potential Solutions / Support Available"], bold)
        sheet.write_row(13, 0, ["What", "How", "Why", "When", "Who"], bold)
        row = 14
        for issue in issues:
            sheet.write_row(row, 0, issue)
            row += 1
    return path


@pytest.fixture
def form(tmp_path):
    return write_form(tmp_path / "improvement_plan.xlsx")


@pytest.fixture
def form_of(tmp_path):
    """Write a form with other rows."""
    return lambda issues: write_form(tmp_path / "form.xlsx", issues)
