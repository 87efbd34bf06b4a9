"""Who is in the room's scope: everyone of a cycle with the placement as it stands, the ground for decisions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from my121_analytics.workforce.counts import outcomes_in_cycle
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import NO_PLACEMENT, Result, Table, describe
from my121_analytics.workforce.schema import MANAGER, ORGANISATION


@dataclass(frozen=True, repr=False)
class RosterResult(Result):
    """Table ``people``: one row per employee and post of the cycle, with or without a placement."""


def list_roster(workforce: Workforce, *, cycle: str | None = None, filters: dict[str, str] | None = None,
                ) -> RosterResult:
    """List everyone who is placed, or should be, in a cycle.

    Parameters
    ----------
    workforce
        The record.
    cycle
        Default: the latest.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    RosterResult
        Table ``people``: employee_id, name, post_id, cycle, directorate, service, team, role, rater_id, rater_name
        (the manager where nobody has rated), performance, potential, box (missing where not placed) and box_name.
    """
    cycle = workforce.check_cycle(cycle)
    rows = outcomes_in_cycle(workforce, cycle, columns=[*ORGANISATION, "role"])
    for column, value in (filters or {}).items():
        rows = rows[rows[column] == value]
    employee = rows["employee_id"].astype("str")
    manager = rows["rater_id"].astype("str").where(rows["rater_id"].notna(), rows["manager_id"].astype("str"))
    boxes = {box.number: box.name for box in workforce.framework.boxes}
    frame = pd.DataFrame({
        "employee_id": employee, "name": employee.map(workforce.names), "post_id": rows["post_id"].astype("str"),
        "cycle": cycle, **{column: rows[column] for column in (*ORGANISATION, "role")}, "rater_id": manager,
        "rater_name": manager.map(workforce.names).where(lambda names: names.notna(), manager),
        **{axis: rows[axis].astype("Int64") for axis in ("performance", "potential", "box")},
        "box_name": rows["box"].map(boxes).astype("str").fillna(NO_PLACEMENT)})
    frame = frame.sort_values([*ORGANISATION, "name", "employee_id", "post_id"], kind="stable").reset_index(drop=True)
    about = describe("roster", counts="posts", source=MANAGER, as_of=workforce.as_of, cycle=cycle, filters=filters,
                     n=len(frame))
    table = Table(frame, keys=("employee_id", "post_id"), people=("employee_id", "name", "rater_id", "rater_name"),
                  unit_columns=ORGANISATION)
    return RosterResult(about, {"people": table})
