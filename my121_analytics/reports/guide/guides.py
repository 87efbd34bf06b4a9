"""The papers for conversations, put together: for each manager a guide and a preparation sheet for each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.analysis.team_conversations import ConversationsResult, managers_of, prepare_conversations
from my121_analytics.disclosure.released import Released
from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.conversation_guide import ConversationGuide, build_guide
from my121_analytics.progress import Progress
from my121_analytics.publication import Publication
from my121_analytics.reports.guide.easy_form import render_easy_form
from my121_analytics.reports.guide.manager_guide import render_guide
from my121_analytics.reports.guide.preparation_page import render_preparation
from my121_analytics.reports.guide.record_form import write_record_form
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Result
from my121_analytics.writing.encrypted_archive import encrypt_archive
from my121_analytics.writing.staging import Stage, make_slugs, staged_run

AUDIENCE = "manager"


@dataclass(frozen=True)
class Guides:
    """What was written.

    Parameters
    ----------
    files
        Paths below the folder.
    managers
        Ids of the managers with a guide.
    why_no_pattern
        Why the managers' own ratings are not beside what is usual; empty where they are.
    """

    files: tuple[str, ...]
    managers: tuple[str, ...]
    why_no_pattern: str


def load_guide(workforce: Workforce, settings: Settings, settings_file: Path | None) -> ConversationGuide:
    """Give the council's own guide where the settings name one, else the packaged one.

    Parameters
    ----------
    workforce
        Its scales and map say which levels and boxes a guide must describe.
    settings, settings_file
        ``[framework] guide`` is a path beside this file.

    Returns
    -------
    ConversationGuide

    Raises
    ------
    SettingsError
        The file is missing or has faults.
    """
    framework = workforce.framework
    if not settings.framework.guide:
        return build_guide()
    folder = settings_file.parent if settings_file is not None else Path()
    return build_guide(folder / settings.framework.guide, n_performance=framework.n_performance,
                       n_potential=len(framework.potential), boxes=[box.number for box in framework.boxes])


def build_guides(workforce: Workforce, *, out: Path | str, manager: str = "", settings: Settings | None = None,
                 guide: ConversationGuide | None = None, severity: Result | None = None, password: str = "",
                 progress: Progress | None = None) -> Guides:
    """Write the guide of one manager, or of all, each into a folder that holds nothing of anybody else's team.

    Parameters
    ----------
    workforce
        The record.
    out
        Folder. One manager's papers stand in it; of all managers each has a folder in it.
    manager
        Id of the manager; empty: all who manage somebody.
    settings
        Default: the record's.
    guide
        Texts; default: those of the package.
    severity
        Of ``estimate_severity``, where that was worked out before.
    password
        Each manager's papers go into one zip that opens with it, and into nothing else; empty: as files.
    progress
        Told how far the work is.

    Returns
    -------
    Guides

    Raises
    ------
    UsageError
        Nobody on the record has this id.
    """
    settings = settings or workforce.settings
    guide = guide or build_guide()
    conversations = prepare_conversations(workforce, settings=settings)
    chosen = _choose(workforce, conversations, manager)
    why = ""
    if severity is None:
        severity, why = _estimate(workforce, settings)
    folders = {"": ""} if manager else make_slugs(chosen)
    with staged_run(out, command="guide") as stage:
        for number, manager_id in enumerate(chosen, start=1):
            if progress is not None:
                progress(number, len(chosen), manager_id)
            papers = _papers(manager_id, workforce, conversations, severity, guide, settings)
            _write(stage, folders["" if manager else manager_id], papers, password)
        files = stage.files
    return Guides(files, tuple(chosen), why)


def _estimate(workforce: Workforce, settings: Settings) -> tuple[Result | None, str]:
    try:
        return estimate_severity(workforce, settings=settings, axes=["performance"], sensitivity=False), ""
    except DataUnusableError as problem:
        return None, problem.headline


def _choose(workforce: Workforce, conversations: ConversationsResult, manager: str) -> Sequence[str]:
    managers = sorted(managers_of(conversations))
    if not manager:
        return managers
    known = set(workforce.employees["employee_id"].astype("str"))
    if manager not in known:
        raise UsageError(f"Nobody on the record has the number '{manager}'.",
                         hints=[suggest(manager, managers), "Numbers are text: leading zeros count."])
    return [manager]


def _papers(manager: str, workforce: Workforce, conversations: Result, severity: Result | None,
            guide: ConversationGuide, settings: Settings) -> dict[str, bytes]:
    """Give one manager's papers, by name, from results cut to that manager by the gate."""
    def cut(result: Result) -> Released:
        return Publication(AUDIENCE, settings).release([result], rater_id=manager)[0]

    team, framework = cut(conversations), workforce.framework
    name = str(workforce.names_of(pd.Series([manager])).iloc[0])
    papers = {"guide.html": render_guide(team, cut(severity) if severity is not None else None, manager=name,
                                         guide=guide, framework=framework, settings=settings),
              "easy_read_form.html": render_easy_form(guide=guide, settings=settings)}
    people = team.tables["people"]["employee_id"].tolist()
    if people:
        papers["record.xlsx"] = write_record_form(team, manager=name, guide=guide, framework=framework,
                                                  settings=settings)
    slugs = make_slugs(people)
    for employee_id in people:
        papers[f"preparation/{slugs[employee_id]}.html"] = render_preparation(
            team, employee_id, manager=name, guide=guide, framework=framework, settings=settings)
    return papers


def _write(stage: Stage, folder: str, papers: Mapping[str, bytes], password: str) -> None:
    """Write one manager's papers as files, or as one encrypted archive."""
    if password:
        # The names of files in a zip can be read without its password: people's numbers do not belong there.
        sheets = [name for name in papers if name.startswith("preparation/")]
        names = {name: f"preparation/{number:02}.html" for number, name in enumerate(sheets, start=1)}
        content = {names.get(name, name): paper for name, paper in papers.items()}
        stage.write(f"{folder or 'guide'}.zip", encrypt_archive(content, password), repeatable=False)
        return
    for name, paper in papers.items():
        stage.write(f"{folder}/{name}" if folder else name, paper)
