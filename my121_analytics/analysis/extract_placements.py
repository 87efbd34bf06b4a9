"""Placements of two extracts: which were added, taken out or changed, and which of these after their cycle closed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import MANAGER, SOURCES

_KEYS = ["employee_id", "post_id", "cycle", "source"]
_AXES = ["performance", "potential", "box"]


def compare_placements(old: Workforce, new: Workforce, *, lock_days: int,
                       renumbered: Mapping[str, str]) -> tuple[pd.DataFrame, int]:
    """List the placements that differ, of cycles that the earlier extract knows.

    Parameters
    ----------
    old, new
        The earlier and the later record.
    lock_days
        Days after a cycle's end until its placements are closed.
    renumbered
        Earlier id -> later id of people whose id changed.

    Returns
    -------
    tuple
        ``change``, ``employee_id``, ``post_id``, ``cycle``, ``before``, ``after`` (placements in words), and the
        number of placements that are the same in both. Codes: ``placement_added``, ``placement_removed``,
        ``placement``, ``rater``; each with ``locked_`` before it where the cycle was closed on the earlier day. A cycle
        that the later extract lacks altogether is told once, as ``cycle_gone``.
    """
    earlier, later = _counting(old), _counting(new)
    for column in ("employee_id", "rater") if renumbered else ():
        carried = earlier[column].map(lambda who: renumbered.get(who, who), na_action="ignore")
        earlier[column] = carried.astype("str")
    both_know = set(earlier["cycle"]) & set(later["cycle"])
    gone = earlier[~earlier["cycle"].isin(both_know)]["cycle"].value_counts().sort_index()
    earlier, later = (rows[rows["cycle"].isin(both_know)] for rows in (earlier, later))
    pairs = earlier.merge(later, on=_KEYS, how="outer", suffixes=("_old", "_new"), indicator="where")
    for side in ("old", "new"):
        pairs[_AXES_OF[side]] = pairs[_AXES_OF[side]].fillna(0)
    moved = (pairs[_AXES_OF["old"]].to_numpy() != pairs[_AXES_OF["new"]].to_numpy()).any(axis=1)
    both = (pairs["where"] == "both").to_numpy()
    other_rater = (pairs["rater_old"].fillna("") != pairs["rater_new"].fillna("")).to_numpy()
    code = np.select([(pairs["where"] == "left_only").to_numpy(), (pairs["where"] == "right_only").to_numpy(),
                      both & moved, both & other_rater],
                     ["placement_removed", "placement_added", "placement", "rater"], "")
    changed = pairs[code != ""]
    kinds = pd.Series(code[code != ""], index=changed.index, dtype="str")
    closed = changed["cycle"].isin(_closed_cycles(old, lock_days))
    kinds = kinds.where(~closed, "locked_" + kinds)
    is_rater = kinds.str.endswith("rater")
    columns = {}
    for side, record in (("before", old), ("after", new)):
        suffix = "old" if side == "before" else "new"
        words = _in_words(changed, suffix, record.framework)
        raters = record.names_of(changed[f"rater_{suffix}"]).fillna("")
        columns[side] = np.where(is_rater, raters, words)
    frame = pd.DataFrame({"change": kinds, **{c: changed[c] for c in ("employee_id", "post_id", "cycle")}, **columns})
    whole = pd.DataFrame({"change": "cycle_gone", "employee_id": "", "post_id": "", "cycle": gone.index,
                          "before": [say("extract_source", "placements", n=f"{n:,}") for n in gone], "after": ""})
    parts = [part for part in (frame, whole) if len(part)]
    return (pd.concat(parts, ignore_index=True) if parts else frame), int((code == "").sum())


_AXES_OF = {side: [f"{axis}_{side}" for axis in _AXES] for side in ("old", "new")}


def _closed_cycles(old: Workforce, lock_days: int) -> list[str]:
    """List the cycles that were closed on the day of the earlier extract."""
    closed_on = old.cycles["end"] + pd.Timedelta(days=lock_days)
    return [str(label) for label in old.cycles["label"][(closed_on < pd.Timestamp(old.as_of)).to_numpy()]]


def _counting(workforce: Workforce) -> pd.DataFrame:
    """Give the placements that count, with plain text for keys."""
    parts = [select_placements(workforce, source=source) for source in SOURCES]
    rows = pd.concat([part[[*_KEYS, "rater_id", *_AXES]].astype(dict.fromkeys((*_KEYS, "rater_id"), "str"))
                      for part in parts], ignore_index=True)
    rows["post_id"] = rows["post_id"].fillna("")
    # A self placement's rater is the person; only a manager's can be somebody else.
    rows["rater"] = rows["rater_id"].where(rows["source"] == MANAGER)
    return rows.drop(columns="rater_id").astype(dict.fromkeys(_AXES, "Int64"))


def _in_words(rows: pd.DataFrame, side: str, framework: Framework) -> list[str]:
    """Put each placement into words, by the labels of its own extract; empty where there is none."""
    known = (rows["where"] != ("right_only" if side == "old" else "left_only")).to_numpy()
    levels = rows[_AXES_OF[side]].astype("int64")
    distinct = levels.drop_duplicates()
    words = {(a, b, c): _describe(a, b, c, framework) for a, b, c in distinct.to_numpy().tolist()}
    sources = [say("extract_source", source) for source in rows["source"]]
    return [f"{source}: {words[tuple(values)]}" if here else "" for source, values, here in
            zip(sources, levels.to_numpy().tolist(), known, strict=True)]


def _describe(performance: int, potential: int, box: int, framework: Framework) -> str:
    names = {b.number: b.name for b in framework.boxes}
    parts = [f"{box} {names[box]}" if box in names else str(box)] if box else []
    for axis, level in (("performance", performance), ("potential", potential)):
        known = {step.level: step.label for step in framework.levels(axis)}
        if level:
            parts.append(f"{say('axis', axis)} {known.get(level, level)}")
    return ", ".join(parts) or say("extract_source", "empty")
