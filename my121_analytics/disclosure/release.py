"""The one gate: results go in, what one audience may see comes out. Writers and pictures take nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from my121_analytics.disclosure.suppression import MARKER, suppress_small
from my121_analytics.errors import DisclosureError, UsageError, suggest
from my121_analytics.settings import Audience, Settings
from my121_analytics.workforce.results import About, Result, Table

_GATE = object()


@dataclass(frozen=True)
class Released:
    """A result as one audience may see it. Only :func:`release` makes it.

    Parameters
    ----------
    about
        What it is about.
    audience
        Name of the audience.
    unit
        The unit or rater it was cut to; empty for the whole council.
    tables
        Frames by name. Where ``marker`` is not empty the count and all that follows from it are missing.
    facts
        Organisation-wide numbers.
    withheld
        One row per table: ``table``, ``rows``, ``rows_hidden``, ``rows_outside``, ``reason``.
    kind
        Class name of the result.
    """

    about: About
    audience: str
    unit: str
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, float | int | str | None]
    withheld: pd.DataFrame
    kind: str
    _gate: object = field(repr=False, default=None)

    def __post_init__(self) -> None:
        if self._gate is not _GATE:
            raise DisclosureError("A released result is made by disclosure.release only.",
                                  hints=["Call release(result, audience=...) and pass on what it returns."])

    @property
    def n_hidden(self) -> int:
        """Rows whose figures were withheld, over all tables."""
        return int(self.withheld["rows_hidden"].sum())


def release(result: Result, *, audience: str, settings: Settings | None = None, unit_column: str = "directorate",
            unit: str = "", rater_id: str = "") -> Released:
    """Let through what one audience may see of a result.

    Parameters
    ----------
    result
        Of an analysis.
    audience
        A name in ``[disclosure] audiences``: analyst, panel, manager, publish.
    settings
        Thresholds and the table of audiences.
    unit_column, unit
        For an audience that sees its own unit only: the column of the organisation and the unit; an empty unit is
        the council's own senior team.
    rater_id
        For an audience that sees its own team only.

    Returns
    -------
    Released

    Raises
    ------
    UsageError
        No such audience, or the audience's own unit or team is not named.
    """
    settings = settings or Settings()
    rules = settings.disclosure
    if audience not in rules.audiences:
        raise UsageError(f"There is no audience '{audience}'.", hints=[suggest(audience, list(rules.audiences))])
    policy = rules.audiences[audience]
    if policy.scope == "own team" and not rater_id:
        raise UsageError(f"The audience '{audience}' sees one manager's team; no manager was named.")
    frames: dict[str, pd.DataFrame] = {}
    log = []
    for name, table in result.tables.items():
        frame, hidden, outside, reason = _let_through(table, policy, settings, unit_column, unit, rater_id)
        log.append((name, len(table.frame), hidden, outside, reason))
        if frame is not None:
            frames[name] = frame
    withheld = pd.DataFrame(log, columns=["table", "rows", "rows_hidden", "rows_outside", "reason"])
    return Released(result.about, audience, unit or rater_id, frames, dict(result.facts), withheld,
                    type(result).__name__, _GATE)


def require_released(given: object, *, wanted_by: str) -> Released:
    """Refuse anything that has not passed the gate.

    Raises
    ------
    DisclosureError
        The value is not a :class:`Released`.
    """
    if not isinstance(given, Released):
        raise DisclosureError(f"{wanted_by} takes a released result, not {type(given).__name__}.",
                              hints=["Call release(result, audience=...) first."])
    return given


def _let_through(table: Table, policy: Audience, settings: Settings, unit_column: str, unit: str,
                 rater_id: str) -> tuple[pd.DataFrame | None, int, int, str]:
    """Give one table's frame (None: not for this audience), rows hidden, rows outside the scope, and the reason."""
    frame = table.frame
    if table.protected and not policy.protected:
        return None, 0, len(frame), "protected characteristics are not shown to this audience"
    if table.people and not policy.names:
        return None, 0, len(frame), "the table names people"
    inside = pd.Series(True, index=frame.index)
    if policy.scope == "own unit" and unit and unit_column in table.unit_columns:
        inside = frame[unit_column].astype("str") == unit
    elif policy.scope == "own team":
        if "rater_id" not in frame.columns:
            return None, 0, len(frame), "the table is not about one manager's team"
        inside = frame["rater_id"].astype("str") == rater_id
    outside = int((~inside).sum())
    frame = frame[inside].reset_index(drop=True)
    if policy.suppress and table.count is not None:
        frame = suppress_small(frame, table, settings.disclosure)
        return frame, int((frame[MARKER] != "").sum()), outside, "small numbers"
    return frame.assign(**{MARKER: ""}), 0, outside, ""
