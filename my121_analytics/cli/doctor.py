"""``my121 doctor``: is everything there that the commands need, on this computer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line, show_table

CORE = ("pandas", "numpy", "scipy", "highspy", "matplotlib", "seaborn", "pillow", "openpyxl",
        "XlsxWriter", "python-calamine", "Jinja2", "pydantic", "typer", "rich", "filelock", "tqdm", "markdown-it-py")
EXTRAS = {"python-docx": ("docx", "documents", "plans and papers in Word"),
          "python-pptx": ("pptx", "documents", "my121 pack --slides"),
          "msoffcrypto-tool": ("msoffcrypto", "secure", "workbooks with a password"),
          "jupyter": ("jupyter", "notebooks", "notebooks"),
          "nbconvert": ("nbconvert", "notebooks", "notebooks saved as pages"),
          "itables": ("itables", "notebooks", "long tables with a search field")}
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Examination:
    """One thing looked at: what it is, what was found, whether the commands can do without, and how to mend it."""

    what: str
    found: str
    is_well: bool
    is_needed: bool
    remedy: str = ""


def run_doctor(
    out: Annotated[Path, typer.Option("--out", help="A folder that results would be written to.")] = Path(),
) -> None:
    """Look at what the commands need: Python, libraries, a place to write, a browser for PDF. Changes nothing.

    For example: my121 doctor --out out
    """
    looked = [check for look in LOOKS for check in look(out)]
    show_table("What the commands need", ("What", "Found", "State"), [
        (check.what, check.found, "well" if check.is_well else "missing" if check.is_needed else "not there, optional")
        for check in looked])
    for check in looked:
        if not check.is_well and check.remedy:
            show_line(f"  {check.what}: {check.remedy}")
    if any(check.is_needed and not check.is_well for check in looked):
        raise typer.Exit(2)
    show_line("Everything that is needed is there.")


def _python(_: Path) -> Iterator[Examination]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    yield Examination("Python", found, sys.version_info[:2] >= OLDEST_PYTHON, True,
                      "Install Python 3.11 or later and make the environment again.")


def _libraries(_: Path) -> Iterator[Examination]:
    for name in CORE:
        found = _version(name)
        yield Examination(name, found or "not there", bool(found), True,
                          "Install the package again: python -m pip install my121-analytics")
    for name, (module, extra, serves) in EXTRAS.items():
        there = find_spec(module) is not None
        yield Examination(f"{name} ({serves})", _version(name) or "not there", there, False,
                          f'For {serves}: python -m pip install "my121-analytics[{extra}]"')


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _place(out: Path) -> Iterator[Examination]:
    folder = next(parent for parent in (out.resolve(), *out.resolve().parents) if parent.is_dir())
    try:
        probe = folder / ".my121-probe"
        probe.write_bytes(b"")
        probe.unlink()
        yield Examination("A place to write", str(folder), True, True)
    except OSError as problem:
        yield Examination("A place to write", f"{folder}: {problem.strerror}", False, True,
                          "Name a folder of your own with --out.")


def _font(_: Path) -> Iterator[Examination]:
    from matplotlib.font_manager import findfont

    from my121_analytics.figures.letters import FONT

    try:
        yield Examination("The font of the pictures", Path(findfont(FONT, fallback_to_default=False)).name, True, True)
    except ValueError:
        yield Examination("The font of the pictures", f"{FONT}: not there", False, True,
                          "Install matplotlib again: python -m pip install --force-reinstall matplotlib")


def _browser(_: Path) -> Iterator[Examination]:
    from my121_analytics.writing.pdf import find_browser

    browser = find_browser()
    yield Examination("A browser for --pdf", str(browser or "not there"), browser is not None, False,
                      "Install Edge, Chrome or Chromium, or print pages from any browser.")


def _settings(_: Path) -> Iterator[Examination]:
    from my121_analytics.errors import My121Error
    from my121_analytics.settings_file import load_settings

    path = Path("my121.toml")
    if not path.is_file():
        return
    try:
        load_settings(path)
        yield Examination("my121.toml in this folder", "can be read", True, True)
    except My121Error as problem:
        yield Examination("my121.toml in this folder", problem.headline, False, True, " ".join(problem.hints))


LOOKS: tuple[Callable[[Path], Iterator[Examination]], ...] = (_python, _libraries, _place, _font, _browser, _settings)
