"""Facts kept as data are read in one way."""

from __future__ import annotations

from pathlib import Path

import pytest

import my121_analytics
from my121_analytics.packaged_data import read_packaged_toml


def test_a_table_of_the_package_is_read_from_its_room():
    assert read_packaged_toml("improvement.timescale", "time_words.toml")["words"]
    with pytest.raises(FileNotFoundError):
        read_packaged_toml("improvement", "no_such_table.toml")


def test_no_other_module_reads_the_packages_tables():
    root = Path(my121_analytics.__file__).parent
    readers = {path.relative_to(root).as_posix() for path in root.rglob("*.py")
               if "resources.files(" in (text := path.read_text("utf-8")) and "tomllib.loads(" in text}
    # the catalogue joins the files of a language; the guide's text is also copied out for a council to change
    assert readers == {"packaged_data.py", "wording/catalogue.py", "framework/conversation_guide.py"}
