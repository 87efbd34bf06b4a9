"""Reasons to talk about somebody: each finds people in the record and puts one question about the evidence.

No reason looks at a protected characteristic, and no question says what a rating should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import (
    count_conversations,
    outcomes_in_cycle,
    pair_self,
    select_placements,
    year_to,
)
from my121_analytics.workforce.record import Workforce, is_employed, months_between, remembered
from my121_analytics.workforce.schema import AXES, CALIBRATED, ORGANISATION

STEPS_APART = 2
"""Steps on one axis from which two views are too far apart to be a shade of opinion; one step is."""
STARTER_MONTHS = 6
"""Months in post under which somebody counts as new: the usual probation in local government."""
MIN_OBJECTIVES = 3
"""Fewer objectives say too little to hold against a rating."""
FEW_MET = 0.25
"""Share of objectives met up to which they are few."""
CENTRE_MONTHS = 24
"""Months in the middle box from which it may stand for "nobody has looked": four half-yearly cycles."""
YEARS_FROM = 24
"""Months from which a time is told in years."""
LONG_UNSEEN = 4
"""Cycles with a meeting in which somebody was placed, and in none of them discussed."""


@dataclass(frozen=True)
class CycleRecord:
    """What the record says of everyone in post at the end of a cycle: what the reasons look at.

    Parameters
    ----------
    rows
        One row per employee and post in force: as from ``outcomes_in_cycle``, with the unit columns, ``role``,
        ``is_key``, ``has_placement``, ``level_<axis>`` (as recorded, else from the box; 0: none), ``months_in_box``,
        and where the record holds them ``before_<axis>``, ``before_box``, ``self_<axis>``, ``self_box``,
        ``agreed_box``, ``n_agreed``, ``n_cycles``, ``n_set``, ``n_met``, ``n_conversations`` (of any kind, in the
        twelve months to the cycle's end), ``last_held_on``, ``n_open_actions``, ``has_successor``, ``is_pattern``.
    framework, settings
        Labels, places on the map, thresholds.
    cycle_before
        Label of the cycle before; empty for the first.
    cycle
        Label of the cycle discussed.
    """

    rows: pd.DataFrame
    framework: Framework
    settings: Settings
    cycle_before: str
    cycle: str = ""


@dataclass(frozen=True)
class Reason:
    """One reason.

    Parameters
    ----------
    code
        Entry of the catalogue's groups ``agenda_reason`` and ``agenda_question``.
    weight
        What a discussion can settle. 3: those in the room can weigh the evidence and decide. 2: a plan can be agreed.
        1: somebody has to act outside the meeting, or the question is about a post or a team.
    needs
        Columns of ``CycleRecord.rows`` without which it cannot be checked.
    needs_map
        Whether it speaks of boxes.
    ask
        Gives the question for each row concerned, on the rows' index.
    """

    code: str
    weight: int
    ask: Callable[[CycleRecord], pd.Series]
    needs: tuple[str, ...] = ()
    needs_map: bool = False

    def can_be_checked(self, record: CycleRecord) -> bool:
        """Tell whether the record holds what this reason looks at."""
        return set(self.needs) <= set(record.rows.columns) and (record.framework.has_map or not self.needs_map)


def gather_cycle_record(workforce: Workforce, cycle: str, settings: Settings,
                        pattern_raters: Set[str] | None = None) -> CycleRecord:
    """Bring together what the record says of everyone in post at the end of a cycle.

    Parameters
    ----------
    workforce
        The record.
    cycle
        A cycle of it.
    settings
        Thresholds.
    pattern_raters
        Managers whose ratings show a pattern to discuss; None: not estimated.

    Returns
    -------
    CycleRecord
    """
    raters = None if pattern_raters is None else frozenset(pattern_raters)
    rows = _gather_rows(workforce, cycle, raters)
    return CycleRecord(rows, workforce.framework, settings, workforce.previous_cycle(cycle) or "", cycle)


@remembered
def _gather_rows(workforce: Workforce, cycle: str, pattern_raters: frozenset[str] | None) -> pd.DataFrame:
    """Gather the rows of :class:`CycleRecord`: every unit's agenda looks at the same ones."""
    rows = outcomes_in_cycle(workforce, cycle, columns=[*ORGANISATION, "role", "is_key", "is_main"])
    rows = rows[rows["in_force"]].reset_index(drop=True)
    rows["rater_id"] = rows["rater_id"].fillna(rows["manager_id"])  # who placed, else who should
    rows["has_placement"] = rows["performance"].notna() | rows["box"].notna()
    rows = rows.assign(**{f"level_{axis}": _levels(rows, workforce.framework, axis) for axis in AXES})
    before = workforce.previous_cycle(cycle)
    for add in (_add_before(workforce, before), _add_self(workforce, cycle)):
        if add is not None:
            rows = rows.merge(add, on=["employee_id", "post_id"], how="left")
    counts = {**_objectives(workforce, cycle), **_conversations(workforce, cycle), **_open_actions(workforce, cycle)}
    for column, values in counts.items():
        found = values.reindex(rows["employee_id"].astype("str"))
        rows[column] = (found if column == "last_held_on" else found.fillna(0)).to_numpy()
    rows = _add_agreed(rows, workforce, cycle)
    rows["months_in_box"] = _months_in_box(rows, workforce, cycle)
    if len(workforce.successors):
        stayed = is_employed(workforce.employees, workforce.successors["employee_id"], workforce.cycle_end(cycle))
        rows["has_successor"] = rows["post_id"].isin(workforce.successors.loc[stayed, "post_id"])
    if pattern_raters is not None:
        rows["is_pattern"] = rows["has_placement"] & rows["rater_id"].isin(pattern_raters)
    return rows


def _levels(rows: pd.DataFrame, framework: Framework, axis: str) -> np.ndarray:
    """Give the level recorded, else the one that the box stands for; 0 where neither is known."""
    recorded = rows[axis].fillna(0).to_numpy(dtype=np.int64)
    if not framework.has_map:
        return recorded
    from_box = framework.axes_of(rows["box"].fillna(0).to_numpy(dtype=np.int64))[AXES.index(axis)]
    return np.where(recorded > 0, recorded, from_box)


def _add_before(workforce: Workforce, before: str | None) -> pd.DataFrame | None:
    if before is None:
        return None
    placed = select_placements(workforce, cycles=[before])
    return placed[["employee_id", "post_id"]].assign(before_box=placed["box"], **{
        f"before_{axis}": _levels(placed, workforce.framework, axis) for axis in AXES})


def _add_self(workforce: Workforce, cycle: str) -> pd.DataFrame | None:
    pairs = pair_self(workforce, cycle=cycle)
    if pairs.empty:
        return None
    own = pairs[["employee_id", "post_id"]].assign(
        **{axis: pairs[f"{axis}_self"] for axis in AXES}, box=pairs["box_self"])
    return own[["employee_id", "post_id"]].assign(self_box=own["box"], **{
        f"self_{axis}": _levels(own, workforce.framework, axis) for axis in AXES})


def _add_agreed(rows: pd.DataFrame, workforce: Workforce, cycle: str) -> pd.DataFrame:
    """Add what meetings agreed: the box of this cycle, in how many cycles, and of how many with a meeting.

    Where no meeting's placements are in the record, only the empty box is added.
    """
    known = [str(label) for label in workforce.cycles["label"]]
    known = known[:known.index(cycle) + 1]
    agreed = select_placements(workforce, source=CALIBRATED, cycles=known)
    if agreed.empty:
        return rows.assign(agreed_box=pd.array([None] * len(rows), dtype="Int64"))
    now = agreed.loc[agreed["cycle"] == cycle, ["employee_id", "post_id", "box"]].rename(columns={"box": "agreed_box"})
    rows = rows.merge(now, on=["employee_id", "post_id"], how="left")
    person = rows["employee_id"].astype("str")
    met = sorted(agreed["cycle"].astype("str").unique())  # cycles in which a meeting agreed anything
    for column, table in (("n_agreed", agreed), ("n_cycles", select_placements(workforce, cycles=met))):
        n = table.groupby(table["employee_id"].astype("str"))["cycle"].nunique()
        rows[column] = n.reindex(person).fillna(0).astype("int64").to_numpy()
    return rows


def _months_in_box(rows: pd.DataFrame, workforce: Workforce, cycle: str) -> pd.Series:
    """Count the months since the first placement of the unbroken run in the present box; missing without a box."""
    known = [str(label) for label in workforce.cycles["label"]]
    known = known[:known.index(cycle) + 1]
    every = select_placements(workforce, cycles=known)[["employee_id", "post_id", "cycle", "box", "placed_on"]]
    since = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    running = rows["box"].notna()
    for label in reversed(known):
        start = workforce.cycles.set_index("label").loc[label, "start"]
        placed = every[every["cycle"] == label].drop(columns="cycle")
        placed = placed.assign(placed_on=placed["placed_on"].fillna(start))
        then = rows[["employee_id", "post_id"]].merge(placed.rename(columns={"box": "then"}), how="left",
                                                      on=["employee_id", "post_id"])
        running = running & (then["then"].to_numpy() == rows["box"]).fillna(False).astype(bool)
        since = since.mask(running, then["placed_on"].to_numpy())
        if not running.any():
            break
    return months_between(since, workforce.cycle_end(cycle)).astype("Int32")


def _open_actions(workforce: Workforce, cycle: str) -> Mapping[str, pd.Series]:
    """Count each person's development actions that are not completed at the cycle's end."""
    table = workforce.development_actions
    if table.empty:
        return {}
    end = workforce.cycle_end(cycle)
    begun = table["agreed_on"].isna() | (table["agreed_on"] <= end)
    still = table["completed_on"].isna() | (table["completed_on"] > end)
    return {"n_open_actions": table.loc[begun & still, "employee_id"].astype("str").value_counts()}


def _objectives(workforce: Workforce, cycle: str) -> Mapping[str, pd.Series]:
    """Add up the objectives of results and behaviour; development objectives do not bear on the rating."""
    table = workforce.objectives
    table = table[(table["cycle"] == cycle) & (table["kind"].isna() | (table["kind"] != "development"))]
    table = table[table["n_set"].notna() & table["n_met"].notna()]
    if table.empty:
        return {}
    sums = table.groupby("employee_id", observed=True)[["n_set", "n_met"]].sum().astype("int64")
    sums.index = sums.index.astype("str")
    return {column: sums[column] for column in sums}


def _conversations(workforce: Workforce, cycle: str) -> Mapping[str, pd.Series]:
    """Count each person's conversations, as coverage does; nothing where the record holds none for anybody."""
    start, end = year_to(workforce.cycle_end(cycle))
    held = count_conversations(workforce, start=start, end=end).set_index("employee_id")
    if held.empty:
        return {}
    return {"n_conversations": held["n_formal"] + held["n_catch_up"], "last_held_on": held["last_held_on"]}


def _ask_rating_and_box(record: CycleRecord) -> pd.Series:
    framework, rows = record.framework, record.rows
    places = {b.number: (b.performance, b.potential) for b in framework.boxes}
    box = rows["box"].fillna(0).astype("int64")
    column = rows["performance"].fillna(0).astype("int64").map(
        {0: 0, **dict(enumerate(framework.map_columns, start=1))})
    recorded = (column, rows["potential"].fillna(0).astype("int64"))
    differs = pd.Series(False, index=rows.index)
    for position, level in enumerate(recorded):
        differs |= (level > 0) & (level != box.map({n: place[position] for n, place in places.items()}))
    chosen = rows[differs & (box > 0) & ~rows["derived"]]
    return _say_each(chosen, "rating_and_box", ["box", *AXES], lambda box, performance, potential: {
        "box": _box(framework, box), "ratings": _ratings(framework, performance, potential)})


def _ask_box3_long(record: CycleRecord) -> pd.Series:
    months = record.settings.coverage.box3_months
    chosen = _at_place(record, 1, 3, record.rows["tenure_months"] >= months)
    return _say_each(chosen, "box3_long", ["box", "tenure_months"], lambda box, tenure: {
        "box": _box(record.framework, box), "months": say_months(tenure)})


def _ask_starter_lowest(record: CycleRecord) -> pd.Series:
    chosen = _at_place(record, 1, 1, record.rows["tenure_months"] < STARTER_MONTHS)
    return _say_each(chosen, "starter_lowest", ["box", "tenure_months"], lambda box, tenure: {
        "box": _box(record.framework, box), "months": say_months(tenure)})


def _ask_box9_plan(record: CycleRecord) -> pd.Series:
    is_new = (record.rows["tenure_months"] < STARTER_MONTHS).fillna(False)
    rows = _at_place(record, 1, 1, ~is_new)
    rows = rows.assign(n_open=rows.get("n_open_actions", -1))
    return _say_each(rows, "box9_plan", ["box", "months_in_box", "n_open"], lambda box, months, n_open: {
        "box": _box(record.framework, box), "months": say_months(0 if pd.isna(months) else months),
        "plan": say("agenda_word", {-1: "plan_unknown", 0: "plan_none"}.get(int(n_open), "plan_open"), n=int(n_open))})


def _ask_centre_box(record: CycleRecord) -> pd.Series:
    asked = record.settings.pack.ask_centre_box
    chosen = _at_place(record, 2, 2, (record.rows["months_in_box"] >= CENTRE_MONTHS) & asked)
    return _say_each(chosen, "centre_box", ["box", "months_in_box"], lambda box, months: {
        "box": _box(record.framework, box), "months": say_months(months)})


def _ask_never_discussed(record: CycleRecord) -> pd.Series:
    rows = record.rows
    chosen = rows[rows["has_placement"] & (rows["n_agreed"] == 0) & (rows["n_cycles"] >= LONG_UNSEEN)]
    return _say_each(chosen, "never_discussed", ["n_cycles"], lambda n_cycles: {"n": int(n_cycles)})


def _ask_self_apart(record: CycleRecord) -> pd.Series:
    gap = _gaps(record.rows, "self_")
    far = _say_far(record.rows, gap, "self_apart", {})
    crossed = (gap["performance"] * gap["potential"] < 0) & ~record.rows.index.isin(far.index)
    opposite = _say_each(gap.assign(up=gap["performance"] > 0)[crossed], "self_crossed", ["up"], lambda up: {
        "higher": say("agenda_word", AXES[0 if up else 1]), "lower": say("agenda_word", AXES[1 if up else 0])})
    return pd.concat([far, opposite])


def _ask_moved_far(record: CycleRecord) -> pd.Series:
    return _say_far(record.rows, _gaps(record.rows, "before_"), "moved_far", {"before": record.cycle_before})


def _ask_no_placement(record: CycleRecord) -> pd.Series:
    rows = record.rows
    return _say_each(rows[~rows["has_placement"] & (rows["is_key"] != "True")], "no_placement")


def _ask_key_post_unplaced(record: CycleRecord) -> pd.Series:
    rows = record.rows
    return _say_each(rows[~rows["has_placement"] & (rows["is_key"] == "True")], "key_post_unplaced")


def _ask_key_post_no_successor(record: CycleRecord) -> pd.Series:
    rows = record.rows
    return _say_each(rows[(rows["is_key"] == "True") & ~rows["has_successor"]], "key_post_no_successor")


def _ask_objectives_apart(record: CycleRecord) -> pd.Series:
    rows, framework = record.rows, record.framework
    enough = rows["n_set"] >= MIN_OBJECTIVES
    level = rows["level_performance"]
    all_but_low = enough & (rows["n_met"] >= rows["n_set"]) & (level == 1)
    few_but_high = enough & (rows["n_met"] <= FEW_MET * rows["n_set"]) & (level == framework.n_performance)
    return _say_each(rows[all_but_low | few_but_high], "objectives_apart", ["n_met", "n_set", "level_performance"],
                     lambda n_met, n_set, level: {"n_met": int(n_met), "n_set": int(n_set),
                                                  "rating": framework.label("performance", level)})


def _ask_posts_apart(record: CycleRecord) -> pd.Series:
    rated = record.rows[record.rows["level_performance"] > 0]
    levels = rated.groupby("employee_id", observed=True)["level_performance"]
    rated = rated.assign(low=levels.transform("min"), high=levels.transform("max"))
    return _say_each(rated[rated["low"] < rated["high"]], "posts_apart", ["low", "high"], lambda low, high: {
        "low": record.framework.label("performance", low), "high": record.framework.label("performance", high)})


def _ask_no_conversation(record: CycleRecord) -> pd.Series:
    rows = record.rows
    return _say_each(rows[rows["has_placement"] & (rows["n_conversations"] == 0)], "no_conversation")


def _ask_manager_pattern(record: CycleRecord) -> pd.Series:
    return _say_each(record.rows[record.rows["is_pattern"]], "manager_pattern")


REASONS = (
    Reason("rating_and_box", 3, _ask_rating_and_box, needs_map=True),
    Reason("objectives_apart", 3, _ask_objectives_apart, needs=("n_set", "n_met")),
    Reason("self_apart", 3, _ask_self_apart, needs=("self_performance",)),
    Reason("moved_far", 3, _ask_moved_far, needs=("before_performance",)),
    Reason("posts_apart", 3, _ask_posts_apart),
    Reason("box3_long", 2, _ask_box3_long, needs_map=True),
    Reason("box9_plan", 2, _ask_box9_plan, needs_map=True),
    Reason("starter_lowest", 2, _ask_starter_lowest, needs_map=True),
    Reason("key_post_unplaced", 2, _ask_key_post_unplaced),
    Reason("centre_box", 1, _ask_centre_box, needs_map=True),
    Reason("never_discussed", 1, _ask_never_discussed, needs=("n_agreed",)),
    Reason("no_placement", 1, _ask_no_placement),
    Reason("no_conversation", 1, _ask_no_conversation, needs=("n_conversations",)),
    Reason("key_post_no_successor", 1, _ask_key_post_no_successor, needs=("has_successor",)),
    Reason("manager_pattern", 1, _ask_manager_pattern, needs=("is_pattern",)),
)
"""Heaviest first; within a weight, in the order in which a meeting would want to hear them."""


def _at_place(record: CycleRecord, performance: int, potential: int, when: pd.Series) -> pd.DataFrame:
    """Choose rows in the box at one place of the map (on a council's own map the number may be another)."""
    numbers = [b.number for b in record.framework.boxes if (b.performance, b.potential) == (performance, potential)]
    return record.rows[record.rows["box"].isin(numbers) & when.fillna(False).astype(bool)]


def _gaps(rows: pd.DataFrame, other: str) -> pd.DataFrame:
    """Subtract another view from the manager's on each axis; 0 where either is missing."""
    gaps = {}
    for axis in AXES:
        theirs = rows[f"{other}{axis}"].fillna(0)
        gaps[axis] = (rows[f"level_{axis}"] - theirs).where((rows[f"level_{axis}"] > 0) & (theirs > 0), 0)
    return pd.DataFrame(gaps).astype("int64")


def _say_far(rows: pd.DataFrame, gap: pd.DataFrame, code: str, values: dict[str, str]) -> pd.Series:
    """Ask about the axis with the larger gap where it reaches the threshold."""
    size = gap.abs()
    on_potential = size["potential"] > size["performance"]
    steps = gap["performance"].where(~on_potential, gap["potential"])
    chosen = rows.assign(axis=np.where(on_potential, AXES[1], AXES[0]), steps=steps)[steps.abs() >= STEPS_APART]
    return _say_each(chosen, code, ["axis", "steps"], lambda axis, steps: {
        **values, "axis": say("agenda_word", axis), "steps": abs(steps),
        "direction": say("agenda_word", "up" if steps > 0 else "down")})


def _say_each(chosen: pd.DataFrame, code: str, columns: list[str] | None = None,
              fill: Callable[..., dict[str, object]] | None = None) -> pd.Series:
    """Put the question to each row; the sentence is made once for each combination of what stands in it."""
    if fill is None or not columns:
        return pd.Series(say("agenda_question", code), index=chosen.index, dtype="str")
    keys = pd.MultiIndex.from_frame(chosen[columns].astype("object"))
    row_of, distinct = pd.factorize(keys)
    sentences = np.array([say("agenda_question", code, **fill(*key)) for key in distinct], dtype=object)
    return pd.Series(sentences[row_of] if len(chosen) else [], index=chosen.index, dtype="str")


def _box(framework: Framework, number: int) -> str:
    return say("agenda_word", "box", number=number, name=framework.box(int(number)).name)


def _ratings(framework: Framework, *levels: float) -> str:
    labels = [framework.label(axis, int(level)) for axis, level in zip(AXES, levels, strict=True) if not pd.isna(level)]
    axes = [say("agenda_word", axis) for axis, level in zip(AXES, levels, strict=True) if not pd.isna(level)]
    return ", ".join(f"{axis}: {label}" for axis, label in zip(axes, labels, strict=True))


def say_months(months: int) -> str:
    """Write a time in months, from two years on in whole years."""
    if int(months) >= YEARS_FROM:
        return say("agenda_word", "years", n=int(months) // 12)
    code = {0: "months_none", 1: "months_one"}.get(int(months), "months")
    return say("agenda_word", code, n=int(months))
