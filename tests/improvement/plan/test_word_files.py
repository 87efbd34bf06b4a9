"""Plans written in Word: tables, merged cells, lists, tracked changes, and what cannot be opened."""

import builtins
from datetime import date

import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.word_files import is_word_file

docx = pytest.importorskip("docx")
from docx.oxml import OxmlElement  # noqa: E402
from docx.oxml.ns import qn  # noqa: E402

ANCHOR = date(2013, 6, 30)
HEAD = ["Business Issue", "Suggested Action(s)", "Potential Benefits", "Suggested Timescale", "Potential Solutions"]


def fill(table, rows):
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    return table


def save(document, path):
    document.save(path)
    return path


@pytest.fixture
def form(tmp_path):
    document = docx.Document()
    document.add_heading("Continuous improvement plan", 0)
    document.add_paragraph("Organisation: Northmoor Council")
    document.add_paragraph("Date of last assessment: June 2013")
    document.add_heading("C. Future activity", 1)
    table = document.add_table(rows=3, cols=5)
    fill(table, [HEAD, ["Direction", "", "People know the aims", "12 months", "Leadership Board + Media Team"],
                 ["Coaching", "Decide on a scheme", "More ways to learn", "6 months", "People Service"]])
    cell = table.cell(1, 1)
    cell.paragraphs[0].text = "Explain the aims to every team"
    cell.paragraphs[0].style = "List Bullet"
    cell.add_paragraph("Use the behaviours in one to ones", style="List Bullet")
    document.add_paragraph("A closing remark that belongs to no action.")
    return save(document, tmp_path / "plan.docx")


def test_a_word_form_is_read_as_its_workbook_would_be(form):
    plan = read_plan(form, anchor=ANCHOR)
    assert plan.actions["action"].tolist() == ["Explain the aims to every team", "Use the behaviours in one to ones",
                                               "Decide on a scheme"]
    assert plan.actions["due_latest"].dt.date.tolist() == [date(2014, 6, 30)] * 2 + [date(2013, 12, 30)]
    assert plan.information.set_index("code")["value"].to_dict() == {"organisation": "Northmoor Council",
                                                                     "assessed": "June 2013"}
    assert plan.refusals.empty


def test_cells_merged_down_belong_to_each_action(tmp_path):
    document = docx.Document()
    table = fill(document.add_table(rows=4, cols=5), [HEAD, ["Coaching", "Decide", "", "6 months", "People Service"],
                                                     ["", "Train coaches", "", "12 months", "People Service"],
                                                     ["Pay", "Check bands", "", "12 months", "People Service"]])
    table.cell(1, 0).merge(table.cell(2, 0))
    plan = read_plan(save(document, tmp_path / "plan.docx"), anchor=ANCHOR)
    assert plan.actions["issue"].tolist() == ["Coaching", "Coaching", "Pay"]


def test_a_table_that_goes_on_without_headings_is_not_lost(tmp_path):
    document = docx.Document()
    fill(document.add_table(rows=2, cols=3), [["Action", "Owner", "Due"], ["One", "People Service", "June 2014"]])
    document.add_paragraph("")
    fill(document.add_table(rows=1, cols=3), [["Two", "People Service", "July 2014"]])
    plan = read_plan(save(document, tmp_path / "plan.docx"), anchor=ANCHOR)
    assert plan.actions["action"].tolist() == ["One", "Two"]


def test_tracked_changes_are_read_as_accepted(tmp_path):
    document = docx.Document()
    table = fill(document.add_table(rows=2, cols=3), [["Action", "Owner", "Due"], ["One", "People Service", "June "]])
    paragraph = table.cell(1, 2).paragraphs[0]
    for mark, tag, text in (("del", "delText", "2013"), ("ins", "t", "2014")):
        change, run, words = (OxmlElement(f"w:{name}") for name in (mark, "r", tag))
        change.set(qn("w:id"), "1")
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    plan = read_plan(save(document, tmp_path / "plan.docx"), anchor=ANCHOR)
    assert plan.actions["timescale"].tolist() == ["June 2014"]


def test_a_key_in_a_table_of_its_own_says_what_the_colours_mean(tmp_path):
    document = docx.Document()
    fill(document.add_table(rows=3, cols=4), [["Action", "Owner", "Due date", "RAG"],
                                             ["One", "People Service", "30/06/2013", "Green"],
                                             ["Two", "People Service", "30/06/2014", "Amber"]])
    fill(document.add_table(rows=3, cols=2), [["RAG", "Meaning"], ["Green", "Complete"], ["Amber", "On track"]])
    plan = read_plan(save(document, tmp_path / "plan.docx"), anchor=ANCHOR)
    assert plan.actions["progress"].tolist() == ["done", "started"]
    assert plan.questions.empty


def test_a_table_that_is_not_read_is_asked_about(tmp_path):
    document = docx.Document()
    fill(document.add_table(rows=2, cols=3), [["Action", "Owner", "Due"], ["One", "People Service", "June 2014"]])
    document.add_heading("Further undertakings", 1)
    fill(document.add_table(rows=3, cols=4), [["Undertaking", "Captain", "Finish line", "Notes"],
                                             ["Two", "People Service", "July 2014", "x"],
                                             ["Three", "People Service", "July 2014", "y"]])
    plan = read_plan(save(document, tmp_path / "plan.docx"), anchor=ANCHOR)
    assert plan.questions["reason"].tolist() == ["table_not_read"]
    assert "2 rows" in plan.questions["message"].iloc[0]


def test_what_cannot_be_opened_says_why(tmp_path, form, monkeypatch):
    broken = tmp_path / "broken.docx"
    broken.write_bytes(form.read_bytes()[:-200])
    with pytest.raises(UnreadableFileError):
        read_plan(broken, anchor=ANCHOR)
    old = tmp_path / "old.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0 old")
    with pytest.raises(UnreadableFileError, match="Word 97-2003"):
        read_plan(old, anchor=ANCHOR)
    importing = builtins.__import__

    def without_docx(name, *args, **kwargs):
        if name == "docx":
            raise ImportError(name)
        return importing(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_docx)
    with pytest.raises(UnreadableFileError, match="not installed") as refused:
        read_plan(form, anchor=ANCHOR)
    assert "documents" in refused.value.hints[0]


def test_a_workbook_is_no_word_file(tmp_path):
    assert not is_word_file(b"PK\x03\x04 nothing")
    assert not is_word_file(b"Action,Owner")
