"""What a meeting changed: which placements moved and which way, how far managers are apart, and gaps between groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.calibration.decision_lines import CHANGED, KEYS
from my121_analytics.calibration.decisions import Calibration
from my121_analytics.workforce.counts import join_posts, outcomes_in_cycle
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import ESTIMATE, LABEL, TOTAL, Fact, Result, Table, describe
from my121_analytics.workforce.schema import AXES, CALIBRATED, ORGANISATION, PROTECTED

FACTS = {"n_decided": Fact("posts"), "n_changed": Fact("posts"), "spread_before": ESTIMATE, "spread_after": ESTIMATE,
         "shuffled_lower": ESTIMATE, "shuffled_upper": ESTIMATE, "detectable": ESTIMATE, "n_managers": Fact("managers"),
         "reading": LABEL, "n_shuffles": LABEL, "seed": LABEL}
FEWEST_RATINGS = 5
"""Managers with fewer ratings are left out of the spread: their means move by chance."""
SHUFFLES, SEED = 2000, 20240401
"""Random orders of the changes, and the seed that makes them the same each time."""
FEWEST_CHANGES = 10
"""Changes one way under which they are not shown by group at all."""
POWER = 2.8
"""Standard errors from which a difference is seen four times in five at the 5 % level: 1.96 + 0.84."""
_AUDIT_PEOPLE = ("employee_id", "name", "rater_id", "reason", "manager_view", "employee_view", "agreed_by")


@dataclass(frozen=True, repr=False)
class EffectResult(Result):
    """The effect of a meeting; made by :func:`measure_effect`."""


@dataclass(frozen=True, repr=False)
class GapsResult(Result):
    """How the groups of staff fared at a meeting; made by :func:`measure_gaps`."""


def measure_effect(before: Workforce, calibration: Calibration) -> EffectResult:
    """Say what the decisions changed, in steps on the two axes (box numbers are never subtracted).

    Parameters
    ----------
    before
        The record before the meeting.
    calibration
        As applied.

    Returns
    -------
    EffectResult
        Tables ``steps`` (axis, step, n), ``teams`` (directorate, service, team, n_decided, n_changed, n_first,
        performance_up, performance_down, potential_up, potential_down), ``placements`` (box, n_before, n_after over
        the cycle; with a map) and ``audit`` (one row per decision, names people). Facts: n_decided, n_changed,
        n_managers, spread_before and spread_after (standard deviation between managers' mean performance ratings,
        managers with 5 or more), shuffled_lower and shuffled_upper (what the change of the spread would have been,
        for 95 % of the shuffles), detectable, reading (closer, further, cannot_tell).

    Notes
    -----
    The changes are shuffled among the people decided on who had the same performance rating in the same directorate:
    what is left is whether the meeting's changes fell on managers as chance would have it. A smaller spread shows
    that managers rate more alike, not that they rate better.
    """
    audit = calibration.audit
    cycles = list(dict.fromkeys(audit["cycle"].astype("str"))) or [before.latest_cycle]
    earlier = pd.concat([outcomes_in_cycle(before, cycle) for cycle in cycles])
    later = pd.concat([outcomes_in_cycle(calibration.workforce, cycle, source=CALIBRATED) for cycle in cycles])
    located = _locate(before, audit)
    tables = {"steps": Table(_count_steps(audit), keys=("axis", "step"), count="n"),
              "teams": Table(_count_by_team(located), keys=ORGANISATION, count="n_decided", unit_columns=ORGANISATION,
                             parts=("n_changed", "n_first", *(f"{axis}_{way}" for axis in AXES
                                                              for way in ("up", "down")))),
              "audit": Table(audit, keys=("row",), people=_AUDIT_PEOPLE)}
    if before.framework.has_map:
        numbers = [0, *(box.number for box in before.framework.boxes)]
        tables["placements"] = Table(pd.DataFrame({
            "box": numbers, "n_before": _count_boxes(earlier, numbers), "n_after": _count_boxes(later, numbers)}),
            keys=("box",), count="n_before", parts=("n_after",))
    facts: dict[str, float | int | str | None] = {
        "n_decided": len(audit), "n_changed": int((audit["outcome"] == CHANGED).sum()),
        **_compare_spread(earlier, located), "n_shuffles": SHUFFLES, "seed": SEED}
    about = describe("effect", counts="posts", as_of=before.as_of, cycle=", ".join(cycles), n=len(audit))
    return EffectResult(about, tables, facts, FACTS, before.settings)


def measure_gaps(before: Workforce, calibration: Calibration) -> GapsResult:
    """Say how the groups of each protected characteristic in the record fared, for release under the publish rules.

    Parameters
    ----------
    before, calibration
        As for :func:`measure_effect`.

    Returns
    -------
    GapsResult
        A table ``gap_<characteristic>`` for each that is recorded for anybody: the group, n (posts placed), n_up and
        n_down (performance), and a row for all. Facts ``detectable_<characteristic>``: the smallest difference between
        two groups' mean change, in steps, that would have been seen four times in five. No table at all where fewer
        than 10 changes went one way: those who were in the meeting know the sum, and could take a shown zero off it.
    """
    cycles = list(dict.fromkeys(calibration.audit["cycle"].astype("str"))) or [before.latest_cycle]
    earlier = pd.concat([outcomes_in_cycle(before, cycle, columns=PROTECTED).assign(cycle=cycle) for cycle in cycles])
    after = calibration.audit.set_index(list(KEYS))["performance_after"] if len(calibration.audit) else pd.Series()
    placed = earlier[earlier["performance"].notna()].reset_index(drop=True)
    keys = pd.MultiIndex.from_arrays([placed[key].astype("str").fillna("") for key in KEYS])
    first = placed["performance"].astype("int64")
    then = pd.Series(after.reindex(keys).to_numpy() if len(after) else np.nan, index=placed.index)
    then = then.where(then > 0, first).astype("int64")
    tables, facts, declared = {}, {}, {}
    known = [int((then > first).sum()), int((then < first).sum())]
    can_be_shown = any(known) and not any(0 < n < FEWEST_CHANGES for n in known)
    for column in PROTECTED:
        if placed[column].nunique() < 2 or not can_be_shown:
            continue
        tables[f"gap_{column}"] = _count_group(placed, column, first, then)
        facts[f"detectable_{column}"] = _detectable_gap(placed[column], then - first)
        declared[f"detectable_{column}"] = ESTIMATE
    about = describe("effect_gaps", counts="posts", as_of=before.as_of, cycle=", ".join(cycles), n=len(placed))
    return GapsResult(about, tables, facts, declared, before.settings)


def _count_steps(audit: pd.DataFrame) -> pd.DataFrame:
    steps = [(axis, int(step), int(n)) for axis in AXES
             for step, n in (audit[f"{axis}_after"] - audit[f"{axis}_before"])[
                 (audit[f"{axis}_after"] > 0) & (audit[f"{axis}_before"] > 0)].value_counts().sort_index().items()]
    return pd.DataFrame(steps, columns=["axis", "step", "n"])


def _locate(before: Workforce, audit: pd.DataFrame) -> pd.DataFrame:
    """Add to each decision the unit it belongs to."""
    if audit.empty:
        return audit.assign(**dict.fromkeys(ORGANISATION, ""))
    shared = {key: before.placements[key].dtype for key in ("employee_id", "post_id")}
    ids = pd.DataFrame({key: pd.Categorical(audit[key], categories=dtype.categories) for key, dtype in shared.items()})
    placed = join_posts(before, ids.assign(cycle=audit["cycle"].to_numpy()), list(ORGANISATION))
    return audit.assign(**{column: placed[column].astype("str").fillna("").to_numpy() for column in ORGANISATION})


def _count_by_team(located: pd.DataFrame) -> pd.DataFrame:
    counts = {"n_decided": pd.Series(True, index=located.index), "n_changed": located["outcome"] == CHANGED}
    is_first = (located[[f"{axis}_before" for axis in ("box", *AXES)]] == 0).all(axis="columns")
    counts["n_first"] = is_first
    for axis in AXES:
        known = (located[f"{axis}_before"] > 0) & (located[f"{axis}_after"] > 0)
        step = (located[f"{axis}_after"] - located[f"{axis}_before"]).where(known, 0)
        counts |= {f"{axis}_up": step > 0, f"{axis}_down": step < 0}
    frame = pd.DataFrame({**{column: located[column] for column in ORGANISATION}, **counts})
    return frame.groupby(list(ORGANISATION), sort=True)[list(counts)].sum().astype("int64").reset_index()


def _count_boxes(rows: pd.DataFrame, numbers: list[int]) -> np.ndarray:
    return rows["box"].fillna(0).astype("int64").value_counts().reindex(numbers, fill_value=0).to_numpy()


# Spread between managers ------------------------------------------------------------------------------------------


def _compare_spread(earlier: pd.DataFrame, located: pd.DataFrame) -> dict[str, float | int | str | None]:
    """Hold the change of the spread between managers against the same changes in another order."""
    rated = earlier[earlier["performance"].notna() & earlier["rater_id"].notna()]
    n_by_rater = rated.groupby(rated["rater_id"].astype("str"))["performance"].agg(["mean", "size"])
    n_by_rater = n_by_rater[n_by_rater["size"] >= FEWEST_RATINGS]
    empty: dict[str, float | int | str | None] = dict.fromkeys(
        ("spread_before", "spread_after", "shuffled_lower", "shuffled_upper", "detectable"))
    if len(n_by_rater) < 2:
        return {**empty, "n_managers": len(n_by_rater), "reading": "cannot_tell"}
    means, sizes = n_by_rater["mean"].to_numpy(dtype=np.float64), n_by_rater["size"].to_numpy(dtype=np.float64)
    decided = located[(located["performance_before"] > 0) & (located["performance_after"] > 0)]
    steps = (decided["performance_after"] - decided["performance_before"]).to_numpy(dtype=np.float64)
    rater = n_by_rater.index.get_indexer(decided["rater_id"].astype("str"))

    def spread(orders: np.ndarray) -> np.ndarray:
        """Give the spread for each row of changes: rows by managers, managers outside the comparison left out."""
        moved = np.zeros((len(orders), len(means) + 1))
        np.add.at(moved.T, rater, orders.T)
        return np.std(means + moved[:, :-1] / sizes, axis=1, ddof=1)

    before, after = float(np.std(means, ddof=1)), float(spread(steps[None, :])[0])
    strata = decided["directorate"].astype("str") + "|" + decided["performance_before"].astype("str")
    shuffled = spread(_shuffle(steps, strata.to_numpy())) - before
    lower, upper = (float(end) for end in np.quantile(shuffled, [0.025, 0.975]))
    deviation = float(shuffled.std(ddof=1))
    change = after - before
    reading = "cannot_tell" if deviation < 1e-12 or lower <= change <= upper else "closer" if change < lower else \
        "further"
    return {"spread_before": before, "spread_after": after, "shuffled_lower": lower, "shuffled_upper": upper,
            "detectable": POWER * deviation if deviation >= 1e-12 else None, "n_managers": len(n_by_rater),
            "reading": reading}


def _shuffle(steps: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Put the changes into random orders within each stratum: one row a shuffle."""
    random = np.random.default_rng(SEED)
    orders = np.tile(steps, (SHUFFLES, 1))
    for stratum in sorted(set(strata)):
        where = np.flatnonzero(strata == stratum)
        orders[:, where] = random.permuted(orders[:, where], axis=1)
    return orders


# Groups -----------------------------------------------------------------------------------------------------------


def _count_group(placed: pd.DataFrame, column: str, first: pd.Series, then: pd.Series) -> Table:
    counts = ["n", "n_up", "n_down"]
    flags = pd.DataFrame({column: placed[column].astype("str"), "n": True, "n_up": then > first,
                          "n_down": then < first})
    frame = flags.groupby(column, sort=True)[counts].sum().astype("int64").reset_index()
    whole = frame[counts].sum().to_frame().T.assign(**{column: TOTAL})
    return Table(pd.concat([frame, whole], ignore_index=True)[[column, *counts]], keys=(column,), count="n",
                 parts=tuple(counts[1:]), protected=(column,), sums=(column,))


def _detectable_gap(groups: pd.Series, steps: pd.Series) -> float | None:
    """Give the smallest difference of the two largest groups' mean changes that would have been seen."""
    sizes = groups.astype("str").value_counts()
    deviation = float(steps.std(ddof=1)) if len(steps) > 1 else 0.0
    if len(sizes) < 2 or deviation == 0:
        return None
    return POWER * deviation * float(np.sqrt(1 / sizes.iloc[0] + 1 / sizes.iloc[1]))


