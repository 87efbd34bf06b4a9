"""Every command's help holds an example that the command understands, and the shell completes names."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from my121_analytics.cli.app import COMMANDS, app

GROUP = typer.main.get_command(app)


def examples_of(name):
    text = " ".join((GROUP.commands[name].help or "").split())
    return re.findall(r"For example: (my121 .+?)(?= For example:|$)", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_ends_with_an_example_that_the_command_takes(name):
    found = examples_of(name)
    assert found, f"my121 {name} --help has no example"
    for example in found:
        program, command, *arguments = shlex.split(example)
        assert (program, command) == ("my121", name)
        own = GROUP.commands[name]
        context = own.make_context(name, [], resilient_parsing=True)
        values, left, _ = own.make_parser(context).parse_args(arguments)
        assert not left
        needed = [each.name for each in own.params if each.required and not values.get(each.name)]
        assert needed == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name):
    silent = [each.name for each in GROUP.commands[name].params if not getattr(each, "help", "")]
    assert silent == []


def test_the_shell_completes_commands():
    done = CliRunner().invoke(app, [], prog_name="my121", env={
        "_MY121_COMPLETE": "complete_bash", "COMP_WORDS": "my121 pro", "COMP_CWORD": "1"})
    assert done.output.split() == ["profile"]


def test_the_shell_s_own_lines_can_be_shown_whatever_started_the_command():
    """Asked by name of the shell: which one is running cannot be found out where no shell started the tests."""
    done = CliRunner().invoke(app, [], prog_name="my121", env={"_MY121_COMPLETE": "source_bash"})
    assert "_MY121_COMPLETE=complete_bash" in done.output
    assert "--show-completion" in CliRunner().invoke(app, ["--help"], prog_name="my121").output
