"""The blank record of a conversation in short words, large letters and black on white."""

from __future__ import annotations

from my121_analytics.framework.conversation_guide import ConversationGuide, RecordPart
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.page import Bullets, Page, PageTable, Section, Text, render_page


def render_easy_form(*, guide: ConversationGuide, settings: Settings) -> bytes:
    """Write the blank record so that it is easy to read and to fill in by hand or on a screen reader's page.

    Parameters
    ----------
    guide
        Parts of the record; a part that the council added keeps the council's own words.
    settings
        Name of the council.

    Returns
    -------
    bytes
        UTF-8. It names nobody, so that one form serves every team. One idea to a line, letters of 14 points or more in
        print, black on white, and nothing said by colour.
    """
    sections = (
        Section("before", say("easy_section", "before"), _points("easy_before")),
        Section("who", say("easy_section", "who"), (_to_fill("who", tuple((say("easy_who", code), "")
                                                                         for code in codes("easy_who"))),)),
        Section("talk", say("easy_section", "talk"),
                (_to_fill("talk", tuple((_question(part), "") for part in guide.record)),), starts_sheet=True),
        Section("next", say("easy_section", "next"), (Text(say("easy_form", "next_text")), PageTable(
            say("easy_caption", "next"), tuple(say("easy_heading", code) for code in ("number", "who", "what", "when")),
            tuple((str(number), "", "", "") for number in (1, 2, 3)), entry=(False, True, True, True))),
                starts_sheet=True),
        Section("felt", say("easy_section", "felt"), (PageTable(
            say("easy_caption", "felt"), (say("easy_heading", "question"), say("easy_heading", "tick")),
            tuple((say("easy_felt", code), say("easy_form", "ticks")) for code in codes("easy_felt"))),)),
        Section("seen", say("easy_section", "seen"), _points("easy_seen"), starts_sheet=True),
    )
    return render_page(Page(
        title=say("easy_form", "title"), protect=say("easy_form", "protect"),
        subtitle=tuple(filter(None, (settings.council.name,))), first=_points("easy_first"), picture=None,
        sections=sections, footer=say("easy_form", "footer"), skip=say("easy_form", "skip"), is_running=True,
        is_easy=True))


def _points(group: str) -> tuple[Bullets]:
    return (Bullets(tuple(say(group, code) for code in codes(group))),)


def _to_fill(code: str, rows: tuple[tuple[str, str], ...]) -> PageTable:
    return PageTable(say("easy_caption", code), (say("easy_heading", "question"), say("easy_heading", "write")), rows,
                     entry=(False, True))


def _question(part: RecordPart) -> str:
    """Ask for one part of the record in short words; in the council's own where it is a part of its own."""
    return say("easy_part", part.column) if part.column in codes("easy_part") else f"{part.name}: {part.asks}"
