"""The blank record in easy words."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from my121_analytics.framework.conversation_guide import RecordPart, build_guide
from my121_analytics.reports.guide.easy_form import render_easy_form
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say

HARD = r"calibrat|competenc|objective|development|placement|evidence|;"
GROUPS = ("easy_form", "easy_first", "easy_before", "easy_part", "easy_felt", "easy_seen", "easy_who")


@pytest.fixture(scope="module")
def page():
    return render_easy_form(guide=build_guide(), settings=Settings()).decode("utf-8")


def test_every_part_of_the_record_is_asked_for_in_easy_words(page):
    assert set(codes("easy_part")) == {part.column for part in build_guide().record}
    for part in build_guide().record:
        assert say("easy_part", part.column).replace("'", "&#39;") in page


def test_a_part_of_the_councils_own_keeps_the_councils_words():
    guide = build_guide()
    own = replace(guide, record=(*guide.record, RecordPart("Wellbeing", "has_wellbeing", "How are you?")))
    assert "Wellbeing: How are you?" in render_easy_form(guide=own, settings=Settings()).decode("utf-8")


def test_sentences_are_short_and_words_are_everyday():
    for group in GROUPS:
        for code in codes(group):
            for sentence in re.split(r"(?<=[.?])\s", say(group, code)):
                assert len(sentence.split()) <= 16, sentence
                assert not re.search(HARD, sentence), sentence


def test_letters_are_large_and_black_on_white(page):
    assert '<body class="running easy">' in page
    look = re.search(r"\.easy \{[^}]*\}", page)[0]
    assert "--ink: #000" in look
    assert "font-size: 1.25rem" in look


class RowHeads(HTMLParser):
    """Texts of the headings of rows and columns."""

    def __init__(self, text):
        super().__init__()
        self.heads, self.is_inside = [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "th":
            self.heads.append("")
            self.is_inside = True

    def handle_endtag(self, tag):
        if tag == "th":
            self.is_inside = False

    def handle_data(self, data):
        if self.is_inside:
            self.heads[-1] += data.strip()


def test_no_row_is_without_a_heading(page):
    heads = RowHeads(page).heads
    assert len(heads) > 15
    assert all(heads)
