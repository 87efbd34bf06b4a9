"""Progress is shown where somebody can see it, and nowhere else."""

from __future__ import annotations

import io
import sys

from my121_analytics import progress
from my121_analytics.progress import progress_shown


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(title="Reading", given=None):
    with progress_shown(title, given) as report:
        for done in range(4):
            report(done, 3, f"file {done}")


def test_without_a_terminal_nothing_is_printed(capsys):
    run()
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_the_title_and_what_is_in_hand(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    run()
    assert "Reading" in screen.getvalue()
    assert "file" in screen.getvalue()


def test_a_notebook_shows_a_bar_among_its_own_output(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    run()
    shown = capsys.readouterr()
    assert "3 of 3" in shown.out
    assert shown.err == ""


def test_the_caller_s_own_display_is_used_instead():
    seen = []
    run(given=lambda done, total, what: seen.append((done, total, what)))
    assert seen[-1] == (3, 3, "file 3")
