"""The page: readable by everyone, inert whatever the data hold, and at most 250 words before the first decision."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.reports.pack.chasing import build_chasing, count_missing
from my121_analytics.reports.pack.first_page import build_first_page
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.papers import assemble_papers
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result, Table
from my121_analytics.workforce.schema import PROTECTED
from my121_analytics.writing.page import Cards, PageTable, isolate, make_page, render_page, running_text

MakeMeeting = Callable[..., Meeting]
VOID = {"meta", "br", "link", "img", "hr", "input"}


@dataclass
class Element:
    """One element of a parsed page."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, tag: str) -> list[Element]:
        return [e for e in self.walk() if e.tag == tag]

    @property
    def text(self) -> str:
        return "".join(c.text if isinstance(c, Element) else c for c in self.children)


class Tree(HTMLParser):
    """Parses strictly: every element that opens must close, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("document", {})
        self.feed(html)
        self.close()
        assert self.here is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {k: v or "" for k, v in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@cache
def page_of_variant(make_meeting: MakeMeeting, variant: str) -> tuple[str, Element]:
    return page_of(make_meeting(**VARIANTS[variant]))


def page_of(meeting: Meeting, part: str = "page") -> tuple[str, Element]:
    html = render_page(getattr(assemble_papers(meeting), part)).decode("utf-8")
    return html, Tree(html).root


def check_inert(html: str, root: Element) -> None:
    """Check that nothing runs, loads or styles beyond what the policy in the head lets through."""
    tags = {e.tag for e in root.walk()}
    assert not tags & {"script", "iframe", "object", "embed", "form", "link", "base", "audio", "video", "foreignobject"}
    for element in root.walk():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "xlink:href"):
            assert element.attributes.get(name, "#").startswith(("#", "data:image/png;base64,"))
    policy = next(e.attributes["content"] for e in root.find("meta") if "http-equiv" in e.attributes)
    css = root.find("style")
    assert len(css) == 1
    digest = base64.b64encode(hashlib.sha256(css[0].text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html


def check_structure(root: Element) -> None:
    """Check landmarks, headings, tables and references."""
    document = root.find("html")[0]
    assert document.attributes["lang"] == "en-GB"
    assert len(root.find("title")[0].text) > 10
    assert [len(root.find(tag)) for tag in ("h1", "main", "header", "footer", "nav")] == [1, 1, 1, 1, 1]
    levels = [int(e.tag[1]) for e in root.walk() if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = Counter(e.attributes["id"] for e in root.walk() if "id" in e.attributes)
    assert set(ids.values()) == {1}
    for element in root.walk():
        named = " ".join(element.attributes.get(a, "") for a in ("aria-labelledby", "aria-describedby")).split()
        assert set(named) <= set(ids)
        if element.tag == "a":
            assert element.attributes["href"].removeprefix("#") in ids
            assert element.text.strip()
        if element.attributes.get("tabindex") == "0":
            assert element.attributes["role"] == "region"
            assert {"aria-label", "aria-labelledby"} & set(element.attributes)
    first_link = next(e for e in root.walk() if e.tag == "a")
    assert first_link.attributes["href"] == "#content"
    for table in root.find("table"):
        caption = next(c for c in table.children if isinstance(c, Element))
        assert caption.tag == "caption"
        assert caption.text.strip()
        heads = table.find("thead")[0].find("th")
        assert all(th.attributes.get("scope") == "col" and th.text.strip() for th in heads)
        for row in table.find("tbody")[0].find("tr"):
            cells = [c for c in row.children if isinstance(c, Element)]
            assert len(cells) == len(heads)
            assert cells[0].tag == "th"
            assert cells[0].attributes["scope"] == "row"
    for drawing in root.find("svg"):
        assert drawing.attributes["role"] == "img"
        assert drawing.find("title")[0].text
        assert drawing.find("desc")[0].text


VARIANTS: dict[str, dict[str, Any]] = {
    "all there": {}, "one cycle": {"without": ("movement",)}, "no managers": {"without": ("severity",)},
    "no coverage": {"without": ("coverage",)}, "nothing but the map": {"without": (
        "movement", "severity", "coverage", "agenda", "roster")},
    "publish": {"audience": "publish"}, "council": {"unit": ""}}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_page_is_well_formed_accessible_and_inert(make_meeting: MakeMeeting, variant: str) -> None:
    for html, root in (page_of_variant(make_meeting, variant), page_of(make_meeting(**VARIANTS[variant]), "analyst")):
        check_inert(html, root)
        check_structure(root)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_first_page_has_at_most_250_words(make_meeting: MakeMeeting, variant: str) -> None:
    _, root = page_of_variant(make_meeting, variant)
    first = next(e for e in root.find("section") if e.attributes.get("id") == "first")
    assert 30 < len(first.text.split()) <= 250, "a page is read in two minutes"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_of_the_first_page_stands_in_a_table(make_meeting: MakeMeeting, variant: str) -> None:
    meeting = make_meeting(**VARIANTS[variant])
    first = build_first_page(meeting)
    _, root = page_of(meeting, "analyst")
    cells = {cell.text.strip() for table in root.find("table") for cell in [*table.find("td"), *table.find("th")]}
    prose = re.sub(r"\d{4}/\d\d(?: H\d)?", "", running_text(first.blocks) + "\n" + first.subtitle[-1])
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?%?", prose)
    assert numbers or variant == "publish"
    assert set(numbers) <= cells


def test_the_first_page_counts_what_the_tables_hold(make_meeting: MakeMeeting) -> None:
    """By hand: 44 posts of which 4 unplaced; 8 of 13 people; of 42 people 38 with a conversation of any kind."""
    first = build_first_page(make_meeting())
    text = running_text(first.blocks)
    assert first.subtitle[-1] == "44 posts, 40 placed"
    assert "8 people of the 13 about whom" in text
    assert "Hear 3 managers whose ratings look different" in text  # rows 0, 4 and 8; row 12 is another directorate's
    assert "the 4 posts without a placement" in text
    assert "the 4 people who had no conversation" in text
    assert "Named: Person A, Person E, Person I." in text
    assert text.startswith("Not here: 4 posts without a placement; 4 rows of the exports")
    # probabilities of rows 0, 4 and 8 of a line from .97 to .1 over 13 rows: .97, .68, .39
    assert "expected to be here by chance: 1." in text
    assert "generous rater from a strong team" in text


def test_each_listed_name_of_the_unit_says_what_it_would_withstand(make_meeting: MakeMeeting) -> None:
    """Rows 0, 4 and 8 are listed in the unit; row 12 is another directorate's, and only the council's page has it."""
    for unit, letters in (("Care", "AEI"), ("", "AEIM")):
        _, root = page_of(make_meeting(unit=unit), "analyst")
        tables = [t for t in root.find("table") if "would withstand" in next(iter(t.find("caption"))).text]
        assert len(tables) == 1
        rows = [row.text for row in tables[0].find("tbody")[0].find("tr")]
        assert len(rows) == len(letters)
        assert all(f"Person {letter}" in row for letter, row in zip(letters, rows, strict=True))
    html, _ = page_of(make_meeting(audience="publish"), "analyst")
    assert "would withstand" not in html


def test_hostile_names_stay_text(make_meeting: MakeMeeting, hostile_names: list[str]) -> None:
    cells, html = set(), ""
    for part in ("page", "analyst"):
        written, root = page_of(make_meeting(hostile_names), part)
        check_inert(written, root)
        check_structure(root)
        cells |= {e.text for e in root.find("bdi")}
        html += written
    assert {n for n in hostile_names if "\x00" not in n} <= cells
    assert "49" not in {c.strip() for c in cells}
    assert "\x00" not in html


def test_a_hostile_unit_stays_text_in_title_and_captions(make_meeting: MakeMeeting) -> None:
    meeting = replace(make_meeting(), unit="<img src=x onerror=alert(1)> \u202e& Care")
    html, root = page_of(meeting)
    check_inert(html, root)
    assert not root.find("img")
    assert "\u2068<img src=x onerror=alert(1)> \u202e& Care\u2069" in root.find("h1")[0].text


def test_a_name_that_turns_the_line_is_isolated_and_others_are_left_alone() -> None:
    assert isolate("Adult Care") == "Adult Care"
    assert isolate("\u202eeraC") == "\u2068\u202eeraC\u2069"


def test_the_same_meeting_gives_the_same_page(make_meeting: MakeMeeting) -> None:
    one, two = (render_page(assemble_papers(make_meeting()).page) for _ in range(2))
    assert one == two


def test_sections_that_cannot_be_answered_say_why(make_meeting: MakeMeeting) -> None:
    html, _ = page_of(make_meeting(without=("severity", "movement", "coverage", "agenda")))
    for subject in ("severity", "movement", "coverage", "agenda"):
        assert f"No {subject} here." in html


def test_without_a_map_the_page_shows_the_ratings(make_meeting: MakeMeeting) -> None:
    settings = Settings(framework=FrameworkSettings(performance_levels=["Low", "Fair", "Good", "Best"]))
    meeting = make_meeting()
    frame = meeting.results["profile"].tables["map"].iloc[[0, 1, 2, 3, 9]].reset_index(drop=True).drop(columns="marker")
    frame = frame.assign(level=[1, 2, 3, 4, 0], label=["Low", "Fair", "Good", "Best", "No placement"])
    result = Result(meeting.results["profile"].about, {"ratings": Table(frame, ("level",), "n")})
    profile = release(result, audience="panel", unit="Care")
    meeting = replace(meeting, settings=settings, framework=build_framework(settings),
                      results={**meeting.results, "profile": profile}, problems={"movement": "One cycle only."})
    meeting = replace(meeting, results={k: v for k, v in meeting.results.items() if k != "movement"})
    _, root = page_of(meeting)
    check_structure(root)
    headings = [e.text for e in root.find("h2")]
    assert any(heading.endswith("The ratings") for heading in headings)
    assert any("4 Best" in e.text for e in root.find("bdi"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_director_reads_no_words_of_the_model(make_meeting: MakeMeeting, variant: str) -> None:
    _, root = page_of_variant(make_meeting, variant)
    text = root.text.casefold()
    for word in ("logit", "odds", "posterior", "interval", "cumulative", "model", "effect", "probability", "adjusted"):
        assert word not in text, word


def test_the_chasing_list_adds_up_to_its_number_and_names_managers(make_meeting: MakeMeeting) -> None:
    meeting = make_meeting()
    missing, section = count_missing(meeting), build_chasing(meeting)
    table = next(block for block in section.blocks if isinstance(block, PageTable))
    counts = [[int(cell.replace(",", "")) for cell in row[2:]] for row in table.rows]
    assert [sum(column) for column in zip(*counts[:-1], strict=True)] == counts[-1]
    assert counts[-1] == [missing.n_without_placement, missing.n_without_conversation] == [4, 4]
    assert table.rows[0][0] == "Person A"
    assert "4 people have had no conversation" in running_text(section.blocks)


def test_a_council_where_most_managers_cannot_be_told_apart_reads_coverage_first(make_meeting: MakeMeeting) -> None:
    usual = [section.anchor for section in assemble_papers(make_meeting()).page.sections]
    assert usual == ["placements", "managers", "agenda", "coverage", "decide"]
    small = [section.anchor for section in assemble_papers(make_meeting(without=("severity",))).page.sections]
    assert small == ["coverage", "placements", "agenda", "managers", "decide"]


def test_every_person_within_the_meeting_has_a_card_and_a_line_to_decide(make_meeting: MakeMeeting) -> None:
    meeting = make_meeting()
    sections = {section.anchor: section for section in assemble_papers(meeting).page.sections}
    [cards] = [block for block in sections["agenda"].blocks if isinstance(block, Cards)]
    people = meeting.results["agenda"].tables["people"].query("in_meeting")
    assert [card.title for card in cards.cards] == people["name"].tolist()
    decide = next(block for block in sections["decide"].blocks if isinstance(block, PageTable))
    assert [row[0] for row in decide.rows] == people["name"].tolist()
    assert decide.headings[2:6] == ("Stands", "Changed", "Deferred", "Not discussed")
    assert "no time for 5 further people" in running_text(sections["agenda"].blocks)


def test_every_printed_sheet_has_its_number_and_the_marking(make_meeting: MakeMeeting) -> None:
    for part in ("page", "analyst"):
        _, root = page_of(make_meeting(), part)
        css = root.find("style")[0].text
        assert "counter(page)" in css
        marking = re.search(r'@top-left { content: "([^"]*)"', css)
        assert marking is not None
        plain = re.sub(r"\\([0-9a-f]{6}) ", lambda found: chr(int(found[1], 16)), marking[1])
        assert plain == "Official – sensitive: personal data. For the members of this meeting only."


def test_readers_without_names_get_no_table_that_names_anybody(make_meeting: MakeMeeting) -> None:
    for part in ("page", "analyst"):
        html, _ = page_of(make_meeting(audience="publish"), part)
        assert "Person A" not in html
        assert "000100" not in html
    assert "The table names people." in html
    public = assemble_papers(make_meeting(audience="publish")).page
    assert [section.anchor for section in public.sections] == ["placements", "coverage"]


def test_the_words_of_the_pack_judge_nobody(make_meeting: MakeMeeting) -> None:
    _, root = page_of(make_meeting(unit=""))
    text = root.text.casefold()
    for word in ("bias", "significant", "league", "outlier", *PROTECTED):
        assert word not in text
    assert not re.search(r"\brank(ed|ing)?\b", text)
    assert not re.search(r"\berrors?\b", text)


def test_a_page_says_what_every_paper_says_in_the_paper_s_own_words_or_the_shared_ones():
    day = "30 September 2024"
    check = make_page(["check"], council="Aldermere", as_of=day, about=("Aldermere", ""), first=(), sections=())
    assert check.title == say("check", "title")
    assert check.subtitle == ("Aldermere", f"as of {day}")
    assert check.footer.startswith("Aldermere. Made by my121_analytics")
    guide = make_page(["preparation", "guide"], council="Aldermere", as_of=day, about=("Jo Rao",), first=(),
                      sections=(), protect="Personal.")
    assert (guide.title, guide.protect) == (say("preparation", "title"), "Personal.")
    assert guide.subtitle == ("Jo Rao", f"The record as of {day}")
    assert guide.footer == say("guide", "footer")
    compared = make_page(["compare", "check"], council="Aldermere", as_of=day, about=("from then to now",), first=(),
                         sections=(), title="What changed", says_day=False)
    assert compared.subtitle == ("from then to now",), "its days stand in the line before"
