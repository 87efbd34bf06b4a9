"""Arguments and options that several commands share, spelled and explained once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[Path, typer.Argument(help="An export file, or the folder that holds the exports.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write to; made if it is not there.")]
SettingsFile = Annotated[Path | None, typer.Option(
    "--settings", help="Settings file. Default: my121.toml in the working folder, else beside the source.")]
AsOf = Annotated[datetime | None, typer.Option(
    "--as-of", formats=["%Y-%m-%d"], help="Day the figures speak of. Default: the extract's date, else the latest date "
                                          "in the data; never today's.")]
CorrectionsFile = Annotated[Path | None, typer.Option(
    "--corrections", help="quarantine.xlsx or quarantine.csv of an earlier check, filled in: the corrected rows take "
                          "their place.")]
CycleLabel = Annotated[str | None, typer.Option("--cycle", help="Review cycle, such as '2024/25 H1'. Default: latest.")]
Pseudonyms = Annotated[bool, typer.Option(
    "--pseudonyms", help="Write keyed pseudonyms in place of ids, and no names. The key: MY121_PSEUDONYM_KEY, or a key "
                         "file named in MY121_PSEUDONYM_KEY_FILE or the settings.")]
AudienceName = Annotated[str, typer.Option(
    "--audience", help="Who will see it: analyst, panel, publish. Decides what is shown.")]
