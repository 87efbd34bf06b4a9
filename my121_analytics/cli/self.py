"""``my121 self``: how managers' placements and people's own placements differ."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_ratings
from my121_analytics.cli.terminal import show_left, show_line


def run_self(
    source: Source,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="Group by directorate, service, team, grade ...")] = "directorate",
    cycle: CycleLabel = None,
    audience: AudienceName = "analyst",
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Set people's own placements beside their managers': how far apart, in which direction, and how far they agree.

    For example: my121 self exports --out out/self
    """
    from my121_analytics.analysis.agreement import compare_self, detail_agreement
    from my121_analytics.cli.release_files import tell_attention, write_figure, write_record, write_tables
    from my121_analytics.cli.topics import write_topic
    from my121_analytics.disclosure.attacker import find_nesting
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.self_gap import plot_self_gap
    from my121_analytics.publication import Publication
    from my121_analytics.reports.topics.self_views import build_self_views
    from my121_analytics.writing.staging import staged_run

    chosen, intake = read_ratings(source, settings, as_of=as_of, corrections=corrections)
    result = compare_self(intake.workforce, by=by, cycle=cycle)
    if audience == "analyst":  # the detail rests on the same pairs once more, so it is for the analyst alone
        detail = detail_agreement(intake.workforce, by=by, cycle=cycle)
        write_topic([result, detail], lambda shown: build_self_views(*shown), out, settings=chosen,
                    pictures=lambda shown: {"self_gap": draw_on_canvas(plot_self_gap, shown[0])})
    else:
        posts = intake.workforce.posts_in_cycle(intake.workforce.check_cycle(cycle))
        publication = Publication(audience, chosen, nesting=find_nesting(posts))
        private = not publication.is_public
        released, = publication.release([result])
        with staged_run(out, private=private, command="self") as stage:
            tell_attention(publication.attention, stage)
            write_tables(result, stage.folder, publication, released=released,
                         files={name: f"{name}.csv" for name in result.tables})
            write_record(publication, stage.folder)
            if "by_group" in released.tables:
                write_figure(draw_on_canvas(plot_self_gap, released), stage.folder / "self_gap", private=private)
        show_left(stage.left)
        about = released.about
        n = chosen.disclosure.marker if about.n is None else f"{about.n:,}"
        show_line(f"{n} {about.counts_what} with both placements in {about.cycle}. The tables are in {out}.")
    end_command(intake)
