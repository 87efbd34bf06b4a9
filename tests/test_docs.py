"""Reference pages are written by the code, and links in the README lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def load_pages():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PAGES


@pytest.mark.parametrize("name", ["settings.md", "record.md"])
def test_the_reference_page_is_what_the_code_says(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == load_pages()[name](), "run python docs/make_reference.py"


def test_every_setting_says_why():
    assert "|  |" not in load_pages()["settings.md"]()


def test_links_in_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text("utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    assert targets
    missing = [t for t in targets if not (ROOT / t).exists()]
    assert missing == []


def test_the_readme_names_every_folder_and_command():
    from my121_analytics.cli.app import COMMANDS

    text = (ROOT / "README.md").read_text("utf-8")
    rooms = [p.name for p in (ROOT / "my121_analytics").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    assert [room for room in rooms if room != "cli" and f"`{room}`" not in text
            and f"my121_analytics/{room}" not in text] == []
    assert [command for command in COMMANDS if command not in text] == []
