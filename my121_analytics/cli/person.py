"""``my121 person``: everything the record holds about one person, in plain words."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_source, settings_for
from my121_analytics.cli.terminal import show_line


def run_person(
    source: Source,
    employee_id: Annotated[str, typer.Argument(metavar="ID", help="Number of the person, as text.")],
    out: Out,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write one page with every row of the record about one person, to answer a request for one's own data.

    For example: my121 person exports 112588 --out out/person
    """
    from my121_analytics.analysis.person_record import gather_person
    from my121_analytics.publication import Publication
    from my121_analytics.reports.guide.person_page import render_person
    from my121_analytics.writing.staging import staged_run

    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, settings_file=settings)
    released, = Publication("analyst", chosen).release([gather_person(intake.workforce, employee_id)])
    with staged_run(out, command="person") as stage:
        stage.write("person.html", render_person(released, employee_id=employee_id,
                                                 framework=intake.workforce.framework, settings=chosen))
    show_line(f"The page is {out / 'person.html'}. Rows that were refused are not on it: see my121 check.")
    show_line("HR checks the page before it is handed over.")
    end_command(intake)
