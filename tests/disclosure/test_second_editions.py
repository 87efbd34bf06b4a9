"""A paper published again after a leaver, a joiner or a correction: what the first told is not withheld in vain."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.disclosure.attacker import AttackReport, attack_release
from my121_analytics.disclosure.kept import describe_kept, parse_kept
from my121_analytics.disclosure.release import Released, release
from my121_analytics.disclosure.release_record import say_attention
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import Count, Fact, Result, Table, describe

POSTS = Count("posts")


def ratings(counts: list[int], **beside: int) -> Result:
    """Posts by level, the last without a placement; beside them how many have no manager and how many are key posts."""
    placed, posts = sum(counts[:3]), sum(counts)
    frame = pd.DataFrame({"level": [1, 2, 3, 0], "n": counts, "base": [placed] * 3 + [posts]})
    table = Table(frame, keys=("level",), count="n", base="base", sums=("level",), counts={"n": POSTS, "base": POSTS})
    about = describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2024/25 H2",
                     as_of=date(2025, 3, 31), n=posts)
    declared = {"n": Fact("posts", who=POSTS), "n_without_manager": Fact("people", who=Count("without_manager")),
                "n_key_posts": Fact("posts", who=Count("key_posts"))}
    return Result(about, {"ratings": table}, beside, declared)


def publish_twice(then: Result, now: Result) -> tuple[Released, Released, AttackReport]:
    """Publish one after the other; gives both, and what an attack finds in the second beside the first."""
    first = release(then, audience="publish")
    kept = parse_kept(describe_kept([then], [first]), "release-1.json")
    second = release(now, audience="publish", earlier=kept)
    return first, second, attack_release({"now": second}, {"now": now}, earlier=kept, exact=True)


def test_a_count_beside_tables_that_was_nought_is_withheld_whatever_it_is_today() -> None:
    """Everybody had a manager. A mark where one has none now would say so, if noughts were printed without one."""
    then = ratings([6, 33, 10, 3], n_without_manager=0)
    for today in (0, 1):
        first, second, report = publish_twice(then, ratings([6, 33, 10, 4], n_without_manager=today))
        assert first.facts["n_without_manager"] == 0
        assert second.facts["n_without_manager"] is None
        assert second.about.n == 53
        (cell,) = report.cells[report.cells["column"] == "n_without_manager"].itertuples()
        assert (cell.lower, cell.upper) == (0, 1)
        assert report.passed


def test_a_paper_about_the_same_record_still_says_that_there_are_none() -> None:
    result = ratings([6, 33, 10, 3], n_without_manager=0)
    assert publish_twice(result, result)[1].facts["n_without_manager"] == 0


def test_the_size_of_the_population_is_shown_again_beside_counts_that_cannot_be() -> None:
    _, second, report = publish_twice(ratings([6, 33, 10, 8], n_key_posts=5), ratings([6, 33, 10, 9], n_key_posts=4))
    assert second.about.n == 58
    assert second.facts["n_key_posts"] is None
    assert report.passed


def test_a_count_of_nobody_that_is_somebody_now_is_withheld_with_its_table() -> None:
    """A mark beside noughts would say that one box is not empty any more: that of whoever joined."""
    _, second, report = publish_twice(ratings([0, 33, 10, 8]), ratings([1, 33, 10, 8]))
    assert "ratings" not in second.tables
    assert second.about.n == 52
    assert report.passed


@pytest.mark.parametrize(("today", "is_said"), [
    ([6, 34, 10, 8], True),  # one came, and is rated Meets
    ([6, 33, 10, 9], False),  # one came who has no rating yet
    ([6, 33, 10, 8], False),
    ([6, 40, 10, 8], False)])  # seven came
def test_an_analyst_is_told_where_two_editions_show_the_box_of_whoever_came(today: list[int], is_said: bool) -> None:
    _, second, _ = publish_twice(ratings([6, 33, 10, 8]), ratings(today))
    assert not second.tables["ratings"]["n"].isna().any()
    said = say_attention([second], DisclosureSettings())
    assert [("few people changed since release-1" in line) for line in said] == [True] * is_said
