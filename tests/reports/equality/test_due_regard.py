"""The due-regard paper says what differs, what could have been seen, and who may read it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from my121_analytics.analysis.disparity import compare_groups, family_of
from my121_analytics.disclosure.release import release_together
from my121_analytics.errors import DisclosureError
from my121_analytics.reports.equality.due_regard import render_due_regard, say_findings
from my121_analytics.sample_council.council import make_sample


@pytest.fixture(scope="module")
def workforce():
    return make_sample(150, seed=5).workforce


@pytest.fixture(scope="module")
def results(workforce):
    return family_of([compare_groups(workforce, by=by) for by in ("sex", "part_time")], workforce.settings)


@pytest.fixture(scope="module")
def page(workforce, results):
    return render_due_regard(release_together(results, audience="analyst"), settings=workforce.settings).decode()


def test_every_comparison_that_was_made_is_on_the_page(page, results):
    compared = sum(int(result.frame("differences")["odds_ratio"].notna().sum()) for result in results)
    grids = re.findall(r"<caption[^>]*>Each group by.*?</table>", page, re.S)
    assert sum(grid.count('<th scope="row"') for grid in grids) == compared > 0


def test_the_lead_counts_the_list(page, results):
    n_listed = sum(int((result.frame("differences")["verdict"] == "difference").sum()) for result in results)
    lead = re.search(r'class="lead">([^<]*)<', page).group(1)
    assert lead.startswith(f"{n_listed} differences" if n_listed else "No difference")


def test_it_says_that_it_is_special_category_data_and_names_nobody(page, workforce):
    assert "Special-category data" in page
    assert {name for name in workforce.employees["name"].dropna() if name in page} == set()


def test_what_has_not_passed_the_gate_is_refused(results, workforce):
    with pytest.raises(DisclosureError):
        render_due_regard(results, settings=workforce.settings)


def test_a_difference_on_the_list_is_said_in_shares_of_people_before_odds(results, workforce):
    """The shares are reckoned again from the counts by rating: at the highest, of those who have one."""
    compared = results[0]
    table = compared.tables["differences"]
    listed = replace(compared, tables={**compared.tables, "differences": replace(
        table, frame=table.frame.assign(verdict="difference"))})
    lines = say_findings(release_together([listed], audience="analyst"), workforce.settings, mark=str).differences
    levels = compared.frame("performance_levels").pivot(index="sex", columns="level", values="n")
    top = levels[3] / levels[[1, 2, 3]].sum(axis="columns")
    expected = f"Male against Female (sex): {top['Male']:.0%} against {top['Female']:.0%} have the highest performance"
    assert any(line.startswith(expected) for line in lines), (expected, lines)
    assert all(line.index("% against") < line.index("The odds of") for line in lines)
