"""Every paper says whom to ask: the council's contact, or general words where the settings hold none."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.cli.release_files import release_check
from my121_analytics.disclosure.release import release
from my121_analytics.framework.conversation_guide import build_guide
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.ingest.intake import read_exports
from my121_analytics.reports.check.quarantine_workbook import write_quarantine
from my121_analytics.reports.guide.record_form import write_record_form
from my121_analytics.reports.plan.plan_papers import build_review_pack
from my121_analytics.reports.plan.tracker_workbook import write_tracker
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.writing.accessibility import audit_workbook
from my121_analytics.writing.workbook import write_workbook

SETTINGS = Settings.model_validate({"council": {"contact": "people.data@anyshire.example"}})
GENERAL = "the HR team that sent this to you"


def of_plan(folder, settings, write):
    path = folder / "plan.csv"
    path.write_text("Ref,Issue,Action,Owner,Timescale\nA1,Aims,Explain the aims,HR,6 months\n", encoding="utf-8")
    status = review_plan(read_plan(path, anchor=date(2024, 6, 30)), as_of=date(2024, 9, 30))
    return write(release(status, audience="analyst"), settings=settings)


def tracker(folder, settings):
    return of_plan(folder, settings, write_tracker)


def review_book(folder, settings):
    return write_workbook(of_plan(folder, settings, build_review_pack).book)


def record_form(folder, settings):
    record = make_sample(60, seed=3).workforce
    conversations = prepare_conversations(record)
    manager = conversations.frame("people")["rater_id"].iloc[0]
    return write_record_form(release(conversations, audience="manager", rater_id=manager), manager="A. Manager",
                             guide=build_guide(), framework=record.framework, settings=settings)


def quarantine(folder, settings):
    (folder / "staff.csv").write_text("Employee no,Name,Directorate\n0012,Otto Pell,Parks\n,Una Gray,Parks\n",
                                      encoding="utf-8")
    path = folder / "quarantine.xlsx"
    write_quarantine(release_check(read_exports(folder), settings=settings), path, settings=settings)
    return path.read_bytes()


@pytest.mark.parametrize("make", [tracker, review_book, record_form, quarantine])
@pytest.mark.parametrize(("settings", "contact"), [(SETTINGS, SETTINGS.council.contact), (Settings(), GENERAL)])
def test_a_cover_says_whom_to_ask(make, settings, contact, tmp_path):
    content = make(tmp_path, settings)
    cover = openpyxl.load_workbook(io.BytesIO(content))["Cover"]
    said = {row[0]: row[1] for row in cover.iter_rows(values_only=True, max_col=2)}
    assert said["Questions and corrections"] == contact
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert "A7" not in set(audit_workbook(path, profile="working")["item"])
