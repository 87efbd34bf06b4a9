"""``my121 sample``: a synthetic council to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line


def run_sample(
    folder: Annotated[Path, typer.Argument(help="Folder to write the exports to; made if it is not there.")],
    employees: Annotated[int, typer.Option("--employees", min=30, help="Number of employees.")] = 600,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files, byte for byte.")] = 121,
) -> None:
    """Write a synthetic council's exports, with its known truth in DIR/truth/.

    For example: my121 sample exports --employees 300
    """
    from my121_analytics.sample_council.council import make_sample

    sample = make_sample(employees, seed=seed, folder=folder)
    record = sample.workforce
    show_line(f"Wrote the exports of an invented council to {folder}: {len(record.employees):,} people, "
              f"{len(record.placements):,} placements, {len(record.cycles)} cycles, as of {record.as_of}.")
    show_line(f"The truth that was planted is in {folder / 'truth'}; no export holds it.")
