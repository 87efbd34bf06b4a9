"""The record of a release: what was asked, for whom, by which rules, and what was withheld and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from my121_analytics.disclosure.kept import list_left_out
from my121_analytics.disclosure.released import Released, require_released
from my121_analytics.settings import DisclosureSettings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.schema import ORGANISATION

COLUMNS = ("result", "unit", "cycle", "as_of", "table", "audience", "method", "checked", "rows", "rows_hidden",
           "reason")


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
    for result in released:
        result = require_released(result, wanted_by="tabulate_release")
        within = [unit for _, unit in result.about.subject.within]
        for line in result.withheld.itertuples(index=False):
            rows.append((result.about.title, "; ".join(within), result.about.cycle, result.about.as_of.isoformat(),
                         line.table, result.audience, say("method", result.method or "none"),
                         say("checked", result.method or "none"), line.rows, line.rows_hidden, line.reason))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def describe_release(released: Sequence[Released], settings: DisclosureSettings, *,
                     earlier: Sequence[str] = ()) -> bytes:
    """Write down the same with the rules that held and what is claimed, as JSON.

    Parameters
    ----------
    released
        All results of a release.
    settings
        Thresholds and method.
    earlier
        Names of further releases that the same readers have.

    Returns
    -------
    bytes
        ``attention``, what to know before publishing; ``rules``; ``claim``, which says what "checked" means;
        ``earlier_releases``, each with how it was taken together with this one; ``tables``; and ``coarser``: tables of
        which much is withheld that would be whole, or nearly, by a larger unit.
    """
    rules = {"threshold": settings.threshold, "equality_threshold": settings.equality_threshold,
             "marker": settings.marker, "show_zeros": settings.show_zeros, "method": settings.method,
             "round_to": settings.round_to}
    linked = {name: how for result in released for name, how in result.earlier.items()}
    linked |= {name: say("release_link", "named") for name in earlier if name not in linked}
    content = {"attention": say_attention(released, settings), "version": __version__, "rules": rules,
               "claim": say("release_claim", settings.method),
               "earlier_releases": [{"release": name, "linked": how} for name, how in sorted(linked.items())],
               "tables": tabulate_release(released).to_dict("records"), "coarser": suggest_coarser(released)}
    return json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8")


def say_attention(released: Sequence[Released], settings: DisclosureSettings) -> tuple[str, ...]:
    """Say what an analyst must know before publishing.

    Kept releases that were not checked together with this one, and editions whose differences tell of few people.

    Parameters
    ----------
    released
        All results of a release.
    settings
        The folder of kept releases.

    Returns
    -------
    tuple of str
        Sentences with what to do, the gravest first; empty where every kept release was taken into account.
    """
    apart = {(code, name.rpartition(" ")[0] or name) for result in released for name, code in result.apart.items()}
    said = [say("kept_attention", code, releases=", ".join(sorted(name for of, name in apart if of == code)))
            for code in ("unlinked", "partly", "differing") if any(of == code for of, _ in apart)]
    asked = any(result.method for result in released)
    left_out = list_left_out(settings.kept_releases) if asked and settings.kept_releases else []
    return (*said, *([say("kept_attention", "not_read", files=", ".join(left_out))] if left_out else []))


def suggest_coarser(released: Sequence[Released]) -> list[str]:
    """Name the tables by group in which half the rows or more have something withheld, and the larger unit to try.

    Only what is shown is looked at. A table by larger units is not worked out here: it has to pass the gate itself.

    Returns
    -------
    list of str
        Sentences.
    """
    found = []
    for result in released:
        for line in result.withheld.itertuples(index=False):
            frame = result.tables.get(str(line.table))
            finer = [column for column in ORGANISATION[1:] if frame is not None and column in frame.columns[:1]]
            if finer and line.rows and line.rows_hidden * 2 >= line.rows:
                larger = ORGANISATION[ORGANISATION.index(finer[0]) - 1]
                found.append(say("release_record", "coarser", title=result.about.title, table=line.table,
                                 by=finer[0].replace("_", " "), larger=larger.replace("_", " ")))
    return list(dict.fromkeys(found))
