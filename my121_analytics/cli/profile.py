"""``my121 profile``: where the workforce is on the map, and what changed since the last cycle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import say

if TYPE_CHECKING:
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce


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
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections)
    write_profile(intake.workforce, out, by=by, cycle=cycle, audience=audience, settings=chosen)
    code = exit_code(intake)
    if code:
        raise typer.Exit(code)


def write_profile(workforce: Workforce, out: Path, *, by: str, cycle: str | None, audience: str,
                  settings: Settings) -> None:
    """Tabulate, release and write the profile's tables and pictures."""
    from my121_analytics.analysis.movement import track_movement
    from my121_analytics.analysis.profile import tabulate_profile
    from my121_analytics.cli.release_files import is_private, write_figure, write_tables
    from my121_analytics.figures import nine_box

    cycle = workforce.check_cycle(cycle)
    profile = tabulate_profile(workforce, by=by, cycle=cycle)
    files = {name: f"{name}.csv" for name in profile.tables}
    private = is_private(audience, settings)
    released = write_tables(profile, out, audience=audience, settings=settings, files=files)
    if "map" in released.tables:
        write_figure(nine_box.plot_nine_box(released), out / "nine_box", private=private)
        write_figure(nine_box.plot_box_by_group(released), out / f"nine_box_by_{by}", private=private)
    else:
        write_figure(nine_box.plot_rating_mix(released), out / "rating_mix", private=private)
    n = released.about.n  # not the result's own: the terminal, and the log it is sent to, pass the gate too
    say(f"{settings.disclosure.marker if n is None else f'{n:,}'} {profile.about.counts_what} in {cycle}.")
    if workforce.previous_cycle(cycle) is None:
        say("One cycle only: no change since the last one to show.")
        return
    # Where small counts are hidden, moves by group would leave next to nothing to show and more to protect.
    grouped = not settings.disclosure.audiences[audience].suppress
    movement = track_movement(workforce, by=by if grouped else None, cycle=cycle)
    moved = write_tables(movement, out, audience=audience, settings=settings,
                         files={name: f"{name}.csv" for name in movement.tables})
    if "change" in moved.tables and workforce.framework.has_map:
        write_figure(nine_box.plot_box_change(moved), out / "nine_box_change", private=private)
