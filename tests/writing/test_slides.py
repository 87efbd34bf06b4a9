"""Slides: ten at most, each with notes, pictures and tables with text alternatives, and the pack's own figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from my121_analytics.errors import UsageError
from my121_analytics.reports.pack.deck import build_deck
from my121_analytics.reports.pack.first_page import build_first_page
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.writing.page import PageTable, running_text
from my121_analytics.writing.slides import MOST_SLIDES, Deck, Slide, write_slides

pptx = pytest.importorskip("pptx")
PP_ALIGN = pytest.importorskip("pptx.enum.text").PP_ALIGN
MakeMeeting = Callable[..., Meeting]
VARIANTS = {"all there": {}, "no managers": {"without": ("severity",)}, "publish": {"audience": "publish"},
            "nothing but the map": {"without": ("movement", "severity", "coverage", "agenda", "roster")}}


def reopen(deck: Deck):
    return pptx.Presentation(io.BytesIO(write_slides(deck)))


def text_of(slide) -> str:
    parts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    parts += [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join(parts)


@pytest.mark.parametrize("variant", VARIANTS)
def test_ten_slides_at_most_each_with_title_notes_and_marking(make_meeting: MakeMeeting, variant: str) -> None:
    meeting = make_meeting(**VARIANTS[variant])
    deck = build_deck(meeting)
    slides = list(reopen(deck).slides)
    assert 3 <= len(slides) <= MOST_SLIDES
    for slide in slides:
        assert slide.shapes.title.text_frame.text.strip()
        assert deck.protect in text_of(slide)
        assert slide.has_notes_slide


def test_every_picture_and_table_has_its_text_alternative(make_meeting: MakeMeeting) -> None:
    found = [shape for slide in reopen(build_deck(make_meeting())).slides for shape in slide.shapes
             if shape.has_table or shape.shape_type == 13]
    assert len(found) >= 4
    for shape in found:
        assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr")) > 20


def test_the_slides_say_what_the_first_page_says(make_meeting: MakeMeeting) -> None:
    meeting = make_meeting()
    said = "\n".join(text_of(slide) for slide in reopen(build_deck(meeting)).slides)
    words = running_text(build_first_page(meeting).blocks)
    for sentence in ("Agree who completes the 4 posts without a placement.", "No box has clearly changed"):
        assert sentence in words
        assert sentence in said
    assert "Person A" in said
    public = build_deck(make_meeting(audience="publish"))
    assert "Person A" not in "\n".join(text_of(slide) for slide in reopen(public).slides)


def test_the_same_deck_gives_the_same_bytes_and_hostile_text_stays_text(make_meeting: MakeMeeting,
                                                                        hostile_names: list[str]) -> None:
    deck = build_deck(make_meeting(hostile_names))
    assert write_slides(deck) == write_slides(deck)
    assert hostile_names[0] in "\n".join(text_of(slide) for slide in reopen(deck).slides)


def test_too_many_slides_are_refused() -> None:
    deck = Deck("T", ("S",), "P", tuple(Slide(f"M{number}") for number in range(MOST_SLIDES)), date(2024, 9, 30))
    with pytest.raises(UsageError, match="too long"):
        write_slides(deck)


def test_people_are_spread_evenly_so_that_no_slide_holds_one_alone(make_meeting: MakeMeeting) -> None:
    names = [f"Person {letter}" for letter in "ABCDEFGHI"]
    slides = [slide for slide in build_deck(make_meeting(names)).slides if slide.title.startswith("People to discuss")]
    assert [len(slide.grid.rows) for slide in slides] == [4, 4]
    assert [slide.title for slide in slides] == ["People to discuss: 1 to 4", "People to discuss: 5 to 8"]


def test_words_of_headings_fit_their_columns_and_empty_cells_are_no_higher() -> None:
    grid = PageTable("Managers", ("Manager", "Ratings", "How firm the name is"),
                     (("Ana Osei", "71", "x" * 70), ("", "", "")), numeric=(False, True, False))
    deck = Deck("Title", ("Council",), "Official", (Slide("A title", ("A line",), grid=grid),), date(2024, 9, 30))
    table = next(shape.table for shape in reopen(deck).slides[1].shapes if shape.has_table)
    # a bold letter of 12 points is about .09 inches wide, the margins of a cell .2 together
    assert table.columns[1].width.inches > len("Ratings") * 0.09 + 0.2
    assert table.cell(1, 1).text_frame.paragraphs[0].alignment == PP_ALIGN.RIGHT
    assert table.cell(2, 0).text_frame.paragraphs[0]._p.endParaRPr.get("sz") == "1200"
