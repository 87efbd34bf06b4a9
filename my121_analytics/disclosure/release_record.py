"""The record of a release: what was asked, for whom, by which rules, and what was withheld and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from my121_analytics.disclosure.released import Released, require_released
from my121_analytics.settings import DisclosureSettings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import say

COLUMNS = ("result", "unit", "cycle", "as_of", "table", "audience", "method", "proved", "rows", "rows_hidden", "reason")


def tabulate_release(released: Sequence[Released]) -> pd.DataFrame:
    """List each table that was asked for, and what became of it.

    Parameters
    ----------
    released
        All results of a release.

    Returns
    -------
    pandas.DataFrame
        ``result`` (its title), ``unit``, ``cycle``, ``as_of``, ``table``, ``audience``, ``method``, ``proved``
        (yes, no, or not asked), ``rows``, ``rows_hidden`` (of these, with something hidden) and ``reason``.

    Notes
    -----
    Neither how narrowly a hidden count is known nor how many there are is written down: both would tell of them.
    """
    rows = []
    for one in released:
        one = require_released(one, wanted_by="tabulate_release")
        within = [unit for _, unit in one.about.subject.within]
        for line in one.withheld.itertuples(index=False):
            rows.append((one.about.title, "; ".join(within), one.about.cycle, one.about.as_of.isoformat(), line.table,
                         one.audience, say("method", one.method or "none"), say("proved", one.method or "none"),
                         line.rows, line.rows_hidden, line.reason))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def describe_release(released: Sequence[Released], settings: DisclosureSettings, *,
                     earlier: Sequence[str] = ()) -> bytes:
    """Write down the same with the rules that held, as JSON.

    Parameters
    ----------
    released
        All results of a release.
    settings
        Thresholds and method.
    earlier
        Names of the releases that were attacked together with it.

    Returns
    -------
    bytes
    """
    rules = {"threshold": settings.threshold, "equality_threshold": settings.equality_threshold,
             "marker": settings.marker, "show_zeros": settings.show_zeros, "method": settings.method,
             "round_to": settings.round_to}
    content = {"version": __version__, "rules": rules, "earlier_releases": list(earlier),
               "tables": tabulate_release(released).to_dict("records")}
    return json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8")
