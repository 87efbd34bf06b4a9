"""The page of a check: were the exports fit for use, what was refused and how to mend it, whom to ask for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.ingest.validation import RULES
from my121_analytics.reports.pack.meeting import column, range_text
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.writing.page import (
    Block,
    Bullets,
    Lines,
    PageTable,
    Section,
    Subheading,
    Text,
    make_page,
    page_table,
    render_page,
)
from my121_analytics.writing.tables import Field, Kind, View

MOST_LISTED = 200
"""Single rows that the page lists; the files beside it hold all of them."""
MOST_OPEN = 15
"""Rows from which a list opens on request."""
MOST_NAMED = 8
"""People named in one line of the chasing list."""
MANY = 0.05
"""Share of refused rows, one in twenty, from which they are no slips of single hands but have a cause in common."""
ASSUMPTIONS = ("axis_assumed", "labels_read")
"""Findings about how a whole column was taken."""
REPAIRS = ("spelling_repaired", "id_repaired", "encoding_repaired", "rater_repaired", "cell_left_out", "corrected",
           "left_out")
"""Findings that say that a cell or row is not on the record as it stands in the export."""


def render_check(released: Released, coverage: Released | None, *, settings: Settings, why_no_coverage: str = "",
                 ) -> bytes:
    """Write the page of a check as one HTML file.

    Parameters
    ----------
    released
        As from ``release_check``; without the tables ``quarantine`` and ``findings`` the page counts refusals and
        quotes nothing.
    coverage
        Of ``measure_coverage``; None where the record cannot answer it.
    settings
        The council's name and what it asks for.
    why_no_coverage
        Why there is none.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    DisclosureError
        A result has not passed the gate.
    """
    released = require_released(released, wanted_by="render_check")
    if coverage is not None:
        require_released(coverage, wanted_by="render_check")
    unanswered = (Text(why_no_coverage or say("check", "nothing_to_show")),)
    parts: list[tuple[str, Sequence[Block]]] = [
        ("rows", _rows(released)), ("refused", _refused(released)), ("repaired", _repaired(released)),
        ("noticed", _noticed(released)),
        ("chase", unanswered if coverage is None else _chase(coverage)),
        ("completeness", unanswered if coverage is None else _completeness(coverage, settings)),
        ("parts", unanswered if coverage is None else _record_parts(coverage)), ("headings", _headings(released))]
    about = released.about
    left_out = tuple(released.tables["left_out"]["line"])
    return render_page(make_page(
        ["check"], council=settings.council.name, as_of=day(about.as_of), title=left_out[0] if left_out else "",
        about=(say("check", "title") if left_out else "", settings.council.name, about.cycle),
        protect=say("check", "protect" if "findings" in released.tables else "protect_pseudonyms"),
        first=(*_left_out(released), *_summary(released), *_assumed(released),
               Subheading(say("check", "next_heading")), Bullets(_next_steps(released, coverage))),
        sections=[Section(code, say("check_section", code), tuple(blocks)) for code, blocks in parts], is_running=True))


# First page -------------------------------------------------------------------------------------------------------


def _totals(released: Released) -> dict[str, int]:
    rows = require_released(released, wanted_by="_totals").tables["reconciliation"]
    return {name: int(rows[name].sum()) for name in ("rows_read", "rows_accepted", "rows_quarantined",
                                                     "rows_set_aside")}


def _left_out(released: Released) -> list[Block]:
    """Say what was not read beyond the page's heading, and show the settings that would let it be read."""
    released = require_released(released, wanted_by="_left_out")
    left_out, proposed = released.tables["left_out"], released.tables["proposed"]
    blocks: list[Block] = []
    if len(left_out):
        blocks.append(Text(say("unread", str(left_out["state"].iloc[0])), "lead"))
        if len(left_out) > 1:
            blocks.append(Bullets(tuple(left_out["line"].iloc[1:])))
    if len(proposed):
        blocks += [Text(say("unread", "settings_lead")), Lines("\n".join(proposed["line"]))]
    return blocks


def _assumed(released: Released) -> list[Block]:
    """Say what was assumed about columns, since whoever reads the page can tell whether it is so."""
    released = require_released(released, wanted_by="_assumed")
    if "findings" not in released.tables:
        return []
    found = released.tables["findings"]
    found = found[found["code"].isin(ASSUMPTIONS)]
    return [Text(f"{place}: {message}", "caveat") for place, message in
            zip(_places(found), found["message"].astype("str"), strict=True)]


def _summary(released: Released) -> list[Block]:
    totals = _totals(released)
    n_data = totals["rows_accepted"] + totals["rows_quarantined"]
    share = totals["rows_quarantined"] / n_data if n_data else 0.0
    shown = say("check", "under_a_tenth") if 0 < share < 0.001 else f"{share:.1%}"
    code = "lead_many" if share > MANY else "lead_part" if len(released.tables["left_out"]) else "lead"
    blocks: list[Block] = [
        Text(count_say("check", code, totals["rows_quarantined"], of=f"{n_data:,}", share=shown),
             "" if len(released.tables["left_out"]) else "lead"),
        Text(say("check", "accounts", read=f"{totals['rows_read']:,}", accepted=f"{totals['rows_accepted']:,}",
                 quarantined=f"{totals['rows_quarantined']:,}", aside=f"{totals['rows_set_aside']:,}"))]
    unread = released.tables["unreadable"]
    if len(unread):
        blocks.append(Text(count_say("check", "unread", len(unread)), "caveat"))
    return blocks


def _next_steps(released: Released, coverage: Released | None) -> tuple[str, ...]:
    """Say what is left to do, the most pressing first."""
    released = require_released(released, wanted_by="_next_steps")
    steps = [f"{row.message} {row.remedy}" for row in released.tables["unreadable"].itertuples()]
    tally = released.tables["tally"]
    counts = dict(zip(tally["code"], tally["n"], strict=True))
    if counts.get("correction_refused"):
        steps.append(count_say("check", "step_corrections", int(counts["correction_refused"])))
    if len(released.tables["proposed"]):
        steps.append(say("check", "step_settings"))
    reasons = released.tables["reasons"]
    # Rows of a column that was stopped as a whole are mended in the settings, not one by one.
    n_refused = int(reasons.loc[reasons["reason"] != "scale_in_doubt", "n"].sum())
    if n_refused:
        steps.append(count_say("check", "step_refused" if "findings" in released.tables else "step_refused_pseudonyms",
                               n_refused))
    n_warned = int(tally[(tally["severity"] == "warning")]["n"].sum())
    if n_warned:
        steps.append(count_say("check", "step_warnings", n_warned))
    if coverage is not None and "managers" in require_released(coverage, wanted_by="_next_steps").tables:
        owing = coverage.tables["managers"]
        owing = owing[owing["n_without_placement"] > 0]
        if len(owing):
            steps.append(count_say("check", "step_chase", len(owing), people=f"{owing['n_without_placement'].sum():,}"))
    return tuple(steps) or (say("check", "step_nothing"),)


# Chapters ---------------------------------------------------------------------------------------------------------


def _rows(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_rows")
    rows = released.tables["reconciliation"]
    frame = rows.assign(place=_places(rows), what=[_kind(kind) for kind in rows["kind"]])
    counts = [_field(name, "integer") for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")]
    view = View(released, "reconciliation", say("check_table", "rows"),
                (_field("place"), _field("what"), *counts), frame)
    blocks: list[Block] = [Text(say("check", "rows_lead")), page_table(view, has_places=True)]
    unread = released.tables["unreadable"]
    if len(unread):
        blocks.append(page_table(View(released, "unreadable", say("check_table", "unreadable"),
                                      (_field("file"), _field("message"), _field("remedy"))),
                              has_places=True))
    return blocks


def _refused(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_refused")
    reasons = released.tables["reasons"]
    if reasons.empty:
        return [Text(say("check", "refused_none"))]
    frame = reasons.assign(meaning=[RULES[code].meaning for code in reasons["reason"]],
                           remedy=[RULES[code].remedy for code in reasons["reason"]])
    blocks: list[Block] = [Text(say("check", "refused_lead")), page_table(View(
        released, "reasons", say("check_table", "reasons"),
        (_field("meaning"), _field("n", "integer"), _field("remedy")), frame))]
    if "quarantine" in released.tables:
        rows = released.tables["quarantine"]
        blocks.append(Text(say("check", "refused_where")))
        blocks += _list_rows(released, "quarantine", rows, "refused_rows")
    else:
        blocks.append(Text(say("check", "not_quoted"), "caveat"))
    return blocks


def _repaired(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_repaired")
    tally = released.tables["tally"]
    if not tally["code"].isin(REPAIRS).any():
        return [Text(say("check", "repaired_none"))]
    blocks: list[Block] = [Text(say("check", "repaired_lead")),
                           *_tally(released, tally[tally["code"].isin(REPAIRS)], "repairs")]
    if "findings" in released.tables:
        found = released.tables["findings"]
        blocks += _list_rows(released, "findings", found[found["code"].isin(REPAIRS)], "repaired_cells")
    return blocks


def _noticed(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_noticed")
    tally = released.tables["tally"]
    stops = [code for code, rule in RULES.items() if rule.stops]
    rest = tally[~tally["code"].isin([*REPAIRS, *stops])]
    if rest.empty:
        return [Text(say("check", "noticed_none"))]
    blocks: list[Block] = [Text(say("check", "noticed_lead")), *_tally(released, rest, "noticed")]
    if "findings" in released.tables:
        found = released.tables["findings"]
        blocks += _list_rows(released, "findings", found[found["code"].isin(rest["code"])], "noticed_rows")
    return blocks


def _tally(released: Released, rows: pd.DataFrame, title: str) -> list[Block]:
    frame = rows.assign(
        meaning=[RULES[code].meaning for code in rows["code"]], remedy=[RULES[code].remedy for code in rows["code"]],
        weight=[say("check_severity", severity) for severity in rows["severity"]])
    view = View(require_released(released, wanted_by="_tally"), "tally", say("check_table", title),
                (_field("meaning"), _field("weight"), _field("n", "integer"), _field("remedy")), frame)
    return [page_table(view)]


def _list_rows(released: Released, table: str, rows: pd.DataFrame, title: str) -> list[Block]:
    """List single rows with what is said of each; a long list opens on request and ends where a page should."""
    released = require_released(released, wanted_by="_list_rows")
    shown = rows.head(MOST_LISTED)
    if shown.empty:
        return []
    frame = shown.assign(place=_places(shown), at=["" if pd.isna(row) else str(int(row)) for row in shown["row"]])
    fields = (_field("place"), _field("at", "range"),
              Field("message", say("check_heading", "message" if table == "quarantine" else "meaning")))
    folded = len(shown) > MOST_OPEN
    summary = count_say("check", "open_rows", len(shown)) if folded else ""
    blocks: list[Block] = [page_table(View(released, table, say("check_table", title), fields, frame), folded=folded,
                                      summary=summary, has_places=True)]
    if len(rows) > MOST_LISTED:
        blocks.append(Text(say("check", "more_rows", n=f"{len(rows) - MOST_LISTED:,}", file=f"{table}.csv")))
    return blocks


def _chase(coverage: Released) -> list[Block]:
    """List the managers with placements missing, and for whom."""
    coverage = require_released(coverage, wanted_by="_chase")
    if "managers" not in coverage.tables:
        return [Text(say("check", "nothing_to_show"))]
    managers = coverage.tables["managers"]
    owing = managers[(managers["n_without_placement"] > 0) | (managers["n_without_conversation"].fillna(0) > 0)]
    if owing.empty:
        return [Text(say("check", "chase_none", cycle=coverage.about.cycle))]
    known = "name" in owing
    order = ["n_without_placement", "directorate", "name" if known else "rater_id"]
    owing = owing.sort_values(order, ascending=[False, True, True], kind="stable")
    shown = owing.head(MOST_LISTED)
    named = _who(coverage)
    shown = shown.assign(who=[named.get(str(manager), "") for manager in shown["rater_id"]],
                         unit=shown["team"].fillna(shown["service"]).fillna(shown["directorate"]))
    heading = say("check_heading", "manager")
    fields = (Field("name" if known else "rater_id", heading, "text"), _field("unit"), _field("n_team", "integer"),
              _field("n_without_placement", "integer"), _field("who"), _field("n_without_conversation", "integer"))
    title = say("check_table", "chase", cycle=coverage.about.cycle)
    blocks: list[Block] = [Text(say("check", "chase_lead")),
                           page_table(View(coverage, "managers", title, fields, shown))]
    if len(owing) > MOST_LISTED:
        blocks.append(Text(say("check", "more_rows", n=f"{len(owing) - MOST_LISTED:,}", file="chasing.csv")))
    n_alone = coverage.facts.get("n_without_manager")
    if n_alone:
        blocks.append(Text(count_say("check", "without_manager", int(n_alone))))
    return blocks


def _who(coverage: Released) -> dict[str, str]:
    """Name the people who have no placement, by their manager."""
    missing = require_released(coverage, wanted_by="_who").tables["missing"]
    lacking = missing[missing["missing"].str.contains(rf"^{say('missing', 'placement')}(?:;|$)", regex=True)]
    named: dict[str, str] = {}
    for manager, part in lacking.groupby(lacking["manager_id"].astype("str"), sort=False):
        people = part["name" if "name" in part else "employee_id"].astype("str").drop_duplicates().tolist()
        more = len(people) - MOST_NAMED
        named[str(manager)] = "; ".join(people[:MOST_NAMED]) + (say("check", "and_more", n=more) if more > 0 else "")
    return named


def _completeness(coverage: Released, settings: Settings) -> list[Block]:
    coverage = require_released(coverage, wanted_by="_completeness")
    groups = coverage.tables["by_group"]
    by = str(groups.columns[0])
    frame = groups.assign(share_placed=groups["n_with_placement"] / groups["n_posts"].where(groups["n_posts"] > 0),
                          range=range_text(groups, "share"))
    fields = (column(by), column("n_posts", "integer"), column("n_with_placement", "integer"),
              _field("share_placed", "share"), column("n_agreed", "integer"),
              column("base", "integer", heading=say("pack_heading", "n_owed")), column("n_with_enough", "integer"),
              column("estimate", "share", heading=say("pack_heading", "share_enough")),
              column("range", "range", heading=say("pack_heading", "share_range")))
    lead = say("pack", "coverage_lead", n=settings.coverage.conversations_per_year)
    caveats = [Text(say("caveat", code)) for code in coverage.about.caveats]
    title = say("check_table", "completeness", cycle=coverage.about.cycle)
    return [Text(lead), page_table(View(coverage, "by_group", title, fields, frame)), *caveats]


def _record_parts(coverage: Released) -> list[Block]:
    coverage = require_released(coverage, wanted_by="_record_parts")
    parts = coverage.tables["parts"]
    if not (parts["n_formal"] > 0).any():
        return [Text(say("check", "parts_none"))]
    frame = parts.assign(n_empty=parts["n_formal"] - parts["n_filled"], share_empty=1 - parts["share"])
    frame = frame.sort_values("share_empty", ascending=False, kind="stable")
    fields = (Field("label", say("pack_heading", "record_part")), _field("n_empty", "integer"),
              column("n_formal", "integer"), _field("share_empty", "share"))
    view = View(coverage, "parts", say("check_table", "parts"), fields, frame)
    return [Text(say("check", "parts_lead")), page_table(view)]


def _headings(released: Released) -> list[Block]:
    released = require_released(released, wanted_by="_headings")
    mapping = released.tables["mapping"]
    if mapping.empty:
        return [Text(say("check", "nothing_to_show"))]
    unused = mapping[(mapping["column"] == "") & (mapping["heading"] != "")]
    frame = mapping.assign(place=_places(mapping), read_as=mapping["column"].where(mapping["column"] != "", "–"))
    fields = (_field("place"), _field("heading"), _field("read_as"), _field("how"))
    blocks: list[Block] = [Text(say("check", "headings_lead"))]
    if len(unused):
        listed = tuple(f"{place}: {', '.join(part['heading'])}" for place, part in
                       unused.assign(place=_places(unused)).groupby("place", sort=False))
        blocks += [Subheading(say("check", "unused_heading")), Bullets(listed)]
    grid: PageTable = page_table(View(released, "mapping", say("check_table", "headings"), fields, frame), folded=True,
                                 summary=say("check", "open_headings"), has_places=True)
    return [*blocks, grid]


# Words ------------------------------------------------------------------------------------------------------------


def _field(name: str, kind: Kind = "text") -> Field:
    return Field(name, say("check_heading", name), kind)


def _places(rows: pd.DataFrame) -> list[str]:
    return [f"{file}, {sheet}" if sheet else str(file) for file, sheet in zip(
        rows["file"].astype("str"), rows["sheet"].astype("str"), strict=True)]


def _kind(kind: object) -> str:
    return ", ".join(say("check_kind", part) for part in str(kind).split("+"))
