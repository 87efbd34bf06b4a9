"""What was read from two extracts: columns that came or went, and rows refused, reason by reason."""

from __future__ import annotations

import pandas as pd

from my121_analytics.ingest.intake import Intake


def compare_readings(old: Intake, new: Intake) -> dict[str, pd.DataFrame]:
    """Hold the accounts of two readings against each other.

    Parameters
    ----------
    old, new
        The earlier and the later extract as read.

    Returns
    -------
    dict
        ``columns``: column of the record, before, after (sheets that it was read from); those that differ in whether
        they were read at all. ``reasons``: reason of refusal, before, after (rows). ``accounts``: what (rows_read and
        so on), before, after, difference. ``unreadable``: extract (before, after), file, message, remedy. None of it
        is about a person.
    """
    columns = _beside(_columns(old), _columns(new), "column")
    columns = columns[(columns["before"] == 0) != (columns["after"] == 0)].reset_index(drop=True)
    reasons = _beside(old.quarantine["reason"].value_counts(), new.quarantine["reason"].value_counts(), "reason")
    names = ["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]
    accounts = pd.DataFrame({"what": names, "before": [int(old.reconciliation[n].sum()) for n in names],
                             "after": [int(new.reconciliation[n].sum()) for n in names]})
    unreadable = pd.concat([intake.unreadable.assign(extract=when) for when, intake in
                            (("before", old), ("after", new))], ignore_index=True)
    return {"columns": columns, "reasons": reasons,
            "accounts": accounts.assign(difference=accounts["after"] - accounts["before"]),
            "unreadable": unreadable[["extract", "file", "message", "remedy"]]}


def _columns(intake: Intake) -> pd.Series:
    mapping = intake.mapping
    return mapping[mapping["column"] != ""].drop_duplicates(["file", "sheet", "column"])["column"].value_counts()


def _beside(before: pd.Series, after: pd.Series, name: str) -> pd.DataFrame:
    table = pd.DataFrame({"before": before, "after": after}).fillna(0).astype("int64")
    return table.rename_axis(name).reset_index().sort_values(name, kind="stable", ignore_index=True)
