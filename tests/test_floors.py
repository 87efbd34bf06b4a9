"""The house has floors: each room imports only from the floors below it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import my121_analytics

ROOT = Path(my121_analytics.__file__).parent
PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text("utf-8")


def read_floors() -> list[list[str]]:
    """Read the floors from the page that shows the house, from the ground up."""
    block = PAGE.split("```floors\n")[1].split("```")[0]
    return [[room.strip() for room in line.split(",")] for line in reversed(block.splitlines())]


FLOORS = read_floors()
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
SAME_FLOOR_ALLOWED = {("inference", "errors")}  # the statistics raise the family's errors
OUTSIDE_THE_FLOORS = {"__init__", "__main__"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            names = [f"{node.module}.{a.name}" for a in node.names]
        found |= {name for name in names if name.startswith("my121_analytics")}
    return frozenset(found)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_room_has_a_floor():
    rooms = {room_of(p) for p in ROOT.rglob("*.py")} - OUTSIDE_THE_FLOORS
    assert rooms == set(HEIGHT)


def test_each_room_imports_only_from_the_floors_below():
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        room = room_of(path)
        if room in OUTSIDE_THE_FLOORS:
            continue
        for name in imports_of(path):
            other = [*name.split("."), ""][1]
            if other not in HEIGHT:
                continue  # the package root: the test below
            if other == room or (room, other) in SAME_FLOOR_ALLOWED:
                continue
            if HEIGHT[other] >= HEIGHT[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_nothing_imports_the_package_root():
    wrong = [f"{path.relative_to(ROOT)}" for path in ROOT.rglob("*.py") if room_of(path) not in OUTSIDE_THE_FLOORS
             and {name for name in imports_of(path) if name.count(".") == 0 or name.split(".")[1] not in HEIGHT}]
    assert wrong == []


def test_analysis_and_inference_do_not_know_pictures_or_workbooks():
    banned = {"matplotlib", "seaborn", "openpyxl", "xlsxwriter"}
    for room in ("analysis", "inference", "workforce", "sample_council", "framework", "wording"):
        for path in (ROOT / room).rglob("*.py"):
            tree = tree_of(path)
            # the synthetic council writes workbooks as an ERP would, and loads the library only when it does
            nodes = tree.body if path.name == "export_files.py" else ast.walk(tree)
            tops = {name.split(".")[0] for node in nodes
                    for name in ([a.name for a in node.names] if isinstance(node, ast.Import)
                                 else [node.module or ""] if isinstance(node, ast.ImportFrom) else [])}
            assert not tops & banned, f"{path} imports {tops & banned}"


def test_the_page_that_shows_the_house_names_what_is_there():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert set(re.findall(r"^\| `my121_analytics/(\w+)/`", PAGE, re.M)) == folders
    missing = [name for name in re.findall(r"`((?:my121_analytics|docs|tests)/[\w./]*)`", PAGE)
               if not (ROOT.parent / name).exists()]
    assert missing == []


def test_each_room_says_what_is_in_it():
    silent = [str(path.relative_to(ROOT)) for path in ROOT.rglob("__init__.py")
              if not (ast.get_docstring(tree_of(path)) or "").strip()]
    assert silent == []


SAME_IN_SEVERAL = {"Component"}
"""The gate's two kinds of programs each have parts of their own."""


def test_a_class_is_named_once():
    names = Counter(node.name for path in ROOT.rglob("*.py") for node in tree_of(path).body
                    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    assert {name for name, n in names.items() if n > 1} <= SAME_IN_SEVERAL


SAME_STEP = {"reading"}
"""A plan is read, and so is each of its timescales."""


def test_no_room_has_two_files_of_one_name():
    names = Counter((room_of(path), path.stem) for path in ROOT.rglob("*.py") if not path.name.startswith("__"))
    # papers show the same subjects: each has its coverage, its plan
    assert {name for (room, name), n in names.items() if n > 1 and room != "reports"} <= SAME_STEP
