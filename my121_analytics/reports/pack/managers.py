"""Managers with intervals: rating patterns to discuss, and what they cannot tell. Never a league table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from my121_analytics.analysis.rating_patterns.judgement import TOGETHER
from my121_analytics.analysis.rating_patterns.sources import SOURCES
from my121_analytics.analysis.rating_patterns.summary import LEAST_SHOWN
from my121_analytics.figures.phrases import signed
from my121_analytics.reports.pack.meeting import Chapter, Meeting, column, picture_sheets, range_text
from my121_analytics.wording.catalogue import codes, count_say, say
from my121_analytics.workforce.verdicts import CANNOT_TELL, PATTERN, SAID_FIRST, VERDICTS
from my121_analytics.writing.book import Sheet
from my121_analytics.writing.page import Block, Bullets, Drawing, Section, Subheading, Text, page_table
from my121_analytics.writing.tables import View

STANDALONE = ("no_spread", "few_to_compare", "nothing_to_compare", "unadjusted_few_data", "people_unknown",
              "from_objectives", "from_own_placements", "from_agreed")
"""Caveats of the whole comparison that are sentences in their own right."""
MOST_ROWS = 30
"""Managers shown on the page; a longer list is no reading matter for a meeting, so the rest is in the workbook."""


def say_no_managers(meeting: Meeting, heading: str) -> Section:
    """Write the chapter on managers where nobody can be compared: why not."""
    is_compared = meeting.frame("severity", "managers") is not None
    why = say("pack", "no_managers_here") if is_compared else meeting.why_absent("severity", "managers")
    return Section("managers", heading, (Text(why),))


def build_managers(meeting: Meeting) -> Chapter:
    """Write the chapter on managers' rating patterns."""
    heading = say("pack_section", "managers")
    managers = meeting.frame("severity", "managers")
    if managers is None or managers.empty:
        return Chapter(say_no_managers(meeting, heading))
    blocks: list[Block] = [*say_first(meeting), *_lead(meeting, managers)]
    if differs := say_how_heard_differ(meeting, managers):
        blocks.append(Text(differs))
    for name in ("funnel", "managers", "mixes", "lengths", "linkage"):
        if picture := meeting.pictures.get(name):
            blocks.append(Drawing(picture, say("pack", f"{name}_caption")))
    shown = _order(managers).assign(points_words=lambda rows: points_words(meeting, rows["rater_id"]))
    # There are those on the list, those to hear, and the rest: nobody is half named.
    shown = shown.assign(
        verdict_words=[VERDICTS[v].sentence if v == PATTERN else say("caterpillar", "unlisted")
                       for v in shown["verdict"]],
        hear_words=[say("pack", "hear" if to_hear else "not_to_hear") for to_hear in is_to_hear(shown)])
    on_page = shown if len(shown) <= MOST_ROWS else shown[(shown["verdict"] == PATTERN) | is_to_hear(shown)]
    blocks.append(page_table(_view_on_page(meeting, on_page)))
    if len(on_page) < len(shown):
        blocks.append(Text(count_say("pack", "more_managers", len(shown) - len(on_page))))
    blocks.append(Text(say("pack", "estimate_note"), "source"))
    blocks += _firmness(meeting)
    blocks += _whole_council(meeting)
    lines = (say("caveat", "leniency_or_quality"), say("pack", "managers_order"))
    pictures = picture_sheets(meeting, ["managers"])
    return Chapter(Section("managers", heading, tuple(blocks)),
                   (Sheet(say("pack_sheet", "managers"), _view_in_book(meeting, shown), lines, "managers"), *pictures))


def _view_on_page(meeting: Meeting, rows: pd.DataFrame) -> View:
    """Lay the managers out for the page: what is read aloud in the meeting."""
    return View(meeting.results["severity"], "managers", say("pack_table", "managers", scope=meeting.scope), (
        column("name", heading=say("pack_heading", "manager")), column("n_ratings", "integer"),
        column("mean_rating", "number"), column("expected_rating", "number"), column("estimate", "signed"),
        column("range", "range", heading=say("pack_heading", "estimate_range")), column("points_words", "range"),
        column("verdict_words"), column("hear_words")), rows)


def _view_in_book(meeting: Meeting, rows: pd.DataFrame) -> View:
    """Lay the managers out for the workbook: everything that is known of each, with its notes."""
    return View(meeting.results["severity"], "managers", say("pack_table", "managers", scope=meeting.scope), (
        column("name", heading=say("pack_heading", "manager")), column("rater_id", "id"), column("directorate"),
        column("service"), column("team"), column("n_ratings", "integer"), column("n_employees", "integer"),
        column("mean_rating", "number"), column("expected_rating", "number", note="expected"),
        column("estimate", "signed", note="estimate"), column("lower", "signed", note="range"),
        column("upper", "signed"), column("probability", "share", note="probability"),
        column("points_words", note="points"), column("verdict_words", note="verdict"),
        column("hear_words"),
        column("detectable", "number", note="detectable"), column("sources_words", note="sources"),
        column("caveat_words")), rows.assign(sources_words=_sources_words(rows)))


def _sources_words(rows: pd.DataFrame) -> list[str]:
    """Say for each manager which sources made the range shorter, and by how much; empty where none did by 1 %."""
    shares = {source: pd.to_numeric(rows[f"narrowed_by_{source}"], errors="coerce")
              for source in SOURCES if f"narrowed_by_{source}" in rows}
    return [", ".join(say("pack", "shorter_by", source=say("source_short", source), share=shares[source][row])
                      for source in shares if shares[source][row] >= LEAST_SHOWN) for row in rows.index]


def say_first(meeting: Meeting) -> list[Text]:
    """Say before any name what was left out of the comparison, and whether sources part managers from their teams."""
    facts = meeting.results["severity"].facts
    # one manager to each team: without staff who moved, ratings alone cannot part a generous rater from a strong team
    about = "rater_and_team" if facts.get("about") == TOGETHER else "leniency_or_quality"
    codes_said = [*(code for code in SAID_FIRST if facts.get(code)), about]
    return [Text(say("caveat", code), "caveat") for code in codes_said]


def is_to_hear(managers: pd.DataFrame) -> pd.Series:
    """Mark the managers whom the meeting hears: as the senior team chose, else those on the list."""
    if "to_hear" in managers:
        return managers["to_hear"].fillna(False).astype(bool)
    return managers["verdict"] == PATTERN


def say_how_heard_differ(meeting: Meeting, managers: pd.DataFrame) -> str:
    """Say in one sentence why those to hear are not those on the list; nothing where they are the same."""
    to_hear, listed = is_to_hear(managers), managers["verdict"] == PATTERN
    n_beyond, n_left = int((to_hear & ~listed).sum()), int((listed & ~to_hear).sum())
    if not n_beyond and not n_left:
        return ""
    values = {"k": str(meeting.results["severity"].facts.get("k")), "fdr": f"{meeting.settings.managers.fdr:.0%}"}
    if n_beyond and n_left:
        return say("pack", "heard_and_left", n=f"{n_beyond:,}", left=f"{n_left:,}", **values)
    return count_say("pack", "heard_beyond_list" if n_beyond else "listed_not_heard", n_beyond or n_left, **values)


def count_verdicts(managers: pd.DataFrame) -> dict[str, int]:
    """Count managers by verdict, every verdict included."""
    counts = managers["verdict"].value_counts()
    return {verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS}


def sum_chances(managers: pd.DataFrame, chosen: pd.Series | None = None) -> float:
    """Add up the probabilities that the difference of a listed (or chosen) manager is smaller than what matters."""
    rows = managers["verdict"] == PATTERN if chosen is None else chosen
    return float((1 - managers.loc[rows, "probability"]).sum())


def expected_by_chance(managers: pd.DataFrame, chosen: pd.Series | None = None) -> str:
    """Write how many of the names listed (or chosen) here are expected to be here by chance."""
    expected = sum_chances(managers, chosen)
    return say("pack", "under_a_tenth") if expected < 0.05 else f"{expected:.1f}".removesuffix(".0")


def _lead(meeting: Meeting, managers: pd.DataFrame) -> list[Text]:
    counts = count_verdicts(managers)
    about = meeting.results["severity"].about
    lead = [Text(count_say("pack", "managers_lead", counts[PATTERN], cycles=about.cycle,
                           chance=expected_by_chance(managers), where=meeting.where))]
    if counts[CANNOT_TELL] == len(managers):
        lead.append(Text(say("pack", "managers_cannot_tell_all")))
    elif counts[CANNOT_TELL]:
        lead.append(Text(count_say("pack", "managers_cannot_tell", counts[CANNOT_TELL], n_all=f"{len(managers):,}")))
    known = codes("caveat")
    lead += [Text(say("caveat", code)) for code in about.caveats if code in known and code in STANDALONE]
    return lead


def _firmness(meeting: Meeting) -> list[Block]:
    """Say of each listed name what differences that no record holds it would withstand."""
    rows = meeting.frame("severity", "robustness")
    if rows is None or rows.empty:
        return []
    until = [say("pack", "firm_throughout") if pd.isna(sd) else say("pack", "firm_until", sd=sd, odds=np.exp(sd))
             for sd in rows["tipping_sd"]]
    view = View(meeting.results["severity"], "robustness", say("pack_table", "robustness", scope=meeting.scope), (
        column("name", heading=say("pack_heading", "manager")),
        column("until", "range", heading=say("pack_heading", "firmness"))),
        rows.assign(until=until).sort_values("name", kind="stable", ignore_index=True))
    return [Subheading(say("pack", "firmness_heading")), Text(say("pack", "firmness_lead")), page_table(view)]


def _whole_council(meeting: Meeting) -> list[Block]:
    """Give what holds for all managers together; only the senior team's own pack dwells on it."""
    lines = meeting.frame("severity", "summary")
    if not meeting.is_council or lines is None or lines.empty:
        return []
    blocks: list[Block] = [Subheading(say("pack", "managers_whole_heading")),
                           Bullets(tuple(lines["text"].astype("str")))]
    if (other := meeting.frame("severity", "sensitivity")) is not None and len(other):
        view = View(meeting.results["severity"], "sensitivity", say("pack_table", "sensitivity"), (
            column("text", heading=say("pack_heading", "reading")), column("n_listed", "integer"),
            column("n_joined", "integer"), column("n_left", "integer"),
            column("expected_wrong", "number", heading=say("pack_heading", "by_chance")),
            column("main_wrong", "number", heading=say("pack_heading", "main_by_chance"))))
        blocks += [Text(say("pack", "sensitivity_lead")), page_table(view)]
    return blocks


def points_words(meeting: Meeting, raters: pd.Series) -> list[str]:
    """Say each manager's difference as points at the highest rating; empty where the audience or the range has none."""
    points = meeting.frame("severity", "points")
    if points is None or points.empty:
        return [""] * len(raters)
    # at the highest rating alone: the shares of all levels move together, and one figure can be read aloud
    top = points[points["level"] == points["level"].max()]
    words = {str(row.rater_id): say("pack", "points", **{
        name: signed(100 * getattr(row, name), 0) for name in ("points", "lower", "upper")})
             for row in top.itertuples() if not pd.isna(row.lower)}
    return [words.get(str(rater), "") for rater in raters]


def _order(managers: pd.DataFrame) -> pd.DataFrame:
    """Set those to discuss first, and by name within each verdict: an order that ranks nobody."""
    order = managers["verdict"].map({code: verdict.order for code, verdict in VERDICTS.items()})
    rows = managers.assign(_order=order, _name=managers["name"].astype("str").str.casefold())
    rows = rows.sort_values(["_order", "_name", "rater_id"], kind="stable").drop(columns=["_order", "_name"])
    return rows.reset_index(drop=True).assign(
        range=lambda f: range_text(f, "signed"), verdict_words=lambda f: [VERDICTS[v].sentence for v in f["verdict"]],
        caveat_words=lambda f: [_caveat_words(c) for c in f["caveat"]])


def _caveat_words(caveat: object) -> str:
    """Turn caveat codes, joined by semicolons, into their sentences."""
    known = codes("caveat")
    caveats = [code.strip() for code in str(caveat).split(";")] if caveat is not None and caveat == caveat else []
    return " ".join(say("caveat", code) if code in known else code for code in caveats if code)
