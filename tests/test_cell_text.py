"""Known answers of text on its way into a cell and back."""

from __future__ import annotations

import pytest

from my121_analytics.cell_text import RISKY, clean_text, guard, unguard


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-3", "@cmd", "\tx", "\rx", "'twas", "plain", "", "'", "=", "a=b"])
def test_what_is_guarded_comes_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(RISKY)


def test_only_what_a_spreadsheet_would_run_is_guarded() -> None:
    assert [guard(text) for text in ("=1+1", "-3", "3-1", "'tis")] == ["'=1+1", "'-3", "3-1", "'tis"]
    assert unguard("'tis") == "'tis"
    assert unguard("''=1") == "''=1", "an apostrophe of the text's own stays"


def test_what_no_file_may_hold_is_replaced_and_the_rest_stays() -> None:
    assert clean_text("a\x00b\x1fc\x7fd\ud800e") == "a\ufffdb\ufffdc\ufffdd\ufffde"
    assert clean_text("tab\t line\n return\r é 漢 🙂") == "tab\t line\n return\r é 漢 🙂"
