"""The paper on conversations: standing, trend, forecast, and whom to ask."""

from __future__ import annotations

from datetime import date

from my121_analytics.analysis.shares import SHARE
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.coverage_trend import describe_coverage_trend, plot_coverage_trend
from my121_analytics.figures.phrases import day, name_group, percent
from my121_analytics.reports.topics.papers import Topic, TopicChapter, draw_picture, tables_of
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORGANISATION


def build_coverage_paper(released: Released) -> Topic:
    """Set out where conversations stand and where they will stand.

    Parameters
    ----------
    released
        Of ``foresee_coverage``.

    Returns
    -------
    Topic
    """
    released = require_released(released, wanted_by="build_coverage_paper")
    by = str(released.tables["standing"].columns[0])
    words: dict[str, object] = {"by": name_group(by)}
    picture = draw_picture("coverage_trend", plot_coverage_trend, describe_coverage_trend, released)

    table = tables_of(released, words)

    chapters = (
        TopicChapter("trend", (table("trend", "cycle", "base", "n_with_enough", *SHARE),), pictures=(picture,)),
        TopicChapter("standing", (table("standing", by, "label", "n", "base", *SHARE),)),
        TopicChapter("forecast", (table("forecast", "needed", "n", "base", "n_reached", *SHARE),
                                  table("backtest", "cycle", "base", "expected", "share", "difference"))),
        TopicChapter("managers_overdue", (table("managers", "manager", "manager_id", *ORGANISATION, "n_team",
                                                "n_overdue", "n_no_formal", "days_longest", is_folded=True),)))
    return Topic("coverage", released, tuple(_lead(released, by)), chapters)


def _lead(released: Released, by: str) -> list[str]:
    now = released.tables["trend"].iloc[-1]
    lines = [say("topic_lead", "coverage", share=percent(now["share"]), lower=percent(now["lower"]),
                 upper=percent(now["upper"]))]
    facts = released.facts
    if facts["forecast"] is not None and facts["forecast_lower"] is not None:
        shares = {name: percent(float(str(facts[fact]))) for name, fact in (
            ("share", "forecast"), ("lower", "forecast_lower"), ("upper", "forecast_upper"))}
        lines.append(say("topic_lead", "coverage_forecast", **shares,
                         day=day(date.fromisoformat(str(facts["forecast_to"]))), n=facts["forecast_cycles"]))
    standing = released.tables["standing"]
    whole = standing[standing[by].astype("str") == TOTAL].set_index("standing")["n"]
    lines += [count_say("topic_lead", "coverage_catch_up", int(whole["catch_up_only"])),
              count_say("topic_lead", "coverage_none", int(whole["none"])),
              count_say("topic_lead", "coverage_overdue", int(str(facts["n_overdue"])))]
    return lines
