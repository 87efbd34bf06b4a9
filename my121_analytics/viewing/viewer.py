"""Put results, records and intakes before the reader at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from my121_analytics.disclosure.release import Released
from my121_analytics.ingest.intake import Intake
from my121_analytics.viewing import gallery
from my121_analytics.viewing.gallery import NotShown, ShownPicture
from my121_analytics.viewing.headings import caption_of
from my121_analytics.viewing.reader import is_for_reader, let_through, mark_of
from my121_analytics.viewing.summary import ShownTable, Summary
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.cycles import UNDATED
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Result
from my121_analytics.writing.tables import format_value

Shown = Result | Released | Workforce | Intake


def pictures_of(result: Result | Released) -> tuple[str, ...]:
    """List the methods that draw a result."""
    return gallery.pictures_of(_kind(result))


def picture_of(result: Result | Released, name: str) -> Callable[..., ShownPicture | NotShown]:
    """Give the method that draws one picture.

    Raises
    ------
    AttributeError
        The result has no such picture; those it has are named.
    """
    known = pictures_of(result)
    if name not in known:
        raise AttributeError(f"{_kind(result)} has no picture '{name}'. It has: {', '.join(known) or 'none'}.")
    return gallery.picture_method(lambda: let_through(result), _kind(result), name)


def show_table(result: Result | Released, name: str, columns: Sequence[str] = ()) -> ShownTable | NotShown:
    """Give one table as the reader at hand may see it.

    Parameters
    ----------
    result
        Released for this reader where it has not been released yet.
    name
        Of the table.
    columns
        Which to show; default: the main ones.

    Raises
    ------
    KeyError
        The result has no such table, or the table no such column; those that are there are named.
    """
    released = let_through(result)
    if name in released.tables:
        missing = [column for column in columns if column not in released.tables[name]]
        if missing:
            raise KeyError(f"'{name}' has no column {missing}. It has: {', '.join(released.tables[name].columns)}.")
        return _table(released, name, columns)
    reasons = released.withheld.loc[released.withheld["table"] == name, "reason"]
    if reasons.empty:
        raise KeyError(f"{released.kind} has no table '{name}'. It has: {', '.join(released.withheld['table'])}.")
    return NotShown(say("notebook", "table_withheld", table=caption_of(name, released.kind), reason=reasons.iloc[0]))


def summarise(shown: Shown) -> Summary:
    """Say what something holds: period, population, number, cautions, rounding, tables."""
    if isinstance(shown, Intake):
        return _summarise_intake(shown)
    if isinstance(shown, Workforce):
        return _summarise_record(shown)
    return _summarise_result(let_through(shown))


def _summarise_result(released: Released) -> Summary:
    about, words = released.about, codes("fact")
    lines = [("population", about.population), ("measure", about.measure), ("period", about.cycle),
             ("as_of", "" if about.as_of == UNDATED else about.as_of.isoformat()),
             ("n", _say_size(released)), ("hidden", _say_hidden(released))]
    facts = [(say("fact", name), _say_fact(name, value)) for name, value in released.facts.items()
             if name in words and value is not None and value != ""]
    cautions = tuple(say("caveat", code, **about.words) for code in about.caveats if code in codes("caveat"))
    pictures = ", ".join(f".{name}()" for name in pictures_of(released))
    also = [say("notebook", "pictures", pictures=pictures)] if pictures else []
    return Summary(about.title, mark_of(released), (*_named(lines), *facts), cautions,
                   tuple(_table(released, name) for name in released.tables),
                   (*also, say("notebook", "frames"), *_say_kept_back(released)), is_for_reader=is_for_reader(released))


def _say_size(released: Released) -> str:
    n = released.about.n
    if n is None:
        return ""
    # patterns are of managers' posts, and what they rest on is ratings
    return f"{n:,} {'ratings' if released.facts.get('n_ratings') == n else released.about.counts_what}"


def _named(lines: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((say("notebook_line", code), text) for code, text in lines if text)


def _say_hidden(released: Released) -> str:
    if released.method == "round":
        return say("notebook", "rounded", base=released.rounded_to)
    return say("notebook", "hidden", n=released.n_hidden) if released.n_hidden else ""


def _say_kept_back(released: Released) -> list[str]:
    kept = released.withheld[~released.withheld["table"].isin(list(released.tables))]
    return [say("notebook", "table_withheld", table=caption_of(row.table, released.kind), reason=row.reason)
            for row in kept.itertuples()]


def _say_fact(name: str, value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if name.startswith(("share", "forecast")):
        return format_value(value, "share")
    return format_value(value, "integer" if float(value).is_integer() else "number")


def _summarise_record(workforce: Workforce) -> Summary:
    placements = workforce.placements
    labels = [str(label) for label in workforce.cycles["label"]]
    period = f"{labels[0]} to {labels[-1]}" if len(labels) > 1 else "".join(labels)
    lines = [("people", f"{workforce.employees['employee_id'].nunique():,}"), ("posts", f"{len(workforce.posts):,}"),
             ("placements", f"{len(placements):,}"), ("conversations", f"{len(workforce.conversations):,}"),
             ("cycles", f"{len(labels)}: {period}" if labels else "0"),
             ("as_of", "" if workforce.as_of == UNDATED else workforce.as_of.isoformat())]
    counts = pd.crosstab(placements["cycle"].astype("str"), placements["source"].astype("str"))
    by_source = counts.rename_axis(None, axis="columns").reset_index()
    return Summary(say("notebook", "record"), say("notebook", "analyst_only"), _named(lines),
                   tables=(_own(by_source, "placements_by_cycle"),) if len(by_source) else (),
                   also=(say("notebook", "record_frames"),))


def _summarise_intake(intake: Intake) -> Summary:
    kinds = intake.findings["severity"].value_counts()
    found = ", ".join(f"{int(kinds.get(kind, 0))} {say('check_severity', kind).lower()}"
                      for kind in ("error", "warning", "info"))
    rows = intake.reconciliation[["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]].sum()
    lines = [("rows", say("notebook", "rows", read=f"{rows.iloc[0]:,}", accepted=f"{rows.iloc[1]:,}",
                          quarantined=f"{rows.iloc[2]:,}", aside=f"{rows.iloc[3]:,}")), ("findings", found),
             ("people", f"{intake.workforce.employees['employee_id'].nunique():,}"),
             ("placements", f"{len(intake.workforce.placements):,}"),
             ("unreadable", f"{len(intake.unreadable)}" if len(intake.unreadable) else "")]
    files = intake.reconciliation.rename(columns={"kind": "kinds"})
    files["kinds"] = files["kinds"].str.replace("+", ";")
    stopped = intake.quarantine[["file", "sheet", "row", "column", "value", "message"]]
    return Summary(say("notebook", "intake"), say("notebook", "analyst_only"), _named(lines),
                   cautions=intake.unread.headlines(),
                   tables=(_own(files, "reconciliation"), _own(stopped, "quarantine")),
                   also=(say("notebook", "intake_frames"),))


def _table(released: Released, name: str, columns: Sequence[str] = ()) -> ShownTable:
    return ShownTable(name, caption_of(name, released.kind), mark_of(released), released.tables[name],
                      released.about.subject.counts, is_for_reader(released), tuple(columns), released.kind)


def _own(frame: pd.DataFrame, name: str) -> ShownTable:
    return ShownTable(name, caption_of(name), say("notebook", "analyst_only"), frame, is_for_reader=False)


def _kind(result: Any) -> str:
    return result.kind if isinstance(result, Released) else type(result).__name__
