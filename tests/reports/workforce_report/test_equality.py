"""Ratings by protected characteristic: which rows are worth their place in a published report."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import release_together
from my121_analytics.reports.workforce_report import equality
from my121_analytics.reports.workforce_report.brief import Brief
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.results import TOTAL, Count, Table

FEWEST = 10


def by_sex(unplaced: tuple[int, int]) -> Table:
    """Two groups of 40 and 60 posts with a placement, and some without."""
    rows = [(sex, level, n, placed if level else placed + without)
            for sex, placed, without in (("Female", 60, unplaced[0]), ("Male", 40, unplaced[1]),
                                         (TOTAL, 100, sum(unplaced)))
            for level, n in ((1, placed // 2), (2, placed // 2), (0, without))]
    frame = pd.DataFrame(rows, columns=["sex", "level", "n", "base"])
    return Table(frame, keys=("sex", "level"), count="n", base="base", sums=("sex", "level"), protected=("sex",),
                 counts={"n": Count("posts"), "base": Count("posts")})


@pytest.mark.parametrize(("unplaced", "levels"), [
    ((10, 9), {1, 2}), ((1, 0), {1, 2}), ((10, 10), {0, 1, 2}), ((30, 0), {0, 1, 2}), ((0, 0), {0, 1, 2})])
def test_posts_without_a_placement_are_left_out_where_no_two_groups_of_them_could_be_shown(unplaced, levels):
    table = equality._leave_unplaced_out(by_sex(unplaced), FEWEST)
    assert set(table.frame["level"]) == levels
    placed = table.frame[table.frame["level"] > 0]
    assert placed["base"].tolist() == [60, 60, 40, 40, 100, 100]
    assert dict(table.counts["base"].where) == ({} if 0 in levels else {"placed": "level"})


@pytest.fixture(scope="module")
def council():
    return make_sample(150, seed=0).workforce


def tabulate(council, audience):
    brief = Brief(council, None, None, None, ReportSettings(audience=audience), council.settings,
                  council.check_cycle(None), {})
    return equality.analyse(brief)


def show_ratings(council):
    """Publish the profile together with the ratings by characteristic, and give what is shown of all ratings."""
    profile = tabulate_profile(council, by="directorate")
    released = release_together([profile, *tabulate(council, "publish").values()], audience="publish")
    return released[0].tables["ratings"].set_index("level")


def test_how_many_posts_have_no_placement_is_shown_once_their_small_groups_are_left_out(council, monkeypatch):
    assert show_ratings(council).loc[0, ["n", "base"]].tolist() == [10, 127]
    monkeypatch.setattr(equality, "_leave_unplaced_out", lambda table, fewest: table)
    assert show_ratings(council).loc[0, ["n", "base"]].isna().all()


def test_readers_inside_the_council_see_posts_without_a_placement_by_characteristic(council):
    for result in tabulate(council, "panel").values():
        assert 0 in set(result.tables["ratings_by_group"].frame["level"])
