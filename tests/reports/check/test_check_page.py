"""The page of a check says how many rows, what was refused and how to mend it, and whom to ask; it quotes no more."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.cli.release_files import release_check
from my121_analytics.disclosure.pseudonyms import read_key, replace_ids
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.reports.check.check_page import render_check
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.schema import MANAGER

KEY = read_key("00112233445566778899aabbccddeeff" * 2, where="this test")


class Outline(HTMLParser):
    """The headings, tables and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])


@pytest.fixture(scope="module")
def council(tmp_path_factory) -> Intake:
    folder = tmp_path_factory.mktemp("council")
    make_sample(150, seed=5, folder=folder)
    return read_exports(folder)


def page_of(intake: Intake, key: bytes | None = None) -> str:
    settings = intake.workforce.settings
    result = measure_coverage(intake.workforce)
    coverage = release(result if key is None else replace_ids(result, key), audience="analyst", settings=settings)
    return render_check(release_check(intake, settings=settings, key=key), coverage, settings=settings).decode("utf-8")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.split("<main")[1])))


def test_the_page_is_one_file_with_an_outline_and_no_request(council):
    html = page_of(council)
    outline = Outline(html)
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.ids)
    assert not {"script", "img", "iframe", "form", "link"} & set(outline.tags)
    assert "default-src 'none'" in unescape(html)
    assert outline.tags.count("caption") == outline.tags.count("table") > 6


def test_every_refused_row_is_on_the_page_with_what_mends_it(council):
    text = text_of(page_of(council))
    totals = council.reconciliation[["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]].sum()
    assert f"{totals.iloc[0]:,} rows read = {totals.iloc[1]:,} accepted + {totals.iloc[2]:,} quarantined" in text
    for message in council.quarantine["message"]:
        assert re.sub(r"\s+", " ", message) in text


def test_every_missing_placement_is_asked_of_the_manager_of_the_post(council):
    workforce = council.workforce
    cycle = workforce.latest_cycle
    posts = workforce.posts_in_cycle(cycle)
    posts = posts[posts["in_force"]]
    placed = workforce.placements[(workforce.placements["cycle"] == cycle)
                                  & (workforce.placements["source"] == MANAGER)]
    have = set(zip(placed["employee_id"].astype("str"), placed["post_id"].astype("str"), strict=True))
    pairs = zip(posts["employee_id"].astype("str"), posts["post_id"].astype("str"),
                posts["manager_id"].astype("str"), strict=True)
    lacking = [(person, manager) for person, post, manager in pairs if (person, post) not in have]
    assert lacking
    names = workforce.names
    chapter = unescape(page_of(council)).split('id="chase"')[1].split("</section>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", chapter, re.S)
    for person, manager in lacking[:10]:
        if pd.isna(manager) or manager == "nan":
            continue
        assert any(names[manager] in row and names[person] in row for row in rows), (person, manager)


def test_pseudonyms_leave_no_name_no_id_and_no_quotation(council):
    html = page_of(council, KEY)
    names = council.workforce.employees["name"].dropna().tolist()
    ids = council.workforce.employees["employee_id"].astype("str").tolist()
    assert [name for name in names if name in html] == []
    assert [person for person in ids if re.search(rf"\b{person}\b", html)] == []
    assert not any(value in html for value in council.quarantine["value"] if len(value) > 4)
    assert re.search(r"P-[0-9A-Z]{4}-", html)
    assert f"{len(council.quarantine)} rows were refused" in text_of(html)


def test_hostile_cells_are_inert(tmp_path):
    (tmp_path / "ratings.csv").write_text(
        "Employee no,Review period,Manager no,Performance\n"
        '0001,2024/25 H1,0009,"</td><script>alert(1)</script>"\n0002,2024/25 H1,0009,Meets\n', encoding="utf-8")
    html = page_of(read_exports(tmp_path))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_record_without_placements_still_gets_its_page(tmp_path):
    (tmp_path / "staff.csv").write_text("Employee no,Name,Directorate\n0001,Iris Vane,Parks\n", encoding="utf-8")
    released = release_check(read_exports(tmp_path), settings=Settings())
    text = text_of(render_check(released, None, settings=Settings(), why_no_coverage="There is no cycle.").decode())
    assert "Rows of data accepted: all 1." in text
    assert text.count("There is no cycle.") == 3
    assert "Nothing: the exports are complete" in text


def test_where_many_rows_are_refused_the_page_does_not_call_the_record_usable(tmp_path):
    rows = "".join(f"00{n},2024/25 H1,0099,{'Meets' if n % 2 else 'Splendid' + chr(n + 87)}\n" for n in range(10, 30))
    (tmp_path / "ratings.csv").write_text(f"Employee no,Review period,Manager no,Performance\n{rows}", encoding="utf-8")
    text = text_of(page_of(read_exports(tmp_path)))
    assert "can be used" not in text
    assert "10 of 20 rows of data (50.0%) were refused" in text


def test_the_same_check_gives_the_same_bytes(council):
    assert page_of(council) == page_of(council)


def test_a_result_that_has_not_passed_the_gate_is_refused(council):
    released = release_check(council, settings=Settings())
    with pytest.raises(DisclosureError):
        render_check(measure_coverage(council.workforce), None, settings=Settings())
    with pytest.raises(DisclosureError):
        render_check(released, measure_coverage(council.workforce), settings=Settings())
