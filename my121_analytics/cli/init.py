"""``my121 init``: a council's own settings from the exports it has, and its own conversation guide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.terminal import show_line, show_table

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

_MOST_HEADINGS = 60


def run_init(
    source: Annotated[Path | None, typer.Argument(help="Folder (or file) of the exports.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Settings file to write.")] = Path("my121.toml"),
    council: Annotated[str, typer.Option("--council", help="Name of the council, for papers.")] = "",
    contact: Annotated[str, typer.Option("--contact", help="Whom readers may ask.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Take the mapping and the proposals as they are, without asking. "
                                                    "Without it, and where nobody can be asked, they are written "
                                                    "with a # in front.")] = False,
    framework: Annotated[Path | None, typer.Option("--framework", help="File to write the texts and questions of the "
                                                                       "conversation guide to, ready to edit.")] = None,
) -> None:
    """Write a commented my121.toml from the exports it finds: each heading as read, and what would let more be read.

    For example: my121 init exports --council "Aldermere Borough Council"
    """
    from my121_analytics.errors import UsageError
    from my121_analytics.wording.catalogue import say

    if source is None and framework is None:
        raise UsageError(say("init", "nothing"), hints=[say("init", "nothing_hint")])
    if framework is not None:
        _write_guide(framework)
    if source is not None:
        _refuse_existing(out)
        _write_settings(source, out, council=council, contact=contact, yes=yes)


def _write_settings(source: Path, out: Path, *, council: str, contact: str, yes: bool) -> None:
    from my121_analytics.ingest.first_settings import write_first_settings
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.settings import Settings
    from my121_analytics.settings_file import load_settings
    from my121_analytics.wording.catalogue import say
    from my121_analytics.writing.staging import write_atomic

    asks = _is_asked() and not yes
    intake = read_exports(source, settings=Settings())
    _show_read(intake)
    _show_mapping(intake)
    with_mapping = yes or (asks and typer.confirm(say("init", "mapping_ask"), default=True))
    with_proposals = yes
    if intake.unread.settings:
        show_line(say("init", "proposals_lead"))
        for line in intake.unread.settings.splitlines():
            show_line(f"  {line}")
        with_proposals = yes or (asks and typer.confirm(say("init", "proposals_ask"), default=False))
    if asks and not council:
        council = typer.prompt(say("init", "council_ask"), default="", show_default=False)
    text = write_first_settings(intake, council=council, contact=contact, folder=source.as_posix(),
                                with_proposals=with_proposals, with_mapping=with_mapping)
    write_atomic(out, text.encode("utf-8"), private=False)
    if not with_mapping:
        show_line(say("init", "mapping_asleep", file=out))
    if intake.unread.settings and not with_proposals:
        show_line(say("init", "proposals_asleep", file=out))
    elif intake.unread.settings:
        again = read_exports(source, settings=load_settings(out)).unread
        show_line(say("init", "again", file=out, ratings=f"{again.n_read:,}", found=f"{again.n_ratings:,}"))
    show_line(say("init", "next", file=out, source=source))


def _is_asked() -> bool:
    """Say whether somebody sits at the terminal who can answer."""
    return sys.stdin.isatty()


def _show_read(intake: Intake) -> None:
    from my121_analytics.wording.catalogue import say

    rows = intake.reconciliation
    show_line(say("init", "read", rows=f"{int(rows['rows_read'].sum()):,}", files=rows["file"].nunique(),
                  people=f"{intake.workforce.employees['employee_id'].nunique():,}",
                  ratings=f"{intake.unread.n_read:,}", found=f"{intake.unread.n_ratings:,}"))
    for line in intake.unread.headlines():
        show_line(f"  {line}")


def _show_mapping(intake: Intake) -> None:
    from my121_analytics.wording.catalogue import say

    used = intake.mapping[intake.mapping["column"] != ""].drop_duplicates(["heading", "column"])
    rows = [(str(row.file), str(row.heading), str(row.column)) for row in used.head(_MOST_HEADINGS).itertuples()]
    show_table(say("init", "mapping_title"), ("File", "Heading", "Read as"), rows)


def _write_guide(framework: Path) -> None:
    from my121_analytics.framework.conversation_guide import packaged_text
    from my121_analytics.writing.staging import write_atomic

    _refuse_existing(framework)
    write_atomic(framework, packaged_text().encode("utf-8"), private=False)
    show_line(f"{framework} holds every text and question of the guide. Edit it, and add to my121.toml:")
    show_line("[framework]")
    show_line(f'guide = "{framework.name}"')


def _refuse_existing(file: Path) -> None:
    from my121_analytics.errors import UsageError
    from my121_analytics.wording.catalogue import say

    if file.exists():
        raise UsageError(say("init", "exists", file=file), hints=[say("init", "exists_hint")])
