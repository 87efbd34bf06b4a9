"""The due-regard appendix says what the paper of its own says, and reaches nobody whom it is not for."""

from __future__ import annotations

import html
import io
import re

import openpyxl
import pytest

from my121_analytics.analysis.disparity import characteristics_of, compare_groups, family_of
from my121_analytics.disclosure.release import release, release_together
from my121_analytics.figures.phrases import name_group
from my121_analytics.reports.equality.due_regard import compared_rows, in_order, render_due_regard
from my121_analytics.reports.workforce_report.report import _choose_sections, build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings


@pytest.fixture(scope="module")
def workforce():
    return make_sample(120, seed=5).workforce


@pytest.fixture(scope="module")
def appendix(workforce):
    """Give the sheets of the section, for the analyst, by name."""
    made = build_report(workforce, report=ReportSettings(audience="analyst", sections=["due_regard"]))
    assert made.failed == {}
    book = openpyxl.load_workbook(io.BytesIO(made.files["workforce.xlsx"]))
    return {sheet.title: [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
            for sheet in book if sheet.title.startswith(("Due regard", "Compared"))}


@pytest.fixture(scope="module")
def released(workforce):
    """Give what ``my121 equality`` makes its paper from."""
    results = [compare_groups(workforce, by=by) for by in characteristics_of(workforce)]
    return release_together(family_of(results, workforce.settings), audience="analyst", settings=workforce.settings)


def test_sentences_are_those_of_the_paper_in_the_same_order(appendix, released, workforce) -> None:
    page = html.unescape(re.sub(r"<[^>]+>|[\u2066-\u2069]", "", render_due_regard(
        released, settings=workforce.settings).decode()))
    sentences = [row[1] for row in appendix["Due regard"] if len(row) == 2 and row[0] != "Part"]
    places = [page.find(sentence) for sentence in sentences]
    assert len(sentences) > 3
    assert -1 not in places
    assert places == sorted(places)


def test_counts_are_those_of_the_paper(appendix, released) -> None:
    for one in released:
        by = one.tables["groups"].columns[0]
        groups = in_order(one.tables["groups"], by)
        name = name_group(by)
        on_sheet = [row[:3] for row in appendix[f"Due regard, {name}"]]
        assert [[str(row[by]), str(row["n"]), str(row["n_rated"])] for _, row in groups.iterrows()] == [
            row for row in on_sheet if row[0] in set(groups[by].astype("str"))]
        rows = compared_rows(one)
        compared = appendix.get(f"Compared by {name}", [])
        assert sum(row[3:5] == [str(a), str(b)] for a, b in zip(rows["n"], rows["n_reference"], strict=True)
                   for row in compared) >= len(rows)


@pytest.mark.parametrize("audience", ["panel", "manager"])
def test_it_never_reaches_panels_or_managers(workforce, audience) -> None:
    if audience == "manager":
        assert release(compare_groups(workforce, by="sex"), audience=audience, rater_id="E1").tables == {}
        return
    made = build_report(workforce, report=ReportSettings(audience=audience, sections=["quality", "equality",
                                                                                      "due_regard"]))
    assert {"equality", "due_regard"} <= set(made.absent)
    assert not [path for path in made.files if "due-regard" in path or "compared" in path]


def test_it_is_left_out_unless_it_is_named() -> None:
    assert "due_regard" not in {section.code for section in _choose_sections(ReportSettings())}
    assert [section.code for section in _choose_sections(ReportSettings(sections=["due_regard"]))] == ["due_regard"]


def test_differences_that_rest_on_withheld_counts_are_not_published(workforce) -> None:
    result = compare_groups(workforce, by="disability")
    shown = release(result, audience="publish", settings=workforce.settings)
    assert (result.frame("performance_levels")["n"].between(1, 9)).any()
    assert "differences" not in shown.tables
    reason = shown.withheld.set_index("table").loc["differences", "reason"]
    assert "computed from counts of which some are withheld" in reason


@pytest.mark.slow
def test_published_with_the_rest_of_the_report_it_compares_only_what_is_shown_whole() -> None:
    workforce = make_sample(600, seed=4).workforce
    made = build_report(workforce, report=ReportSettings(audience="publish", sections=["profile", "due_regard"]))
    book = openpyxl.load_workbook(io.BytesIO(made.files["workforce.xlsx"]))
    assert "Compared by sex" in book.sheetnames
    cells = [str(cell) for sheet in book if sheet.title.startswith("Compared")
             for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "[c]" not in cells
