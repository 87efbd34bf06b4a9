"""Where a table of actions stands in a sheet, under headings of one row or two."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.improvement.plan.dated_columns import find_dated_columns, last_filled
from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.wording.catalogue import say

LONGEST_HEADING = 90
"""Characters beyond which a cell holds prose, not a heading."""
_VALUE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}(?: 00:00:00)?|\d+(?:\.\d+)?%?")
"""A day or a number, which heads no column."""
_SECTION = re.compile(r"[A-Z][.)] +[A-Z][\w &/-]{2,60}|(?:key )?(?:contacts|information)|sign[- ]?off|notes?", re.I)
_COUNTED = re.compile(r"^(?:1st|2nd|3rd|[4-9]th|first|second|third|fourth|fifth|latest|final|further)\s|"
                      r"\s(?:no )?[1-9]$")
IGNORED = "ignore"
_ONE_HEADING = ("action", "timescale", "completed_on")
"""Parts of which a table may hold one only: two would be two answers to one question."""
SEVERAL = ("owner", "revised_timescale", "progress_text")
"""Parts that several columns may hold together: all their owners, the last of their revised dates, all their words."""


@dataclass(frozen=True)
class ActionHeader:
    """Where a table of actions stands in a sheet.

    Parameters
    ----------
    at
        Row of its headings, from 0.
    first
        Its first row.
    columns
        Part of an action -> column.
    is_form
        A cell may hold several actions.
    more
        Further columns of parts that several may hold (``SEVERAL``), in order.
    assumed
        Headings that were taken for a part because the table has no other for it: heading -> part.
    dated
        Part of which there is a column for each period -> those columns, the latest last.
    unread
        Where no heading says how far an action is: column of which nothing is carried -> its heading.
    """

    at: int
    first: int
    columns: Mapping[str, int]
    is_form: bool
    more: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    dated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unread: Mapping[int, str] = field(default_factory=dict)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Give a row's cells by part; of several revised dates the last that is filled, of owners and words all."""
        cells = {name: row[j].strip() for name, j in self.columns.items()}
        for name, places in self.more.items():
            ordered = (self.columns[name], *places) if name != "revised_timescale" else sorted(
                (self.columns[name], *places))
            filled = [text for j in ordered if (text := row[j].strip())]
            cells[name] = filled[-1] if name == "revised_timescale" and filled else "\n".join(filled)
        return cells | {name: last_filled(row, places) for name, places in self.dated.items()}


def find_action_header(sheet: SourceSheet, start: int = 0, *,
                       own: Mapping[str, str] | None = None) -> ActionHeader | None:
    """Find the first row that heads a table of actions, with the row of headings below it where there are two.

    Parameters
    ----------
    sheet
        Of a plan.
    start
        Row to look from, from 0.
    own
        Headings that the settings map (``[plan] columns``): heading -> part.

    Returns
    -------
    ActionHeader or None
        None where there is no such table from there on.

    Raises
    ------
    DataUnusableError
        Two headings of the table hold the same thing.
    """
    headers = (header_at(sheet, position, own=own) for position in range(start, sheet.n_rows))
    return next((header for header in headers if header is not None), None)


def header_at(sheet: SourceSheet, position: int, *, own: Mapping[str, str] | None = None,
              inside: bool = False) -> ActionHeader | None:
    """Read a row as the head of a table of actions; None where it is not one.

    ``inside`` says that a table goes on there: an action's own words ("Complete", "Must do") head no new one.
    """
    row = sheet.rows[position]
    if any(_VALUE.fullmatch(cell.strip()) for cell in row):
        return None
    columns = match_headings(row, sheet, position, own=own)
    assumed = {} if inside else _assume(row, columns)
    if "action" not in columns or len(columns) < 2:
        return None
    if assumed and not set(columns) & _DATED_OR_OWNED:
        return None  # a list of recommendations that nobody has to answer by any day is no plan
    under = next((i for i in range(position + 1, min(position + 4, sheet.n_rows)) if any(sheet.rows[i])),
                 position)  # a report has a ruler or a blank line between the two
    below = sheet.rows[under] if under > position else []
    second = {} if below == row else match_headings(below, sheet, under, own=own)
    n_filled = sum(bool(cell.strip()) for cell in below)
    more = _further_columns(row, columns, own)
    mapped = {plain(heading) for heading in own or {}}
    dated = find_dated_columns([cell if plain(cell) not in mapped else "" for cell in row], match_heading, columns)
    for name, places in dated.items():
        columns.pop(name, None)  # where nobody can say which period is the latest, none is taken
        columns |= {name: places[-1]} if places else {}
    dated = {name: places for name, places in dated.items() if places}
    if len(second) >= 3 and len(second) >= n_filled - 1:
        taken = set(columns.values())
        columns |= {name: j for name, j in second.items() if name not in columns and j not in taken}
        return _complete(ActionHeader(position, under + 1, columns, is_form=True, more=more, assumed=assumed,
                                      dated=dated), row, own)
    in_cell = sum("\n" in cell for cell in row) >= 2  # both rows of the header stand in one row of cells
    return _complete(ActionHeader(position, position + 1, columns, is_form=in_cell, more=more, assumed=assumed,
                                  dated=dated), row, own)


_SAYS_HOW_FAR = {"progress", "rag", "percent", "progress_text", "completed_on"}


def _complete(header: ActionHeader, row: Sequence[str], own: Mapping[str, str] | None) -> ActionHeader:
    """Add the columns that may say how far an action is, where none is known to."""
    if _SAYS_HOW_FAR & set(header.columns):
        return header
    return replace(header, unread={j: " ".join(row[j].split()) for j in _unused(row, header, own)})


_DATED_OR_OWNED = {"timescale", "original_timescale", "revised_timescale", "owner"}
"""Parts of which a list needs one to be a plan: a key of colours has a status and a description as well."""


def _assume(row: list[str], columns: dict[str, int]) -> dict[str, str]:
    """Take a recommendation for the action, and a date for the due date, where the table heads no other.

    Returns
    -------
    dict
        Heading -> part that it was taken for without being its usual heading; ``columns`` gains both.
    """
    assumed: dict[str, str] = {}
    if "action" not in columns:
        usual = spellings("fallback_action")["action"]
        named = sorted((usual.index(plain(cell)), j) for j, cell in enumerate(row) if plain(cell) in usual)
        if named:
            j = named[0][1]
            columns.pop("issue" if columns.get("issue") == j else "", None)
            columns["action"] = j
            assumed[" ".join(row[j].split())] = "action"
    if "original_timescale" in columns and "timescale" not in columns:
        columns["timescale"] = columns.pop("original_timescale")
    if "accountable" in columns and "owner" not in columns:
        columns["owner"] = columns.pop("accountable")
    if not {"timescale", "revised_timescale"} & set(columns):
        usual = spellings("fallback_timescale")["timescale"]
        named = [(usual.index(plain(cell)), j) for j, cell in enumerate(row) if plain(cell) in usual]
        if named:
            j = min(named)[1]
            columns.pop("completed_on" if columns.get("completed_on") == j else "", None)
            columns["timescale"] = j
            assumed[" ".join(row[j].split())] = "timescale"
    return assumed


def _further_columns(row: list[str], columns: Mapping[str, int],
                     own: Mapping[str, str] | None) -> dict[str, tuple[int, ...]]:
    """Give the further columns of parts that several may hold; who is accountable is an owner beside the owner."""
    more: dict[str, tuple[int, ...]] = {}
    for name in SEVERAL:
        kinds = (name, "accountable") if name == "owner" else (name,)
        places = tuple(j for j, cell in enumerate(row)
                       if match_heading(cell, own=own) in kinds and j not in columns.values())
        if "accountable" in columns and name == "owner":
            places = (*places, columns["accountable"])
        if places and name in columns:
            more[name] = places
    return more


def is_section(row: list[str]) -> bool:
    """Say whether a row heads another part of the form ("B. Key Contacts"), which ends the table above it."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) == 1 and bool(_SECTION.fullmatch(filled[0]))


def is_contact(row: list[str]) -> bool:
    """Say whether a row gives a person to turn to, or a signature."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and plain(filled[0]) in spellings("contacts")["label"]


def unused_headings(sheet: SourceSheet, header: ActionHeader, *, own: Mapping[str, str] | None = None) -> list[str]:
    """List the headings of columns of which nothing is carried."""
    row = sheet.rows[header.at]
    return [" ".join(row[j].split()) for j in _unused(row, header, own)]


def _unused(row: Sequence[str], header: ActionHeader, own: Mapping[str, str] | None) -> list[int]:
    used = {*header.columns.values(), *(j for kind in (header.more, header.dated) for js in kind.values() for j in js)}
    return [j for j, cell in enumerate(row)
            if cell.strip() and j not in used and len(cell) <= LONGEST_HEADING
            and match_heading(cell, own=own) != IGNORED]


def match_headings(row: list[str], sheet: SourceSheet, position: int, *,
                   own: Mapping[str, str] | None = None) -> dict[str, int]:
    """Give the column of each part of an action that a row heads.

    Raises
    ------
    DataUnusableError
        Two headings hold the same thing, of which there can be one only.
    """
    found: dict[str, list[int]] = {}
    for j, cell in enumerate(row):
        name = match_heading(cell, own=own)
        if name and name != IGNORED:
            found.setdefault(name, []).append(j)
    mapped = {plain(heading) for heading in own or {}}
    for name, places in found.items():  # what the settings map beats a heading that is only usual
        found[name] = [j for j in places if plain(row[j]) in mapped] or places
    doubled = {name: places for name, places in found.items() if len(places) > 1 and name in _ONE_HEADING}
    if doubled and "action" in found and len(found) > 1:
        name, places = next(iter(doubled.items()))
        headings = ", ".join(f"'{row[j].strip()}'" for j in places)
        raise DataUnusableError(say("plan", "two_headings", file=sheet.file, sheet=sheet.name, row=position + 1,
                                    headings=headings, name=name), hints=[say("plan", "two_headings_remedy")])
    chosen = {name: min(places, key=lambda j: _rank(name, row[j])) for name, places in found.items()}
    themes = [j for j in found.get("issue", []) if plain(row[j]) == "theme" and j != chosen["issue"]]
    if themes and "theme" not in chosen:  # beside a heading for the issue it means the strategy's theme
        chosen["theme"] = themes[0]
    return chosen


def match_heading(cell: str, *, own: Mapping[str, str] | None = None) -> str:
    """Name what a heading holds; empty for a heading of something else, and for cells too long to be one."""
    if not cell.strip() or len(cell) > LONGEST_HEADING:
        return ""
    mapped = next((part for heading, part in (own or {}).items() if plain(heading) == plain(cell)), "")
    if mapped:
        return mapped
    if cell.strip() == "#":
        return "action_id"
    known = spellings("columns")
    for part in map(plain, (cell, *re.split(r"[/\n(]", cell))):
        for name, usual in known.items():
            if part and part in usual:
                return name
    uncounted = " ".join(_COUNTED.sub(" ", plain(cell)).split())  # "2nd revised date", "Revised date 2"
    return "revised_timescale" if uncounted != plain(cell) and uncounted in known["revised_timescale"] else ""


def is_header_again(row: list[str], header: ActionHeader, sheet: SourceSheet, position: int) -> bool:
    """Say whether a row repeats the headings, as the top of the next page does."""
    if [cell.strip() for cell in row] == [cell.strip() for cell in sheet.rows[header.at]]:
        return True
    matched = match_headings(row, sheet, position)
    in_place = all(header.columns.get(name, column) == column for name, column in matched.items())
    return in_place and len(matched) >= min(3, len(header.columns))


def _rank(name: str, heading: str) -> int:
    """Put a heading in the synonym table's order: where two hold the same thing, the usual one is taken."""
    known = spellings("columns")[name]
    return known.index(plain(heading)) if plain(heading) in known else len(known)
