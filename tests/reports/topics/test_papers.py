"""Papers on one subject: every chapter has a heading, every table a title, and the workbook holds all rows."""

from __future__ import annotations

import io
from html import unescape

import openpyxl
import pytest

from my121_analytics.analysis.agreement import compare_self, detail_agreement
from my121_analytics.analysis.coverage_outlook import foresee_coverage
from my121_analytics.analysis.development import measure_development
from my121_analytics.analysis.movement_paths import trace_movement
from my121_analytics.analysis.talent import review_talent
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.reports.topics.coverage import build_coverage_paper
from my121_analytics.reports.topics.development import build_development
from my121_analytics.reports.topics.movement import build_movement
from my121_analytics.reports.topics.papers import MOST_ROWS, Topic, render_topic, write_topic_book
from my121_analytics.reports.topics.self_views import build_self_views
from my121_analytics.reports.topics.talent import build_talent
from my121_analytics.sample_council.council import make_sample

ANALYSES = {"development": ((measure_development,), build_development), "talent": ((review_talent,), build_talent),
            "coverage": ((foresee_coverage,), build_coverage_paper), "movement": ((trace_movement,), build_movement),
            "self": ((compare_self, detail_agreement), build_self_views)}


@pytest.fixture(scope="module")
def workforce():
    return make_sample(150, seed=7).workforce


@pytest.fixture(scope="module", params=list(ANALYSES))
def topic(request, workforce) -> Topic:
    analyses, build = ANALYSES[request.param]
    return build(*(release(analyse(workforce), audience="analyst", settings=workforce.settings)
                   for analyse in analyses))


def test_the_page_has_every_chapter_and_no_code(topic, workforce) -> None:
    html = unescape(render_topic(topic, settings=workforce.settings).decode())
    assert html.count("<h1") == 1
    assert html.count("<h2") == len(topic.chapters) + 1  # what the figures cannot tell
    assert "<caption" in html
    assert "share_without" not in html
    assert ">nan<" not in html
    assert topic.lead[0] in html


def test_the_workbook_holds_every_table_whole(topic, workforce) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_topic_book(topic, settings=workforce.settings)))
    tables = [table for chapter in topic.chapters for table in chapter.tables if table.is_there]
    assert len(tables) >= 4
    marked = {name: sheet.tables[name].ref for sheet in book.worksheets for name in sheet.tables}
    for table in tables:
        first, last = marked[f"{topic.code}_{table.table}"].split(":")
        rows = int("".join(filter(str.isdigit, last))) - int("".join(filter(str.isdigit, first)))
        assert rows == len(table.released.tables[table.table])


def test_a_long_list_is_cut_on_the_page_alone(workforce) -> None:
    released = release(measure_development(workforce), audience="analyst", settings=workforce.settings)
    table = released.tables["demand_by_group"]
    page = render_topic(build_development(released), settings=workforce.settings).decode()
    assert ("more rows are in the workbook" in page) == (len(table) > MOST_ROWS)


def test_a_plain_result_is_refused(workforce) -> None:
    with pytest.raises(DisclosureError):
        build_talent(review_talent(workforce))
