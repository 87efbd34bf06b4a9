"""What pictures say: titles, printed values and alternatives agree with the table."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from my121_analytics.figures import phrases, theme
from my121_analytics.figures.coverage import describe_coverage, plot_coverage
from my121_analytics.figures.layout import elide, measure, wrap
from my121_analytics.figures.managers import describe_caterpillar, plot_caterpillar, plot_funnel
from my121_analytics.figures.nine_box import (
    describe_box_by_group,
    describe_nine_box,
    plot_box_by_group,
    plot_box_change,
    plot_nine_box,
    plot_rating_mix,
)
from my121_analytics.wording.catalogue import say


def title(ax):
    return " ".join(ax.get_title(loc="left").split())


def written(ax, gid=None):
    return [t.get_text() for t in ax.texts if gid is None or t.get_gid() == gid]


@pytest.mark.parametrize(("n", "of", "words"), [
    (400, 1000, "Two in five"), (404, 1000, "Two in five"), (416, 1000, "Just over two in five"),
    (330, 1000, "One in three"), (485, 1000, "Nearly half of"), (440, 1000, "44% of"), (3, 1000, "under 1% of"),
    (999, 1000, "over 99% of"), (1000, 1000, "All"), (4, 11, "4 of 11"), (1, 10, "1 of 10")])
def test_a_share_is_said_no_more_precisely_and_no_less_than_it_is(n, of, words):
    assert phrases.say_share(n, of) == words


@settings(max_examples=60, deadline=None)
@hypothesis_given(st.integers(20, 5000), st.data())
def test_no_share_is_said_to_be_what_it_is_far_from(of, data):
    n = data.draw(st.integers(1, of - 1))
    said = phrases.say_share(n, of).lower()
    bare = said.replace("nearly ", "").replace("just over ", "")
    fractions = {say("share", code).lower(): value for code, value in phrases._FRACTIONS.items()}
    if bare in fractions:
        assert abs(n / of - fractions[bare]) <= 0.025
        assert said.startswith("nearly") <= (n / of < fractions[bare])
        assert said.startswith("just over") <= (n / of > fractions[bare])
    else:
        assert "%" in said


def test_percentages_never_round_some_to_none_or_nearly_all_to_all():
    assert [phrases.percent(s) for s in (0, 0.001, 0.005, 0.125, 0.996, 1)] == ["0%", "under 1%", "1%", "13%",
                                                                              "over 99%", "100%"]


def test_changes_carry_their_sign():
    assert [phrases.points(c) for c in (0.032, -0.0451, 0.0001, -0.0001)] == ["+3.2", "−4.5", "0.0", "0.0"]


def test_the_text_colour_on_any_shade_has_the_contrast_it_needs():
    for step in range(101):
        for colour in (theme.shade(step / 100), theme.shade_around_zero(step / 50 - 1)):
            assert theme.contrast(theme.text_on(colour), colour) >= theme.MIN_CONTRAST
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)  # the guideline's known edge
    assert theme.contrast(theme.QUIET, theme.PAPER) >= 7


def test_the_map_stands_with_performance_to_the_right_and_potential_upwards(given):
    ax = plot_nine_box(given.profile())
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["812"] == (1.5, 1.5)
    assert places["84"] == (2.5, 2.5)
    assert places["87"] == (0.5, 0.5)
    labels = {t.get_text(): t.get_position() for t in ax.texts if t.get_gid() == "label"}
    assert labels["Partially meets"][0] < labels["Meets"][0] < labels["Exceeds"][0]
    assert labels["Low"][1] < labels["Moderate"][1] < labels["High"][1]


def test_every_box_prints_its_number_name_count_and_share(given):
    ax = plot_nine_box(given.profile())
    text = " ".join(written(ax))
    for number, n in enumerate(given.counts, start=1):
        assert f"{number} " in text
        assert f"{n}" in written(ax)
        assert phrases.percent(n / sum(given.counts)) in written(ax)
    assert title(ax) == "Just over two in five people are in Solid and Adaptable"
    assert "No placement: 57 of 2,007 people (3%)." in written(ax, "note")


def test_withheld_boxes_are_hatched_and_marked_and_nothing_else_is(given):
    released = given.profile([3, 30, 12, 20, 90, 2, 14, 25, 9], 3, audience="publish")
    ax = plot_nine_box(released)
    hatched = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch()]
    hidden = released.tables["map"].query("box > 0 and marker != ''")
    assert len(hatched) == len(hidden) == written(ax).count("[c]")
    assert any(note.startswith("[c]: withheld") for note in written(ax, "note"))
    assert describe_nine_box(released).count("withheld") == len(hidden)
    assert "0" not in written(ax)


def test_two_fullest_boxes_are_both_named(given):
    ax = plot_nine_box(given.profile([0, 50, 0, 0, 50, 0, 0, 25, 0]))
    assert title(ax) == ("Capacity for Key Roles and Solid and Adaptable are the fullest boxes, "
                         "with two in five people each")


def withhold(released, table, **empty):
    frame = released.tables[table]
    rows = frame["box"].isin(empty.pop("boxes"))
    hidden = frame.assign(**{column: frame[column].mask(rows) for column in empty["columns"]},
                          marker=frame["marker"].mask(rows, "[c]"))
    object.__setattr__(released, "tables", {**released.tables, table: hidden})
    return released


def test_a_title_does_not_call_fullest_what_a_withheld_box_may_exceed(given):
    counts = [0, 20, 0, 0, 20, 0, 0, 45, 15]
    columns = ["n", "share", "lower", "upper"]
    tie = title(plot_nine_box(withhold(given.profile(counts), "map", boxes=[8, 9], columns=columns)))
    assert tie == ("One in five people are in each of Capacity for Key Roles and Solid and Adaptable; a box that is "
                   "withheld may hold more")
    known = title(plot_nine_box(withhold(given.profile(counts), "map", boxes=[2, 9], columns=columns)))
    assert known == "45% of people are in Good Performer"  # what is withheld, 35 in all, holds fewer


def test_no_clear_change_is_said_of_the_boxes_that_are_shown(given):
    counts = [84, 210, 96, 190, 812, 140, 71, 260, 87]
    columns = ["n_before", "n_after", "share_before", "share_after", "change", "lower", "upper"]
    moved = given.movement(counts, counts)
    assert title(plot_box_change(moved)).startswith("No clear change in any box")
    hidden = withhold(moved, "change", boxes=[3], columns=columns)
    assert title(plot_box_change(hidden)).startswith("No clear change in a box that is shown")


def test_the_alternative_gives_every_count_of_the_table(given):
    alternative = describe_nine_box(given.profile())
    for number, n in enumerate(given.counts, start=1):
        assert re.search(rf"box {number}, [^;]+: {n} \(", alternative)


def test_a_map_of_the_councils_own_stands_as_its_table_says(given):
    released = given.profile()
    assert {"performance", "potential"} <= set(released.tables["map"].columns)
    frame = released.tables["map"]
    swapped = frame.assign(performance=frame["potential"], potential=frame["performance"])
    object.__setattr__(released, "tables", {"map": swapped})
    ax = plot_nine_box(released)
    at = {t.get_text(): t.get_position() for t in ax.texts}
    assert at["84"] == (2.5, 2.5)
    assert at["96"] == (2.5, 0.5)  # box 3 moves to the lower right


def test_the_axes_carry_the_councils_own_words(given):
    released = given.profile(facts={"map_columns": "Below / Nearly; There; Beyond", "map_rows": "Settled; Able; Ready"})
    labels = written(plot_nine_box(released), "label")
    assert {"Below / Nearly", "There", "Beyond", "Settled", "Able", "Ready"} <= set(labels)


def test_shares_by_group_are_of_those_placed_and_all_comes_last(given):
    released = given.by_group(given.directorates)
    ax = plot_box_by_group(released)
    labels = [t for t in ax.texts if t.get_gid() == "label" and t.get_position()[0] == 0]
    assert max(labels, key=lambda t: t.get_position()[1]).get_text() in ("All", "1,296 placed")
    assert title(ax) == "Solid and Adaptable is the fullest box in all 5 directorates"
    assert "Legal: fullest box Solid and Adaptable with 41% (9)" in describe_box_by_group(released)


def test_a_group_whose_withheld_box_might_be_fuller_is_not_given_a_fullest_box(given):
    groups = {"A": [40, 30, 2, 30, 28, 30, 1, 20, 20], "Legal": [3, 3, 3, 3, 6, 3, 3, 3, 3]}
    released = given.by_group(groups, audience="publish")
    assert "Legal: no one box can be named" in describe_box_by_group(released)


def test_the_title_counts_only_the_groups_whose_fullest_box_can_be_told(given):
    released = given.by_group(given.directorates, audience="publish")
    assert title(plot_box_by_group(released)) in (
        "Solid and Adaptable is the fullest box in 3 of 3 directorates that can be told",
        "Solid and Adaptable is the fullest box in 4 of 4 directorates that can be told")


def test_a_change_is_coloured_only_where_its_range_leaves_out_zero(given):
    released = given.movement([10 * n for n in given.counts], [n * 9 + 400 for n in given.counts])
    ax = plot_box_change(released)
    rows = released.tables["change"].query("box > 0")
    clear = int(((rows["lower"] > 0) | (rows["upper"] < 0)).sum())
    arrows = [t for t in written(ax) if t.startswith(("▲ +", "▼ −"))]
    assert len(arrows) == clear
    assert written(ax).count("no clear change") == 9 - clear
    assert title(ax).startswith("More people are in")
    assert title(plot_box_change(given.movement(given.counts, given.counts))).startswith("No clear change")


def test_managers_are_grouped_by_verdict_and_then_by_name_never_by_estimate(given):
    rows = given.manager_rows(20, seed=9)
    ax = plot_caterpillar(given.severity(rows))
    drawn = written(ax, "name")
    order = {v: i for i, v in enumerate(("pattern", "watch", "in line", "cannot tell"))}
    expected = rows[rows["lower"].notna()].assign(o=lambda f: f["verdict"].map(order)).sort_values(["o", "name"])
    assert drawn == expected["name"].tolist()
    assert any("not a league table" in note for note in written(ax, "note"))


def test_each_verdict_has_a_shape_of_its_own_and_a_word(given):
    ax = plot_caterpillar(given.severity(given.manager_rows(20, seed=9)))
    headings = [t for t in written(ax, "label") if re.search(r"\(\d+\)$", t)]
    assert [h.rsplit(" ", 1)[0].lower() for h in headings] == [say("verdict", v) for v in (
        "pattern", "watch", "in line", "cannot tell")]
    shapes = {(line.get_marker(), line.get_markerfacecolor() == theme.PAPER) for line in ax.lines
              if line.get_marker() not in ("None", "", None)}
    assert len(shapes) == 4


def test_managers_beyond_thirty_and_those_without_a_range_are_told_in_words(given):
    rows = given.manager_rows(60)
    ax = plot_caterpillar(given.severity(rows))
    assert len(written(ax, "name")) == 30
    notes = " ".join(written(ax, "note"))
    ranged = int(rows["lower"].notna().sum())
    told = re.search(r"Not drawn, for want of room: (.+?)\. All", notes)
    assert told is not None
    assert sum(int(n) for n in re.findall(r"\d+", told[1])) == ranged - 30
    for name in rows.loc[rows["lower"].isna(), "name"]:
        assert name in notes
    assert say("caveat", "leniency_or_quality") in notes


def test_the_lines_of_managers_end_where_the_table_says(given):
    rows = given.manager_rows(20, seed=9)
    ax = plot_caterpillar(given.severity(rows))
    drawn = {tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2}
    for row in rows[rows["lower"].notna()].itertuples():
        assert (row.lower, row.upper) in drawn


def test_the_names_expected_by_chance_are_counted_among_those_shown(given):
    rows = given.manager_rows(20, seed=9)
    notes = " ".join(written(plot_caterpillar(given.severity(rows, expected_wrong=7.0)), "note"))
    listed = rows[rows["verdict"] == "pattern"]
    assert f"by chance: about {(1 - listed['probability']).sum():.1f} of {len(listed)}." in notes


def test_no_spread_between_managers_is_said_in_the_title(given):
    rows = given.manager_rows(8).assign(verdict="in line")
    assert title(plot_caterpillar(given.severity(rows, sd=0))) == "No detectable difference between managers"


def test_the_alternative_of_a_list_names_the_patterns_with_their_ranges(given):
    rows = given.manager_rows(20, seed=9)
    alternative = describe_caterpillar(given.severity(rows))
    for row in rows[rows["verdict"] == "pattern"].itertuples():
        assert f"{row.name}: {phrases.signed(row.estimate)}" in alternative
    for row in rows[rows["verdict"] == "in line"].itertuples():
        assert row.name not in alternative


def test_the_funnel_counts_what_lies_outside_its_limits(given):
    rows = given.manager_rows(42)
    ax = plot_funnel(given.severity(rows, rating_sd=0.6))
    far = (rows["mean_rating"] - rows["expected_rating"]).abs() * rows["n_ratings"] ** 0.5 / 0.6
    listed = int((rows["verdict"] == "pattern").sum())
    assert title(ax).startswith(f"{listed} of 42 managers have a pattern to discuss")
    assert title(ax).endswith(f"would point at {int((far > 3.090232).sum())}")
    assert set(written(ax, "name")) == set(rows.loc[rows["verdict"] == "pattern", "name"])
    curve = next(line for line in ax.lines if len(line.get_xdata()) == 200)
    n, limit = curve.get_xdata()[10], curve.get_ydata()[10]
    assert limit == pytest.approx(1.959964 * 0.6 / math.sqrt(n))


def test_coverage_prints_share_range_and_people_for_each_group(given):
    ax = plot_coverage(given.coverage({"Adult Care": (410, 290), "Legal": (22, 19)}))
    assert "71% (66% to 75%)" in written(ax, "value")
    assert "410" in written(ax, "value")
    assert title(ax) == "72% of people have had the conversations due to them"


def test_a_withheld_group_is_hatched_from_end_to_end_not_drawn_as_zero(given):
    released = given.coverage({"Adult Care": (410, 290), "Parks": (90, 60), "Legal": (22, 19)}, audience="publish")
    ax = plot_coverage(released)
    hatched = [p for p in ax.patches if p.get_hatch()]
    assert len(hatched) == released.tables["by_group"]["estimate"].isna().sum() > 0
    assert all(p.get_width() == 1 for p in hatched)
    assert "Legal: withheld" in describe_coverage(released)


def test_the_rating_mix_draws_any_number_of_levels_highest_first(given):
    ax = plot_rating_mix(given.ratings(["Low", "Fair", "Good", "Top"], [10, 20, 60, 10]))
    assert written(ax, "label") == ["Top", "Good", "Fair", "Low"]
    assert title(ax) == "Three in five people are rated Good"
    assert [round(bar.get_width(), 6) for bar in ax.patches] == [0.1, 0.6, 0.2, 0.1]


@settings(max_examples=40, deadline=None)
@hypothesis_given(st.text(min_size=1, max_size=60), st.floats(0.5, 3.0))
def test_wrapped_lines_fit_their_width(text, width):
    for line in wrap(text, width, 10, max_lines=2):
        assert line in ("", "…") or measure(line, 10) <= width


def test_a_long_name_keeps_its_beginning_and_its_end():
    cut = elide("Bartholomew-Montgomery Featherstonehaugh-Smythe", 1.6, 9, keep_end=0.4)
    assert cut.startswith("Bartho")
    assert cut.endswith("Smythe")
    assert "…" in cut


def test_for_the_meeting_only_those_to_hear_are_set_apart(given):
    ax = plot_caterpillar(given.severity(given.manager_rows(20, seed=9)), for_meeting=True)
    headings = [t.rsplit(" ", 1)[0] for t in written(ax, "label") if re.search(r"\(\d+\)$", t)]
    assert headings == ["Pattern to discuss", "Not on the list"]


def test_what_a_giant_record_leaves_out_is_the_first_note_under_the_list(given):
    for plot in (plot_caterpillar, plot_funnel):
        ax = plot(given.severity(given.manager_rows(20, seed=9), too_large=1))
        assert any("too large for the model" in text.get_text().replace("\n", " ") for text in ax.texts)
        plain = plot(given.severity(given.manager_rows(20, seed=9)))
        assert not any("too large for the model" in text.get_text().replace("\n", " ") for text in plain.texts)
