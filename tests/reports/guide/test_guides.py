"""Guides hold one team each: who is due, what to ask, and no byte of anybody else's people."""

from __future__ import annotations

import html
import re
import zipfile
from html.parser import HTMLParser

import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.errors import UsageError
from my121_analytics.figures.phrases import day
from my121_analytics.reports.guide.guides import build_guides
from my121_analytics.sample_council.council import make_sample

VOID = {"meta", "br", "img", "input", "link", "col", "hr"}


@pytest.fixture(scope="module")
def workforce():
    return make_sample(70, seed=19).workforce


@pytest.fixture(scope="module")
def severity(workforce):
    return estimate_severity(workforce, sensitivity=False)


@pytest.fixture(scope="module")
def folder(workforce, severity, tmp_path_factory):
    out = tmp_path_factory.mktemp("guides")
    build_guides(workforce, out=out, severity=severity)
    return out


def team_of(workforce, manager):
    posts = workforce.posts_in_cycle(workforce.check_cycle(None))
    return set(posts.loc[(posts["manager_id"] == manager) & posts["in_force"], "employee_id"].astype("str"))


def test_each_manager_has_a_guide_and_each_person_a_sheet(workforce, folder):
    guides = sorted(path.parent.name for path in folder.glob("*/guide.html"))
    assert len(guides) > 5
    for manager in guides:
        sheets = {path.stem for path in (folder / manager / "preparation").glob("*.html")}
        assert sheets <= team_of(workforce, manager)
        assert sheets


def read_everything(path):
    """Give the text of a page, or of every part of a workbook."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as parts:
        return "\n".join(html.unescape(parts.read(name).decode("utf-8", "ignore")) for name in parts.namelist())


def test_no_byte_of_a_managers_folder_names_anybody_elses_people(workforce, folder):
    names = dict(zip(workforce.employees["employee_id"].astype("str"), workforce.employees["name"], strict=True))
    for path in folder.glob("*/guide.html"):
        manager = path.parent.name
        own = {names[one] for one in {*team_of(workforce, manager), manager}}
        others = {name for name in names.values() if name not in own}
        files = [p for p in path.parent.rglob("*") if p.is_file()]
        assert {p.suffix for p in files} == {".html", ".xlsx"}
        text = "\n".join(map(read_everything, files))
        assert {name for name in others if name in text or html.escape(name) in text} == set()
        strangers = set(names) - team_of(workforce, manager) - {manager}
        assert strangers & set(re.findall(r"\d{4,}", text)) == set()
        assert strangers & {p.stem for p in files} == set()


def test_a_preparation_sheet_holds_no_placement_by_the_manager_and_nobody_else(workforce, folder):
    names = dict(zip(workforce.employees["employee_id"].astype("str"), workforce.employees["name"], strict=True))
    for path in folder.glob("*/preparation/*.html"):
        text = path.read_text("utf-8")
        manager = path.parents[1].name
        mates = {names[one] for one in team_of(workforce, manager) - {path.stem}} - {names[path.stem], names[manager]}
        assert {name for name in mates if name in text} == set()
        assert "Box now" not in text
        assert "see yourself higher" not in text


class Outline(HTMLParser):
    """Open elements, headings and ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.ids, self.faults = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script" or "src" in attributes or attributes.get("href", "#").startswith("http"):
            self.faults.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


def test_pages_are_well_formed_inert_and_their_headings_skip_no_level(folder):
    for path in [*folder.glob("*/guide.html"), *list(folder.glob("*/preparation/*.html"))[:5]]:
        page = Outline(path.read_text("utf-8"))
        assert page.faults == []
        assert page.open == []
        assert page.headings.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
        assert len(set(page.ids)) == len(page.ids)


def test_the_same_record_gives_the_same_bytes_and_one_manager_the_same_as_all(workforce, severity, folder, tmp_path):
    manager = sorted(path.parent.name for path in folder.glob("*/guide.html"))[0]
    build_guides(workforce, out=tmp_path, manager=manager, severity=severity)
    one = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.html")}
    same = {p.relative_to(folder / manager).as_posix(): p.read_bytes() for p in (folder / manager).rglob("*.html")}
    assert one == same


def test_somebody_who_manages_nobody_is_told_so(workforce, severity, tmp_path):
    managed = set(workforce.posts["manager_id"].dropna().astype("str"))
    posts = workforce.posts_in_cycle(workforce.check_cycle(None))
    nobody = next(one for one in posts.loc[posts["in_force"], "employee_id"].astype("str") if one not in managed)
    build_guides(workforce, out=tmp_path, manager=nobody, severity=severity)
    assert "shows nobody in post under you" in (tmp_path / "guide.html").read_text("utf-8")


def test_an_unknown_number_is_refused(workforce, tmp_path):
    with pytest.raises(UsageError, match="has the number '99'"):
        build_guides(workforce, out=tmp_path, manager="99")


def test_a_manager_reads_nothing_in_logits_and_no_other_managers_figures(workforce, folder):
    for path in folder.glob("*/guide.html"):
        text = re.sub(r"<[^>]+>", " ", path.read_text("utf-8"))
        assert "logit" not in text.casefold()
        assert "cannot tell a generous rater from a strong team" in text
        assert not re.search(r"\d+ of \d+ managers|rank", text)


def test_hostile_names_stay_text(workforce, severity, tmp_path):
    employees = workforce.employees.assign(name="<script>alert(1)</script> =cmd")
    hostile = workforce.with_tables(employees=employees)
    manager = str(pd.Series(workforce.posts["manager_id"].dropna().astype("str")).value_counts().index[0])
    named = severity.with_frame("managers", severity.frame("managers").assign(name="<script>"))
    build_guides(hostile, out=tmp_path, manager=manager, severity=named)
    for path in tmp_path.rglob("*.html"):
        assert "<script" not in path.read_text("utf-8")


def test_a_zip_opens_with_the_password_only_and_tells_no_number_of_anybody(workforce, severity, folder, tmp_path):
    pytest.importorskip("cryptography")
    from tests.writing.test_encrypted_archive import open_archive

    manager = sorted(path.parent.name for path in folder.glob("*/guide.html"))[0]
    build_guides(workforce, out=tmp_path, manager=manager, severity=severity, password="three random words")
    assert {path.name for path in tmp_path.iterdir()} == {"guide.zip", "manifest.json"}
    papers = open_archive((tmp_path / "guide.zip").read_bytes(), "three random words")
    assert papers["guide.html"] == (folder / manager / "guide.html").read_bytes()
    sheets = sorted((folder / manager / "preparation").glob("*.html"))
    assert len([name for name in papers if name.startswith("preparation/")]) == len(sheets)
    assert not any(sheet.stem in name for sheet in sheets for name in papers)


def test_papers_that_can_be_read_do_not_stay_beside_the_zip(workforce, severity, folder, tmp_path):
    pytest.importorskip("cryptography")
    manager = sorted(path.parent.name for path in folder.glob("*/guide.html"))[0]
    build_guides(workforce, out=tmp_path, manager=manager, severity=severity)
    build_guides(workforce, out=tmp_path, manager=manager, severity=severity, password="three random words")
    assert not list(tmp_path.rglob("*.html"))


def test_what_became_of_earlier_actions_stands_with_each_person_with_its_day(workforce, folder):
    from my121_analytics.analysis.team_conversations import prepare_conversations

    actions = prepare_conversations(workforce).frame("actions")
    done = actions[(actions["state"] == "done") & actions["completed_on"].notna()].iloc[0]
    text = (folder / str(done["rater_id"]) / "guide.html").read_text("utf-8")
    assert f"done, {day(done['completed_on'].date())}" in text


def test_a_guide_writes_days_and_times_as_the_pack_does(folder):
    texts = [page.read_text("utf-8") for page in folder.glob("*/guide.html")]
    assert texts
    for text in texts:
        words = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
        assert not re.search(r">(<bdi>)?[^<]*\b20\d\d-\d\d-\d\d", words), "days in words, as in the first sentence"
        months = [int(n) for n in re.findall(r">(?:<bdi>)?(\d+) months<", words)]
        assert all(n < 24 for n in months), "years from two years on"
    assert any("years<" in text for text in texts)
