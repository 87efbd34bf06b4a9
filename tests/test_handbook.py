"""The handbook: its links lead somewhere, its commands are understood, its examples run, its pages stand alone."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import my121_analytics as my121
from my121_analytics.cli import demo, handbook
from my121_analytics.cli.app import COMMANDS, app
from my121_analytics.errors import UsageError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.viewing.gallery import GALLERY

DOCS = Path(__file__).parents[1] / "docs"
OWN = ("index", "getting_started", "how_to", "cannot_tell", "glossary", "accessibility", "gallery", "headings")
"""Pages of the handbook that nothing else tests."""
GROUP = typer.main.get_command(app)
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def blocks_of(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / f"{page}.md").read_text("utf-8"), re.M | re.S)


def commands_of(page):
    lines = [line for block in blocks_of(page, "sh") for line in block.splitlines()]
    return [line for line in lines if re.match(r"(\.venv/bin/)?my121 \w", line)]


EXAMPLES = [(page, line) for page in OWN for line in commands_of(page)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as the handbook supposes it: exports of this month and of the last, and an improvement plan."""
    folder = tmp_path_factory.mktemp("handbook")
    make_sample(60, seed=7, folder=folder / "exports")
    shutil.rmtree(folder / "exports" / "truth")
    (folder / "exports" / "my121.toml").unlink()
    shutil.copy(folder / "exports" / "improvement_plan.xlsx", folder / "plan.xlsx")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "handbook"
    handbook.run_handbook(out, show=False)
    return out


@pytest.mark.parametrize(("page", "line"), EXAMPLES, ids=[f"{page}-{n}" for n, (page, _) in enumerate(EXAMPLES)])
def test_every_command_in_the_handbook_is_understood(page, line):
    _, name, *arguments = shlex.split(line)
    if name.startswith("--"):
        return
    own = GROUP.commands[name]
    values, left, _ = own.make_parser(own.make_context(name, [], resilient_parsing=True)).parse_args(arguments)
    assert not left
    assert [each.name for each in own.params if each.required and not values.get(each.name)] == []


def test_every_command_and_every_public_name_has_its_place_in_the_reference(site):
    commands, names = ((site / f"{name}.html").read_text("utf-8") for name in ("commands", "python"))
    assert [name for name in COMMANDS if f"<h2>my121 {name}</h2>" not in commands] == []
    assert [name for name in my121._PUBLIC if f"<h2>my121.{name}</h2>" not in names] == []


@pytest.mark.parametrize(("names", "n_least"), [
    pytest.param(("init", "check"), 3, id="first steps"),
    pytest.param(("self", "plan"), 5, id="later steps", marks=pytest.mark.slow)])
def test_the_examples_run_in_their_order(place, monkeypatch, names, n_least):
    monkeypatch.chdir(place)
    ran = 0
    for line in dict.fromkeys(line for page in ("getting_started", "how_to") for line in commands_of(page)):
        _, name, *arguments = shlex.split(line)
        if name not in names or (name == "init" and Path("my121.toml").exists()):
            continue
        done = CliRunner().invoke(app, [name, *arguments])
        assert done.exit_code == 0, (line, done.output, done.exception)
        ran += 1
    assert ran >= n_least


@pytest.mark.parametrize("page", OWN)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, place, monkeypatch):
    monkeypatch.chdir(place)
    known: dict[str, object] = {}
    for block in blocks_of(page, "python"):
        exec(block, known)


def test_every_link_and_picture_of_every_page_leads_somewhere(site):
    missing = []
    for page in site.glob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#]+)[^"]*"', page.read_text("utf-8")):
            if not target.startswith("https://") and not (page.parent / target).exists():
                missing.append(f"{page.name}: {target}")
    assert missing == []


@pytest.mark.slow
def test_the_gallery_shows_what_the_product_draws_today():
    spec = importlib.util.spec_from_file_location("make_gallery", DOCS / "make_gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text, drawn = (DOCS / "gallery.md").read_text("utf-8"), module.draw_pictures()
    stale = [name for name, (call, picture) in drawn.items()
             if f"## `{call}`" not in text or f"In words: {module.spell_alternative(picture)}\n" not in text]
    assert stale == [], "run python docs/make_gallery.py"
    assert {path.stem for path in (DOCS / "gallery").glob("*.png")} == set(drawn)


def test_the_gallery_has_a_picture_of_every_kind_that_a_notebook_draws():
    text = (DOCS / "gallery.md").read_text("utf-8")
    missing = {method for methods in GALLERY.values() for method in methods if f".{method}()" not in text}
    assert missing == set()


def test_links_to_a_place_within_a_page_find_it():
    for page in DOCS.glob("*.md"):
        assert re.findall(r"\]\(#", page.read_text("utf-8")) == [], "the folder of HTML has no places within pages"


def test_every_page_is_reached_from_the_first(site):
    seen, ahead = set(), ["index.html"]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += re.findall(r'href="([\w]+\.html)', (site / name).read_text("utf-8"))
    assert seen == {page.name for page in site.glob("*.html")}


def test_the_command_opens_the_first_page_and_leaves_a_folder_of_ones_own_alone(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(handbook, "build_handbook", lambda: [("index.html", b"a page")])
    for _ in range(2):
        done = CliRunner().invoke(app, ["handbook", "--to", str(tmp_path / "handbook")])
        assert done.exit_code == 0, done.output
    assert opened == [(tmp_path / "handbook" / "index.html").resolve().as_uri()] * 2
    own = tmp_path / "exports"
    own.mkdir()
    (own / "ratings.csv").write_text("Employee number", "utf-8")
    refused = CliRunner().invoke(app, ["handbook", "--to", str(own)])
    assert isinstance(refused.exception, UsageError)
    assert [path.name for path in own.iterdir() if not path.name.startswith(".")] == ["ratings.csv"]


def test_an_installation_without_the_texts_says_how_to_mend_it(tmp_path, monkeypatch):
    monkeypatch.setattr(handbook, "FOLDERS", (tmp_path,))
    with pytest.raises(UsageError, match="not part of this installation") as caught:
        handbook.find_texts()
    assert "pip install" in caught.value.hints[0]


def test_the_wheel_takes_along_the_notebooks_and_every_file_of_the_handbook():
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    patterns = {pattern.removeprefix("/docs/") for pattern in wheel["include"] if pattern.startswith("/docs/")}
    assert patterns == {"*.md", *handbook.PICTURES}
    assert "/notebooks/*.ipynb" in wheel["include"]
    assert wheel["sources"] == {"docs": f"my121_analytics/{handbook.FOLDERS[0].name}",
                                "notebooks": f"my121_analytics/{demo.NOTEBOOKS[0].name}"}


def test_a_page_stands_alone_and_can_be_read_without_eyes(site):
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text
        assert not re.search(r"<(img|link)[^>]*(src|href)=\"https?://", text)
        assert text.count("<h1") == 1, page.name
        assert 'lang="en-GB"' in text
        assert all(len(alt) > 20 for alt in re.findall(r'<img[^>]*alt="([^"]*)"', text))
        levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
        assert all(after - before <= 1 for before, after in pairwise(levels)), page.name
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 2_000_000


@pytest.mark.parametrize("page", OWN)
def test_the_handbook_keeps_to_the_words_of_the_product(page):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    if page != "headings":  # which lists what other systems write
        assert not re.search(r"(?i)\b(biased|bias|errors?|significant\w*|league table)\b", text)


def test_the_glossary_stands_in_order_and_explains_each_verdict():
    from my121_analytics.wording.catalogue import say
    from my121_analytics.workforce.verdicts import VERDICTS

    words = re.findall(r"^\| ([^|]+?) \|", (DOCS / "glossary.md").read_text("utf-8"), re.M)[1:]
    plain = [re.sub(r"[^a-z ]", "", word.lower()) for word in words]
    assert plain == sorted(plain)
    missing = {say("verdict", code).lower() for code in VERDICTS} - {word.lower() for word in words}
    assert missing <= {"in line with others"}
