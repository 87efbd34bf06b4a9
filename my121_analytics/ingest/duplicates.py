"""Rows that speak of the same thing: placements of which only one can count, units written in several ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import plain_dashes
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.synonyms import AXES
from my121_analytics.workforce.row_keys import coded, find_repeated, number_rows
from my121_analytics.workforce.schema import GROUPS


def join_spellings(people: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Take values that differ only in case, spaces, dashes, and ``&`` for ``and`` as one, and say so.

    Parameters
    ----------
    people
        One row per row that says something of a person; categories as written.
    log
        Where findings go: one per value that was written in several ways.

    Returns
    -------
    pandas.DataFrame
        With the spelling that occurs most, the first in the alphabet where two occur equally often.
    """
    columns = {}
    for name in (column.name for column in GROUPS):  # they are counted: one unit in two spellings would be two
        if name not in people or not isinstance(people[name].dtype, pd.CategoricalDtype):
            continue
        values = people[name].array
        keys = pd.Index([_spelling_key(str(v)) for v in values.categories])
        if keys.is_unique:
            continue
        counts = np.bincount(values.codes[values.codes >= 0], minlength=len(keys))
        table = pd.DataFrame({"key": keys, "text": values.categories.astype("str"), "n": counts})
        table["code"] = np.arange(len(table))
        ordered = table[table["n"] > 0].sort_values(["n", "text"], ascending=[False, True], kind="stable")
        chosen = ordered.drop_duplicates("key").set_index("key")["code"]
        target = chosen.reindex(keys).fillna(-1).to_numpy("int64")
        columns[name] = pd.Categorical.from_codes(np.append(target, -1)[values.codes], categories=values.categories)
        for key, part in ordered[ordered.duplicated("key", keep=False)].groupby("key", sort=True):
            other_spellings = part[part["code"] != chosen[key]]
            log.add("spellings_joined", column=name, values=str(part["text"].iloc[0]),
                    expected=" and ".join(f"'{text}'" for text in other_spellings["text"]),
                    n=int(other_spellings["n"].sum()))
    return people.assign(**columns)


def _spelling_key(text: str) -> str:
    plain = plain_dashes(unicodedata.normalize("NFKC", text)).casefold().replace("&", " and ").replace("’", "'")
    return re.sub(r"\s*([-/,])\s*", r"\1", " ".join(plain.split()))


def stop_conflicts(placements: pd.DataFrame, sheets: Sequence[SheetRows]) -> pd.DataFrame:
    """Stop placements of one person, post, cycle and source that differ, where none of them is the later one.

    Parameters
    ----------
    placements
        As stacked; levels are 0 where missing.
    sheets
        Where the rows stand; those in conflict are stopped there.

    Returns
    -------
    pandas.DataFrame
        The placements that remain. Of rows with different days the latest counts, and none is stopped.
    """
    if not len(placements):
        return placements
    keys = [name for name in ("employee_id", "post_id", "cycle", "source") if name in placements]
    columns = [coded(placements[name].astype("category").array) for name in keys]
    double = find_repeated(columns)
    if not len(double):
        return placements
    numbers = number_rows([(codes[double], size) for codes, size in columns])
    levels = {axis: placements[axis].to_numpy()[double] for axis in AXES}
    table = pd.DataFrame({"key": numbers, **levels, "place": double,
                          "day": placements["placed_on"].to_numpy()[double].astype("int64"),
                          "agreed": _days(placements, double)})
    table["when"] = table.groupby(["day", "agreed"], sort=True).ngroup()
    latest = table[table["when"] == table.groupby("key")["when"].transform("max")]
    groups = latest.groupby("key")
    differs = np.zeros(len(latest), dtype=bool)
    for axis in AXES:
        level = latest[axis].where(latest[axis] > 0)
        differs |= (level.groupby(latest["key"]).transform("nunique") > 1).to_numpy()
    conflicts = latest[differs & (groups["place"].transform("size") > 1).to_numpy()]
    if conflicts.empty:
        return placements
    _stop(placements, conflicts, {(rows.sheet.file, rows.sheet.name): rows for rows in sheets})
    kept = np.ones(len(placements), dtype=bool)
    kept[conflicts["place"]] = False
    return placements[kept].reset_index(drop=True)


def _days(placements: pd.DataFrame, where: np.ndarray) -> np.ndarray:
    if "agreed_on" not in placements:
        return np.zeros(len(where), dtype=np.int64)
    return placements["agreed_on"].to_numpy()[where].astype("int64")


def _stop(placements: pd.DataFrame, conflicts: pd.DataFrame, sheets: Mapping[tuple[str, str], SheetRows]) -> None:
    rows = placements.iloc[conflicts["place"].to_numpy()]
    places = [f"{file}{f', {sheet}' if sheet else ''}, row {row + 1}" for file, sheet, row in
              zip(rows["origin_file"], rows["origin_sheet"], rows["position"], strict=True)]
    table = pd.DataFrame({"file": rows["origin_file"].astype("str").to_numpy(), "place": places,
                          "sheet": rows["origin_sheet"].astype("str").to_numpy(),
                          "source": rows["source"].astype("str").to_numpy(),
                          "position": rows["position"].to_numpy(), "key": conflicts["key"].to_numpy()})
    together = table.groupby("key")["place"].agg(list)
    table["others"] = [", ".join(p for p in together[key] if p != place)
                       for key, place in zip(table["key"], table["place"], strict=True)]
    for (file, name, source), part in table.groupby(["file", "sheet", "source"], sort=False):
        sheet = sheets[(file, name)]
        axes = sheet.map.ratings.get(source) or sheet.map.ratings.get("") or next(iter(sheet.map.ratings.values()))
        column = axes.get("box", next(iter(axes.values())))
        sheet.stop("conflicting_placements", np.searchsorted(sheet.rows, part["position"].to_numpy()), column,
                   part["others"].to_numpy(dtype=object))
