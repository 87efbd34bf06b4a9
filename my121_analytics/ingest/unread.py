"""What was not read of the exports, though it may hold ratings, managers, leavers or dates: the headline of a check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.doubtful_columns import (
    READ_KINDS,
    find_levels_as_columns,
    list_doubtful,
    list_shorter_scales,
)
from my121_analytics.ingest.reading.content import could_be_levels
from my121_analytics.ingest.reading.scales import ScaleReport
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.single_headings import Heading
from my121_analytics.ingest.reading.states import EMPLOYMENT, FORM
from my121_analytics.ingest.reading.synonyms import AXES, column_of
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.row_keys import coded, count_distinct
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, SELF, TABLES

COLUMNS = ("kind", "file", "sheet", "heading", "position", "n", "cause", "meanings", "strange", "source")
KINDS = ("ratings", "placements", "tables", "rows", "managers", "leavers", "states", "units", "dates", *READ_KINDS)
"""What may be lost, the gravest first, and what was read and is in doubt."""
LEAST_READ = 0.5
"""Share of the ratings below which no figure is made of them: what is read may be the smaller part by some rule that
nobody chose."""
_DATES = frozenset({c.name for columns in TABLES.values() for c in columns if c.kind == "date"} | {"cycle"})
_MOST_NAMED = 4
_MOST_HEADINGS = 12
_FEWEST_PEOPLE = 5


@dataclass(frozen=True)
class Unread:
    """Columns and sheets that were left out, and how many of the ratings were read.

    Parameters
    ----------
    columns
        One row per column or sheet left out: ``kind`` (of ``KINDS``), ``file``, ``sheet``, ``heading``, ``position``
        (column of the sheet), ``n`` (cells that say something), ``cause`` (code), ``meanings`` (what it could be),
        ``strange`` (values of ratings that are no levels of the scale), ``source`` (of a rating).
    n_ratings
        Ratings that the exports hold: one per row and per person who rated.
    n_read
        Of these, how many are on the record.
    settings
        Lines for the settings file that would let them be read; empty where none are known.
    doubts
        Signs that rows are missing though each file was read to its end, as sentences.
    """

    columns: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)), repr=False)
    n_ratings: int = 0
    n_read: int = 0
    settings: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def share_read(self) -> float:
        """Share of the ratings that is on the record, 0-1; 1 where the exports hold none."""
        return self.n_read / self.n_ratings if self.n_ratings else 1.0

    @property
    def is_too_little(self) -> bool:
        """Whether so few ratings were read that no figure can be made of them."""
        return self.n_ratings > 0 and (self.n_read == 0 or self.share_read < LEAST_READ)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out that may matter."""
        return self.columns.empty and not self.is_too_little

    def headlines(self) -> tuple[str, ...]:
        """Say what was not read, the gravest first, and what seems to be missing, one sentence for each cause."""
        lines = []
        if self.is_too_little:
            code = "none_read" if self.n_read == 0 else "too_few_read"
            lines.append(say("unread", code, n=f"{self.n_ratings:,}", read=f"{self.n_read:,}"))
        for (kind, cause), part in self.columns.groupby(["kind", "cause"], sort=False):
            lines.append(_sentence(str(kind), str(cause), part))
        return (*lines, *self.doubts)

    @property
    def state(self) -> str:
        """What it leaves of the record: ``unusable``, ``partly``, ``doubtful`` or ``questioned``; else empty.

        ``doubtful``: rows may be missing. ``questioned``: some of what was read may not count.
        """
        if self.is_too_little:
            return "unusable"
        if not self.columns["kind"].isin(READ_KINDS).all():
            return "partly"
        return "doubtful" if self.doubts else "questioned" if len(self.columns) else ""


def _sentence(kind: str, cause: str, part: pd.DataFrame) -> str:
    columns = part.drop_duplicates("heading")
    headings = ", ".join(f"'{heading}'" for heading in columns["heading"].head(_MOST_NAMED))
    more = len(columns) - _MOST_NAMED
    files = ", ".join(dict.fromkeys(part["file"].astype("str")))
    meanings = " or ".join(dict.fromkeys(m for text in part["meanings"] for m in str(text).split(" or ") if m))
    strange = list(dict.fromkeys(v for text in part["strange"] for v in str(text).split("\n") if v))
    # Two columns of one row hold one rating: its performance and its potential, or two that could be either.
    n = int(part.groupby(["file", "sheet", "source"])["n"].max().sum() if kind in ("ratings", "placements")
            else part["n"].sum())
    why = say("unread_cause", cause, headings=headings + (f" and {more} more" if more > 0 else ""), meanings=meanings)
    if strange:
        code = {"states": "strange_words", "dates": "such_as", "names": "first_in",
                "tests": "first_in"}.get(kind, "strange")
        mark = "" if code == "first_in" else "'"
        why += " " + say("unread", code, values=", ".join(f"{mark}{value}{mark}" for value in strange[:_MOST_NAMED]))
    line = "read_line" if kind in READ_KINDS else "line"
    return say("unread", line if n != 1 else f"{line}_one", n=f"{n:,}", files=files, why=why,
               what=say("unread_kind", kind if n != 1 else f"{kind}_one"))


def require_ratings(unread: Unread) -> None:
    """Refuse to make figures where nothing, or less than half, of the ratings was read.

    Raises
    ------
    DataUnusableError
        With the causes and the lines to add to the settings.
    """
    if not unread.is_too_little:
        return
    headline, *causes = unread.headlines()
    if unread.settings:
        causes += [say("unread", "paste"), unread.settings]
    else:
        causes += [say("unread", "see_check")]
    raise DataUnusableError(headline, hints=causes)


def list_unread(sheets: Sequence[SheetRows], report: ScaleReport, placements: pd.DataFrame,
                listed: frozenset[str]) -> Unread:
    """List what was left out of the exports and count the ratings that were read.

    Parameters
    ----------
    sheets
        As read.
    report
        How the columns of ratings were judged.
    placements
        Of the record.
    listed
        Ids on the staff lists; a sheet about these people of which nothing was read is listed.

    Returns
    -------
    Unread
    """
    stopped = {(id(c.rows), c.position): c for c in report.stopped}
    lines = [line for rows in sheets for line in _of_sheet(rows, stopped, listed)]
    lines += list_shorter_scales(report.columns)
    told = {(line[1], line[2], line[4]) for line in lines if line[4] >= 0}
    lines += [line for line in list_doubtful(sheets, placements, listed) if (line[1], line[2], line[4]) not in told]
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    table = table[table["n"] > 0]
    order = table["kind"].map({kind: place for place, kind in enumerate(KINDS)})
    table = table.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
    rows = placements["origin_row"].to_numpy()
    n_read = count_distinct([*(coded(placements[name].array) for name in ("origin_file", "origin_sheet", "source")),
                             (rows, int(rows.max(initial=0)) + 1)])
    return Unread(table, max(sum(map(_count_ratings, sheets)), n_read), n_read)


_Line = tuple[str, str, str, str, int, int, str, str, str, str]


def _of_sheet(rows: SheetRows, stopped: Mapping[tuple[int, int], object], listed: frozenset[str]) -> Iterator[_Line]:
    content = rows.content
    file, sheet = rows.sheet.file, rows.sheet.name
    found = False
    for heading in rows.map.headings if content is not None else ():
        kind, cause = _lost(rows, heading)
        if kind:
            found = True
            filled = content.filled(heading.position)  # type: ignore[union-attr]
            if rows.map.tables:
                filled = filled & (rows.aside[content.below:] == 0)  # type: ignore[union-attr]
            strange = _strange_values(rows, heading) if cause == "axis_open" else []
            yield (kind, file, sheet, heading.text, heading.position, int(filled.sum()), cause,
                   " or ".join(heading.meanings), "\n".join(strange), sources_of(heading)[-1])
    if rows.differs_from:
        kind = "ratings" if "placements" in rows.map.tables else "rows"
        yield (kind, file, sheet, rows.differs_from, -1, int(rows.withheld.sum()), "versions_apart", "", "", file)
    if rows.group_lines[1]:
        shown, n = rows.group_lines
        yield "units", file, sheet, shown.strip("'"), -1, n, "group_lines", "", "", ""
    for heading in rows.map.headings if rows.map.tables else ():
        n_errors = _count_errors(rows, heading) if heading.column in AXES else 0
        if n_errors:
            yield ("ratings", file, sheet, heading.text, heading.position, n_errors, "error_cells", "", "", "")
    if rows.contested is not None:
        position = rows.contested.position
        yield ("managers", file, sheet, rows.headings[position], position, rows.contested.n_people, "contested", "",
               "", "")
    for column, (words, n) in rows.unknown_states.items():
        position = rows.map.columns[column]
        yield ("states", file, sheet, rows.headings[position], position, n, "unknown_words", column,
               "\n".join(words), "")
    if rows.missing[1]:
        yield "rows", file, sheet, rows.missing[0], -1, rows.missing[1], "own_count", "", "", ""
    if not rows.map.tables and not found and (n := _rows_about(rows, listed)) and not find_levels_as_columns(rows):
        shown = ", ".join(f"'{text}'" for text in _likely_headings(rows)[:_MOST_HEADINGS])
        rows.log.add("staff_sheet_unread", file=file, sheet=sheet, values=shown, n=n,
                     expected=say("unread", "expected_headings"))
        yield "rows", file, sheet, shown.strip("'"), -1, n, "sheet_unknown", "", "", ""


def _lost(rows: SheetRows, heading: Heading) -> tuple[str, str]:
    """Say what a column that was left out may hold, and why it was; empty where nothing is lost."""
    content = rows.content
    if content is None or heading.how in ("ignored", "refused", "duplicate", "label"):
        return "", ""
    if heading.how == "stopped":
        return ("placements", "stopped_boxes") if heading.column == "box" else ("ratings", "stopped")
    if not rows.map.tables and heading.column in AXES:
        return "ratings", "no_key"
    near = _kind_of_near(rows, heading)
    if near:
        return near, "near"
    if heading.how == "states_asked" and rows.map.tables:
        return "states", heading.meanings[0]
    if heading.how == "unused" and _holds_ratings(rows, heading):
        return "ratings", "unknown_heading"
    if heading.how not in ("ambiguous", "dated", "twice"):
        return "", ""
    kind = _kind_of(heading.meanings)
    if kind in ("ratings", "placements") and not _may_be_lost(rows, heading):
        return "", ""
    is_open = heading.how == "ambiguous" and len(heading.meanings) > 1 and all(
        m.rsplit(" ", 1)[-1] in AXES for m in heading.meanings)
    axes = {m.rsplit(" ", 1)[-1] for m in heading.meanings}
    return kind, ("whose" if len(axes) == 1 else "axis_open") if is_open else heading.how


def _holds_ratings(rows: SheetRows, heading: Heading) -> bool:
    """Say whether a column that nobody knows holds levels of an axis that no other column of its sheet gives."""
    assert rows.content is not None
    read = {axis for source in ("", MANAGER) for axis in rows.map.ratings.get(source, {})}
    if read and _OF_OTHER_THINGS.search(heading.text):
        return False
    look = rows.content.looks_like(heading.position)
    return look in AXES and (look not in read or not rows.map.tables)


_OF_OTHER_THINGS = re.compile(r"\b(?:risk|priority|impact|urgency|likelihood|severity|mobility|interest|demand)\b",
                              re.I)
"""What is low, medium or high beside ratings without being one."""


def _kind_of_near(rows: SheetRows, heading: Heading) -> str:
    """Say what a column under a heading near a known one may hold, where nothing else of its sheet gives that."""
    if heading.how != "unused" or not heading.suggestion or not rows.map.tables:
        return ""
    column = column_of(heading.suggestion, rows.map.tables)
    is_known = column in rows.map.columns or (column.endswith("_id") and rows.has(
        column.replace("_id", "_name"), column.replace("_id", "_post")))
    look = rows.content.looks_like(heading.position) if rows.content is not None else ""
    if is_known or not column.startswith(("manager_id", "rater_id")) or look != "ids":
        return ""
    return "managers"


def _strange_values(rows: SheetRows, heading: Heading) -> list[str]:
    """Give the values of an asked column that no axis knows as a level."""
    assert rows.content is not None
    found = rows.content.distinct(heading.position)
    if rows.content.fits(heading.position) is None or not rows.scales:
        return []
    known = np.zeros(len(found), dtype=bool)
    for scale in rows.scales.values():
        parsed = scale.parse(found)
        known |= (parsed.faults == "") & bool(scale.labels)
    return [text for text, is_known in zip(found, known, strict=True) if not is_known]


def _kind_of(meanings: Sequence[str]) -> str:
    columns = [m.rsplit(" ", 1)[-1] for m in meanings]
    if set(columns) & {"performance", "potential"}:
        return "ratings"
    if "box" in columns:
        return "placements"
    if any(c.startswith(("manager_", "rater_")) for c in columns):
        return "managers"
    if "left_on" in columns:
        return "leavers"
    if {EMPLOYMENT, FORM} & set(columns):
        return "states"
    return "dates" if set(columns) & _DATES else ""


def _may_be_lost(rows: SheetRows, heading: Heading) -> bool:
    """Say whether an asked column of ratings holds any that no other column of the sheet gives."""
    assert rows.content is not None
    found = rows.content.distinct(heading.position)
    is_read = any("performance" in rows.map.ratings.get(source, {}) for source in sources_of(heading))
    short = bool(found) and sum(len(text) for text in found) < 40 * len(found)
    return short and (not is_read or could_be_levels(found))


def sources_of(heading: Heading) -> tuple[str, ...]:
    """Give whose rating a heading may be; a heading that does not say means the manager's."""
    if heading.column in AXES:
        return (heading.source, MANAGER) if not heading.source else (heading.source,)
    words = {m.split(" ")[0] for m in heading.meanings if " " in m} & {SELF, CALIBRATED, MANAGER}
    return tuple(sorted(words)) if len(words) == 1 else ("", MANAGER)


# Counting ---------------------------------------------------------------------------------------------------------


def _count_ratings(rows: SheetRows) -> int:
    """Count the ratings of a sheet, read or not: rows with anything in a column of ratings, per person who rated."""
    content = rows.content
    if content is None:
        return 0
    data = rows.aside[content.below:] == 0 if rows.map.tables else np.ones(rows.sheet.n_rows - content.below, bool)
    elsewhere = rows.rows[rows.passed_over | rows.unfinished]
    data[elsewhere[elsewhere >= content.below] - content.below] = False
    by_source: dict[str, np.ndarray] = {}
    for heading in rows.map.headings:
        kind = _lost(rows, heading)[0]
        is_rating = heading.column in AXES or kind in ("ratings", "placements")
        if not is_rating or (heading.how == "dated" and rows.map.ratings):
            continue
        source = sources_of(heading)[-1]
        is_read = heading.column in AXES and rows.map.tables and not kind and not rows.differs_from
        filled = _rated(rows, heading) if is_read else content.filled(heading.position)
        by_source[source] = by_source.get(source, np.zeros(len(filled), dtype=bool)) | filled
    return sum(int((filled & data).sum()) for filled in by_source.values())


_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)", re.I)


def _count_errors(rows: SheetRows, heading: Heading) -> int:
    """Count the cells of a column of ratings that hold an error of a spreadsheet."""
    codes, texts = rows.texts(heading.position)
    errors = np.array([bool(_ERROR.fullmatch(str(text).strip())) for text in texts], dtype=bool)
    return int(errors[codes].sum()) if errors.any() else 0


def _rated(rows: SheetRows, heading: Heading) -> np.ndarray:
    """Say of each row below the header whether a column that was read holds a rating, or what should be one."""
    assert rows.content is not None
    whole = np.zeros(rows.sheet.n_rows, dtype=bool)
    codes, texts = rows.texts(heading.position)
    scale = rows.scales[heading.column]
    parsed = scale.parse(texts)
    says = (parsed.values > 0) | (parsed.faults != "") if scale.labels else np.zeros(len(texts), dtype=bool)
    whole[rows.rows] = says[codes]
    return whole[rows.content.below:]


def _rows_about(rows: SheetRows, listed: frozenset[str]) -> int:
    """Count the rows of a sheet that was set aside which are about people on the staff lists."""
    if not listed:
        return 0
    least = max(_FEWEST_PEOPLE, len(listed) // 2)  # small whole numbers are ids of anything
    best = 0
    for position in range(rows.sheet.n_columns):
        codes, texts = rows.sheet.factor(position)
        known = np.array([str(t).strip() in listed for t in texts], dtype=bool)
        if known.sum() >= least:
            best = max(best, int(known[codes].sum()))
    return best


def list_headings(sheets: Sequence[SheetRows]) -> list[str]:
    """Say of each sheet which headings were found in it and which were expected, in whatever language they are."""
    found = []
    for rows in sheets[:_MOST_NAMED]:
        shown = ", ".join(f"'{text}'" for text in _likely_headings(rows)[:_MOST_HEADINGS])
        place = f"{rows.sheet.file}, sheet '{rows.sheet.name}'" if rows.sheet.name else rows.sheet.file
        found.append(say("unread", "headings_found" if shown else "no_headings_found", place=place, headings=shown,
                         expected=say("unread", "expected_headings")))
    return found


def list_tables_of_counts(sheets: Sequence[SheetRows]) -> list[str]:
    """Say of each sheet whose columns are levels of ratings that it counts people and does not list them."""
    found = [(rows.sheet.file, "', '".join(levels)) for rows in sheets if (levels := find_levels_as_columns(rows))]
    return [say("unread", "line_one", what=say("unread_kind", "tables_one"), files=file,
                why=say("unread_cause", "levels_as_columns", headings=f"'{levels}'")) for file, levels in found]


def _likely_headings(rows: SheetRows) -> list[str]:
    """Give the headings of a sheet, or where none was known the first row that is filled like one."""
    named = [text for text in rows.headings if text.strip()]
    if named:
        return named
    for i in range(min(rows.sheet.n_rows, 20)):
        filled = [text for text in rows.sheet.row(i) if text.strip()]
        if len(filled) > 1:
            return filled
    return []
