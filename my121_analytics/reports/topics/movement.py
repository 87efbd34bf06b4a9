"""The paper on movement over the cycles: ratings, steps, cohorts, leavers."""

from __future__ import annotations

from my121_analytics.analysis.shares import SHARE
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.movement_paths import (
    describe_axis_shares,
    describe_leaving,
    plot_axis_shares,
    plot_leaving,
)
from my121_analytics.figures.phrases import count, percent
from my121_analytics.reports.topics.papers import Topic, TopicChapter, draw_picture, tables_of
from my121_analytics.wording.catalogue import say


def build_movement(released: Released) -> Topic:
    """Set out how ratings moved over all cycles, and who left.

    Parameters
    ----------
    released
        Of ``trace_movement``.

    Returns
    -------
    Topic
    """
    released = require_released(released, wanted_by="build_movement")
    pictures = (draw_picture("axis_shares", plot_axis_shares, describe_axis_shares, released),
                draw_picture("leaving", plot_leaving, describe_leaving, released))

    table = tables_of(released)

    chapters = (
        TopicChapter("axes", (table("axes", "cycle", "axis", "label", "n", *SHARE, "base",
                                    is_folded=True),), pictures=pictures[:1]),
        TopicChapter("steps", (table("steps", "cycle_before", "cycle_after", "axis", "label", "n", *SHARE, "base",
                                     is_folded=True),)),
        TopicChapter("cohorts", (table("cohorts", "cohort", "cycle", "n_cohort", "n_gone", "n_unrated", "base",
                                       "n_higher", "n_same", "n_lower", *SHARE),)),
        TopicChapter("leaving", (table("leaving_by_box", "box_name", "box", "n", *SHARE, "base"),),
                     pictures=pictures[1:]),
        TopicChapter("leaving_managers", (table(
            "leaving_by_manager", "manager", "manager_id", "directorate", "service", "team", "n_people", "base", "n",
            "share", "expected", "estimate", "estimate_lower", "estimate_upper", is_folded=True),)))
    return Topic("movement", released, tuple(_lead(released)), chapters)


def _lead(released: Released) -> list[str]:
    facts = released.facts
    steps = released.tables["steps"]
    last = steps[(steps["cycle_after"].astype("str") == str(facts["last_cycle"])) & (steps["axis"] == "performance")]
    shares = {str(row["direction"]): percent(float(row["share"])) for row in last.to_dict("records")}
    lines = [say("topic_lead", "movement", first=facts["first_cycle"], last=facts["last_cycle"],
                 n=facts["n_cycles"])]
    lines.append(say("topic_lead", "movement_steps", last=facts["last_cycle"], **shares))
    lines.append(say("topic_lead", "movement_left", n=count(facts["n_left"]),
                     share=percent(float(str(facts["share_left"])))))
    return lines
