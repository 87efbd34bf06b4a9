"""``my121 demo``: an invented council's exports, its calibration pack and the notebooks, to see what it all does."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line

PACKAGE = Path(__file__).parents[1]
NOTEBOOKS = (PACKAGE / "notebooks", PACKAGE.parent / "notebooks")
"""Where the notebooks are: in the package as installed, and beside it in the project's own folder."""


def run_demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("my121-demo"),
    employees: Annotated[int, typer.Option("--employees", min=60, help="People of the invented council.")] = 300,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the council's pack in the browser.")] = True,
) -> None:
    """Make an invented council's exports, its pack, and notebooks that open on them. Nothing of yours is read.

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
    show_line("1 of 4: inventing a council and writing its exports ...")
    make_sample(employees, seed=121, folder=exports)
    show_line("2 of 4: reading and checking them ...")
    settings = load_settings(exports / "my121.toml")
    intake = read_exports(exports, settings=settings)
    show_line(f"  {len(intake.quarantine)} rows were refused, as planted; my121 check {exports} --out {out / 'check'} "
              "says why.")
    show_line("3 of 4: building the calibration packs ...")
    build_pack(intake.workforce, intake=intake, out=pack, settings=settings, source=exports)
    show_line("4 of 4: putting the notebooks beside them ...")
    n_notebooks = _copy_notebooks(out / "notebooks")
    if n_notebooks:
        show_line(f"  {n_notebooks} notebooks to read and run in order: jupyter lab {out / 'notebooks'}")
    page = pack / "council" / "pack.html"
    show_line(f"Open {page}. Then try the other commands on {exports}: my121 --help lists them.")
    if show:
        webbrowser.open(page.resolve().as_uri())


def _copy_notebooks(folder: Path) -> int:
    """Copy the notebooks so that they open on the demo's exports, and say how many there are."""
    found = next((sorted(place.glob("*.ipynb")) for place in NOTEBOOKS if place.is_dir()), [])
    folder.mkdir(exist_ok=True)
    for notebook in found:
        text = notebook.read_text("utf-8").replace("../data/sample", "../exports").replace("`data/sample`", "`exports`")
        (folder / notebook.name).write_text(text, encoding="utf-8", newline="\n")
    return len(found)
