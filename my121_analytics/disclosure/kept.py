"""What was published before: each release keeps what it showed, so that the next one is attacked together with it."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.disclosure.facts import counts_of_people
from my121_analytics.disclosure.linked_tables.equations import Slack, show, write_equations
from my121_analytics.disclosure.linked_tables.laws import say_unprinted
from my121_analytics.disclosure.released import Released
from my121_analytics.errors import UsageError
from my121_analytics.wording.catalogue import recognise, say
from my121_analytics.workforce.results import About, Count, Fact, Result, Subject, Table
from my121_analytics.workforce.schema import MANAGER, ORGANISATION

FORMAT = 2
"""Of the files. Format 1 named population and measure by their sentences and is still read; others are refused."""
_NAMED = "release-*.json"
_OF_MANAGERS = ("coverage", "movement", "agreement")
"""Topics that count managers' placements, which format 1 did not say."""
_DECLARED = ("keys", "count", "base", "parts", "protected", "unit_columns", "sums")


@dataclass(frozen=True)
class Earlier:
    """A release that was kept: what it showed, and what its tables are.

    Parameters
    ----------
    about
        Of the result released then.
    frames
        The released frames by name, as kept or read back from their files.
    tables
        What the tables are; their own frames are not looked at.
    facts, declared
        Counts that were shown beside the tables, and what they are.
    rounded_to
        Base to which every count was rounded; 0 where small numbers were hidden instead.
    note
        What a reader of the release record should know of how it was read; empty where there is nothing.
    slack
        By how much the record contradicted laws between counts, of all of the release, and how many of the whole
        council the counts come to that nobody prints: of the numbers shown alone it cannot be told any more.
    """

    about: About
    frames: Mapping[str, pd.DataFrame]
    tables: Mapping[str, Table]
    facts: Mapping[str, object] = field(default_factory=dict)
    rounded_to: int = 0
    declared: Mapping[str, Fact] = field(default_factory=dict)
    note: str = ""
    slack: Slack = field(default_factory=dict)


def describe_kept(results: Sequence[Result], released: Sequence[Released]) -> bytes:
    """Write down what some results showed: values and marks, nothing that was hidden.

    Parameters
    ----------
    results
        Of analyses.
    released
        The same as released, in the same order.

    Returns
    -------
    bytes
        JSON, the same for the same release.
    """
    kept = []
    for result, shown in zip(results, released, strict=True):
        tables = {name: {**{part: getattr(result.tables[name], part) for part in _DECLARED},
                         "counts": {column: _plain_count(who) for column, who in result.tables[name].counts.items()},
                         "columns": [str(column) for column in frame.columns], "rows": _plain(frame)}
                  for name, frame in shown.tables.items() if result.tables[name].about_people}
        subject = {**asdict(shown.about.subject), "as_of": shown.about.as_of.isoformat()}
        counts = counts_of_people({**result.facts, "n": result.about.n}, result.declared)
        values = {**shown.facts, "n": shown.about.n}
        facts = {name: {"value": _plain_value(values[name]), "counts": result.declared[name].counts,
                        "who": _plain_count(result.declared[name].who)} for name in counts if name in values}
        kept.append({"topic": shown.about.topic, "subject": subject, "n": shown.about.n, "rounded_to": shown.rounded_to,
                     "facts": facts, "tables": tables})
    text = json.dumps({"format": FORMAT, "results": kept, "slack": _find_slack(results)}, indent=1, sort_keys=True,
                      ensure_ascii=False)
    return text.encode("utf-8")


def _find_slack(results: Sequence[Result]) -> dict[str, tuple[float, float]]:
    """Say by how much the record contradicts laws between counts, and what it tells of counts that nobody prints."""
    shown = [show(f"{at}.{name}", table.frame, table, result.about) for at, result in enumerate(results)
             for name, table in result.tables.items() if table.about_people]
    return {**say_unprinted(shown), **write_equations(shown, {}, {}).slack}


def add_to_publication(folder: Path, content: bytes) -> None:
    """Keep a release beside those that go out with it; a killed run leaves no half of it under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name_kept(content)
    begun = path.with_suffix(".part")
    begun.write_bytes(content)
    os.replace(begun, path)


def name_kept(content: bytes) -> str:
    """Name the file of a kept release by what is in it, so that the same release is kept once."""
    return f"release-{hashlib.sha256(content).hexdigest()[:16]}.json"


def read_kept(folder: Path | str) -> dict[str, Earlier]:
    """Read the releases kept in a folder.

    Parameters
    ----------
    folder
        May be missing: nothing was released yet.

    Returns
    -------
    dict of str to Earlier
        By file and number of the result.

    Raises
    ------
    UsageError
        Files cannot be read as kept releases (all of them are named): what they showed cannot be taken into account.
    """
    found: dict[str, Earlier] = {}
    faults: list[UsageError] = []
    for path in sorted(Path(folder).glob(_NAMED)):
        try:
            found |= parse_kept(path.read_bytes(), path.name)
        except OSError as problem:
            faults.append(_not_readable(path.name, problem))
        except UsageError as problem:
            faults.append(problem)
    if len(faults) > 1:
        raise UsageError(f"{len(faults)} files in {folder} are not readable as kept releases.",
                         hints=[*(fault.headline for fault in faults), *faults[0].hints])
    if faults:
        raise faults[0]
    return found


def list_left_out(folder: Path | str) -> list[str]:
    """List the files in a folder of kept releases that are not named as one, so that they are not taken into account.

    Returns
    -------
    list of str
        Names, without hidden files.
    """
    names = (path.name for path in Path(folder).glob("*") if path.is_file())
    return sorted(name for name in names if not name.startswith(".") and not Path(name).match(_NAMED))


def parse_kept(content: bytes, name: str) -> dict[str, Earlier]:
    """Give what a release showed from the content of its file.

    Parameters
    ----------
    content
        As :func:`describe_kept` wrote it.
    name
        Of the file.

    Returns
    -------
    dict of str to Earlier
        By file, without its ending, and number of the result.

    Raises
    ------
    UsageError
        The content cannot be read as a kept release.
    """
    try:
        record = json.loads(content.decode("utf-8"))
        read = {1: _read_format_1, FORMAT: _read_format_2}.get(record["format"])
        if read is None:
            raise ValueError(f"format {record['format']}")
        slack = {law: (float(over), float(under)) for law, (over, under) in record.get("slack", {}).items()}
        return {f"{Path(name).stem} {number}": replace(read(result), slack=slack)
                for number, result in enumerate(record["results"])}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _not_readable(name, problem) from problem


def _not_readable(name: str, problem: Exception) -> UsageError:
    return UsageError(f"{name}: not readable as a kept release ({type(problem).__name__}: {problem}).",
                      hints=["Restore the file from a backup, or take it out of [disclosure] kept_releases where what "
                             "it showed was never published. Nothing was published."])


def _read_format_2(entry: Mapping[str, Any]) -> Earlier:
    subject = entry["subject"]
    within = tuple((str(column), str(unit)) for column, unit in subject["within"])
    about = About(Subject(**{**subject, "as_of": date.fromisoformat(subject["as_of"]), "within": within}),
                  entry["topic"], entry["n"])
    frames, tables = _read_tables(entry)
    facts = {name: fact["value"] for name, fact in entry["facts"].items() if name != "n"}
    return Earlier(about, frames, tables, facts, int(entry["rounded_to"]),
                   {name: Fact(fact["counts"], who=_read_count(fact["who"])) for name, fact in entry["facts"].items()})


def _read_format_1(entry: Mapping[str, Any]) -> Earlier:
    """Read a file that named what it is about in sentences: the catalogue says which codes they stand for."""
    frames, tables = _read_tables(entry)
    measure = recognise("measure", entry["measure"])[0] or entry["measure"]
    topic, _, source = measure.partition("_") if measure.startswith("profile_") else (measure, "", "")
    population, units = recognise("population", entry["population"], cycle=entry["cycle"])
    unit = units.removeprefix("; ")
    counts = recognise("counts", entry["counts_what"])[0] or entry["counts_what"]
    subject = Subject(entry["cycle"], date.fromisoformat(entry["as_of"]), population or entry["population"], counts,
                      source or (MANAGER if topic in _OF_MANAGERS else ""),
                      ((_column_of(unit, tables), unit),) if unit else ())
    return Earlier(About(subject, topic, entry["n"]), frames, tables, entry["facts"], int(entry.get("rounded_to", 0)),
                   dict.fromkeys(entry["facts"], Fact(counts)), say("release_record", "format_1"))


def _column_of(unit: str, tables: Mapping[str, Table]) -> str:
    """Find the column of the organisation that holds one unit in every row of some table."""
    columns = [column for table in tables.values() for column in table.unit_columns
               if len(table.frame) and table.frame[column].astype("str").eq(unit).all()]
    return columns[0] if columns else ORGANISATION[0]


def _read_tables(entry: Mapping[str, Any]) -> tuple[dict[str, pd.DataFrame], dict[str, Table]]:
    frames, tables = {}, {}
    for name, table in entry["tables"].items():
        frame = pd.DataFrame(table["rows"], columns=table["columns"])
        labels = {*table["keys"], *table["unit_columns"]}
        counts = [c for c in table["columns"] if c not in labels and (
            c.startswith(("n_", "base")) or c in (table["count"], table["base"], *table["parts"], *table.get("counts",
                                                                                                             {})))]
        frame = frame.assign(**{c: pd.to_numeric(frame[c]).astype("Float64") for c in counts})
        declared: dict[str, Any] = {part: tuple(value) if isinstance(value, list) else value
                                    for part, value in table.items() if part in _DECLARED}
        declared["counts"] = {column: who for column, given_count in table.get("counts", {}).items()
                              if (who := _read_count(given_count)) is not None}
        frames[name], tables[name] = frame, Table(frame, **declared)
    return frames, tables


def _plain_count(who: Count | None) -> dict[str, object] | None:
    return None if who is None else {"what": who.what, "cycle": who.cycle, "where": who.where, "keys": dict(who.keys)}


def _read_count(declared: Mapping[str, Any] | None) -> Count | None:
    return None if declared is None else Count(
        declared["what"], declared["cycle"], tuple((key, value) for key, value in declared["where"]), declared["keys"])


def _plain(frame: pd.DataFrame) -> list[list[object]]:
    return [[_plain_value(value) for value in row] for row in frame.itertuples(index=False)]


def _plain_value(value: object) -> object:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(value)
    return str(value)
