"""The paper on talent: cover, boxes that call for something, and the people nobody talks about."""

from __future__ import annotations

from my121_analytics.analysis.shares import SHARE
from my121_analytics.analysis.talent import NO_CONVERSATIONS, NO_DEVELOPMENT, NO_SUCCESSORS
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import count, name_group
from my121_analytics.reports.topics.papers import Topic, TopicChapter, TopicTable
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.schema import ORGANISATION

_UNKNOWN = {NO_CONVERSATIONS: ("n_reviewed", "n_formal", "n_catch_up", "last_held_on"),
            NO_DEVELOPMENT: ("n_with", "has_action", "n_with_plan", "has_plan", "first_action_on",
                             "days_to_first_action"), NO_SUCCESSORS: ()}
"""Columns of which nothing is known, by what the record lacks: their noughts would be read as an answer."""


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
    by = next((str(released.tables[name].columns[0]) for name in ("silence_by_group", "cover")
               if name in released.tables), "")
    words: dict[str, object] = {"by": name_group(by)}

    def table(name: str, *columns: str, is_folded: bool = False) -> TopicTable:
        rows = None
        if name == "key_posts" and name in released.tables:
            frame = released.tables[name]
            rows = frame.assign(state_words=[say("successor_state", code) for code in frame["state"].astype("str")])
        unknown = {column for code in released.about.caveats for column in _UNKNOWN.get(code, ())}
        return TopicTable(released, name, tuple(c for c in columns if c not in unknown), rows=rows,
                          is_folded=is_folded, words=words)

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
        code = "talent_box9_bare" if NO_DEVELOPMENT in released.about.caveats else "talent_box9"
        lines.append(_say(code, last["n"], plan=count(last["n_with_plan"])))
    lines += [_say(code, facts[fact]) for code, fact in (("talent_silence", "n_never"), (
        "talent_unnoticed", "n_unnoticed")) if fact in facts]
    return [*lines, *(say("caveat", code) for code in released.about.caveats if code in _UNKNOWN)]


def _say(code: str, n: object, **values: object) -> str:
    return count_say("topic_lead", code, int(str(n)), **values)
