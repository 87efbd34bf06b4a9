"""The effect of a meeting on one page, and as sheets, written to be read by the next meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.reports.contact import contact_line
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import Book, Sheet
from my121_analytics.writing.page import Block, Bullets, Page, PageTable, Section, Text, make_page, page_table
from my121_analytics.writing.tables import Field, View

MOST_TEAMS = 25
WAYS = ("performance_up", "performance_down", "potential_up", "potential_down")


@dataclass(frozen=True)
class EffectPapers:
    """The effect before it is written."""

    page: Page
    book: Book


def assemble_effect(effect: Released, gaps: Released | None, *, settings: Settings, agreed_on: str) -> EffectPapers:
    """Set out what a meeting changed.

    Parameters
    ----------
    effect
        Of ``measure_effect``.
    gaps
        Of ``measure_gaps``, released under the publish rules; None where no characteristic is recorded.
    settings
        The council's name.
    agreed_on
        Day of the meeting, ISO.

    Returns
    -------
    EffectPapers
    """
    effect = require_released(effect, wanted_by="assemble_effect")
    gaps = None if gaps is None else require_released(gaps, wanted_by="assemble_effect")
    about = effect.about
    tables: list[tuple[str, View]] = [("teams", _teams(effect)), *(_groups(gaps) if gaps is not None else [])]
    sections = (Section("teams", say("effect_page", "teams_heading"), (_page_teams(tables[0][1]),)),
                Section("managers", say("effect_page", "managers_heading"), tuple(_managers(effect))),
                Section("groups", say("effect_page", "groups_heading"), tuple(_page_groups(gaps, tables[1:]))))
    title = say("effect_page", "title", day=day(pd.Timestamp(agreed_on).date()))
    protect = say("effect_page", "protect")
    page = make_page(["effect_page"], council=settings.council.name, as_of=day(about.as_of), title=title,
                     about=(settings.council.name, say("pack_first", "cycle", cycle=about.cycle)),
                     first=_summary(effect), sections=sections, is_paper=True)
    sheets = tuple(Sheet(view.title, view, (about.population + ".",), name) for name, view in tables)
    cover = ((say("pack_cover", "council"), settings.council.name), (say("pack_cover", "cycle"), about.cycle),
             contact_line(settings), (say("pack_cover", "status"), protect))
    return EffectPapers(page, Book(title=title, cover=cover, sheets=sheets, as_of=about.as_of, notes={},
                                   profile="working", subject=title))


def _summary(effect: Released) -> list[Block]:
    """Say first what was decided, what moved, and how far that can be told from chance."""
    facts = effect.facts
    steps = effect.tables["steps"]
    lines = [say("effect_page", "decided", n=_count(facts["n_decided"]), changed=_count(facts["n_changed"]))]
    for axis in ("performance", "potential"):
        mine = steps[steps["axis"] == axis]
        up, down = (int(mine.loc[where, "n"].sum()) for where in (mine["step"] > 0, mine["step"] < 0))
        lines.append(say("effect_page", "moved", axis=say("agenda_word", axis).capitalize(), up=f"{up:,}",
                         down=f"{down:,}"))
    lines.append(say("effect_reading", str(facts["reading"])))
    return [Bullets(tuple(lines)), Text(say("effect_page", "caution"), "caveat")]


def _managers(effect: Released) -> list[Block]:
    facts = effect.facts
    if facts["spread_before"] is None:
        return [Text(say("effect_page", "no_spread", n=_count(facts["n_managers"])))]
    rows = [(say("effect_row", code), f"{float(str(facts[code])):.3f}") for code in ("spread_before", "spread_after")]
    change = float(str(facts["spread_after"])) - float(str(facts["spread_before"]))
    rows.append((say("effect_row", "change"), _signed(change)))
    rows.append((say("effect_row", "shuffled"), say("pack", "range", lower=_signed(facts["shuffled_lower"]),
                                                    upper=_signed(facts["shuffled_upper"]))))
    detectable = facts["detectable"]
    rows.append((say("effect_row", "detectable"), say("effect_page", "none_seen") if detectable is None
                 else f"{float(str(detectable)):.3f}"))
    headings = (say("effect_page", "what"), say("effect_page", "steps"))
    return [Text(say("effect_page", "spread_lead", n=_count(facts["n_managers"]))),
            PageTable(say("effect_page", "spread_caption"), headings, tuple(rows), (False, True)),
            Text(say("effect_page", "shuffle_note", n=_count(facts["n_shuffles"]), seed=facts["seed"]), "source")]


def _teams(effect: Released) -> View:
    shown = effect.tables["teams"]
    fields = (Field("team", say("pack_heading", "team")), Field("service", say("pack_heading", "service")),
              Field("n_decided", say("effect_row", "n_decided"), "integer"),
              Field("n_changed", say("effect_row", "n_changed"), "integer"),
              Field("n_first", say("effect_row", "n_first"), "integer"),
              *(Field(way, say("effect_row", way), "integer") for way in WAYS))
    return View(effect, "teams", say("effect_page", "teams_title"), fields, shown)


def _page_teams(view: View) -> PageTable:
    """Show the teams in which something moved; all of them are on the sheet."""
    moved = view.frame[view.frame["n_changed"] > 0].sort_values("n_changed", ascending=False, kind="stable")
    title = say("effect_page", "page_teams_title", n=len(view.frame))
    return page_table(View(view.released, view.table, title, view.fields, moved.head(MOST_TEAMS)))


def _groups(gaps: Released) -> list[tuple[str, View]]:
    found: list[tuple[str, View]] = []
    for table, frame in gaps.tables.items():
        column = table.removeprefix("gap_")
        fields = (Field(column, say("report_heading", column)),
                  *(Field(name, say("effect_row", name), "integer")
                    for name in ("n", "n_up", "n_down")))
        title = say("effect_page", "group_title", what=fields[0].heading.lower())
        found.append((table, View(gaps, table, title, fields, frame)))
    return found


def _page_groups(gaps: Released | None, tables: list[tuple[str, View]]) -> list[Block]:
    if gaps is None or not tables:
        return [Text(say("effect_page", "no_groups"))]
    blocks: list[Block] = [Text(say("effect_page", "groups_lead"))]
    for name, view in tables:
        blocks.append(page_table(view))
        detectable = gaps.facts.get(name.replace("gap_", "detectable_"))
        if detectable is not None:
            steps = f"{float(str(detectable)):.2f}"
            blocks.append(Text(say("effect_page", "groups_detectable", steps=steps), "source"))
    return blocks


def _count(value: object) -> str:
    return say("effect_page", "withheld") if value is None else f"{int(str(value)):,}"


def _signed(value: object) -> str:
    return f"{float(str(value)):+.3f}".replace("-", "−")


def files_of(papers: EffectPapers) -> Mapping[str, bytes]:
    """Write the page and the workbook: name of the file -> its bytes."""
    from my121_analytics.writing.page import render_page
    from my121_analytics.writing.workbook import write_workbook

    return {"effect.html": render_page(papers.page), "effect.xlsx": write_workbook(papers.book)}
