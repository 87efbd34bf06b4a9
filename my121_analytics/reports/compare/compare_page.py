"""The page of a comparison: what will change, stay and fail if the later extract is used, and all changes behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.ingest.validation import RULES
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.page import Block, Bullets, Section, Subheading, Text, make_page, page_table, render_page
from my121_analytics.writing.tables import MINUS, Field, Kind, View

MOST_LISTED = 100
"""Changes of one chapter that the page lists; changes.csv holds all of them."""
DOUBTFUL = ("locked_placement", "locked_placement_removed", "locked_placement_added", "locked_rater", "cycle_gone",
            "vanished", "appeared", "id_reused", "same_person", "returned")
"""Changes that an extract of a sound record does not have, so that somebody should say how they came about."""
_CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("doubtful", DOUBTFUL),
    ("people", ("joined", "left", "dropped_leaver", "renumbered", "leaving_date", "start_date", "name",
                "same_person_before")),
    ("posts", ("post", "post_added", "post_ended", "manager", "directorate", "service", "team")),
    ("placements", ("placement", "placement_removed", "placement_added", "rater")))


def preview_comparison(released: Released) -> dict[str, tuple[str, ...]]:
    """Say what will change, what stays and what fails, before the later extract is used.

    Parameters
    ----------
    released
        Of ``compare_extracts`` with the tables of ``compare_readings``.

    Returns
    -------
    dict
        Sentences by ``change``, ``stay`` and ``fail``; each has at least one.
    """
    released = require_released(released, wanted_by="preview_comparison")
    summary, units, scales = (released.tables[name] for name in ("summary", "units", "scales"))
    change = [f"{say('extract_change', row.change)}: {row.cases:,}" for row in summary.itertuples()]
    change += [say("compare_unit", row.what, level=row.level, before=row.before, after=row.after, n=f"{row.people:,}")
               for row in units.itertuples()]
    change += [say("compare", "scale_differs", axis=row.axis, what=say("compare_scale", row.what), before=row.before,
                   after=row.after) for row in scales[scales["differs"]].itertuples()]
    figures = released.tables["figures"]
    n_figures = int((figures["difference"].abs() > 1e-12).sum())
    if n_figures:
        change.append(count_say("compare", "figures_change", n_figures))
    stay = [say("compare_stays", row.what, n=f"{row.cases:,}") for row in released.tables["stays"].itertuples()]
    return {"change": tuple(change) or (say("compare", "nothing_changes"),), "stay": tuple(stay),
            "fail": _fails(released) or (say("compare", "nothing_fails"),)}


def _fails(released: Released) -> tuple[str, ...]:
    """Say what of the later extract will not be on the record, or no longer can be answered."""
    released = require_released(released, wanted_by="_fails")
    unread = released.tables["unreadable"]
    lines = [f"{row.message} {row.remedy}" for row in unread.itertuples()]
    lines += [say("compare", "column_lost", column=row.column) for row in released.tables["columns"].itertuples()
              if not row.after]
    lines += [say("compare", "rows_refused", meaning=RULES[row.reason].meaning, n=f"{row.after:,}",
                  before=f"{row.before:,}") for row in released.tables["reasons"].itertuples() if row.after]
    return tuple(lines)


def render_comparison(released: Released, *, settings: Settings) -> bytes:
    """Write the page of a comparison as one HTML file.

    Parameters
    ----------
    released
        Of ``compare_extracts`` with the tables of ``compare_readings``, for an audience that may see names.
    settings
        The council's name.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    DisclosureError
        The result has not passed the gate.
    """
    released = require_released(released, wanted_by="render_comparison")
    before, after = (day(date.fromisoformat(str(released.facts[f"as_of_{when}"]))) for when in ("before", "after"))
    preview = preview_comparison(released)
    doubtful = int(released.tables["changes"]["change"].isin(DOUBTFUL).sum())
    first: list[Block] = [Text(count_say("compare", "lead", doubtful), "lead")]
    for code, lines in preview.items():
        first += [Subheading(say("compare_preview", code)), Bullets(lines)]
    parts: list[tuple[str, Sequence[Block]]] = [
        ("figures", _figures(released)), *((code, _changes(released, code, kinds)) for code, kinds in _CHAPTERS),
        ("units", _units(released)), ("scales", _scales(released)), ("rows", _rows(released)),
        ("reading", _reading(released))]
    return render_page(make_page(
        ["compare", "check"], council=settings.council.name, as_of=after, title=say("title", "extracts"),
        about=(settings.council.name, say("compare", "days", before=before, after=after)), says_day=False, first=first,
        sections=[Section(code, say("compare_section", code), tuple(blocks)) for code, blocks in parts]))


def _figures(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_figures")
    figures = released.tables["figures"]
    if figures.empty:
        return [Text(say("compare", "no_figures"))]
    blocks: list[Block] = [Text(say("compare", "figures_lead"))]
    for comparison, part in figures.groupby("comparison", sort=False):
        frame = part.reset_index(drop=True)
        shares = [kind == "share" for kind in frame["kind"]]
        shown = frame.assign(**{name: [show_figure(value, is_share=share, signed=name == "moved") for value, share in
                                       zip(frame[column], shares, strict=True)] for name, column in
                                (("was", "before"), ("now", "after"), ("moved", "difference"))})
        title = say("compare_table", f"figures_{comparison}", before=frame["cycle_before"].iloc[0],
                    after=frame["cycle_after"].iloc[0])
        grid = page_table(View(released, "figures", title, (
            _field("label"), _field("was"), _field("now"), _field("moved")), shown))
        blocks.append(replace(grid, numeric=(False, True, True, True)))
    return blocks


def show_figure(value: float, *, is_share: bool, signed: bool = False) -> str:
    """Write a headline figure or a difference of two, with a decimal where shares would else not seem to add up.

    Parameters
    ----------
    value
        A count, or a share from 0 to 1; empty where it is missing.
    is_share
        Written in percent, or as percentage points where ``signed``.
    signed
        Whether it is a difference.

    Returns
    -------
    str
    """
    if value != value:  # missing
        return ""
    if not signed:
        return f"{value:.1%}" if is_share else f"{value:,.0f}"
    text = f"{value * 100:+.1f}" if is_share else f"{value:+,.0f}"
    text = text.lstrip("+-") if not text.strip("+-0.") else text.replace("-", MINUS)
    return say("compare", "points", n=text) if is_share else text


def _changes(released: Released, code: str, kinds: Sequence[str]) -> list[Block]:
    """List the changes of one chapter."""
    released = require_released(released, wanted_by="_changes")
    rows = released.tables["changes"]
    rows = rows[rows["change"].isin(kinds)]
    if rows.empty:
        return [Text(say("compare", "no_changes"))]
    shown = rows.head(MOST_LISTED)
    frame = shown.assign(what=[say("extract_change", kind) for kind in shown["change"]],
                         who=[f"{name} ({person})" if name else person for name, person in
                              zip(shown["name"], shown["employee_id"], strict=True)])
    wanted = ["what", "who", "post_id", "cycle", "before", "after", "directorate"]
    fields = tuple(_field(name) for name in wanted if name in ("what", "who") or (frame[name] != "").any())
    blocks: list[Block] = [Text(say("compare", f"{code}_lead")),
                           page_table(View(released, "changes", say("compare_table", code), fields, frame))]
    if len(rows) > MOST_LISTED:
        blocks.append(Text(say("check", "more_rows", n=f"{len(rows) - MOST_LISTED:,}", file="changes.csv")))
    return blocks


def _units(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_units")
    units = released.tables["units"]
    if units.empty:
        return [Text(say("compare", "no_units"))]
    frame = units.assign(how=[say("compare_unit_kind", what) for what in units["what"]])
    fields = (_field("before"), _field("after"), _field("level"), _field("how"), _field("people", "integer"),
              _field("share", "share"))
    return [Text(say("compare", "units_lead")),
            page_table(View(released, "units", say("compare_table", "units"), fields, frame))]


def _scales(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_scales")
    scales = released.tables["scales"]
    frame = scales.assign(of=[say("compare_scale", what) for what in scales["what"]],
                          same=[say("compare", "differs" if differs else "same") for differs in scales["differs"]])
    fields = (_field("axis"), _field("of"), _field("before"), _field("after"), _field("same"))
    lead = say("compare", "scales_differ" if scales["differs"].any() else "scales_same")
    return [Text(lead), page_table(View(released, "scales", say("compare_table", "scales"), fields, frame))]


def _rows(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_rows")
    rows = released.tables["rows"]
    frame = rows.assign(place=[f"{table.replace('_', ' ')}, {cycle}" if cycle else table.replace("_", " ")
                               for table, cycle in zip(rows["table"], rows["cycle"], strict=True)])
    fields = (_field("place"), _field("before", "integer"), _field("after", "integer"),
              _field("difference", "integer"))
    return [page_table(View(released, "rows", say("compare_table", "rows"), fields, frame))]


def _reading(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_reading")
    accounts, reasons, columns = (released.tables[name] for name in ("accounts", "reasons", "columns"))
    both = (_field("before", "integer"), _field("after", "integer"))
    blocks: list[Block] = [page_table(View(
        released, "accounts", say("compare_table", "accounts"),
        (Field("told", say("compare_heading", "what")), *both, _field("difference", "integer")),
        accounts.assign(told=[say("check_heading", what) for what in accounts["what"]])))]
    if len(reasons):
        frame = reasons.assign(meaning=[RULES[code].meaning for code in reasons["reason"]])
        blocks.append(page_table(View(released, "reasons", say("compare_table", "reasons"),
                                      (_field("meaning"), *both), frame)))
    if len(columns):
        blocks.append(page_table(View(released, "columns", say("compare_table", "columns"), (_field("column"), *both))))
    return blocks


def _field(name: str, kind: Kind = "text") -> Field:
    return Field(name, say("compare_heading", name), kind)
