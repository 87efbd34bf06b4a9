"""The papers of one meeting: the same chapters as a page to read and a workbook to work in."""

from __future__ import annotations

from dataclasses import dataclass

from my121_analytics.figures.phrases import day
from my121_analytics.reports.contact import contact_line
from my121_analytics.reports.pack.agenda import build_agenda_chapter
from my121_analytics.reports.pack.cards import build_cards
from my121_analytics.reports.pack.chasing import build_chasing
from my121_analytics.reports.pack.coverage import build_coverage
from my121_analytics.reports.pack.decision_page import build_decision_page
from my121_analytics.reports.pack.first_page import build_first_page
from my121_analytics.reports.pack.hearing import build_hearing, is_small
from my121_analytics.reports.pack.managers import build_managers
from my121_analytics.reports.pack.map_page import build_map_page
from my121_analytics.reports.pack.meeting import Chapter, Meeting
from my121_analytics.reports.pack.notes import build_notes
from my121_analytics.reports.pack.placements import build_placements
from my121_analytics.reports.pack.self_views import build_self_chapter
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.book import AnySheet, Book
from my121_analytics.writing.page import Drawing, Page, Section, Text


@dataclass(frozen=True)
class Papers:
    """One pack before it is written.

    Parameters
    ----------
    page
        The director's part: what the meeting reads.
    analyst
        All managers, all tables, method, data quality and files.
    book
        The workbook.
    """

    page: Page
    analyst: Page
    book: Book


def assemble_papers(meeting: Meeting) -> Papers:
    """Set out the chapters of one pack.

    Parameters
    ----------
    meeting
        Its results are released.

    Returns
    -------
    Papers
        For :func:`~my121_analytics.writing.page.render_page` and
        :func:`~my121_analytics.writing.workbook.write_workbook`.
    """
    first = build_first_page(meeting)
    chapters = (build_placements(meeting), build_managers(meeting), build_agenda_chapter(meeting),
                build_coverage(meeting), *([] if meeting.is_public else [build_self_chapter(meeting)]),
                build_notes(meeting, first.figures))
    council, as_of = meeting.settings.council, day(meeting.as_of)
    names = meeting.settings.disclosure.audiences[meeting.audience].names
    protect = say("pack", "protect" if names else "protect_publish")
    footer = say("page", "footer", council=council.name, version=__version__, as_of=as_of)
    page = Page(title=first.title, subtitle=first.subtitle, protect=protect, first=first.blocks, picture=first.picture,
                sections=_director_sections(meeting), footer=footer, is_paper=True)
    picture = meeting.pictures.get("map")
    shown = None if picture is None else Drawing(
        picture, say("pack_first", "map_caption" if meeting.framework.has_map else "ratings_caption"))
    analyst = Page(title=say("pack_first", "analyst_title", unit=meeting.name), subtitle=first.subtitle,
                   protect=protect, first=(Text(say("pack", "analyst_lead")),), picture=shown,
                   sections=tuple(chapter.section for chapter in chapters), footer=footer, is_running=True)
    cover = {"council": council.name, "unit": meeting.name, "cycle": meeting.cycle, "as_of": as_of,
             "population": first.subtitle[-1], "status": protect,
             "source": say("pack_cover", "source_text", version=__version__)}
    book = Book(title=first.title, cover=(*((say("pack_cover", code), text) for code, text in cover.items()),
                                         contact_line(meeting.settings)),
                sheets=_sheets(chapters), as_of=meeting.as_of, notes=_notes(meeting),
                profile="working" if names else "publish")
    return Papers(page, analyst, book)


def _director_sections(meeting: Meeting) -> tuple[Section, ...]:
    """Order the director's chapters: where most managers cannot be told apart, what can be said comes first."""
    if meeting.is_public:  # nobody is named, and nobody decides
        return build_map_page(meeting), build_chasing(meeting)
    by_name = {"map": build_map_page(meeting), "hearing": build_hearing(meeting), "agenda": build_cards(meeting),
               "coverage": build_chasing(meeting), "decide": build_decision_page(meeting)}
    order = ("coverage", "map", "agenda", "hearing", "decide") if is_small(meeting) else (
        "map", "hearing", "agenda", "coverage", "decide")
    return tuple(by_name[name] for name in order)


def _sheets(chapters: tuple[Chapter, ...]) -> tuple[AnySheet, ...]:
    return tuple(sheet for chapter in chapters for sheet in chapter.sheets)


def _notes(meeting: Meeting) -> dict[str, str]:
    managers = meeting.settings.managers
    values = {"case_mix": ", ".join(say("pack_unit", name) for name in managers.case_mix),
              "interval": f"{managers.interval:.0%}", "least_interval": managers.min_ratings_interval,
              "least_verdict": managers.min_ratings_verdict, "delta": f"{managers.delta:.2f}",
              "fdr": f"{managers.fdr:.0%}"}
    return {code: say("pack_note", code, **values) for code in codes("pack_note")}
