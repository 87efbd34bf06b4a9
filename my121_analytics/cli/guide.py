"""``my121 guide``: a manager's private page for the conversations, and a preparation sheet for each person."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_source, settings_for
from my121_analytics.cli.terminal import show_line


def run_guide(
    source: Source,
    out: Out,
    manager: Annotated[str, typer.Option("--manager", help="Number of the manager, as text.")] = "",
    everyone: Annotated[bool, typer.Option("--all", help="A folder for each manager.")] = False,
    zipped: Annotated[bool, typer.Option("--zip", help="Each manager's papers in one encrypted zip; the password is "
                                                       "in MY121_PACK_PASSWORD.")] = False,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write a manager's guide to the conversations of the team: who is due, which questions fit, what to record.

    For example: my121 guide exports --manager 008750 --out out/guide
    """
    from my121_analytics.errors import UsageError
    from my121_analytics.progress import progress_shown
    from my121_analytics.reports.guide.guides import build_guides, load_guide
    from my121_analytics.settings_file import find_settings
    from my121_analytics.writing.encryption import find_password

    if bool(manager) == everyone:
        raise UsageError("Whose guide is wanted?", hints=["Give --manager NUMBER for one manager, or --all for a "
                                                          "folder for each."])
    password = find_password("--zip asks for an encrypted zip") if zipped else ""
    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings)
    guide = load_guide(intake.workforce, chosen, find_settings(source, settings))
    with progress_shown("Writing guides") as progress:
        done = build_guides(intake.workforce, out=out, manager=manager, settings=chosen, guide=guide,
                            password=password, progress=progress)
    n_sheets = sum("preparation/" in name for name in done.files)
    sheets = "" if zipped else f" and {n_sheets:,} preparation sheet{'s' * (n_sheets != 1)}"
    show_line(f"{len(done.managers):,} guide{'s' * (len(done.managers) != 1)}{sheets} are in {out}.")
    if zipped:
        show_line("Each zip opens with 7-Zip or WinZip and the password of this run. Tell it by another way than the "
                  "file; where all managers share it, it only guards files that go astray.")
    show_line("Each names people: pass each guide to its manager only, and each sheet to its person only.")
    if done.why_no_pattern:
        show_line(f"Managers' own ratings are not set beside what is usual: {done.why_no_pattern}")
    end_command(intake)
