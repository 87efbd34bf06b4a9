"""What may be written into a column: the values that the record and the framework know."""

from __future__ import annotations

import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import MANAGER, TABLES

_MOST = 500
"""Different values beyond which a column is free text, not a list to choose from."""


def list_known_values(workforce: Workforce) -> pd.DataFrame:
    """List the values that people may choose from when they correct a row.

    Parameters
    ----------
    workforce
        The record as read.

    Returns
    -------
    pandas.DataFrame
        ``column`` of the record and ``value``, as the intake reads it: labels of ratings and boxes, names of units
        and grades, review periods, and the managers as ``NAME (id)``.
    """
    known: dict[str, list[str]] = dict(_scale_values(workforce.framework))
    units = [c.name for c in TABLES["posts"] if c.groups and c.reader in ("categories", "grades")]
    for column in units:
        known[column] = sorted(workforce.posts[column].dropna().astype("str").unique())
    known["cycle"] = [str(label) for label in workforce.cycles["label"]]
    known["kind"] = sorted(workforce.conversations["kind"].dropna().astype("str").unique())
    for flag in (c.name for c in TABLES["posts"] if c.kind == "flag"):
        known[flag] = ["Yes", "No"]
    managers = _managers(workforce)
    for column in ("manager_id", "manager_name", "rater_id", "rater_name"):
        known[column] = managers
    rows = [(column, value) for column, values in known.items() if len(values) <= _MOST or column == "rater_id"
            or column == "manager_id" for value in values]
    return pd.DataFrame(rows, columns=["column", "value"], dtype="str")


def _scale_values(framework: Framework) -> dict[str, list[str]]:
    """Give ratings by their labels and boxes by number and name, which cannot be read in two ways."""
    return {"performance": [level.label for level in framework.performance],
            "potential": [level.label for level in framework.potential],
            "box": [f"{box.number} - {box.name}" for box in framework.boxes]}


def _managers(workforce: Workforce) -> list[str]:
    rated = workforce.placements[(workforce.placements["source"] == MANAGER).to_numpy()]
    ids = pd.concat([workforce.posts["manager_id"].astype("str"), rated["rater_id"].astype("str")]).dropna()
    distinct = pd.Series(ids.unique(), dtype="str")
    names = workforce.names_of(distinct)
    shown = [person if name == person else f"{name} ({person})" for name, person in zip(names, distinct, strict=True)]
    return sorted(shown, key=str.casefold)
