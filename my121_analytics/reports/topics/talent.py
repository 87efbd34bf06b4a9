"""The paper on talent: cover, boxes that call for something, and the people nobody talks about."""

from __future__ import annotations

from my121_analytics.analysis.shares import SHARE
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import count, name_group
from my121_analytics.reports.pack.meeting import count_say
from my121_analytics.reports.topics.papers import Topic, TopicChapter, TopicTable
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.schema import ORGANISATION


def build_talent(released: Released) -> Topic:
    """Set out what is known of cover, of boxes 3 and 9, of the bottom row, and of silence.

    Parameters
    ----------
    released
        Of ``review_talent``.

    Returns
    -------
    Topic
    """
    released = require_released(released, wanted_by="build_talent")
    by = str(released.tables["silence_by_group"].columns[0]) if "silence_by_group" in released.tables else ""
    words: dict[str, object] = {"by": name_group(by)}

    def table(name: str, *columns: str, is_folded: bool = False) -> TopicTable:
        rows = None
        if name == "key_posts" and name in released.tables:
            frame = released.tables[name]
            rows = frame.assign(state_words=[say("successor_state", code) for code in frame["state"].astype("str")])
        return TopicTable(released, name, columns, rows=rows, is_folded=is_folded, words=words)

    chapters = (
        TopicChapter("cover", (
            table("cover", by, "n_key_posts", "n_vacant", "n_none", "n_one", "n_several", "n_ready", "n_single_points",
                  *SHARE),
            table("key_posts", "role", *ORGANISATION, "post_id", "holder", "state", "n_successors", "n_ready_now",
                  "is_single_point", "is_vacant", "is_acting", "leaves_on", is_folded=True),
            table("shared_successors", "name", "employee_id", *ORGANISATION, "n_posts", "posts"))),
        TopicChapter("leavers", (table("leavers", "role", *ORGANISATION, "post_id", "name", "left_on", "n_ready_now",
                                       "is_vacant", "months_vacant"),)),
        TopicChapter("acting", (table("acting", "name", "employee_id", "role", "contract", *ORGANISATION, "months"),)),
        TopicChapter("box3", (
            table("box3", "label", "n", "base", *SHARE, "n_over", "n_with"),
            table("box3_people", "name", "employee_id", "manager", *ORGANISATION, "tenure_months", "months_in_box",
                  "has_action", is_folded=True))),
        TopicChapter("box9", (
            table("box9_by_cycle", "cycle", "n", "base", *SHARE, "n_new", "n_stayed", "n_moved", "n_gone",
                  "n_with_plan", "n_reviewed"),
            table("box9_people", "name", "employee_id", "manager", *ORGANISATION, "months_in_box", "has_plan",
                  "first_action_on", "days_to_first_action", "n_formal", "n_catch_up", "last_held_on",
                  is_folded=True))),
        TopicChapter("bottom_row", (table("bottom_row", "label", "n", "base", *SHARE),)),
        TopicChapter("silence", (
            table("silence_by_group", by, "n_people", "n_never", "n_unnoticed", *SHARE),
            table("silence", "name", "employee_id", "manager", *ORGANISATION, "reason", "months_employed",
                  "months_in_box", is_folded=True))))
    return Topic("talent", released, tuple(_lead(released)), tuple(
        chapter for chapter in chapters if any(shown.table in released.tables for shown in chapter.tables)))


def _lead(released: Released) -> list[str]:
    facts = released.facts
    if "n_key_posts" in facts:
        lines = [say("topic_lead", "talent", n=count(facts["n_single_points"]), of=count(facts["n_key_posts"])),
                 _say("talent_leavers", facts["n_uncovered"])]
    else:
        lines = [say("topic_lead", "talent_none")]
    if "n_past_settling" in facts:
        lines.append(_say("talent_box3", facts["n_past_settling"], months=facts["box3_months"]))
    if "box9_by_cycle" in released.tables:
        last = released.tables["box9_by_cycle"].iloc[-1]
        lines.append(_say("talent_box9", last["n"], plan=count(last["n_with_plan"])))
    return [*lines, _say("talent_silence", facts["n_never"]), _say("talent_unnoticed", facts["n_unnoticed"])]


def _say(code: str, n: object, **values: object) -> str:
    return count_say("topic_lead", code, int(str(n)), **values)
