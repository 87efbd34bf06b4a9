"""``my121 managers``: rating patterns to discuss, and how sure one can be."""

from __future__ import annotations

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, Out, Pseudonyms, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line

COLUMNS = ["rater_id", "n_ratings", "n_employees", "mean_rating", "expected_rating", "estimate", "lower", "upper",
           "probability", "verdict", "detectable", "caveat"]


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
    from my121_analytics.analysis.rating_patterns.judgement import TOGETHER
    from my121_analytics.analysis.rating_patterns.severity import BOTH_READINGS, estimate_severity
    from my121_analytics.cli.release_files import find_key, is_private, write_figure, write_tables
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.list_length import plot_list_lengths
    from my121_analytics.figures.managers import plot_caterpillar, plot_funnel
    from my121_analytics.figures.movement_links import plot_movement_links
    from my121_analytics.wording.catalogue import say as sentence
    from my121_analytics.workforce.verdicts import SAID_FIRST, VERDICTS
    from my121_analytics.writing.staging import staged_run

    chosen = settings_for(source, settings)
    key = find_key(pseudonyms, settings=chosen, source=source, out=out)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    result = estimate_severity(intake.workforce, settings=chosen, habits=True)
    about_people = [*COLUMNS, "name", "directorate", "service", "team", *BOTH_READINGS]
    private = is_private(audience, chosen)
    with staged_run(out, private=private, command="managers") as stage:
        released = write_tables(
            result, stage.folder, audience=audience, settings=chosen, key=key,
            files={"managers": "managers.csv", "managers_all": "managers_all.csv", "summary": "summary.csv",
                   "sensitivity": "sensitivity.csv", "list_length": "list_length.csv", "linkage": "linkage.csv",
                   "ties": "ties.csv",
                   "robustness": "robustness.csv", "habits": "habits.csv", "habit_families": "habits_summary.csv"},
            columns={"managers": [*about_people, "to_hear"],
                     "managers_all": [*about_people, "axis", "adjusted", "cycles"]})
        if "managers" in released.tables:
            write_figure(draw_on_canvas(plot_caterpillar, released), stage.folder / "caterpillar", private=private)
            write_figure(draw_on_canvas(plot_funnel, released), stage.folder / "funnel", private=private)
            if {"linkage", "ties"} <= set(released.tables):
                write_figure(draw_on_canvas(plot_movement_links, released), stage.folder / "linkage", private=private)
            write_figure(draw_on_canvas(plot_list_lengths, released), stage.folder / "list_length", private=private)
    show_left(stage.left)
    for code in SAID_FIRST:
        if result.facts[code]:
            show_line(sentence("caveat", code))
    if "managers" in released.tables:
        given = released.tables["managers"]["verdict"].astype("str")
        for verdict in VERDICTS.values():
            show_line(f"  {int((given == verdict.code).sum()):>5,}  {verdict.sentence}")
    if "habit_families" in released.tables:
        for line in released.tables["habit_families"]["text"].astype("str"):
            show_line(f"  {line}")
    together = result.facts["about"] == TOGETHER
    show_line(sentence("caveat", "rater_and_team" if together else "leniency_or_quality"))
    code = exit_code(intake)
    if code:
        raise typer.Exit(code)
