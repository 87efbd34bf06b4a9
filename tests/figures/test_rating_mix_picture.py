"""The picture of rating mixes shows the released shares, and only for managers with a reason to look."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.disclosure.release import Released, release
from my121_analytics.errors import DisclosureError
from my121_analytics.figures.rating_mix import describe_rating_mixes, has_mixes, plot_rating_mixes
from my121_analytics.figures.theme import render_svg
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.results import Result


@pytest.fixture(scope="module")
def severity() -> Result:
    return estimate_severity(make_sample(600, seed=121).workforce, axes=["performance"], sensitivity=False)


@pytest.fixture(scope="module")
def released(severity: Result) -> Released:
    return release(severity, audience="analyst")


def test_every_manager_with_a_reason_is_drawn_with_both_mixes(released: Released) -> None:
    managers = released.tables["managers"]
    listed = managers[managers["verdict"] == "pattern"]
    assert len(listed) >= 1
    axes = plot_rating_mixes(released)
    names = [text.get_text() for text in axes.texts if text.get_gid() == "name"]
    assert len(names) == min(len(listed), 12)
    widths = pd.Series([patch.get_width() for patch in axes.patches if patch.get_width() > 0])
    assert widths.sum() == pytest.approx(2 * len(names))


def test_the_words_hold_the_released_shares(released: Released) -> None:
    words = describe_rating_mixes(released)
    managers, mix = released.tables["managers"], released.tables["mix"]
    first = managers[managers["verdict"] == "pattern"].head(1)
    rows = mix[mix["rater_id"].astype("str") == str(first["rater_id"].iloc[0])]
    for row in rows.itertuples():
        assert f"{row.label} {row.share:.0%}, expected {row.expected_share:.0%}" in words


def test_the_order_is_by_name_and_nobody_who_is_not_listed_is_drawn(released: Released) -> None:
    axes = plot_rating_mixes(released)
    verdicts = {text.get_text().split(",")[0] for text in axes.texts if text.get_gid() == "label"
                and "rating" in text.get_text() and text.get_text().startswith(("pattern", "watch"))}
    assert verdicts == {"pattern to discuss"}
    names = [text.get_text().casefold() for text in axes.texts if text.get_gid() == "name"]
    assert names == sorted(names)


def test_nothing_to_look_at_is_said_and_plain_results_are_refused(severity: Result, released: Released) -> None:
    calm = release(severity.with_frame("managers", severity.frame("managers").assign(verdict="in line", to_hear=False)),
                   audience="analyst")
    assert not has_mixes(calm)
    assert has_mixes(released)
    assert "No manager's rating mix gives reason to look" in render_svg(plot_rating_mixes(calm))
    with pytest.raises(DisclosureError):
        plot_rating_mixes(severity)  # type: ignore[arg-type]
    with pytest.raises(DisclosureError, match="not shown to the audience 'publish'"):
        plot_rating_mixes(release(severity, audience="publish"))
