"""What came of reading exports, as tables for files and as facts for a manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from my121_analytics.ingest.corrections import CHECK_KEY, check_code
from my121_analytics.ingest.intake import Intake
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import TABLES, column_names


def tabulate_intake(intake: Intake) -> dict[str, pd.DataFrame]:
    """Give the tables of a check as they are written out: ids and categories as text, dates as dates.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    dict
        ``employees`` (one row per person, the main post flattened), ``placements`` and ``conversations`` (the
        schema's columns), ``quarantine`` (its records with the check code by which a correction is held against the
        row it is for) and ``findings``.
    """
    workforce = intake.workforce
    codes = row_checks(intake)
    records = [json.dumps({**json.loads(record), CHECK_KEY: code}, ensure_ascii=False)
               for record, code in zip(intake.quarantine["record"], codes, strict=True)]
    return {"employees": _flatten_main_posts(workforce), "placements": _as_text(workforce.placements),
            "conversations": _as_text(workforce.conversations),
            "quarantine": intake.quarantine.assign(record=pd.Series(records, dtype="str")),
            "findings": intake.findings.copy()}


def row_checks(intake: Intake) -> list[str]:
    """Give the check code of each quarantined row as it stands in the export, whatever was corrected in it.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    list of str
        In the order of the quarantine.
    """
    done = intake.corrections[intake.corrections["outcome"] == "quarantined_again"]
    known = {(r.file, r.sheet, r.row): r.check for r in done.itertuples()}
    return [known.get((r.file, r.sheet, r.row)) or check_code(r.record) for r in intake.quarantine.itertuples()]


def tabulate_corrections(intake: Intake) -> pd.DataFrame:
    """Give the rows that people have to correct, and those that they have corrected or left out already.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    pandas.DataFrame
        One line per row of an export, in the order of the exports: ``file``, ``sheet``, ``row``, ``decision``,
        ``state`` (to_correct, wrong_again, corrected, left_out), ``column`` and ``value`` at fault, ``message``,
        ``check``, ``record``. A file made of it keeps working however often it comes back.
    """
    again = intake.corrections[intake.corrections["outcome"] == "quarantined_again"]
    tried = {(r.file, r.sheet, r.row): r.decision for r in again.itertuples()}
    keys = list(zip(intake.quarantine["file"], intake.quarantine["sheet"], intake.quarantine["row"], strict=True))
    stopped = intake.quarantine.assign(
        check=row_checks(intake), decision=[tried.get(key, "") for key in keys],
        state=["wrong_again" if key in tried else "to_correct" for key in keys])
    done = intake.corrections[intake.corrections["outcome"].isin(["corrected", "left_out"])]
    done = done.assign(state=done["outcome"], column="", value="")
    columns = ["file", "sheet", "row", "decision", "state", "column", "value", "message", "check", "record"]
    table = pd.concat([stopped[columns], done[columns]], ignore_index=True)
    places = intake.reconciliation[["file", "sheet"]].apply(tuple, axis="columns").tolist()
    order = [places.index(key) for key in zip(table["file"], table["sheet"], strict=True)]
    return table.assign(order=order).sort_values(["order", "row"], kind="stable", ignore_index=True)[columns]


def describe_intake(intake: Intake) -> dict[str, Any]:
    """Give the accounts of a check for ``intake.json``: per file and sheet the rows and the columns.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    dict
        ``as_of``; ``files``: one entry per file and sheet with ``rows_read``, ``rows_accepted``,
        ``rows_quarantined``, ``rows_set_aside`` and ``columns`` (heading, column, how); ``unreadable``; ``findings``
        by code, ``totals``, ``unread`` (ratings, and columns that were left out though they may matter) and
        ``corrections`` by outcome. Holds no names and no values of cells.
    """
    counts = ["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]
    files = []
    for row in intake.reconciliation.to_dict("records"):
        mine = intake.mapping[(intake.mapping["file"] == row["file"]) & (intake.mapping["sheet"] == row["sheet"])]
        files.append({"file": row["file"], "sheet": row["sheet"], "kind": row["kind"],
                      **{c: int(row[c]) for c in counts},
                      "columns": mine[["heading", "column", "how"]].to_dict("records")})
    by_code = intake.findings.groupby(["code", "severity"], sort=True)["n"].sum().reset_index()
    return {"as_of": intake.workforce.as_of.isoformat(), "files": files,
            "totals": {c: int(intake.reconciliation[c].sum()) for c in counts},
            "record": {name: len(getattr(intake.workforce, name)) for name in
                       ("employees", "posts", "placements", "conversations", "objectives", "development_actions",
                        "successors", "evidence")},
            "findings": [{"code": str(r["code"]), "severity": str(r["severity"]), "n": int(r["n"])}
                         for r in by_code.to_dict("records")],
            "unread": {"ratings": intake.unread.n_ratings, "ratings_read": intake.unread.n_read,
                       "columns": intake.unread.columns[["kind", "file", "sheet", "heading", "n", "cause"]].to_dict(
                           "records")},
            "corrections": {str(k): int(n) for k, n in intake.corrections["outcome"].value_counts(sort=False).items()},
            "unreadable": intake.unreadable[["file", "reason", "message"]].to_dict("records")}


def _flatten_main_posts(workforce: Workforce) -> pd.DataFrame:
    posts = workforce.posts
    if workforce.cycles.empty:
        rows = posts.sort_values("valid_from", kind="stable", na_position="first")
    else:
        rows = workforce.posts_in_cycle(workforce.latest_cycle)
    order = ["is_main", "valid_from"]
    main = rows.sort_values(order, ascending=[False, False], kind="stable").drop_duplicates("employee_id")
    gone = posts.sort_values(order, ascending=[True, True], kind="stable").drop_duplicates("employee_id", keep="last")
    main = pd.concat([main[posts.columns], gone[~gone["employee_id"].isin(main["employee_id"])]])
    details = _as_text(main).drop(columns=["origin_file", "origin_sheet", "origin_row"])
    people = _as_text(workforce.employees)
    table = people.merge(details, on="employee_id", how="left", validate="one_to_one")
    for flag in (column.name for column in TABLES["posts"] if column.kind == "flag"):
        table[flag] = table[flag].astype("boolean").fillna(False).astype(bool)
    front = [c for c in column_names("employees") if not c.startswith("origin_")]
    return table[[*front, *(c for c in details.columns if c != "employee_id"), "origin_file", "origin_sheet",
                  "origin_row"]]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn categoricals into text; dates, numbers and flags stay what they are."""
    columns: Mapping[str, pd.Series] = {name: values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype)
                                        else values for name, values in frame.items()}
    return pd.DataFrame(columns)
