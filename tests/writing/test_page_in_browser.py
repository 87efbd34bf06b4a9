"""The page in a real browser: nothing asked of a network, nothing in the console, usable by keyboard and on a phone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.extracts import compare_extracts
from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.cli.release_files import release_check
from my121_analytics.disclosure.release import release
from my121_analytics.framework.conversation_guide import build_guide
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.ingest.differences import compare_readings
from my121_analytics.ingest.intake import read_exports
from my121_analytics.reports.check.check_page import render_check
from my121_analytics.reports.compare.compare_page import render_comparison
from my121_analytics.reports.guide.easy_form import render_easy_form
from my121_analytics.reports.guide.manager_guide import render_guide
from my121_analytics.reports.guide.preparation_page import render_preparation
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.papers import assemble_papers
from my121_analytics.reports.plan.committee import build_committee_report
from my121_analytics.reports.plan.plan_papers import draw_timeline
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Table
from my121_analytics.writing.page import render_page
from my121_analytics.writing.pdf import find_browser, print_pdf

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
REQUIRED = bool(os.environ.get("MY121_REQUIRE_BROWSER"))  # set where a missing browser must fail, not skip
pytestmark = pytest.mark.skipif((CHROMIUM is None or DRIVER is None) and not REQUIRED,
                                reason="no Chromium with its driver here")

Driver = Any


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                   "--disable-background-networking", "--disable-component-update", "--force-prefers-reduced-motion",
                   f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=DRIVER)
    browser = webdriver.Chrome(options=options, service=service)
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def show(driver: Driver, folder: Path, meeting: Meeting, width: int = 1280, part: str = "page") -> None:
    path = folder / "pack.html"
    path.write_bytes(render_page(getattr(assemble_papers(meeting), part)))
    driver.get_log("browser")
    driver.get_log("performance")
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    driver.get(path.as_uri())


def test_nothing_is_asked_of_a_network_and_the_console_stays_empty(
        driver: Driver, folder: Path, make_meeting: Callable[..., Meeting], hostile_names: list[str]) -> None:
    show(driver, folder, make_meeting(hostile_names))
    asked = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    # What the page asks for; a browser that has just started still loads its own empty tab.
    addresses = [message["params"]["request"]["url"] for message in asked
                 if message["method"] == "Network.requestWillBeSent"
                 and not message["params"]["documentURL"].startswith(("chrome:", "about:", "data:"))]
    assert addresses
    assert all(address.startswith(("file:", "data:")) for address in addresses)
    assert driver.get_log("browser") == []
    assert driver.execute_script("return document.querySelectorAll('script,iframe,form,a[href^=http]').length") == 0


def test_the_styles_pass_the_page_s_own_policy(driver: Driver, folder: Path,
                                               make_meeting: Callable[..., Meeting]) -> None:
    show(driver, folder, make_meeting())
    colour = driver.execute_script("return getComputedStyle(document.querySelector('h1')).color")
    assert colour == "rgb(18, 67, 109)"


def test_the_skip_link_comes_first_shows_and_leads_to_the_content(driver: Driver, folder: Path,
                                                                  make_meeting: Callable[..., Meeting]) -> None:
    from selenium.webdriver.common.keys import Keys

    show(driver, folder, make_meeting())
    driver.switch_to.active_element.send_keys(Keys.TAB)
    active = driver.switch_to.active_element
    assert active.get_attribute("href").endswith("#content")
    box = active.rect
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["height"] >= 24
    active.send_keys(Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "content"


@pytest.mark.parametrize("part", ["page", "analyst"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_scrolls_sideways(driver: Driver, folder: Path, make_meeting: Callable[..., Meeting],
                                         hostile_names: list[str], width: int, part: str) -> None:
    for names in (None, hostile_names):
        show(driver, folder, make_meeting(names), width, part)
        driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        wide = driver.execute_script("return document.scrollingElement.scrollWidth")
        assert wide <= width


@pytest.mark.parametrize("width", [320, 390])
def test_the_director_s_part_needs_no_scrolling_within_it_either(driver: Driver, folder: Path, width: int,
                                                                 make_meeting: Callable[..., Meeting]) -> None:
    show(driver, folder, make_meeting(), width)
    scrolling = driver.execute_script("return [...document.querySelectorAll('.sheet, .picture, .card')]"
                                      ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)")
    assert scrolling == []
    cut = driver.execute_script(  # a word that is broken inside shows as a line without a blank before it
        "return [...document.querySelectorAll('.boxmap td span')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).length")
    assert cut == 0


def test_no_name_of_a_typeface_is_needed_to_reach_what_scrolls(driver: Driver, folder: Path,
                                                               make_meeting: Callable[..., Meeting]) -> None:
    """Whether a table scrolls depends on the fonts installed, so every frame is a region that takes the focus."""
    for part in ("page", "analyst"):
        show(driver, folder, make_meeting(), part=part)
        bare = driver.execute_script("return [...document.querySelectorAll('.sheet, .picture')].filter(e => "
                                     "e.tabIndex !== 0 || e.getAttribute('role') !== 'region').length")
        assert bare == 0


CONTRASTS = """
const channel = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const light = rgb => .2126 * channel(rgb[0]) + .7152 * channel(rgb[1]) + .0722 * channel(rgb[2]);
const parts = text => text.match(/[\\d.]+/g).map(Number);
const below = element => {
  for (let e = element; e; e = e.parentElement) {
    const rgb = parts(getComputedStyle(e).backgroundColor);
    if (rgb.length < 4 || rgb[3] > 0) return rgb;
  }
  return [255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || element.closest('svg')) continue;
  const [a, b] = [light(parts(getComputedStyle(element).color)), light(below(element))];
  found.push((Math.max(a, b) + .05) / (Math.min(a, b) + .05));
}
return [found.length, Math.min(...found)];
"""


@pytest.mark.parametrize("part", ["page", "analyst"])
def test_every_text_stands_out_from_its_ground(driver: Driver, folder: Path, make_meeting: Callable[..., Meeting],
                                               part: str) -> None:
    """WCAG 1.4.3, computed for each text rather than left open where a tool cannot tell."""
    show(driver, folder, make_meeting(), part=part)
    n_texts, least = driver.execute_script(CONTRASTS)
    assert n_texts > 100
    assert least >= 4.5


def test_the_director_s_part_prints_on_six_sheets_or_fewer(make_meeting: Callable[..., Meeting]) -> None:
    browser = find_browser()
    assert browser is not None
    printed = print_pdf(render_page(assemble_papers(make_meeting()).page), browser=browser)
    assert 1 < printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 6


def test_links_and_buttons_are_large_enough_to_hit(driver: Driver, folder: Path,
                                                   make_meeting: Callable[..., Meeting]) -> None:
    show(driver, folder, make_meeting(), 400)
    heights = driver.execute_script("return [...document.querySelectorAll('nav a, summary')]"
                                    ".map(e => e.getBoundingClientRect().height)")
    assert heights
    assert min(heights) >= 24


def test_whatever_scrolls_within_the_page_can_be_reached_by_keyboard(driver: Driver, folder: Path,
                                                                     make_meeting: Callable[..., Meeting]) -> None:
    show(driver, folder, make_meeting(), 320)
    stuck = driver.execute_script(
        "return [...document.querySelectorAll('.sheet, .picture')].filter(e => e.scrollWidth > e.clientWidth + 1 "
        "&& e.tabIndex < 0).length")
    assert stuck == 0


@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_the_reason_of_a_decision_has_the_most_room_and_none_of_it_is_cut(
        driver: Driver, folder: Path, make_meeting: Callable[..., Meeting], width: int) -> None:
    show(driver, folder, make_meeting(), width)
    cells, room, end = driver.execute_script(
        "const row = document.querySelector('#decide table.wide tbody tr');"
        "const sheet = document.querySelector('#decide .sheet').getBoundingClientRect();"
        "return [[...row.querySelectorAll('td.entry')].map(e => e.getBoundingClientRect().width),"
        "sheet.right, row.lastElementChild.getBoundingClientRect().right]")
    assert len(cells) == 6
    assert cells[-1] == max(cells)
    assert cells[-1] >= 250, "a reason is a sentence"
    assert end <= room + 1


def test_no_heading_is_printed_away_from_what_it_heads(make_meeting: Callable[..., Meeting], tmp_path: Path) -> None:
    browser, reader = find_browser(), shutil.which("pdftotext")
    if browser is None or reader is None:
        pytest.skip("no pdftotext here")
    (tmp_path / "pack.pdf").write_bytes(print_pdf(render_page(assemble_papers(make_meeting()).analyst),
                                                  browser=browser))
    subprocess.run([reader, "-layout", str(tmp_path / "pack.pdf"), str(tmp_path / "pack.txt")], check=True, timeout=60)
    sheets = (tmp_path / "pack.txt").read_text("utf-8").rstrip("\f").split("\f")
    headings = re.compile(r"\d\. |Sign-off$|How firm each name is$|Change since|Left empty for people")
    for sheet in sheets:
        lines = [line.strip() for line in sheet.splitlines() if line.strip()]
        assert len(lines) > 3, f"next to nothing on a sheet: {lines}"
        assert not headings.match(lines[-2]), f"the last line above the foot is a heading: {lines[-2]}"


def test_the_first_page_fits_on_one_printed_sheet(make_meeting: Callable[..., Meeting], folder: Path) -> None:
    browser = find_browser()
    assert browser is not None
    html = render_page(assemble_papers(make_meeting()).page)
    first_only = html.split(b"<nav")[0] + b"</main></body></html>"
    printed = print_pdf(first_only, browser=browser)
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_a_browser_that_prints_nothing_is_a_usage_error(tmp_path: Path) -> None:
    from my121_analytics.errors import UsageError

    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 0\n")
    broken.chmod(0o755)
    with pytest.raises(UsageError, match="did not print"):
        print_pdf(b"<p>", browser=broken)


def conversation_pages(workforce: Workforce) -> dict[str, bytes]:
    """One manager's guide, a preparation sheet and the easy-read form."""
    conversations, guide = prepare_conversations(workforce), build_guide()
    manager = str(conversations.frame("people")["rater_id"].value_counts().index[0])
    team = release(conversations, audience="manager", rater_id=manager)
    how: dict[str, Any] = {"guide": guide, "framework": workforce.framework, "settings": workforce.settings}
    return {"guide": render_guide(team, None, manager="A Manager", **how),
            "preparation": render_preparation(team, str(team.tables["people"]["employee_id"].iloc[0]),
                                              manager="A Manager", **how),
            "easy_form": render_easy_form(guide=guide, settings=workforce.settings)}


def committee_page() -> bytes:
    """The committee's report of the sample's plan, with the timeline's pictures."""
    plan = read_plan(Path(__file__).parents[2] / "data" / "sample" / "improvement_plan.xlsx", anchor=date(2024, 6, 30))
    released = release(review_plan(plan, as_of=date(2025, 3, 31)), audience="publish")
    return render_page(build_committee_report(released, settings=Settings(), pictures=draw_timeline(released)).page)


@pytest.fixture(scope="module")
def other_pages(folder: Path) -> dict[str, Path]:
    """The pages of a check and a comparison, of a small council with planted faults, of conversations and a plan."""
    council = make_sample(60, seed=2, folder=folder / "exports")
    settings = council.workforce.settings
    intake = read_exports(folder / "exports")
    readings = {name: Table(frame, keys=(), about_people=False)
                for name, frame in compare_readings(intake, intake).items()}
    compared = compare_extracts(council.workforce, intake.workforce)
    comparison = release(replace(compared, tables={**compared.tables, **readings}), audience="analyst")
    coverage = release(measure_coverage(intake.workforce), audience="analyst")
    pages = {"check": render_check(release_check(intake, settings=settings), coverage, settings=settings),
             "compare": render_comparison(comparison, settings=settings)}
    pages |= conversation_pages(council.workforce) | {"committee": committee_page()}
    for name, content in pages.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: folder / f"{name}.html" for name in pages}


@pytest.mark.parametrize("name", ["check", "compare", "guide", "preparation", "easy_form", "committee"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_other_pages_reflow_and_ask_for_nothing(driver: Driver, other_pages: dict[str, Path],
                                                    name: str, width: int) -> None:
    driver.get_log("browser")
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    driver.get(other_pages[name].as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert driver.execute_script("return document.scrollingElement.scrollWidth") <= width
    stuck = driver.execute_script("return [...document.querySelectorAll('.sheet')].filter(e => e.scrollWidth > "
                                  "e.clientWidth + 1 && e.tabIndex < 0).length")
    assert stuck == 0
    small = driver.execute_script("return [...document.querySelectorAll('nav a, summary')]"
                                  ".filter(e => e.getBoundingClientRect().height < 24).length")
    assert small == 0
    assert driver.execute_script("return document.querySelectorAll('script,iframe,form,a[href^=http]').length") == 0
    assert driver.get_log("browser") == []


@pytest.mark.parametrize(("name", "least"), [("guide", 4.5), ("preparation", 4.5), ("easy_form", 20),
                                              ("committee", 4.5)])
def test_every_text_of_the_other_pages_stands_out(driver: Driver, other_pages: dict[str, Path], name: str,
                                                  least: float) -> None:
    driver.get(other_pages[name].as_uri())
    n_texts, found = driver.execute_script(CONTRASTS)
    assert n_texts > 20
    assert found >= least


def test_a_preparation_sheet_prints_on_one_sheet_of_paper(other_pages: dict[str, Path]) -> None:
    browser = find_browser()
    assert browser is not None
    printed = print_pdf(other_pages["preparation"].read_bytes(), browser=browser)
    assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2  # both sides
