"""The notebooks run from top to bottom, hold no stale output, and their prose speaks of what is on the page."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from my121_analytics.sample_council.council import make_sample

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
ON_A_SMALL_COUNCIL = ("04_calibration_pack", "07_scheduled_report", "08_your_own_analysis")
"""These build papers or run several analyses: a smaller council shows as well that they work."""
NUMBERS_OF_THE_FIELD = {"1", "2", "3", "4", "5", "6", "7", "8", "0.69", "12", "149", "2010"}
"""Steps, levels and boxes, a doubling of the odds in logits, months, and the Equality Act."""
FORBIDDEN = r"(?i)\b(bias(ed)?|errors?|significant\w*|league table|rank \d+)\b"

EXECUTE = """
import json, sys
from pathlib import Path
from my121_analytics.runs.notebook_pages import execute_notebook, save_page
path, source, page = map(Path, sys.argv[1:])
done = execute_notebook(path, {"exports": str(source), "settings_file": str(source / "my121.toml"),
                               "audience": "analyst"}, publication=page.with_suffix(""))
outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
page.write_bytes(save_page(done, "analyst"))
print(json.dumps([output["text"] for output in outputs if output.get("name") == "stderr"]))
"""
"""Each in a process of its own: a client of a kernel leaves its event loop to whoever started it."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def cells_of(path, kind):
    import nbformat  # takes seconds to load where all extras are installed: not while tests are collected

    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose_of(path):
    return "\n\n".join(cell.source for cell in cells_of(path, "markdown"))


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """Execute all of them, two at a time, and give each as executed and as a page."""
    small, pages = tmp_path_factory.mktemp("small") / "exports", tmp_path_factory.mktemp("pages")
    make_sample(90, seed=121, folder=small)
    sample = FOLDER.parent / "data" / "sample"

    def execute(path):
        source = small if path.stem in ON_A_SMALL_COUNCIL else sample
        page = pages / f"{path.stem}.html"
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", EXECUTE, path, source, page], capture_output=True,
                              text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(FOLDER.parent)})
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout), page.read_text("utf-8")

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(NOTEBOOKS, pool.map(execute, NOTEBOOKS), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_runs_without_a_warning_and_its_page_stands_alone(path, executed):
    warned, page = executed[path]
    assert warned == []
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"https?://|@import|url\(", page)
    assert page.count("<h1") == 1
    assert len(page) < 4_000_000
    drawn = sum(len(re.findall(r"\.plot_\w+\(|plt\.subplots", cell.source)) for cell in cells_of(path, "code"))
    texts = re.findall(r'<img[^>]*\balt="([^"]*)"', page)
    assert page.count("<img") == len(texts) == drawn
    own = sum("plt.subplots" in cell.source for cell in cells_of(path, "code"))
    assert sum(len(text) > 60 and bool(re.search(r"\d", text)) for text in texts) >= drawn - own, "words with figures"


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_prose_speaks_of_what_is_on_the_page(path, executed):
    """What the prose prints bold is said by the output too; so is every number but those of the field."""
    _, page = executed[path]
    shown = re.sub(r"<p>.*?</p>", lambda found: "" if "<strong>" in found[0] else found[0], page, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", shown)).casefold()
    alternatives = " ".join(html.unescape(text) for text in re.findall(r'alt="([^"]*)"', page)).casefold()
    prose = re.sub(r"`[^`]*`", "", prose_of(path))
    missing = [bold for bold in re.findall(r"\*\*(.+?)\*\*", prose) if bold.casefold() not in words + alternatives]
    assert missing == []
    numbers = set(re.findall(r"(?<![\w.])\d[\d,.]*\d|(?<![\w.])\d", prose)) - NUMBERS_OF_THE_FIELD
    assert [number for number in numbers if number not in words] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_is_kept_without_output(path):
    for cell in cells_of(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_holds_prose_and_calls_only(path):
    for cell in cells_of(path, "code"):
        assert len(cell.source.splitlines()) <= 12
        assert "def " not in cell.source
        assert not re.search(r"release\(.*audience=\"analyst\"", cell.source), "the analyst needs no release"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_takes_its_folder_and_says_what_it_cannot_tell(path):
    tagged = [cell for cell in cells_of(path, "code") if "parameters" in cell.metadata.get("tags", ())]
    assert len(tagged) == 1
    given: dict[str, str] = {}
    exec(tagged[0].source, given)
    assert (FOLDER / given["exports"]).is_dir()
    assert (FOLDER / given["settings_file"]).is_file()
    prose = prose_of(path)
    assert re.search(r"^## What (this|this page|the figures) cannot tell$", prose, re.M)
    assert not re.search(FORBIDDEN, prose)


def test_the_notebooks_stand_in_reading_order():
    assert len(NOTEBOOKS) == 8
    titles = [prose_of(path).splitlines()[0] for path in NOTEBOOKS]
    assert [title[:5] for title in titles] == [f"# {n}. " for n in range(1, 9)]
    for path, following in zip(NOTEBOOKS, titles[1:], strict=False):
        assert f"Next: {following.removeprefix('# ').split(' and ')[0]}" in prose_of(path)
