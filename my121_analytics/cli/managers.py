"""``my121 managers``: rating patterns to discuss, and how sure one can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, Out, Pseudonyms, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    from my121_analytics.disclosure.released import Released
    from my121_analytics.workforce.results import Result


FILES = {"managers": "managers.csv", "managers_all": "managers_all.csv", "summary": "summary.csv",
         "sensitivity": "sensitivity.csv", "list_length": "list_length.csv", "linkage": "linkage.csv",
         "ties": "ties.csv", "robustness": "robustness.csv", "habits": "habits.csv",
         "habit_families": "habits_summary.csv"}
"""Table -> file."""
LOADED_BY_ALL = ("my121_analytics.analysis.rating_patterns.severity", "my121_analytics.figures.manager_pictures",
                 "scipy.optimize", "scipy.interpolate")
"""What further processes load while this one reads; the model loads the last two only when it comes to them."""


def run_managers(
    source: Source,
    out: Out,
    audience: AudienceName = "analyst",
    pseudonyms: Pseudonyms = False,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write managers.csv, pictures, how firm the list is, who can be compared, and other ways of rating.

    For example: my121 managers exports --out out/managers
    """
    from my121_analytics.workers import Crew, spare_processes

    with Crew(spare_processes(source), *LOADED_BY_ALL) as crew:
        # Loaded here while the other processes load it too.
        from my121_analytics.analysis.rating_patterns.severity import COLUMNS, estimate_severity
        from my121_analytics.analysis.rating_patterns.study import BOTH_READINGS
        from my121_analytics.cli.release_files import (
            find_key,
            tell_attention,
            write_picture,
            write_record,
            write_tables,
        )
        from my121_analytics.disclosure.attacker import find_nesting
        from my121_analytics.figures.manager_pictures import draw_picture, list_pictures
        from my121_analytics.progress import progress_shown
        from my121_analytics.publication import Publication
        from my121_analytics.writing.staging import staged_run

        chosen = settings_for(source, settings)
        key = find_key(pseudonyms, settings=chosen, source=source, out=out)
        intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                             needs_ratings=True)
        with progress_shown("Estimating rating patterns"):
            result = estimate_severity(intake.workforce, settings=chosen, habits=True, crew=crew)
        about_people = [*COLUMNS, "name", "directorate", "service", "team", *BOTH_READINGS]
        posts = intake.workforce.posts_in_cycle(intake.workforce.latest_cycle)
        publication = Publication(audience, chosen, nesting=find_nesting(posts))
        with progress_shown("Writing"), staged_run(out, private=not publication.is_public, command="managers") as stage:
            released = write_tables(result, stage.folder, publication, key=key, files=FILES, columns={
                "managers": [*about_people, "to_hear"], "managers_all": [*about_people, "axis", "adjusted", "cycles"]})
            tell_attention(publication.attention, stage)
            write_record(publication, stage.folder)
            for name, files in crew.share(draw_picture, released, list_pictures(released)):
                write_picture(files, stage.folder / name, private=not publication.is_public)
    show_left(stage.left)
    _summarise(result, released)
    end_command(intake)


def _summarise(result: Result, released: Released) -> None:
    """Print how many managers there are of each verdict, and what the comparison rests on."""
    from my121_analytics.analysis.rating_patterns.judgement import TOGETHER
    from my121_analytics.wording.catalogue import say as sentence
    from my121_analytics.workforce.verdicts import SAID_FIRST, VERDICTS

    for code in SAID_FIRST:
        if result.facts[code]:
            show_line(sentence("caveat", code))
    if "managers" in released.tables:
        verdicts = released.tables["managers"]["verdict"].astype("str")
        for verdict in VERDICTS.values():
            show_line(f"  {int((verdicts == verdict.code).sum()):>5,}  {verdict.sentence}")
    if "habit_families" in released.tables:
        for line in released.tables["habit_families"]["text"].astype("str"):
            show_line(f"  {line}")
    together = result.facts["about"] == TOGETHER
    show_line(sentence("caveat", "rater_and_team" if together else "leniency_or_quality"))
