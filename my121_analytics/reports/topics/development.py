"""The paper for learning and development: demand, delivery, and what followed."""

from __future__ import annotations

import pandas as pd

from my121_analytics.analysis.shares import SHARE
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.demand import describe_demand, plot_demand
from my121_analytics.figures.phrases import count, join_words, name_group, percent
from my121_analytics.reports.topics.papers import Topic, TopicChapter, draw_picture, tables_of
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL

_COUNTS = ("n_actions", "n_people", "n_completed", "n_open", "n_overdue", "n_due", *SHARE)
MOST_NAMED = 3


def build_development(released: Released) -> Topic:
    """Set out what learning and development needs to know.

    Parameters
    ----------
    released
        Of ``measure_development``.

    Returns
    -------
    Topic
    """
    released = require_released(released, wanted_by="build_development")
    by = str(released.tables["groups"].columns[0]) if "groups" in released.tables else ""
    words: dict[str, object] = {"by": name_group(by)}
    picture = draw_picture("demand", plot_demand, describe_demand, released)

    table = tables_of(released, words)

    chapters = (
        TopicChapter("demand", (table("interventions", "intervention", *_COUNTS),), pictures=(picture,)),
        TopicChapter("purposes", (table("purposes", "purpose", *_COUNTS),)),
        TopicChapter("by_group", (table("groups", by, "n_people", "n_with", *SHARE, "n_actions", "n_overdue"),
                                  table("demand_by_group", by, "intervention", "n_actions", "n_people",
                                        is_folded=True))),
        TopicChapter("by_box", (table("boxes", "box_name", "box", "n_people", "n_with", *SHARE),)),
        TopicChapter("followed", (table("followed", "purpose", "label", "base", "n_higher", "n_same", "n_lower",
                                        *SHARE, "n_without", "share_without", "difference", "difference_lower",
                                        "difference_upper", "caveat"),)),
        TopicChapter("overdue", (table("overdue", "intervention", "purpose", "due_on", "months_late", "name",
                                       "employee_id", "manager", "directorate", "service", "team", is_folded=True),)))
    return Topic("development", released, tuple(_lead(released, by)), chapters)


def _lead(released: Released, by: str) -> list[str]:
    facts = {name: count(released.facts[name]) for name in ("n_actions", "n_completed", "n_open", "n_overdue")}
    lines = [say("topic_lead", "development", **facts)]
    whole = released.tables["purposes"].set_index("purpose").loc[TOTAL]
    if pd.notna(whole["share"]):
        lines.append(say("topic_lead", "development_share", done=percent(whole["share"]),
                         lower=percent(whole["lower"]), upper=percent(whole["upper"])))
    named = released.tables["interventions"].head(MOST_NAMED)["intervention"].astype("str").tolist()
    lines.append(say("topic_lead", "development_most", names=join_words([n for n in named if n != TOTAL])))
    groups = released.tables["groups"].dropna(subset=["share"])
    inner = groups[groups[by].astype("str") != TOTAL].sort_values("share", kind="stable")
    if len(inner) > 1:
        total = groups[groups[by].astype("str") == TOTAL].iloc[0]
        lines.append(say("topic_lead", "development_people", share=percent(total["share"]),
                         lowest=percent(inner["share"].iloc[0]), lowest_group=inner[by].iloc[0],
                         highest=percent(inner["share"].iloc[-1]), highest_group=inner[by].iloc[-1]))
    return lines
