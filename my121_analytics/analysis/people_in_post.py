"""Everyone in post at the end of a cycle, each once, with the main post's placement and the time in it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from my121_analytics.workforce.counts import NOT_RECORDED, keep_matching, outcomes_in_cycle
from my121_analytics.workforce.record import Workforce, main_posts, months_between, of_employee
from my121_analytics.workforce.schema import ORGANISATION


def list_people_in_post(workforce: Workforce, cycle: str, *, columns: Sequence[str] = (),
                        filters: dict[str, str] | None = None) -> pd.DataFrame:
    """List everyone in post at the end of a cycle, each once.

    Parameters
    ----------
    workforce
        The record.
    cycle
        A cycle of the record.
    columns
        Columns of posts or employees to add to the columns of the organisation; ``Not recorded`` where missing.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    pandas.DataFrame
        employee_id, post_id, manager_id (text, ``Not recorded`` where missing), name, manager, the columns of the
        organisation and those asked for, box, level (0: none), placed_on, tenure_months (in the post), months_employed
        (missing where not known).
    """
    wanted = list(dict.fromkeys([*ORGANISATION, *columns]))
    rows = keep_matching(outcomes_in_cycle(workforce, cycle, columns=[*wanted, *(filters or {})]), filters)
    rows = rows[rows["in_force"]]
    main = main_posts(workforce.posts_in_cycle(cycle))
    own = main["post_id"].astype("str").set_axis(main["employee_id"].astype("str"))
    is_main = (rows["post_id"].astype("str") == own.reindex(rows["employee_id"].astype("str")).to_numpy())
    rows = rows[(is_main | rows["post_id"].isna()).to_numpy()].drop_duplicates("employee_id").reset_index(drop=True)
    started = of_employee(workforce.employees, rows["employee_id"], "started")
    months = months_between(started, workforce.cycle_end(cycle))
    ids, managers = rows["employee_id"].astype("str"), _text(rows["manager_id"])
    return pd.DataFrame({"employee_id": ids, "name": workforce.names_of(ids), "post_id": _text(rows["post_id"]),
                         "manager_id": managers, "manager": workforce.names_of(managers),
                         **{column: _text(rows[column]) for column in wanted},
                         "box": rows["box"].fillna(0).astype("int64"),
                         "level": rows["performance"].fillna(0).astype("int64"), "placed_on": rows["placed_on"],
                         "tenure_months": rows["tenure_months"].astype("Float64"),
                         "months_employed": months.where(months >= 0).astype("Float64")})


def _text(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), NOT_RECORDED).astype("str")
