"""``my121 profile``: where the workforce is on the map, and what changed since the last cycle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    from my121_analytics.disclosure.release import Released
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce
    from my121_analytics.workforce.results import Result


def run_profile(
    source: Source,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="Group by directorate, service, team, grade ...")] = "directorate",
    cycle: CycleLabel = None,
    audience: AudienceName = "analyst",
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the nine-box map, the map by group and the change since the last cycle, as tables and heatmaps."""
    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    write_profile(intake.workforce, out, by=by, cycle=cycle, audience=audience, settings=chosen)
    code = exit_code(intake)
    if code:
        raise typer.Exit(code)


def write_profile(workforce: Workforce, out: Path, *, by: str, cycle: str | None, audience: str,
                  settings: Settings) -> None:
    """Tabulate, release and write the profile's tables and pictures."""
    from my121_analytics.analysis.movement import track_movement
    from my121_analytics.analysis.profile import tabulate_profile
    from my121_analytics.cli.release_files import is_private, write_record, write_tables
    from my121_analytics.disclosure.attacker import find_nesting
    from my121_analytics.disclosure.release import release_together
    from my121_analytics.writing.staging import staged_run

    cycle = workforce.check_cycle(cycle)
    results: list[Result] = [tabulate_profile(workforce, by=by, cycle=cycle)]
    if workforce.previous_cycle(cycle) is not None:
        # Where small counts are hidden, moves by group would leave next to nothing to show and more to protect.
        grouped = not (audience in settings.disclosure.audiences and settings.disclosure.audiences[audience].suppress)
        results.append(track_movement(workforce, by=by if grouped else None, cycle=cycle))
    nesting = find_nesting(workforce.posts_in_cycle(cycle))
    shown = release_together(results, audience=audience, settings=settings, nesting=nesting)
    private = is_private(audience, settings)
    with staged_run(out, private=private, command="profile") as stage:
        for result, released in zip(results, shown, strict=True):
            write_tables(result, stage.folder, audience=audience, settings=settings, released=released,
                         files={name: f"{name}.csv" for name in result.tables})
        write_record(results, shown, stage.folder, audience=audience, settings=settings)
        _draw(shown, stage.folder, by, private=private)
    show_left(stage.left)
    profile = shown[0]
    n = profile.about.n  # not the result's own: the terminal, and the log it is sent to, pass the gate too
    show_line(f"{settings.disclosure.marker if n is None else f'{n:,}'} {profile.about.counts_what} in {cycle}.")
    if len(shown) == 1:
        show_line("One cycle only: no change since the last one to show.")


def _draw(shown: Sequence[Released], out: Path, by: str, *, private: bool) -> None:
    from my121_analytics.cli.release_files import write_figure
    from my121_analytics.figures import nine_box

    profile = shown[0]
    if "map" in profile.tables:
        write_figure(nine_box.plot_nine_box, profile, out / "nine_box", private=private)
        if "map_by_group" in profile.tables:
            write_figure(nine_box.plot_box_by_group, profile, out / f"nine_box_by_{by}", private=private)
    elif "ratings" in profile.tables:
        write_figure(nine_box.plot_rating_mix, profile, out / "rating_mix", private=private)
    if len(shown) > 1 and "change" in shown[1].tables:
        write_figure(nine_box.plot_box_change, shown[1], out / "nine_box_change", private=private)
