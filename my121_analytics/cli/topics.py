"""A paper on one subject: read, analyse, pass through the gate, write its page, its workbook, its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from my121_analytics.cli.intake import end_command
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    from my121_analytics.disclosure.released import Released
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.reports.topics.papers import Topic
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce
    from my121_analytics.workforce.results import Result


def run_topic(exports: tuple[Settings, Intake], out: Path, analyse: Callable[[Workforce], Result],
              build: Callable[[Released], Topic], plots: Mapping[str, Callable[..., Any]] | None = None) -> None:
    """Put one question to the record, and write the paper on it for the analyst.

    Parameters
    ----------
    exports
        As from ``cli.intake.read_ratings``.
    out
        Folder.
    analyse
        Gives the result.
    build
        Gives the paper from the result as released.
    plots
        Function that draws the result as released, by file name.

    Raises
    ------
    typer.Exit
        Everything was written, and the exports ask for another exit code than 0.
    """
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.progress import progress_shown

    settings, intake = exports
    with progress_shown("Working it out"):
        result = analyse(intake.workforce)
    write_topic([result], lambda shown: build(shown[0]), out, settings=settings,
                pictures=lambda shown: {name: draw_on_canvas(plot, shown[0]) for name, plot in (plots or {}).items()})
    end_command(intake)


def write_topic(results: Sequence[Result], build: Callable[[Sequence[Released]], Topic], out: Path, *,
                settings: Settings, pictures: Callable[[Sequence[Released]], Mapping[str, Any]] | None = None) -> None:
    """Release results for the analyst and write the paper made of them, with every table as CSV.

    Parameters
    ----------
    results
        Of analyses.
    build
        Gives the paper from the released results.
    out
        Folder.
    settings
        Thresholds and audiences.
    pictures
        Gives axes by file name, from the released results.
    """
    from my121_analytics.cli.release_files import write_figure, write_tables
    from my121_analytics.publication import Publication
    from my121_analytics.reports.topics.papers import render_topic, write_topic_book
    from my121_analytics.writing.staging import staged_run

    publication = Publication("analyst", settings)
    shown = publication.release(results)
    topic = build(shown)
    page, book = f"{topic.code}.html", f"{topic.code}.xlsx"
    with staged_run(out, private=True, command=topic.code) as stage:
        for result, released in zip(results, shown, strict=True):
            write_tables(result, stage.folder, publication, released=released,
                         files={name: f"{name}.csv" for name in result.tables})
        stage.write(page, render_topic(topic, settings=settings))
        stage.write(book, write_topic_book(topic, settings=settings))
        for name, drawn in (pictures(shown) if pictures else {}).items():
            write_figure(drawn, stage.folder / name)
    show_left(stage.left)
    for line in topic.lead:
        show_line(line)
    show_line(f"Open {out / page}; the tables are in {book} and as CSV beside it.")
