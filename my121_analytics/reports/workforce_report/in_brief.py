"""The first sheet: five sentences that say what the figures show, what changed, and what to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from my121_analytics.reports.workforce_report.brief import Brief, word_figure
from my121_analytics.reports.workforce_report.headline_figure import Headline, read_change
from my121_analytics.settings import STATISTICS
from my121_analytics.wording.catalogue import codes as known_codes
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import WordSheet

MOST = 5
_WIDTH = 46
"""Three columns of sentences fit a page."""
TOPICS: Mapping[str, tuple[str, ...]] = {
    "staff": ("headcount", "fte", "turnover"), "placements": ("not_placed",), "ratings": ("highest_rating",
                                                                                         "lowest_rating"),
    "conversations": ("conversations",), "successors": ("successors",), "overdue": ("overdue",),
    "patterns": ("patterns",), "box_3": ("box_3",)}
"""Topics of the sentences, the most asked about first, and the headline figures that each needs."""


def write_in_brief(brief: Brief, lines: Sequence[Headline],
                   trend: Mapping[str, Sequence[Headline]]) -> WordSheet | None:
    """Say the report in five sentences.

    Parameters
    ----------
    brief
        The report in hand.
    lines
        Headline figures as the audience may see them.
    trend
        The same figures of each cycle, the earliest first, for the change where no report went before.

    Returns
    -------
    WordSheet or None
        One row per sentence: what the figures show, the change, what to ask. None where there is no headline figure.
        Figures that were withheld come last, and are said to be withheld.
    """
    figures = {line.code: line for line in lines}
    earlier = dict(brief.previous) or _cycle_before(brief, trend)
    topics = [topic for topic, needed in TOPICS.items() if all(code in figures for code in needed)]
    shown_whole = [topic for topic in topics if all(figures[code].value is not None for code in TOPICS[topic])]
    chosen = [*shown_whole, *(topic for topic in topics if topic not in shown_whole)][:MOST]
    rows = tuple(_write_topic(brief, topic, figures, earlier) for topic in chosen)
    if not rows:
        return None
    return WordSheet(say("report_sheet", "in_brief"), say("report_title", "in_brief", scope=brief.scope),
                     tuple(say("report_heading", name) for name in ("shows", "changed", "to_ask")), rows,
                     (say("report", "in_brief_lead"),), "in_brief", widest=_WIDTH)


def _cycle_before(brief: Brief, trend: Mapping[str, Sequence[Headline]]) -> dict[str, Headline]:
    cycles = list(trend)
    place = cycles.index(brief.cycle) if brief.cycle in cycles else 0
    return {line.code: line for line in trend[cycles[place - 1]]} if place else {}


def _write_topic(brief: Brief, topic: str, figures: Mapping[str, Headline],
                 earlier: Mapping[str, Headline]) -> tuple[str, str, str]:
    codes = TOPICS[topic]
    if any(figures[code].value is None for code in codes):
        shows = say("in_brief", "withheld", what=", ".join(figures[code].label for code in codes))
    else:
        shows = say("in_brief", _form_of(topic, figures, "in_brief"), cycle=brief.cycle,
                    **{code: word_figure(figures[code], "") for code in codes})
    parts = [_say_change(figures[code], earlier.get(code), several=len(codes) > 1) for code in codes]
    targets = [sentence for code in codes if (sentence := _say_target(brief, figures[code]))]
    return shows, " ".join([*dict.fromkeys(parts), *targets]), say("in_brief_ask", _form_of(topic, figures,
                                                                                           "in_brief_ask"))


def _form_of(topic: str, figures: Mapping[str, Headline], group: str) -> str:
    """Choose a topic's sentence for none or one, where its figure is such a count and the catalogue has it."""
    figure = figures[TOPICS[topic][0]]
    form = {0: f"{topic}_none", 1: f"{topic}_one"}.get(int(figure.value or 0), topic)
    return form if figure.unit == "count" and figure.value is not None and form in known_codes(group) else topic


def _say_change(now: Headline, before: Headline | None, *, several: bool) -> str:
    reading = read_change(now, before)
    if before is None or before.value is None or reading in ("first", "cannot_tell"):
        return say("in_brief_change", "cannot_tell" if before is not None else "first")
    code = f"{reading}_of" if several else reading
    return say("in_brief_change", code, what=now.label, before=word_figure(before, ""), cycle=before.cycle)


def _say_target(brief: Brief, line: Headline) -> str:
    """Hold a figure against the council's target, where one is set and known to be a ceiling or a floor."""
    target = target_of(brief, line.code)
    if target is None or line.value is None:
        return ""
    wanted = word_figure(Headline(line.code, line.label, target, unit=line.unit), "")
    return say("in_brief_target", standing_of(line, target), target=wanted)


def target_of(brief: Brief, code: str) -> float | None:
    """Give the council's target for a statistic; None where it has none."""
    targets = [wanted[code] for wanted in brief.settings.priorities.values() if wanted.get(code) is not None]
    return targets[0] if targets else None


def standing_of(line: Headline, target: float) -> str:
    """Say where a figure stands against a target: ``met``, ``not_met``, or ``beside`` where neither is better."""
    better = STATISTICS[line.code][1]
    if not better or line.value is None:
        return "beside"
    return "met" if (line.value >= target if better == "more" else line.value <= target) else "not_met"
