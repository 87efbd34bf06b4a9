"""``my121 demo``: an invented council's exports and its calibration pack, to see what the product does."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line


def run_demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("my121-demo"),
    employees: Annotated[int, typer.Option("--employees", min=60, help="People of the invented council.")] = 300,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the council's pack in the browser.")] = True,
) -> None:
    """Make an invented council's exports and build its pack; about half a minute, and nothing of yours is read.

    For example: my121 demo --out my121-demo
    """
    from my121_analytics.errors import UsageError
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.reports.pack.calibration_pack import build_pack
    from my121_analytics.sample_council.council import make_sample
    from my121_analytics.settings_file import load_settings

    exports, pack = out / "exports", out / "pack"
    if exports.exists():
        raise UsageError(f"{exports} is there already.", hints=["Name another folder with --out, or delete this one."])
    show_line("1 of 3: inventing a council and writing its exports ...")
    make_sample(employees, seed=121, folder=exports)
    show_line("2 of 3: reading and checking them ...")
    settings = load_settings(exports / "my121.toml")
    intake = read_exports(exports, settings=settings)
    show_line(f"  {len(intake.quarantine)} rows were refused, as planted; my121 check {exports} --out {out / 'check'} "
              "says why.")
    show_line("3 of 3: building the calibration packs ...")
    build_pack(intake.workforce, intake=intake, out=pack, settings=settings, source=exports)
    page = pack / "council" / "pack.html"
    show_line(f"Open {page}. Then try the other commands on {exports}: my121 --help lists them.")
    if show:
        webbrowser.open(page.resolve().as_uri())
