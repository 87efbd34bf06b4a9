"""The committee's report: its parts, what it is fed by, and the blanks that are the council's to fill."""

import html
import io
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.improvement.evidence.assessment import assess_total
from my121_analytics.improvement.evidence.assessment_findings import link_findings
from my121_analytics.improvement.plan.reading import council_of, read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.reports.plan.committee import build_committee_report
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.document import render_document
from my121_analytics.writing.page import render_page

SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "improvement_plan.xlsx"
ANCHOR, AS_OF = date(2024, 6, 30), date(2025, 3, 31)
FINDINGS = pd.DataFrame([
    ("F1", "strength", "Leaders are open about change.", "", "R1", ""),
    ("F2", "development area", "Few know the aims.", "", "R2", "1.1"),
    ("F3", "development area", "Managers hold back flexible working.", "Adult Care", "R3", "")],
    columns=["finding_id", "kind", "finding", "directorate", "requirement_id", "action_id"])


def report(path, *, settings=None, evidence=None, findings=None, anchor=ANCHOR):
    settings = settings or Settings()
    plan = read_plan(path, anchor=anchor, settings=settings)
    settings = council_of(plan, settings)
    status = review_plan(plan, as_of=AS_OF, settings=settings)
    shown = [None if part is None else release(part, audience="publish", settings=settings)
             for part in (status, evidence, findings)]
    papers = build_committee_report(shown[0], settings=settings, evidence=shown[1], findings=shown[2])
    words = re.sub(r"<[^>]+>", " ", render_page(papers.page).decode())
    return papers, html.unescape(re.sub(r"\s+", " ", words))


@pytest.fixture(scope="module")
def form():
    return SAMPLE


@pytest.fixture(scope="module")
def full(form):
    findings = link_findings(FINDINGS, as_of=AS_OF)
    return report(form, evidence=assess_total(185, core_met=39, as_of=AS_OF), findings=findings)


def test_the_report_has_the_parts_of_a_committee_report_in_order(full):
    papers, _ = full
    assert [section.anchor for section in papers.page.sections] == [
        "summary", "recommendations", "background", "themes", "outcomes", "directorates", "position", "milestones",
        "finance", "risks", "policy", "papers", "contact", "appendix"]


def test_award_strengths_areas_and_milestones_stand_in_words(full):
    _, text = full
    assert "Gold: 185 requirements are met, 20 more than the 165 needed, and all 39 core ones are met." in text
    assert "Leaders are open about change." in text
    assert "Few know the aims. (Answered by: 1.1.)" in text
    assert "Managers hold back" not in text  # that is for the directorate's own report
    assert "Adult Care: strengths 0, areas for development 1." in text
    assert re.search(r"Progress review: .* to .*\d{4}", text)
    assert "Reassessment:" in text


def test_what_is_the_councils_to_say_is_a_marked_blank_until_the_settings_say_it(form, full):
    _, text = full
    blanks = [code for code in codes("committee_blank") if not code.endswith("_other")]
    assert all(say("committee_blank", code) in text for code in blanks)
    said = Settings.model_validate({"council": {"contact": "hr@northmere.example"}, "plan": {"committee": {
        "meeting": "Cabinet", "meeting_on": "3 February 2015", "directorate": "Resources", "title": "Post-recognition",
        "recommendations": ["Agree the plan."], "background": "Internal reviewers heard staff.",
        "hidden_costs": "Cover for meetings.",
        "feedback": "Each reviewer, in August.", "policy": "The corporate plan.", "papers": ["Assessor's report"],
        "consulted": ["Trade unions"]}}})
    papers, text = report(form, settings=said)
    assert not any(say("committee_blank", code) in text for code in codes("committee_blank"))
    assert papers.page.title == "Post-recognition"
    for words in ("Report to: Cabinet", "Agree the plan.", "Internal reviewers heard staff.",
                  "Each reviewer, in August.", "Cover for meetings.",
                  "The corporate plan.", "Assessor's report", "Trade unions", "hr@northmere.example"):
        assert words in text


def test_the_appendix_holds_every_action_with_its_benefit(full, form):
    papers, _ = full
    appendix = papers.page.sections[-1].blocks[-1]
    plan = read_plan(form, anchor=ANCHOR)
    assert [row[0] for row in appendix.rows] == list(plan.actions["action_id"])
    assert "Benefit, or impact of taking no action" in appendix.headings


def test_a_plan_of_an_audit_is_read_without_words_of_an_award(tmp_path):
    path = tmp_path / "audit.csv"
    path.write_text("Rec No,Recommendation,Agreed action,Responsible officer,Implementation date,Status\n"
                    "1,Match the payroll,Start a match,Head of Payroll,30/06/2024,Implemented\n"
                    "2,Write it down,Write it,HR Manager,30/09/2024,In progress\n", encoding="utf-8")
    papers, text = report(path)
    assert not re.search(r"investors|\bIIP\b|award|assessor|reassess|evidence requirement", text, re.I)
    assert "milestones" not in [section.anchor for section in papers.page.sections]
    assert "2 actions: 1 overdue" in text


def test_the_council_is_named_as_the_plan_names_it_unless_the_settings_do(form):
    plan = read_plan(form, anchor=ANCHOR)
    named = plan.information.set_index("code")["value"].get("organisation")
    assert named
    assert council_of(plan, Settings()).council.name == named
    assert council_of(plan, Settings.model_validate({"council": {"name": "X"}})).council.name == "X"


def test_what_has_not_passed_the_gate_is_refused(form):
    settings = Settings()
    status = review_plan(read_plan(form, anchor=ANCHOR), as_of=AS_OF)
    shown = release(status, audience="publish", settings=settings)
    with pytest.raises(DisclosureError):
        build_committee_report(status, settings=settings)
    with pytest.raises(DisclosureError):
        build_committee_report(shown, settings=settings, evidence=assess_total(185))


def test_the_word_document_says_what_the_page_says(full):
    docx = pytest.importorskip("docx")
    papers, _ = full
    content = render_document(papers.page, as_of=AS_OF)
    document = docx.Document(io.BytesIO(content))
    words = " ".join([*(p.text for p in document.paragraphs),
                      *(cell.text for table in document.tables for row in table.rows for cell in row.cells)])
    for section in papers.page.sections:
        assert section.heading in words
    assert "Gold: 185 requirements are met" in words
    grids = [block for section in papers.page.sections for block in section.blocks if block.kind == "grid"]
    assert [len(table.rows) - 1 for table in document.tables] == [len(grid.rows) for grid in grids]
    assert document.core_properties.title == papers.page.title
    pictures = document.element.body.findall(".//{*}docPr")
    assert pictures
    assert all(picture.get("descr") for picture in pictures)
    assert content == render_document(papers.page, as_of=AS_OF)


def test_the_summary_says_how_long_the_level_holds_and_counts_what_was_found(form, full):
    _, text = full
    assert "185 of 196 evidence requirements are met." in text
    assert re.search(r"Gold holds from the assessment, \w+ \d{4}, until the reassessment, ", text)
    assert "1 strengths and 2 areas for development; 1 of the areas are answered" in text
    said = Settings.model_validate({"plan": {"committee": {"level_before": "gold"}}})
    _, kept = report(form, settings=said, evidence=assess_total(185, core_met=39, as_of=AS_OF))
    assert "Gold is kept" in kept
    _, unsure = report(form, settings=said, evidence=assess_total(185, as_of=AS_OF))
    assert "is kept" not in unsure
    assert "holds from" not in unsure


def test_the_appendix_has_the_plans_own_dates_and_the_colour_key_but_no_contact(full):
    papers, text = full
    section = papers.page.sections[-1]
    assert section.lies_across
    assert section.blocks[0].headings == ("Item", "What stands there")
    assert "Colour key. Red: overdue." in text
    assert not re.search(r"\w@\w", text)


def test_a_recommendation_asks_for_the_plans_that_actions_go_into(full):
    _, text = full
    assert "inclusion in: Corporate workforce strategy; HR service plan; Directorate service plan; Team plan." in text
    assert "Ask each directorate to see that its own areas" in text
