"""The code itself: whatever shows or writes results takes released ones, and nothing reaches around the gate."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import my121_analytics

ROOT = Path(my121_analytics.__file__).parent
MODULES = sorted(path for room in ("figures", "reports") for path in (ROOT / room).rglob("*.py"))
RESULTS = {"Result", "Table"}


def functions(path):
    return [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


def takes_released(function):
    """Name the parameters that hold a released result (of a collection, whoever takes one out checks it)."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [a.arg for a in given if a.arg == "released"
            or (a.annotation and ast.unparse(a.annotation).strip("'") in ("Released", "Released | None"))]


def is_public(function):
    return not function.name.startswith("_")


def calls_with(function, name):
    """List the functions that a parameter is handed to."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            handed = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(part, ast.Name) and part.id == name for value in handed for part in ast.walk(value)):
                found.add(node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
    return found


def checked_functions(modules):
    """List the functions that check what they are given, or hand it to one that does."""
    every = [(path, function) for path in modules for function in functions(path)]
    known = {"require_released"}
    while True:
        more = {f.name for _, f in every if (names := takes_released(f))
                and all(calls_with(f, name) & known for name in names)} - known
        if not more:
            return known
        known |= more


def unchecked(modules):
    known = checked_functions(modules)
    return [f"{path.stem}.{f.name}" for path in modules for f in functions(path)
            if is_public(f) and takes_released(f) and f.name not in known]


def test_every_public_function_that_takes_a_released_result_checks_it():
    assert unchecked(MODULES) == []


def test_everything_that_plots_or_describes_takes_a_released_result():
    shown = [(path, f) for path in MODULES if path.parent.name == "figures" for f in functions(path)
             if f.name.startswith(("plot_", "describe_"))]
    assert len(shown) >= 12
    for path, f in shown:
        assert takes_released(f) == ["released"], f"{path.stem}.{f.name}"
        first = next(node for node in f.body if not isinstance(node, ast.Expr))
        assert ast.unparse(first) == f"released = require_released(released, wanted_by='{f.name}')"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_no_module_reaches_around_the_gate(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # A result's own frame(name); what looks up released tables asks for more than one name.
            is_own = node.func.attr == "frame" and len(node.args) + len(node.keywords) < 2
            assert not is_own, f"line {node.lineno} takes a result's own frame"
            assert node.func.attr != "with_frame", f"line {node.lineno} changes a result"
        if isinstance(node, ast.Attribute) and node.attr == "frame":
            # A dataclass of a picture may call a released frame of its own so; a result's tables it may not open.
            assert not ast.unparse(node.value).endswith("]"), f"line {node.lineno} opens a table of a result"
        if isinstance(node, ast.ImportFrom) and path.parent.name == "figures":
            assert not (node.module or "").startswith("my121_analytics.analysis")
            assert not RESULTS & {alias.name for alias in node.names}
            assert "_GATE" not in {alias.name for alias in node.names}


def test_the_check_itself_finds_a_function_that_does_not_check(tmp_path):
    source = ("def plot_good(released):\n    released = require_released(released, wanted_by='x')\n"
              "def write_good(path, released):\n    return plot_good(released)\n"
              "def write_bad(path, released):\n    return path\n"
              "def write_worse(path, given: 'Released'):\n    return write_bad(path, given)\n")
    module = tmp_path / "loose.py"
    module.write_text(source, "utf-8")
    assert unchecked([module]) == ["loose.write_bad", "loose.write_worse"]


def test_the_gate_and_the_settings_load_no_picture_library():
    code = ("import sys, my121_analytics.disclosure.release, my121_analytics.figures.nine_box; "
            "print(sorted({'matplotlib', 'seaborn'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=ROOT.parent, timeout=60)
    assert done.stdout.strip() == "[]"
