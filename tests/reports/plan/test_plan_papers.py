"""The committee's report, the directorates' reports and what the command writes."""

from __future__ import annotations

import re
from datetime import date

import openpyxl
import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.improvement.evidence.assessment_findings import link_findings
from my121_analytics.improvement.plan.action_groups import directorates_with_reports
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.reports.plan.committee import build_committee_report
from my121_analytics.reports.plan.plan_papers import (
    MOST_PAGES,
    build_directorate_report,
    build_review_pack,
    draw_timeline,
)
from my121_analytics.reports.plan.plan_views import COLUMNS, plan_view
from my121_analytics.settings import Settings
from my121_analytics.writing.page import render_page
from my121_analytics.writing.workbook import write_workbook

PLAN = ("Ref,Issue,Action,Owner,Timescale,Directorate,Theme,Carried into,Evidence of inclusion,Cost\n"
        "A1,Talent,=Name successors,Ivo Brandt + HR,6 months,Adult Care,"
        "Managing talent and attracting new talent as appropriate,HR service plan,Page 2,£50\n"
        "A2,Talent,Train <b>everyone</b>,Directorate Management Teams,12 months,,,,,\n"
        "A3,Aims,Explain the aims,HR,18-24 months,Environment,,,,\n")
SETTINGS = Settings.model_validate({"council": {"name": "Northmere Council", "contact": "hr@northmere.example"},
                                    "plan": {"review_cost": 400}})


def review(tmp_path, **how):
    path = tmp_path / "plan.csv"
    path.write_text(PLAN, encoding="utf-8")
    return review_plan(read_plan(path, anchor=date(2013, 6, 30)), as_of=date(2014, 12, 31), settings=SETTINGS, **how)


def text_of(page):
    html = render_page(page).decode("utf-8")
    return html, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_committee_reads_summary_finance_risks_and_outcomes_from_one_release(tmp_path):
    status = review(tmp_path)
    public = release(status, audience="publish", settings=SETTINGS)
    papers = build_committee_report(public, settings=SETTINGS, pictures=draw_timeline(public))
    html, text = text_of(papers.page)
    assert "3 actions: 2 overdue, 1 due now, 0 done." in text
    for heading in ("Summary", "Where the actions stand", "Finance", "Risks and uncertainties", "Milestones"):
        assert f"{heading}</h2>" in html
    assert "Ivo" not in html
    assert "<b>everyone" not in html
    assert "Train &lt;b&gt;everyone" in html
    book_path = tmp_path / "c.xlsx"
    book_path.write_bytes(write_workbook(papers.book))
    book = openpyxl.load_workbook(book_path)
    assert {"Status", "Actions", "Finance", "Risks", "By theme", "Carried into plans"} <= set(book.sheetnames)
    cells = [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert "=Name successors" in cells
    assert not any("Ivo" in cell for cell in cells)
    assert {cell.data_type for page in book for row in page.iter_rows() for cell in row} <= {"s", "n", "d"}
    rows = {row[0].value: row for row in book["Finance"].iter_rows()}
    assert rows["Assessor's time for the progress review"][1].value == 400
    assert rows["Direct costs of the actions"][1].value == 50


def test_page_and_workbook_show_the_same_figures(tmp_path):
    public = release(review(tmp_path), audience="publish", settings=SETTINGS)
    papers = build_committee_report(public, settings=SETTINGS)
    sheets = {sheet.table_name: sheet.view for sheet in papers.book.sheets if hasattr(sheet, "view")}
    grids = {block.caption: block for section in papers.page.sections for block in section.blocks
             if block.kind == "grid"}
    assert len(sheets) == len(grids) >= 8
    for view in sheets.values():
        assert [list(row) for row in grids[view.title].rows] == view.cells()


def test_a_directorate_gets_its_own_actions_and_those_of_all_directorates(tmp_path):
    released = release(review(tmp_path), audience="analyst", settings=SETTINGS)
    assert directorates_with_reports(released.tables["belongs"], SETTINGS.plan) == ["Adult Care", "Environment"]
    html, text = text_of(build_directorate_report(released, "Adult Care", settings=SETTINGS).page)
    assert "A1" in text
    assert "A2" in text
    assert "A3" not in text
    assert "2 actions: 2 overdue" in text
    assert "Ivo Brandt" in html  # the people who manage the plan know who does what
    published = release(review(tmp_path), audience="publish", settings=SETTINGS)
    assert "Ivo" not in text_of(build_directorate_report(published, "Adult Care", settings=SETTINGS).page)[0]


def test_a_plan_that_names_no_directorate_gives_one_report_for_all(tmp_path):
    from my121_analytics.settings_plan import PlanSettings

    none = pd.DataFrame({"action_id": ["1"], "directorate": ["All directorates"]})
    assert directorates_with_reports(none, PlanSettings()) == ["All directorates"]
    assert directorates_with_reports(none, PlanSettings(directorates=["Legal"])) == ["Legal"]


def test_what_has_not_passed_the_gate_is_refused(tmp_path):
    status = review(tmp_path)
    with pytest.raises(DisclosureError):
        build_committee_report(status, settings=SETTINGS)
    with pytest.raises(DisclosureError):
        build_directorate_report(status, "Legal", settings=SETTINGS)


def test_every_table_that_is_shown_has_its_columns_headings_and_title(tmp_path):
    status = review(tmp_path, since=write_last(tmp_path))
    released = release(status, audience="analyst", settings=SETTINGS)
    for table in set(COLUMNS) - {"outcomes"}:
        view = plan_view(released, table)
        assert len(view.fields) >= 2
        assert view.title
    assert len(released.tables["changes"]) > 0


def write_last(tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text("action_id,issue,action,status,due_latest\nA1,Talent,'=Name successors,on track,2013-12-30\n"
                    "A9,Talent,Old,on track,2013-12-30\n", encoding="utf-8")
    return path


def test_the_guarding_apostrophe_of_our_own_files_is_no_change(tmp_path):
    changes = review(tmp_path, since=write_last(tmp_path)).frame("changes")
    assert changes[changes["action_id"] == "A1"]["what"].tolist() == ["Status"]
    assert changes[changes["action_id"] == "A9"]["what"].tolist() == ["No longer in the plan"]


def test_the_same_review_gives_the_same_bytes(tmp_path):
    def make():
        public = release(review(tmp_path), audience="publish", settings=SETTINGS)
        papers = build_committee_report(public, settings=SETTINGS, pictures=draw_timeline(public))
        return render_page(papers.page), write_workbook(papers.book)
    assert make() == make()


def test_a_directorates_report_has_its_own_findings_and_what_was_carried_where(tmp_path):
    rows = [("F1", "strength", "Teams meet each week.", "Adult Care"),
            ("F2", "development area", "Late news.", "Adult Care"), ("F3", "strength", "Not theirs.", "Environment")]
    findings = link_findings(pd.DataFrame(rows, columns=["finding_id", "kind", "finding", "directorate"]))
    released = release(review(tmp_path), audience="publish", settings=SETTINGS)
    shown = release(findings, audience="publish", settings=SETTINGS)
    _, text = text_of(build_directorate_report(released, "Adult Care", settings=SETTINGS, findings=shown).page)
    assert "Teams meet each week." in text
    assert "Late news. (No action answers this yet.)" in text
    assert "Not theirs." not in text
    assert "Carried into HR service plan: A1." in text
    assert "Not carried into any service or team plan yet: A2." in text
    with pytest.raises(DisclosureError):
        build_directorate_report(released, "Adult Care", settings=SETTINGS, findings=findings)


def test_a_plan_of_many_actions_is_drawn_on_a_few_pages_and_says_so(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("Ref,Action,Owner,Timescale\n" + "".join(f"B{i},Do thing {i},HR,12 months\n" for i in range(100)),
                    encoding="utf-8")
    plan = read_plan(path, anchor=date(2013, 6, 30))
    public = release(review_plan(plan, as_of=date(2014, 12, 31)), audience="publish", settings=SETTINGS)
    pictures = draw_timeline(public)
    assert len(pictures) == MOST_PAGES
    _, text = text_of(build_committee_report(public, settings=SETTINGS, pictures=pictures).page)
    assert f"on {MOST_PAGES} of 5 pages" in text
    assert "B99" in text


def test_the_review_pack_shows_every_action_with_its_evidence_and_what_changed(tmp_path):
    status = review(tmp_path, since=write_last(tmp_path))
    papers = build_review_pack(release(status, audience="analyst", settings=SETTINGS), settings=SETTINGS)
    assert [section.anchor for section in papers.page.sections] == ["milestones", "evidence", "changes"]
    grid = papers.page.sections[1].blocks[-1]
    assert [row[0] for row in grid.rows] == ["A1", "A2", "A3"]
    assert "Page 2" in [cell for row in grid.rows for cell in row]
    public = build_review_pack(release(status, audience="publish", settings=SETTINGS), settings=SETTINGS)
    assert "Ivo" not in text_of(public.page)[0]  # nor the owners' own words, which may name anybody
    assert [section.anchor for section in public.page.sections] == ["milestones", "evidence"]
