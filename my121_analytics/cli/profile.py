"""``my121 profile``: where the workforce is on the map, by any grouping, and what changed since the last cycle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_ratings
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    import pandas as pd

    from my121_analytics.disclosure.released import Released
    from my121_analytics.publication import Publication
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce
    from my121_analytics.workforce.results import Result


def run_profile(
    source: Source,
    out: Out,
    by: Annotated[list[str] | None, typer.Option(
        "--by", help="Group by directorate, service, team, grade, tenure_band, contract, role, "
                     "manager ...; give it twice for two at once. Default: directorate.")] = None,
    cycle: CycleLabel = None,
    audience: AudienceName = "analyst",
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the nine-box map, the map by group and the change since the last cycle, as tables and heatmaps.

    For example: my121 profile exports --by directorate --by grade --out out/profile
    """
    chosen, intake = read_ratings(source, settings, as_of=as_of, corrections=corrections)
    write_profile(intake.workforce, out, by=by or ["directorate"], cycle=cycle, audience=audience, settings=chosen,
                  vacancies=intake.vacancies)
    end_command(intake)


def write_profile(workforce: Workforce, out: Path, *, by: str | Sequence[str], cycle: str | None, audience: str,
                  settings: Settings, vacancies: pd.DataFrame | None = None) -> None:
    """Tabulate, release and write the profile's tables and pictures."""
    from my121_analytics.cli.release_files import tell_attention, write_record, write_tables
    from my121_analytics.disclosure.attacker import find_nesting
    from my121_analytics.publication import Publication
    from my121_analytics.writing.staging import staged_run

    groupings = [by] if isinstance(by, str) else list(by)
    cycle = workforce.check_cycle(cycle)
    publication = Publication(audience, settings, nesting=find_nesting(workforce.posts_in_cycle(cycle)))
    vacant = _count_vacancies(workforce, vacancies, groupings, cycle)
    analysed = _analyse(workforce, groupings, cycle, publication)
    results = [*analysed, *vacant]
    shown = publication.release(results)
    private = not publication.is_public
    with staged_run(out, private=private, command="profile") as stage:
        tell_attention(publication.attention, stage)
        for result, released in zip(results, shown, strict=True):
            write_tables(result, stage.folder, publication, released=released,
                         files={name: f"{name}.csv" for name in result.tables})
        write_record(publication, stage.folder)
        _draw(shown[:len(analysed)], stage.folder, "_".join(groupings), private=private)
    show_left(stage.left)
    profile = shown[0]
    n = profile.about.n  # not the result's own: the terminal, and the log it is sent to, pass the gate too
    show_line(f"{settings.disclosure.marker if n is None else f'{n:,}'} {profile.about.counts_what} in {cycle}.")
    if vacant:
        show_line(f"Vacant posts on the staff list: {shown[-1].facts['n_vacant']:,} (vacancies.csv).")
    if workforce.previous_cycle(cycle) is None:
        show_line("One cycle only: no change since the last one to show.")


def _count_vacancies(workforce: Workforce, vacancies: pd.DataFrame | None, groupings: list[str], cycle: str,
                     ) -> list[Result]:
    """Count vacant posts by the first grouping that is of the organisation, where the exports list any."""
    from my121_analytics.analysis.workforce_profile import count_vacancies
    from my121_analytics.workforce.schema import ORGANISATION

    if vacancies is None or vacancies.empty:
        return []
    by = next((grouping for grouping in groupings if grouping in ORGANISATION), "directorate")
    return [count_vacancies(workforce, vacancies, by=by, cycle=cycle)]


def _analyse(workforce: Workforce, groupings: list[str], cycle: str, publication: Publication) -> list[Result]:
    """Work out the profile first, then the change since the cycle before, then the groups beside the council.

    Where nobody may be named, groups stand without the council's share beside them, since that would tell a share
    which the council's own row may withhold, and small protected groups are put together; where small counts are
    hidden, moves by group would leave next to nothing to show.
    """
    from my121_analytics.analysis.group_profile import BY_MANAGER, profile_groups
    from my121_analytics.analysis.movement import track_movement
    from my121_analytics.analysis.profile import tabulate_profile
    from my121_analytics.analysis.published_groups import merge_small_groups, merge_undeclared

    named = publication.policy.names
    _check_audience(groupings, publication.audience, named=named)
    alone = groupings[0] if len(groupings) == 1 and groupings[0] != BY_MANAGER else None
    if not named:
        workforce = merge_small_groups(merge_undeclared(workforce), cycle=cycle, settings=publication.settings)
    results: list[Result] = [tabulate_profile(workforce, by=None if named else alone, cycle=cycle)]
    if workforce.previous_cycle(cycle) is not None:
        results.append(track_movement(workforce, by=None if publication.policy.suppress else alone, cycle=cycle))
    if named:
        results.append(profile_groups(workforce, by=groupings, cycle=cycle))
    return results


def _check_audience(groupings: list[str], audience: str, *, named: bool) -> None:
    from my121_analytics.analysis.group_profile import BY_MANAGER
    from my121_analytics.errors import UsageError
    from my121_analytics.wording.catalogue import say

    if BY_MANAGER in groupings and audience != "analyst":
        raise UsageError(say("profile_command", "manager_analyst"), hints=["Leave --audience out."])
    if not named and len(groupings) > 1:
        raise UsageError(say("profile_command", "two_published"), hints=[say("profile_command", "two_published_hint")])


def _draw(shown: Sequence[Released], out: Path, by: str, *, private: bool) -> None:
    from my121_analytics.cli.release_files import write_figure
    from my121_analytics.figures import map_multiples, nine_box, profile_heatmap
    from my121_analytics.figures.canvas import draw_on_canvas

    profile, groups = shown[0], shown[-1]
    if "map" in profile.tables:
        write_figure(draw_on_canvas(nine_box.plot_nine_box, profile), out / "nine_box", private=private)
        if "map_by_group" in profile.tables:
            write_figure(draw_on_canvas(nine_box.plot_box_by_group, profile), out / f"nine_box_by_{by}",
                         private=private)
    elif "ratings" in profile.tables:
        write_figure(draw_on_canvas(nine_box.plot_rating_mix, profile), out / "rating_mix", private=private)
    if groups.kind == "GroupProfileResult" and "map_by_group" in groups.tables:
        write_figure(draw_on_canvas(profile_heatmap.plot_profile_heatmap, groups), out / f"nine_box_by_{by}",
                     private=private)
        write_figure(draw_on_canvas(map_multiples.plot_map_multiples, groups), out / f"maps_by_{by}",
                     private=private)
    if len(shown) > 1 and "change" in shown[1].tables:
        write_figure(draw_on_canvas(nine_box.plot_box_change, shown[1]), out / "nine_box_change", private=private)
