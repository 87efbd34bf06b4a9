"""The walk of somebody new goes the README's way, its commands are understood, and silence is heard."""

from __future__ import annotations

import re
import shlex
import sys

import pytest
import typer

pytest.importorskip("pty", reason="a terminal of its own needs a system that has them")

from benchmarks.first_walk import PAGE, Step, read_steps, walk
from my121_analytics.cli.app import app

GROUP = typer.main.get_command(app)


def test_every_command_of_the_walk_is_understood():
    commands = [step.command for step in read_steps() if "/my121 " in step.command]
    assert len(commands) >= 8
    for command in commands:
        _, name, *arguments = shlex.split(command)
        own = GROUP.commands[name]
        _, left, _ = own.make_parser(own.make_context(name, [], resilient_parsing=True)).parse_args(arguments)
        assert not left


def test_the_page_has_a_row_for_each_step_in_their_order():
    rows = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| (\d+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.M)
    assert [(what, command) for what, command, *_ in rows] == [
        (step.what, step.command.replace(sys.executable, "python3")) for step in read_steps()]


def test_silence_is_the_longest_stretch_without_output(tmp_path):
    timed = walk(Step("say, wait, say", "echo one; sleep 0.6; echo two; sleep 0.2; exit 3"), tmp_path)
    assert timed.exit_code == 3
    assert timed.printed.split() == ["one", "two"]
    assert 0.5 < timed.silence < timed.seconds


def test_a_command_sees_a_terminal_and_not_this_project(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    timed = walk(Step("look", "test -t 1 && echo terminal ${PYTHONPATH-none}"), tmp_path)
    assert timed.printed.split() == ["terminal", "none"]
