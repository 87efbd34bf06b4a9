"""What was published before: each release keeps what it showed, so that the next one is attacked together with it."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from my121_analytics.disclosure.attacker import Earlier
from my121_analytics.errors import DataUnusableError
from my121_analytics.workforce.results import About, Result, Table

if TYPE_CHECKING:
    from my121_analytics.disclosure.release import Released

FORMAT = 1
"""Of the files; one that is not known is refused."""
PUBLICATION_VARIABLE = "MY121_PUBLICATION"
"""Environment variable that names a folder: all that is released without names while it is set goes out together, so
each release is kept there and proved together with those before it. A notebook printed for publication sets it."""
_DECLARED = ("keys", "count", "base", "parts", "protected", "unit_columns", "sums")


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
                         "columns": [str(column) for column in frame.columns], "rows": _plain(frame)}
                  for name, frame in shown.tables.items() if result.tables[name].about_people}
        about = shown.about
        kept.append({"cycle": about.cycle, "as_of": about.as_of.isoformat(), "population": about.population,
                     "measure": about.measure, "counts_what": about.counts_what, "n": about.n,
                     "rounded_to": shown.rounded_to,
                     "facts": {name: _plain_value(value) for name, value in shown.facts.items()
                               if name.startswith("n_")}, "tables": tables})
    text = json.dumps({"format": FORMAT, "results": kept}, indent=1, sort_keys=True, ensure_ascii=False)
    return text.encode("utf-8")


def publication_folder() -> Path | None:
    """Give the folder of the publication in hand, if there is one."""
    named = os.environ.get(PUBLICATION_VARIABLE, "")
    return Path(named) if named else None


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
    DataUnusableError
        A file cannot be read as a kept release: what it showed cannot be taken into account.
    """
    found: dict[str, Earlier] = {}
    for path in sorted(Path(folder).glob("release-*.json")):
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
            if given["format"] != FORMAT:
                raise ValueError(f"format {given['format']}")
            for number, one in enumerate(given["results"]):
                found[f"{path.stem} {number}"] = _earlier(one)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise DataUnusableError(f"{path.name}: not readable as a kept release ({problem}).",
                                    hints=["Restore the file, or take it out of [disclosure] kept_releases where what "
                                           "it showed was never published."]) from problem
    return found


def _earlier(given: Mapping[str, Any]) -> Earlier:
    about = About("", given["measure"], given["population"], given["counts_what"], date.fromisoformat(given["as_of"]),
                  given["cycle"], given["n"])
    frames, tables = {}, {}
    for name, table in given["tables"].items():
        frame = pd.DataFrame(table["rows"], columns=table["columns"])
        labels = {*table["keys"], *table["unit_columns"]}
        counts = [c for c in table["columns"] if c not in labels and (
            c.startswith(("n_", "base")) or c in (table["count"], table["base"], *table["parts"]))]
        frame = frame.assign(**{c: pd.to_numeric(frame[c]).astype("Float64") for c in counts})
        declared: dict[str, Any] = {part: tuple(value) if isinstance(value, list) else value
                    for part, value in table.items() if part in _DECLARED}
        frames[name], tables[name] = frame, Table(frame, **declared)
    return Earlier(about, frames, tables, given["facts"], int(given.get("rounded_to", 0)))


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
