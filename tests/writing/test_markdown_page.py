"""A text becomes a page that stands alone: its links lead to pages, and nothing in it becomes markup by itself."""

from __future__ import annotations

import re

from my121_analytics.writing.markdown_page import make_markdown_page


def page_of(text):
    return make_markdown_page(text, links={"index.html": "Handbook & more"}, last_line="version <1>")


def test_links_between_texts_lead_to_pages_and_links_out_of_the_folder_are_taken_off():
    page = page_of("# A page\n\n[how](how_to.md) [where](record.md#posts) [out](../tests/x.md) [web](https://a.example/b.md)\n")
    assert re.findall(r'<a href="([^"]+)"', page) == ["index.html", "how_to.html", "record.html#posts",
                                                       "https://a.example/b.md"]
    assert "out" in page
    assert "../tests" not in page


def test_markup_within_a_text_is_shown_as_text():
    page = page_of("# <b>Bold</b> & plain\n\n<script>alert(1)</script>\n\n[bad](javascript:alert(1))\n")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<title>&lt;b&gt;Bold&lt;/b&gt; &amp; plain</title>" in page
    assert 'href="javascript' not in page


def test_the_line_at_the_top_and_the_last_line_are_text_too():
    page = page_of("# A page\n")
    assert ">Handbook &amp; more</a>" in page
    assert "version &lt;1&gt;" in page


def test_a_wide_table_scrolls_by_itself_and_its_headings_are_headings():
    page = page_of("# A page\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert page.count('<th scope="col">') == 2
    assert re.search(r'<div class="wide" role="region" aria-label="Table" tabindex="0"><table>', page)
    assert page.count("<div") == page.count("</div>")


def test_a_page_has_a_language_a_policy_and_asks_for_nothing():
    page = page_of("# A page\n\n![a map of nine boxes](map.png)\n")
    assert '<html lang="en-GB">' in page
    assert "default-src 'none'" in page
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', page) == []
    assert '<img src="map.png" alt="a map of nine boxes"' in page
