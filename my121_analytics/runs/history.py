"""What earlier runs did: one record a run, the pointer to the latest, and the figures' way from run to run."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from my121_analytics.errors import UsageError, suggest
from my121_analytics.reports.workforce_report.headline_figure import Headline, difference_between, read_change
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.staging import write_atomic

RECORD = "run.json"
RUNS = "runs"
LATEST_PAGE, LATEST_RECORD = "latest.html", "latest.json"
_FAILED = "failed-"

State = Literal["done", "partial", "failed"]


@dataclass(frozen=True)
class RunRecord:
    """What one run read, wrote and found; holds no name of a person in the data and no text from it.

    Parameters
    ----------
    id
        Folder of the run, from the day the data speak of and the key.
    key
        SHA-256 of settings, inputs, version and period: the same key gives the same outputs.
    state
        ``done``; ``partial`` (a section or a file is missing, and the report says so); ``failed``.
    exit_code
        With which the run left.
    number
        Counts the runs of a folder; gives their order, which the clock cannot where it was put back.
    started
        UTC, ISO.
    seconds
        By stage of the work.
    inputs, outputs
        SHA-256 by file; outputs whose bytes differ from run to run have none.
    counts
        Rows read, accepted, quarantined, set aside, over all files.
    warnings
        Codes.
    headline
        Headline figures.
    undelivered
        Destinations that could not be written, to be tried again.
    reason
        Code of why it failed or is partial (``alerts.REASONS``); empty where it is whole.
    accepted, accepted_by
        What the guard found and somebody let through, and who.
    """

    id: str
    key: str
    state: State
    exit_code: int
    number: int
    started: str
    as_of: str = ""
    period: str = ""
    version: str = __version__
    libraries: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    headline: tuple[Headline, ...] = ()
    undelivered: tuple[str, ...] = ()
    reason: str = ""
    accepted: tuple[Mapping[str, str], ...] = ()
    accepted_by: str = ""

    def to_json(self) -> bytes:
        """Write the record as UTF-8 JSON with sorted keys."""
        content = {"product": "my121_analytics", **asdict(self)}
        return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def read_record(path: Path) -> RunRecord | None:
    """Read the record of one run; None where the file is missing or is not one."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.pop("product", "") != "my121_analytics":
        return None
    known = {f.name for f in fields(RunRecord)}
    values = {name: value for name, value in content.items() if name in known}
    values["headline"] = tuple(Headline(**headline) for headline in values.get("headline", ()))
    for name in ("warnings", "undelivered", "accepted"):
        values[name] = tuple(values.get(name, ()))
    try:
        return RunRecord(**values)
    except TypeError:  # written by a version that kept less
        return None


def list_records(out: Path) -> list[RunRecord]:
    """List the runs kept in a folder, the oldest first; failed ones included.

    Parameters
    ----------
    out
        Folder of the runs.

    Returns
    -------
    list of RunRecord
        By number.
    """
    folder = out / RUNS
    if not folder.is_dir():
        return []
    paths = [path / RECORD if path.is_dir() else path for path in folder.iterdir()
             if path.is_dir() or path.name.startswith(_FAILED)]
    found = [record for record in map(read_record, paths) if record is not None]
    return sorted(found, key=lambda record: (record.number, record.id))


def show_record(out: Path, run_id: str) -> RunRecord:
    """Find one run by its id, or by the beginning of it.

    Raises
    ------
    UsageError
        No run has this id, or several begin so.
    """
    records = list_records(out)
    found = [r for r in records if r.id == run_id] or [r for r in records if r.id.startswith(run_id)]
    if len(found) != 1:
        ids = [record.id for record in (found or records)]
        raise UsageError(say("run", "no_such_run" if not found else "several_such_runs", id=run_id, folder=out),
                         hints=[suggest(run_id, ids)] if ids else [say("run", "no_runs_yet")])
    return found[0]


def next_number(records: Sequence[RunRecord]) -> int:
    """Give the next run its number."""
    return max((record.number for record in records), default=0) + 1


def headline_before(records: Sequence[RunRecord], key: str, *, report: str, audience: str) -> tuple[Headline, ...]:
    """Give the headline figures of the report before this one, as the same audience saw them.

    Parameters
    ----------
    records
        Of the folder, in order.
    key
        Of the run in hand: a run that is written again looks back to the same report as it did the first time.
    report, audience
        Whose figures.
    """
    earlier: tuple[Headline, ...] = ()
    for record in records:
        if record.key == key:
            break
        if record.state != "done":
            continue
        mine = tuple(figure for figure in record.headline if (figure.report, figure.audience) == (report, audience))
        earlier = mine or earlier
    return earlier


def find_whole_run(out: Path, key: str) -> RunRecord | None:
    """Find the last run with this key whose folder is whole."""
    for record in reversed(list_records(out)):
        if record.key == key and record.state != "failed" and (out / RUNS / record.id).is_dir():
            return record
    return None


def find_last_good(out: Path) -> RunRecord | None:
    """Find the run that the pointer names, which readers have; else the last whole one; None before the first."""
    whole = [record for record in list_records(out) if record.state == "done"]
    latest = latest_id(out)
    chosen = [record for record in whole if record.id == latest] or whole
    return chosen[-1] if chosen else None


def latest_id(out: Path) -> str:
    """Give the id of the run that the pointer names; empty where there is none."""
    try:
        return str(json.loads((out / LATEST_RECORD).read_text("utf-8"))["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def choose_id(out: Path, as_of: str, key: str) -> str:
    """Name a run after the day its data speak of and its key, so that the clock plays no part in it."""
    stem = f"{as_of}-{key[:8]}"
    number, name = 1, stem
    while (out / RUNS / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name


def write_failure(out: Path, record: RunRecord) -> None:
    """Keep the record of a run that failed; there is no folder to it."""
    write_atomic(out / RUNS / f"{_FAILED}{record.id}.json", record.to_json())


def prune_runs(out: Path, keep: int) -> list[str]:
    """Remove the oldest runs beyond those to be kept, never the latest whole one.

    Parameters
    ----------
    out
        Folder of the runs.
    keep
        How many to keep; of the failed ones as many again.

    Returns
    -------
    list of str
        Ids removed.
    """
    records = list_records(out)
    whole = [record for record in records if record.state != "failed"]
    failed = [record for record in records if record.state == "failed"]
    for record in failed[:-keep]:
        (out / RUNS / f"{_FAILED}{record.id}.json").unlink(missing_ok=True)
    latest = latest_id(out)
    old = [record for record in whole[:-keep] if record.id != latest]
    for record in old:
        shutil.rmtree(out / RUNS / record.id, ignore_errors=True)
    return [record.id for record in (*failed[:-keep], *old)]


def write_latest(out: Path, record: RunRecord) -> None:
    """Point to the latest run: a page to click and a file for programs, since Windows gives no links without rights.

    Parameters
    ----------
    out
        Folder of the runs.
    record
        Of a run whose folder is whole.
    """
    files = [name for name in sorted(record.outputs) if name.endswith((".xlsx", ".html", ".pdf"))]
    write_atomic(out / LATEST_RECORD, (json.dumps(
        {"id": record.id, "folder": f"{RUNS}/{record.id}", "as_of": record.as_of, "state": record.state,
         "files": [f"{RUNS}/{record.id}/{name}" for name in files]}, indent=2, sort_keys=True) + "\n").encode("utf-8"))
    links = "\n".join(f'<li><a href="{html.escape(f"{RUNS}/{record.id}/{name}")}">{html.escape(name)}</a></li>'
                      for name in files)
    title = html.escape(say("run", "latest_title", as_of=record.as_of))
    state = html.escape(say("run_state", record.state))
    write_atomic(out / LATEST_PAGE, (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">'
        f"<title>{title}</title><style>body{{font:1.1rem/1.5 Arial,sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem;color:#111}a{color:#12436D}li{margin:.5rem 0}</style></head>\n"
        f"<body><main><h1>{title}</h1><p>{state}</p><ul>\n{links}\n</ul></main></body></html>\n").encode())


def tabulate_trend(records: Sequence[RunRecord]) -> pd.DataFrame:
    """Follow the headline figures from run to run.

    Parameters
    ----------
    records
        Runs, the oldest first; failed and partial ones are passed over, and of several runs on the same day's data
        the last counts.

    Returns
    -------
    pandas.DataFrame
        One row per report, statistic and day: ``report, statistic, label, unit, as_of, cycle, value, lower, upper,
        before, change, reading``. The reading is ``rose``, ``fell``, ``no_clear_change`` (the intervals overlap, or
        there is none), ``cannot_tell`` (withheld) or ``first``.
    """
    by_day = {record.as_of: record for record in records if record.state == "done" and record.as_of}
    rows, before = [], dict[tuple[str, str], Headline]()
    for as_of in sorted(by_day):
        for figure in by_day[as_of].headline:
            earlier = before.get((figure.report, figure.code))
            rows.append((figure.report, figure.code, figure.label, figure.unit, as_of, figure.cycle, figure.value,
                         figure.lower, figure.upper, earlier.value if earlier else None,
                         difference_between(figure, earlier), read_change(figure, earlier)))
            if figure.value is not None:
                before[figure.report, figure.code] = figure
    return pd.DataFrame(rows, columns=["report", "statistic", "label", "unit", "as_of", "cycle", "value", "lower",
                                       "upper", "before", "change", "reading"])

