"""Two extracts in figures: rows, scales, and the headline figures before and after."""

from __future__ import annotations

import pandas as pd

from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import outcomes_in_cycle
from my121_analytics.workforce.record import Workforce, table_names
from my121_analytics.workforce.schema import MANAGER

_FIGURES = ["comparison", "measure", "label", "kind", "cycle_before", "cycle_after", "before", "after", "difference"]


def count_rows(old: Workforce, new: Workforce) -> pd.DataFrame:
    """Count the rows of each table, and the manager placements of each cycle.

    Parameters
    ----------
    old, new
        The earlier and the later record.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``cycle`` (empty for whole tables), ``before``, ``after``, ``difference``.
    """
    rows = [(name, "", len(getattr(old, name)), len(getattr(new, name))) for name in table_names()]
    counts = [record.placements["cycle"][(record.placements["source"] == MANAGER).to_numpy()].astype("str")
              .value_counts() for record in (old, new)]
    labels = dict.fromkeys([*map(str, old.cycles["label"]), *map(str, new.cycles["label"])])
    rows += [("placements", label, int(counts[0].get(label, 0)), int(counts[1].get(label, 0))) for label in labels]
    table = pd.DataFrame(rows, columns=["table", "cycle", "before", "after"])
    return table.assign(difference=table["after"] - table["before"])


def compare_scales(old: Workforce, new: Workforce) -> pd.DataFrame:
    """Hold the rating scales against each other: their labels, and which levels are in use.

    Parameters
    ----------
    old, new
        The earlier and the later record.

    Returns
    -------
    pandas.DataFrame
        ``axis``, ``what`` (labels, in_use), ``before``, ``after`` (lists in words), ``differs``.
    """
    rows = []
    for axis in ("performance", "potential", "box"):
        labels = [_labels(record, axis) for record in (old, new)]
        in_use = [", ".join(str(level) for level in sorted(record.placements[axis].dropna().unique()))
                  for record in (old, new)]
        rows += [(axis, "labels", *labels), (axis, "in_use", *in_use)]
    table = pd.DataFrame(rows, columns=["axis", "what", "before", "after"], dtype="str")
    return table.assign(differs=table["before"] != table["after"])


def _labels(record: Workforce, axis: str) -> str:
    framework = record.framework
    if axis == "box":
        return ", ".join(f"{box.number} {box.name}" for box in framework.boxes)
    return ", ".join(f"{level.level} {level.label}" for level in framework.levels(axis))


def compare_figures(old: Workforce, new: Workforce) -> pd.DataFrame:
    """Give the headline figures from both extracts: of the same cycle, and of the latest cycle of each.

    Parameters
    ----------
    old, new
        The earlier and the later record.

    Returns
    -------
    pandas.DataFrame
        ``comparison`` (same_cycle: only what was changed in the record makes a difference; latest: also what happened
        since), ``measure``, ``label``, ``kind`` (share, count), ``cycle_before``, ``cycle_after``, ``before``,
        ``after``, ``difference``. Shares of boxes and levels are of the posts with a placement.
    """
    if old.cycles.empty or new.cycles.empty:
        return pd.DataFrame({c: pd.Series(dtype="float64" if c in _FIGURES[-3:] else "str") for c in _FIGURES})
    cycle, latest = old.latest_cycle, new.latest_cycle
    before = _figures(old, cycle)
    parts = []
    if cycle in set(new.cycles["label"].astype("str")):
        parts.append(_beside(before, _figures(new, cycle), "same_cycle", cycle, cycle))
    if latest != cycle:
        parts.append(_beside(before, _figures(new, latest), "latest", cycle, latest))
    return pd.concat(parts, ignore_index=True)[_FIGURES]


def _beside(before: pd.DataFrame, after: pd.DataFrame, comparison: str, cycle_before: str,
            cycle_after: str) -> pd.DataFrame:
    table = before.merge(after, on=["measure", "label", "kind"], how="outer", suffixes=("_b", "_a"), sort=False)
    order = dict.fromkeys([*before["measure"], *after["measure"]])
    place = table["measure"].map({measure: n for n, measure in enumerate(order)})
    table = table.assign(comparison=comparison, cycle_before=cycle_before, cycle_after=cycle_after,
                         before=table["value_b"], after=table["value_a"],
                         difference=table["value_a"].fillna(0) - table["value_b"].fillna(0), place=place)
    return table.sort_values("place", kind="stable")


def _figures(record: Workforce, cycle: str) -> pd.DataFrame:
    rows = outcomes_in_cycle(record, cycle)
    current = rows[rows["in_force"]]
    placed = current["box"].notna() | current["performance"].notna()
    figures: list[tuple[str, str, str, float]] = [
        (name, say("extract_figure", name), kind, float(value)) for name, kind, value in (
            ("people", "count", current["employee_id"].nunique()), ("posts", "count", len(current)),
            ("posts_on_map", "count", len(rows)),
            ("managers", "count", current["manager_id"].nunique()),
            ("coverage", "share", placed.mean() if len(placed) else float("nan")))]
    outcome = "box" if record.framework.has_map else "performance"
    found = rows[outcome].dropna().astype("int64")
    if record.framework.has_map:
        names = {box.number: f"{box.number} {box.name}" for box in record.framework.boxes}
    else:
        names = {level.level: f"{level.level} {level.label}" for level in record.framework.performance}
    shares = found.value_counts(normalize=True)
    figures += [(f"{outcome} {number}", names.get(number, str(number)), "share", float(shares.get(number, 0.0)))
                for number in sorted({*names, *found.unique()})]
    return pd.DataFrame(figures, columns=["measure", "label", "kind", "value"])
