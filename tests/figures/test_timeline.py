"""The timeline of a plan: nothing overlaps or leaves the canvas, and shape and word carry what colour does."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError, UsageError
from my121_analytics.figures import theme
from my121_analytics.figures.timeline import MOST_ROWS, ORDER, count_pages, describe_timeline, plot_timeline
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.settings_plan import PLAN_STATUSES

HEAD = "Ref,Issue,Action,Timescale,Status,Date completed\n"
EVERY = ["12 months,,", "18-24 months,,", "31/01/2016,Not started,", "36 months,,", "Ongoing,,", "TBC,,",
         "12 months,Complete,01/12/2014", "12 months,Complete,01/03/2014", "quarterly,,", "2014/15,,",
         "36 months,Slipped,", "12 months,Phase 2 signed,", "36 months,Superseded,"]
LONG = ("Work with $every$ service & team <b> on a plain-English account of what is expected of people who manage "
        "others, and repeat it each year")


def released(tmp_path, lines, *, anchor=date(2013, 6, 30), as_of=date(2014, 12, 31), audience="analyst"):
    path = tmp_path / "plan.csv"
    path.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return release(review_plan(read_plan(path, anchor=anchor), as_of=as_of), audience=audience)


EIGHT = [f'A{i},Issue,"{LONG if i % 2 else "Do it"}",{rest}' for i, rest in enumerate(EVERY)]
CASES = {
    "every status": (EIGHT, {}), "one": (EIGHT[:1], {}), "same day": (EIGHT[:3], {"as_of": date(2013, 6, 30)}),
    "eighty": ([f"B{i},Issue,Do thing {i},{EVERY[i % len(EVERY)]}" for i in range(80)], {"audience": "publish"}),
    "far ahead": (["C1,Issue,Later,by December 2030,,"], {}),
    "no dates": (["C1,Issue,Later,TBC,,", "C2,Issue,Always,Ongoing,,"], {})}


def case_of(tmp_path, name):
    lines, how = CASES[name]
    return released(tmp_path, lines, **how)


def boxes(ax):
    figure = theme.figure_of(ax)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in [*ax.texts, ax.title, ax._left_title]
            if text.get_text().strip()], figure.bbox


@pytest.mark.parametrize("case", list(CASES))
def test_no_text_overlaps_another_or_leaves_the_canvas(tmp_path, case):
    ax = plot_timeline(case_of(tmp_path, case))
    texts, canvas = boxes(ax)
    outside = [text for text, box in texts if box.x0 < -1 or box.x1 > canvas.width + 1 or box.y0 < -1
               or box.y1 > canvas.height + 1]
    assert outside == []
    overlapping = [(a, b) for (a, one), (b, other) in itertools.combinations(texts, 2)
                   if min(one.x1, other.x1) - max(one.x0, other.x0) > 1.5
                   and min(one.y1, other.y1) - max(one.y0, other.y0) > 3]
    assert overlapping == []


def test_every_status_has_its_own_shape_or_fill_and_its_word(tmp_path):
    result = case_of(tmp_path, "every status")
    ax = plot_timeline(result)
    words = [text.get_text() for text in ax.texts if text.get_gid() == "status"]
    assert set(words) == set(PLAN_STATUSES) == set(ORDER)
    marks = {}
    legend = [line for line in ax.lines if line.get_marker() != "None" and line.get_xdata()[0] == 1]
    for word, line in zip(words, legend, strict=True):
        marks[word] = (line.get_marker(), line.get_markerfacecolor() == theme.PAPER)
    assert len(set(marks.values())) == len(PLAN_STATUSES)


def test_eighty_actions_take_pages_the_most_pressing_first(tmp_path):
    result = case_of(tmp_path, "eighty")
    assert count_pages(result) == 4
    first = plot_timeline(result)
    words = [text.get_text() for text in first.texts if text.get_gid() == "status"]
    assert len(words) == MOST_ROWS
    assert words == sorted(words, key=ORDER.index)
    assert words[0] == "overdue"
    notes = " ".join(text.get_text() for text in first.texts if text.get_gid() == "note")
    assert "Page 1 of 4: actions 1 to 24 of 80" in notes
    shown = [text.get_text() for page in range(1, 5) for text in plot_timeline(result, page=page).texts
             if text.get_gid() == "status"]
    assert len(shown) == 80
    with pytest.raises(UsageError, match="no page 5"):
        plot_timeline(result, page=5)


def test_the_title_says_the_message_and_the_words_say_the_same_as_the_picture(tmp_path):
    lengths = ["12 months"] * 6 + ["6 months"] * 2 + ["18-24 months"] * 3
    result = released(tmp_path, [f"{i},Issue,Act,{length},," for i, length in enumerate(lengths, start=1)])
    assert plot_timeline(result).get_title(loc="left") == "8 of 11 actions are overdue, and 3 due now"
    told = describe_timeline(result)
    assert told.count("overdue, by") == 8
    assert "9: due in window, 30 Dec 2014 – 30 Jun 2015." in told
    assert "Milestone: Reassessment Jun 2016." in told
    lines = [text.get_text() for text in plot_timeline(result).texts if text.get_gid() == "line"]
    assert {"Anchor 30 June 2013", "As of 31 December 2014"} < set(lines)


def test_a_plan_without_actions_and_a_result_not_released_are_met(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("Issue,Action,Timescale\nAims,,\n", encoding="utf-8")
    status = review_plan(read_plan(path, anchor=date(2013, 6, 30)), as_of=date(2014, 1, 1))
    assert plot_timeline(release(status, audience="analyst")).get_title(loc="left") == "The plan has no actions"
    with pytest.raises(DisclosureError):
        plot_timeline(status)


def test_it_draws_the_same_bytes_twice(tmp_path):
    result = case_of(tmp_path, "every status")
    assert theme.render_svg(plot_timeline(result)) == theme.render_svg(plot_timeline(result))
