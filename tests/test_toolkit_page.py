"""The page that leads from the toolkit to the commands names what exists, and every item once."""

from __future__ import annotations

import re
from pathlib import Path

from my121_analytics.settings import REPORT_SECTIONS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "toolkit.md").read_text("utf-8")
ITEMS = range(106, 222)
"""Numbers of the toolkit's items in the inventory."""


def test_every_item_is_in_one_row() -> None:
    listed = [int(number) for row in re.findall(r"^\| ([\d, ]+) \|", PAGE, re.M) for number in row.split(", ")]
    assert sorted(listed) == list(ITEMS)


def test_every_command_and_section_that_is_named_exists() -> None:
    commands = set(re.findall(r"`my121 (\w+)`", PAGE))
    files = {path.stem for path in (ROOT / "my121_analytics" / "cli").glob("*.py")
             if f"def run_{path.stem}(" in path.read_text("utf-8")}
    assert len(commands) > 10
    assert commands <= files
    assert set(re.findall(r"section `(\w+)`", PAGE)) <= set(REPORT_SECTIONS)
