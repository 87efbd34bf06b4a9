"""Reference pages are written by the code, and links in the README lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def load_module():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_pages():
    return load_module().PAGES


@pytest.mark.parametrize("name", sorted(load_pages()))
def test_the_page_is_what_the_code_says(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == load_pages()[name](), "run python docs/make_reference.py"


def test_every_setting_says_why():
    assert "|  |" not in load_pages()["settings.md"]()


def test_the_settings_shown_as_an_instance_are_settings(tmp_path):
    from my121_analytics.settings_file import load_settings

    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    block = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    assert len(block) == 1
    (tmp_path / "my121.toml").write_text(block[0], "utf-8")
    assert load_settings(tmp_path / "my121.toml").disclosure.threshold == 10


def test_every_table_of_the_settings_page_is_a_table_of_the_settings():
    from my121_analytics.settings import Settings

    named = re.findall(r"^##+ `\[([\w.]+)\]`$", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.M)
    assert len(named) > 14
    for name in named:
        section = Settings
        for part in name.split("."):
            if part == "NAME":
                break
            annotation = section.model_fields[part].annotation
            section = annotation if hasattr(annotation, "model_fields") else next(
                (kind for kind in getattr(annotation, "__args__", ()) if hasattr(kind, "model_fields")), None)


def test_every_key_of_every_settings_class_is_described():
    from my121_analytics.settings_section import SettingsSection

    load_pages()  # loads every module of the settings
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    sections = [kind for kind in SettingsSection.__subclasses__()
                if kind.__module__.startswith("my121_analytics.") and kind.__name__ != "Settings"]
    assert len(sections) > 15
    missing = {f"{kind.__name__}.{key}" for kind in sections for key in kind.model_fields
               if f"\n| `{key}` | " not in text}
    assert missing == set()


@pytest.mark.parametrize("page", ["README.md", "docs/dpia.md", "docs/consultation.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    assert targets or page == "docs/consultation.md"
    missing = [t for t in targets if not ((ROOT / page).parent / t).exists()]
    assert missing == []


PAPERS = ["dpia.md", "consultation.md"]


def tables_of(text):
    """Give each table of a page as rows of cells, its heading first and without the ruler."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.M)
    return [[[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()
             if not re.fullmatch(r"[|\-]+", line)] for block in blocks]


@pytest.mark.parametrize("name", PAPERS)
def test_the_figures_of_the_papers_follow_the_settings(name, monkeypatch):
    from my121_analytics.settings import DisclosureSettings, ManagerSettings, Settings

    module = load_module()
    other = Settings(disclosure=DisclosureSettings(threshold=8, equality_threshold=13),
                     managers=ManagerSettings(fdr=0.2, min_ratings_verdict=11, delta=1.0986))
    monkeypatch.setattr(module, "Settings", lambda: other)
    before, after = (ROOT / "docs" / name).read_text("utf-8"), module.PAGES[name]()
    before, after = (" ".join(text.split()) for text in (before, after))
    changes = [("1 to 4", "1 to 7"), ("1 to 9", "1 to 12"), ("1 in 10", "1 in 5"), ("under 8", "under 11")]
    for old, new in changes:
        assert old in before
        assert old not in after
        assert new in after


@pytest.mark.parametrize("name", PAPERS)
def test_the_papers_leave_to_the_council_what_is_the_councils(name):
    text = (ROOT / "docs" / name).read_text("utf-8")
    assert not re.search(r"(?i)\b(is|are|we are|fully) (compliant|lawful|assured|approved|certified)\b", text)
    own = r"the council's .*|name|date|agreed|decided|by whom|likelihood|severity|advice or conditions"
    left = [(column, rows) for heading, *rows in tables_of(text) for column, cell in enumerate(heading)
            if re.fullmatch(own, cell)]
    assert len(left) >= (9 if name == "dpia.md" else 2)
    assert [row for column, rows in left for row in rows if row[column]] == []


@pytest.mark.parametrize("name", PAPERS)
def test_the_papers_keep_to_the_words_of_the_product(name):
    text = (ROOT / "docs" / name).read_text("utf-8")
    assert not re.search(r"(?i)\b(biased|bias|errors?|significant\w*|league table)\b", text)
    assert "{{" not in text
    assert "None" not in text
    widths = [{len(row) for row in table} for table in tables_of(text)]
    assert widths
    assert all(len(width) == 1 for width in widths)


def test_the_assessment_lists_every_table_audience_and_special_category():
    from my121_analytics.settings import AUDIENCES
    from my121_analytics.workforce.schema import PROTECTED, TABLES

    module, text = load_module(), (ROOT / "docs" / "dpia.md").read_text("utf-8")
    assert set(module.SPECIAL_CATEGORY) <= set(PROTECTED)
    for name in (*TABLES, *AUDIENCES):
        assert f"| {name} |" in text
    assert all(module._words(name) in " ".join(text.split()) for name in PROTECTED)
    assert "Article 22" in text
    assert set(module.LOOKED_AT) == set(TABLES) - {"evidence"}
    assert all(heading.lower() in text for heading in module.REFUSED_SHOWN)


def test_the_readme_names_every_folder_and_command():
    from my121_analytics.cli.app import COMMANDS

    text = (ROOT / "README.md").read_text("utf-8")
    rooms = [p.name for p in (ROOT / "my121_analytics").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    assert [room for room in rooms if room != "cli" and f"`{room}`" not in text
            and f"my121_analytics/{room}" not in text] == []
    assert [command for command in COMMANDS if f"my121 {command}" not in text] == []
