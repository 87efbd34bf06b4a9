"""The pack's story in ten slides or fewer: the same sentences, tables and figures as the director's part."""

from __future__ import annotations

import math
from collections.abc import Sequence

from my121_analytics.reports.pack.agenda import placement_words
from my121_analytics.reports.pack.cards import build_cards
from my121_analytics.reports.pack.chasing import build_chasing, count_missing
from my121_analytics.reports.pack.first_page import FirstPage, build_first_page
from my121_analytics.reports.pack.hearing import build_hearing
from my121_analytics.reports.pack.managers import is_to_hear
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.page import Block, Bullets, Cards, PageTable, Section, Subheading, Text
from my121_analytics.writing.slides import Deck, Slide

PEOPLE_EACH = 6
"""People on one slide."""
MOST_PEOPLE_SLIDES = 3


def build_deck(meeting: Meeting) -> Deck:
    """Set out a pack as slides.

    Parameters
    ----------
    meeting
        Its results are released.

    Returns
    -------
    Deck
        Ten slides at most, the first one included.
    """
    first = build_first_page(meeting)
    parts = _parts(first)
    names = meeting.settings.disclosure.audiences[meeting.audience].names
    picture = meeting.pictures.get("map")
    slides = [] if meeting.is_public else [Slide(say("slides", "decide"), parts["decide_heading"],
                                                 grid=_grid(first.blocks), notes=_words(first.blocks[:1]))]
    if picture is not None and picture.png:
        slides.append(Slide(say("slides", "map"), parts.get("changed_heading", ()), picture=picture, notes=picture.alt))
    if not meeting.is_public:
        slides.append(_of_section(build_hearing(meeting), _title_of_managers(meeting)))
        slides += _people(meeting, build_cards(meeting))
    slides.append(_of_section(build_chasing(meeting), _title_of_coverage(meeting)))
    if actions := parts.get("actions_heading"):
        slides.append(Slide(say("slides", "actions"), actions, notes=say("slides", "actions_notes")))
    slides.append(Slide(say("slides", "cannot"), parts["cannot_heading"], notes=say("slides", "cannot_notes")))
    protect = say("pack", "protect" if names else "protect_publish")
    return Deck(first.title, first.subtitle, protect, tuple(slides), meeting.as_of, say("slides", "first_notes"))


def _parts(first: FirstPage) -> dict[str, tuple[str, ...]]:
    """Give the first page's lists by the code of the heading above each."""
    codes = {say("pack_first", code): code for code in ("decide_heading", "hear_heading", "changed_heading",
                                                        "actions_heading", "cannot_heading")}
    found: dict[str, tuple[str, ...]] = {}
    under = ""
    for block in first.blocks:
        if isinstance(block, Subheading):
            under = codes[block.text]
        elif isinstance(block, Bullets) and under:
            found[under] = block.items
    return found


def _title_of_managers(meeting: Meeting) -> str:
    managers = meeting.frame("severity", "managers")
    if managers is None:
        return say("slides", "managers")
    return count_say("slides", "managers_n", int(is_to_hear(managers).sum()))


def _title_of_coverage(meeting: Meeting) -> str:
    missing = count_missing(meeting)
    if missing.n_without_placement is None or missing.n_without_conversation is None:
        return say("slides", "coverage")
    return say("slides", "coverage_n", placements=f"{missing.n_without_placement:,}",
               conversations=f"{missing.n_without_conversation:,}")


def _of_section(section: Section, title: str) -> Slide:
    """Show a chapter's first table with its first sentence; what cautions it goes into the notes as well."""
    texts = [block.text for block in section.blocks if isinstance(block, Text)]
    leads = [block.text for block in section.blocks if isinstance(block, Text) and block.look != "caveat"]
    return Slide(title, tuple(leads[:2]), grid=_grid(section.blocks), notes="\n".join(texts))


def _people(meeting: Meeting, section: Section) -> list[Slide]:
    """Name the people within the meeting's time, up to six to a slide and as many on each, with the first question."""
    people = meeting.frame("agenda", "people")
    places = {} if people is None or people.empty else dict(zip(
        people["position"].astype("int64"), placement_words(meeting.framework, people), strict=True))
    found = [card for block in section.blocks if isinstance(block, Cards) for card in block.cards]
    found = found[:PEOPLE_EACH * MOST_PEOPLE_SLIDES]
    each = math.ceil(len(found) / max(math.ceil(len(found) / PEOPLE_EACH), 1))
    slides = []
    for start in range(0, len(found), max(each, 1)):
        cards = found[start:start + each]
        headings = tuple(say("pack_heading", name) for name in ("name", "placement", "question"))
        rows = tuple((f"{card.number}. {card.title}", places.get(card.number, ""),
                      card.questions[0] if card.questions else "") for card in cards)
        title = say("slides", "people" if len(cards) > 1 else "people_one", first=cards[0].number,
                    last=cards[-1].number)
        notes = "\n".join(f"{card.title}: {' '.join(card.questions)}" for card in cards)
        slides.append(Slide(title, grid=PageTable(title, headings, rows), notes=notes))
    return slides


def _grid(blocks: Sequence[Block]) -> PageTable | None:
    return next((block for block in blocks if isinstance(block, PageTable)), None)


def _words(blocks: Sequence[Block]) -> str:
    return "\n".join(block.text for block in blocks if isinstance(block, Text))
