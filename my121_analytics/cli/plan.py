"""``my121 plan``: the improvement plan's actions held against their timescales."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.arguments import Out, SettingsFile
from my121_analytics.cli.intake import DATA_UNUSABLE, settings_for
from my121_analytics.cli.terminal import say


def run_plan(
    plan: Annotated[Path, typer.Argument(help="The improvement plan: the assessor's form or a table of actions.")],
    anchor: Annotated[str, typer.Option("--anchor", help="Date the timescales count from: a day, or a month "
                                                         "('June 2013' is its last day).")],
    out: Out,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day to hold the actions against. "
                                                              "Default: the anchor.")] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", help="Table of evidence requirements.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Write DIR/actions.csv: every action with its timescale as a date or window, and its status."""
    from my121_analytics.cli.release_files import write_tables
    from my121_analytics.improvement.evidence import assess_evidence
    from my121_analytics.improvement.plan import read_plan
    from my121_analytics.improvement.status import assess_status, tabulate_actions
    from my121_analytics.improvement.timescale import parse_anchor

    chosen = settings_for(plan, settings)
    anchor_day = parse_anchor(anchor)
    as_of_day = parse_anchor(as_of) if as_of else anchor_day
    read = read_plan(plan, anchor=anchor_day, settings=chosen)
    status = assess_status(read, as_of=as_of_day, settings=chosen)
    write_tables(status, out, audience="analyst", settings=chosen,
                 files={"actions": "actions.csv", "by_issue": "status_by_issue.csv", "by_status": "status.csv"},
                 columns={"actions": list(tabulate_actions(status).columns)})
    say(f"{len(status.frame('actions'))} actions, timescales counted from {anchor_day}, held against {as_of_day}:")
    for row in status.frame("by_status").itertuples():
        say(f"  {row.n:>3}  {row.status}")
    for refusal in read.refusals.itertuples():
        say(f"  Not read: {refusal.message} {refusal.remedy}")
    if evidence is not None:
        result = assess_evidence(evidence, settings=chosen)
        write_tables(result, out, audience="analyst", settings=chosen,
                     files={name: f"evidence_{name}.csv" for name in result.tables})
    if len(read.refusals):
        raise typer.Exit(DATA_UNUSABLE)
