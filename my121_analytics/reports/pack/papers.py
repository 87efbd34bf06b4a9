"""The papers of one meeting: the same chapters as a page to read and a workbook to work in."""

from __future__ import annotations

from dataclasses import dataclass

from my121_analytics.figures.phrases import day
from my121_analytics.reports.pack.agenda import build_agenda_chapter
from my121_analytics.reports.pack.coverage import build_coverage
from my121_analytics.reports.pack.first_page import build_first_page
from my121_analytics.reports.pack.managers import build_managers
from my121_analytics.reports.pack.meeting import Chapter, Meeting
from my121_analytics.reports.pack.notes import build_notes
from my121_analytics.reports.pack.placements import build_placements
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.page import Page
from my121_analytics.writing.workbook import AnySheet, Book


@dataclass(frozen=True)
class Papers:
    """One pack before it is written."""

    page: Page
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
                build_coverage(meeting), build_notes(meeting, first.figures))
    council, as_of = meeting.settings.council, day(meeting.as_of)
    names = meeting.settings.disclosure.audiences[meeting.audience].names
    protect = say("pack", "protect" if names else "protect_publish")
    page = Page(title=first.title, subtitle=first.subtitle, protect=protect, first=first.blocks, picture=first.picture,
                sections=tuple(chapter.section for chapter in chapters),
                footer=say("pack", "footer", council=council.name, version=__version__, as_of=as_of))
    cover = {"council": council.name, "unit": meeting.name, "cycle": meeting.cycle, "as_of": as_of,
             "population": first.subtitle[-1], "status": protect,
             "source": say("pack_cover", "source_text", version=__version__),
             "contact": council.contact or say("pack", "contact_unknown")}
    book = Book(title=first.title, cover=tuple((say("pack_cover", code), text) for code, text in cover.items()),
                sheets=_sheets(chapters), as_of=meeting.as_of, notes=_notes(meeting),
                profile="working" if names else "publish")
    return Papers(page, book)


def _sheets(chapters: tuple[Chapter, ...]) -> tuple[AnySheet, ...]:
    return tuple(sheet for chapter in chapters for sheet in chapter.sheets)


def _notes(meeting: Meeting) -> dict[str, str]:
    managers = meeting.settings.managers
    values = {"case_mix": ", ".join(say("pack_unit", name) for name in managers.case_mix),
              "interval": f"{managers.interval:.0%}", "least_interval": managers.min_ratings_interval,
              "least_verdict": managers.min_ratings_verdict, "delta": f"{managers.delta:.2f}",
              "fdr": f"{managers.fdr:.0%}"}
    return {code: say("pack_note", code, **values) for code in codes("pack_note")}
