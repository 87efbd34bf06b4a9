"""Columns that may tell managers, leavers, drafts or whose rating it is, found by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import clean, is_missing, mend_encoding, parse_ids, plain_list, plain_words
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.ratings import Scale, bare_code
from my121_analytics.ingest.reading.scales import RatingColumn, rank_of
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.single_headings import Heading
from my121_analytics.ingest.reading.split_periods import bounds_periods, suits_other_order
from my121_analytics.ingest.reading.states import EMPLOYMENT, FORM
from my121_analytics.ingest.reading.synonyms import AXES, compact, words_of
from my121_analytics.workforce.cycles import Cycle
from my121_analytics.workforce.schema import MANAGER, ORGANISATION

Line = tuple[str, str, str, str, int, int, str, str, str, str]
"""One row of ``unread.COLUMNS``."""
READ_KINDS = ("drafts", "scales", "own_ratings", "names", "tests")
"""What was read and entered though it may not count."""
_MANAGER_COLUMNS = ("manager_id", "manager_name", "manager_post")
_RATER_COLUMNS = ("rater_id", "rater_name", "rater_post")
_NEARLY_ALL, _FEWEST, _MOSTLY = 0.8, 3, 0.5
_FIRST_LOOK = 50
"""Distinct cells that show of most columns that they hold no ids of people."""
_SAMPLE = 2_000
"""Ratings that show whether a sheet is one of self-assessments at all."""
_RARELY, _SELDOM = 0.1, 0.5
"""A column of days is in use where so many forms have one; leavers are fewer than this share of a staff list."""
_FINISHES = frozenset({"submitted", "submission", "submit", "completed", "completion", "complete", "signed", "sign",
                       "signoff", "signature", "finalised", "finalized", "closed", "locked", "approved", "approval",
                       "authorised"})
_BY_OTHERS = frozenset({"employee", "employees", "self", "own", "colleague", "individual", "next", "due", "target",
                        "countersigned", "second", "objectives", "objective", "training", "induction", "probation"})
"""Beside these words a day says nothing of whether the manager's rating is finished."""
_MANAGES = frozenset({"manager", "reviewer", "appraiser", "supervisor", "rater", "assessor", "evaluator", "originator",
                      "initiator", "author"})
_OTHER_ROLES = frozenset({"hr", "hrbp", "business", "partner", "second", "countersigning", "countersigner", "matrix",
                          "functional", "dotted", "director", "head", "mentor", "buddy", "coach", "trainer", "deputy",
                          "delegate", "created", "creator", "modified", "updated", "changed", "entered", "loaded",
                          "imported", "keyed", "input", "exported", "edited", "admin", "administrator", "skip",
                          "grandparent", "project", "peer", "union", "successor", "next", "budget", "approver"})
"""Words about people beside somebody who are not their manager."""
_ENDS = frozenset({"left", "leave", "leaver", "leavers", "leaving", "end", "ends", "ended", "ending", "finish",
                   "finished", "final", "last", "term", "termination", "terminated", "exit", "cease", "ceased",
                   "cessation", "departure", "departed", "resigned", "resignation", "retired", "retirement", "dol",
                   "stopped", "closed", "p45"})
_ENDS_OTHERWISE = frozenset({"probation", "probationary", "training", "trained", "course", "maternity", "paternity",
                             "adoption", "parental", "sickness", "absence", "annual", "secondment", "acting", "dbs",
                             "review", "appraisal", "pdr", "conversation", "meeting", "supervision", "visa", "licence",
                             "registration", "increment", "allowance", "holiday", "apprenticeship", "rating",
                             "updated", "changed", "modified", "login", "logon", "promotion", "name", "objective",
                             "grade", "one", "checked", "return", "protection", "warning", "project", "pension",
                             "pensions", "scheme", "membership", "loan", "lease", "permit"})
"""Beside these words a day is not one on which somebody left."""
_PAID = frozenset({"pay", "paid", "payment", "payroll", "wage", "salary"})
_TWO_MONTHS = np.timedelta64(62, "D")


def list_doubtful(sheets: Sequence[SheetRows], placements: pd.DataFrame, listed: frozenset[str]) -> Iterator[Line]:
    """List columns that were left out, or were read, and may change who manages, who left and which ratings count.

    Parameters
    ----------
    sheets
        As read.
    placements
        Of the record.
    listed
        Ids on the staff lists.

    Yields
    ------
    tuple
        A row of ``unread.COLUMNS`` for each column.
    """
    has_managers = any(rows.has(*_MANAGER_COLUMNS) and rows.map.tables for rows in sheets)
    for rows in sheets:
        yield from _table_of_counts(rows)
        if not rows.map.tables or rows.content is None:
            continue
        yield from _other_managers(rows, listed, has_managers)
        yield from _leaving_days(rows)
        yield from _drafts(rows)
        yield from _own_ratings(rows, placements)
        yield from _changed_ratings(rows)
        yield from _sums(rows)
        yield from _names_that_tell(rows)
        yield from _broken_names(rows)
        yield from _other_order(rows)


def _line(kind: str, rows: SheetRows, heading: Heading, n: int, cause: str, meanings: str = "",
          strange: str = "") -> Line:
    return kind, rows.sheet.file, rows.sheet.name, heading.text, heading.position, n, cause, meanings, strange, ""


def _texts(rows: SheetRows, heading: Heading) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Give a column's code per row of data, its texts, and which of these say anything."""
    codes, texts = rows.texts(heading.position)
    cleaned = [clean(str(text)) for text in texts]
    return codes, cleaned, np.array([not is_missing(text) for text in cleaned], dtype=bool)


def _unknown(rows: SheetRows) -> list[Heading]:
    return [h for h in rows.map.headings if h.how == "unused" and h.text.strip()]


# Managers ---------------------------------------------------------------------------------------------------------


def _other_managers(rows: SheetRows, listed: frozenset[str], has_managers: bool) -> Iterator[Line]:
    """Find columns under unknown headings that hold ids of the staff list and may be the manager's or the rater's."""
    on_forms = "placements" in rows.map.tables
    if not listed or rows.has(*_RATER_COLUMNS) or (has_managers and not on_forms):
        return
    meant = "rater_id" if on_forms else "manager_id"
    read = rows.map.columns.get("manager_id", -1)
    for heading in _unknown(rows):
        words = set(words_of(heading.text))
        if words & _OTHER_ROLES or (read >= 0 and not words & _MANAGES) or not _names_others(rows, heading, listed):
            continue
        if read >= 0 and not _differs(rows, heading.position, read):
            continue
        n = int(_texts(rows, heading)[2][_texts(rows, heading)[0]].sum())
        yield _line("managers", rows, heading, n, "other_manager" if read >= 0 else "ids_of_people", meant)


def _names_others(rows: SheetRows, heading: Heading, listed: frozenset[str]) -> bool:
    """Say whether a column names people of the staff list, fewer than it has rows, and hardly anybody themselves."""
    first = [clean(str(text)) for text in rows.texts(heading.position)[1][:_FIRST_LOOK] if not is_missing(str(text))]
    if 2 * sum(value in listed for value in parse_ids(first).values) < len(first):
        return False
    codes, texts, says = _texts(rows, heading)
    found = np.array([bool(told) and parsed in listed for told, parsed in zip(
        says, parse_ids(texts).values, strict=True)], dtype=bool)
    filled = says[codes]
    n = int(filled.sum())
    if n < _FEWEST or found[codes].sum() < _NEARLY_ALL * n or 2 * len(np.unique(codes[filled])) > n:
        return False
    people = np.asarray(rows.employee.categories.astype(object))[rows.employee.codes]
    own = people == np.array(texts, dtype=object)[codes]
    return int((own & filled).sum()) < _SELDOM * n


def _differs(rows: SheetRows, first: int, second: int) -> bool:
    (a, a_texts), (b, b_texts) = rows.texts(first), rows.texts(second)
    one, other = (np.array([clean(str(t)) for t in texts], dtype=object)[codes]
                  for codes, texts in ((a, a_texts), (b, b_texts)))
    return bool(((one != other) & (one != "") & (other != "")).any())


# Leavers ----------------------------------------------------------------------------------------------------------


def _leaving_days(rows: SheetRows) -> Iterator[Line]:
    """Find days under an unknown heading about an end, on few rows of a staff list that names no leavers."""
    if rows.map.tables != ("people",) or rows.has("left_on", "valid_to", EMPLOYMENT):
        return
    for heading in _unknown(rows):
        words = set(words_of(heading.text))
        is_end = bool(words & _ENDS) or "p45" in compact(heading.text)
        if not is_end or words & _ENDS_OTHERWISE:
            continue
        codes, texts, says = _texts(rows, heading)
        filled = says[codes]
        if not _are_days(texts, says):
            continue
        if filled.sum() < _SELDOM * len(filled):
            yield _line("leavers", rows, heading, int(filled.sum()), "ends", "left_on")
        elif words & _PAID and 0 < (n := _paid_before(texts, codes)) < _SELDOM * len(filled):
            yield _line("leavers", rows, heading, n, "paid_last", "left_on")


def _paid_before(texts: Sequence[str], codes: np.ndarray) -> int:
    """Count days of pay that lie two months or more before the latest."""
    days = parse_dates(texts).parsed.values[codes]
    known = days[~np.isnat(days)]
    return int((known < known.max() - _TWO_MONTHS).sum())


def _are_days(texts: Sequence[str], says: np.ndarray) -> bool:
    found = [text for text, told in zip(texts, says, strict=True) if told]
    return bool(found) and not bool((parse_dates(found).parsed.faults != "").any())


# Forms ------------------------------------------------------------------------------------------------------------


def _drafts(rows: SheetRows) -> Iterator[Line]:
    """Find days of submission that some rated forms lack: those may be drafts."""
    if "placements" not in rows.map.tables or FORM in rows.map.columns:
        return
    rated = _rated(rows)
    for heading in rows.map.headings:
        words = set(words_of(heading.text))
        if heading.how not in ("unused", "synonym") or heading.column not in ("", "placed_on", "agreed_on") or (
                not words & _FINISHES) or words & _BY_OTHERS:
            continue
        codes, texts, says = _texts(rows, heading)
        filled = says[codes]
        yes = all(plain_words(t) in plain_list("yes") for t, told in zip(texts, says, strict=True) if told)
        lacking = int((rated & ~filled).sum())
        if lacking and filled.any() and filled.sum() >= _RARELY * rated.sum() and (yes or _are_days(texts, says)):
            yield _line("drafts", rows, heading, lacking, "blank_days", FORM)


def _rated(rows: SheetRows) -> np.ndarray:
    """Say of each row of data whether it holds a rating."""
    found = np.zeros(len(rows), dtype=bool)
    for heading in rows.map.headings:
        if heading.column in AXES:
            codes, _, says = _texts(rows, heading)
            found |= says[codes]
    return found & ~rows.withheld


def _own_ratings(rows: SheetRows, placements: pd.DataFrame) -> Iterator[Line]:
    """Find sheets in most rows of which the manager's rating names the employee as the one who rated."""
    if not rows.has(*_RATER_COLUMNS) or "placements" not in rows.map.tables:
        return
    mine = placements[((placements["origin_file"] == rows.sheet.file) & (placements["origin_sheet"] == rows.sheet.name)
                       & (placements["source"] == MANAGER)).to_numpy()]
    if _count_own(mine.head(_SAMPLE)) < _RARELY * min(len(mine), _SAMPLE):
        return
    own = _count_own(mine)
    if own >= max(_FEWEST, _MOSTLY * len(mine)):
        position = next(rows.map.columns[c] for c in _RATER_COLUMNS if rows.has(c))
        heading = next(h for h in rows.map.headings if h.position == position)
        yield _line("own_ratings", rows, heading, own, "rates_self")


_CHANGED = frozenset({"appeal", "appealed", "amended", "revised", "corrected", "override", "overridden", "adjusted",
                      "changed", "resubmitted"})
_COUNTS = re.compile(r"(?:head ?)?counts?\b|(?:number|no\.?|total) (?:of )?(?:staff|employees|people|forms|ratings)\b",
                     re.I)


def _changed_ratings(rows: SheetRows) -> Iterator[Line]:
    """Find ratings beside those that were read that may take their place: after an appeal, revised."""
    if "placements" not in rows.map.tables or rows.content is None:
        return
    for heading in _unknown(rows):
        if set(words_of(heading.text)) & _CHANGED and (rows.content.fits(heading.position) or frozenset()) & {
                "performance", "potential", "box"}:
            codes, _, says = _texts(rows, heading)
            yield _line("ratings", rows, heading, int(says[codes].sum()), "changed_rating")


def _sums(rows: SheetRows) -> Iterator[Line]:
    """Find a column that counts beside ratings: its rows may sum up several people."""
    for heading in _unknown(rows) if "placements" in rows.map.tables else ():
        if not _COUNTS.match(heading.text.strip()):
            continue
        codes, texts, says = _texts(rows, heading)
        counted = [text for text, told in zip(texts, says, strict=True) if told]
        if all(text.isdecimal() for text in counted) and any(int(text) > 1 for text in counted):
            yield _line("drafts", rows, heading, int(says[codes].sum()), "sums_up")


# Letters and days -------------------------------------------------------------------------------------------------

_NAMES = ("name", "surname", "forename", "manager_name", "rater_name", *ORGANISATION)
_ODD = ("?\ufffd\u0192\u2030\u2020\u2021\u02c6\u201e\u201a\u00a2\u00a3\u00a4\u00a5\u00a6\u00a7\u00a9\u00ac\u00ae\u00b0"
        "\u00b1\u00b6\u00d0\u00de\u00f0\u00fe")
_BROKEN = re.compile(rf"(?<=[^\W\d_])[{_ODD}](?=[^\W\d_])|^[{_ODD}](?=[^\W\d_])|(?<=[^\W\d_])[{_ODD}]$")
"""What stands for a letter with an accent once a program had no sign for it, or read it by another code page."""


_LEFT = re.compile(r"(?:[(\[*{/]|\s-)\s*(?:has )?(?:left|leaver|ex[ -]?(?:employee|staff)|resigned|retired|deceased"
                   r"|terminated)\b", re.I)
_TEST = re.compile(r"(?=.*(?:test|dummy))(?:(?:zz+\w*|x*test\w{0,3}|dummy|training|employee|user|person|staff|record"
                   r"|account|\d+)\W*)+", re.I)


def _names_that_tell(rows: SheetRows) -> Iterator[Line]:
    """Find people on a staff list whose name says that they have left, or that they are a test."""
    if rows.map.tables != ("people",) or rows.names is None:
        return
    column = "name" if rows.has("name") else "surname"
    heading = next(h for h in rows.map.headings if h.position == rows.map.columns[column])
    names, codes = [*rows.names.categories.astype(object), ""], rows.names.codes
    if not re.search(f"{_LEFT.pattern}|test|dummy", "\n".join(names), re.I):  # one look at all of them
        return
    left = np.array([bool(_LEFT.search(name)) for name in names], dtype=bool)[codes]
    if left.any() and not rows.has("left_on", EMPLOYMENT):
        yield _line("states", rows, heading, int(left.sum()), "left_in_names")
    tests = np.array([bool(_TEST.fullmatch(name)) for name in names], dtype=bool)[codes]
    if tests.any():
        first = rows.rows[np.flatnonzero(tests)[0]] + 1
        yield _line("tests", rows, heading, int(tests.sum()), "test_people", strange=f"row {first:,}")


def _broken_names(rows: SheetRows) -> Iterator[Line]:
    """Find names of people and units in which letters were lost or broken."""
    for heading in rows.map.headings:
        if heading.column not in _NAMES or not set(_ODD) & set("".join(map(str, rows.texts(heading.position)[1]))):
            continue
        codes, texts, _ = _texts(rows, heading)
        broken = np.array([bool(_BROKEN.search(mend_encoding(text))) for text in texts], dtype=bool)
        if broken[codes].any():
            first = rows.rows[np.flatnonzero(broken[codes])[0]] + 1  # no name: the line is printed under pseudonyms too
            yield _line("names", rows, heading, int(broken[codes].sum()), "broken_letters", strange=f"row {first:,}")


def _other_order(rows: SheetRows) -> Iterator[Line]:
    """Find review periods whose days fit the other order of day and month than the one set."""
    assert rows.content is not None
    other = "dmy" if rows.order == "mdy" else "mdy"
    if "placements" not in rows.map.tables or rows.order == "ymd":
        return
    for heading in rows.map.headings:
        if heading.column != "cycle" and not bounds_periods(heading.text):
            continue
        found = rows.content.distinct(heading.position)
        is_span = heading.column == "cycle" and any(
            read_period(text, rows.content.rules, rows.order) == ""
            and isinstance(read_period(text, rows.content.rules, other), Cycle) for text in found)
        if is_span or (heading.how == "unused" and suits_other_order(found, rows.order)):
            n = int(rows.content.filled(heading.position).sum())
            yield _line("dates", rows, heading, n, f"order_{other}", strange=found[0])


def _count_own(placements: pd.DataFrame) -> int:
    return int((placements["rater_id"].astype("str") == placements["employee_id"].astype("str")).sum())


_BY_CHANCE = 1e-6


def list_shorter_scales(columns: Sequence[RatingColumn]) -> Iterator[Line]:
    """List columns of bare codes that stop short of the codes of another file, far more surely than by chance.

    Parameters
    ----------
    columns
        As judged; those that were stopped, or whose codes have labels, tell nothing.
    """
    bare = [c for c in columns if not c.why and not c.is_labelled and c.axis != "box" and c.filled.any()]
    for column in bare:
        top = int(column.levels[column.filled].max())
        others = [c.levels[c.filled] for c in bare if c.axis == column.axis and c.rows is not column.rows]
        share = max((float((levels > top).mean()) for levels in others), default=0.0)
        n = int(column.filled.sum())
        if (1 - share) ** n < _BY_CHANCE:
            heading = next(h for h in column.rows.map.headings if h.position == column.position)
            yield _line("scales", column.rows, heading, n, "shorter_scale")


# Tables that count ------------------------------------------------------------------------------------------------

_SEARCHED = 20
_LOOKED_AT = 50
_FEWEST_RANKED = 3
_TICKS = frozenset({"x", "y", "yes", "\u2713", "\u2714"})


def _table_of_counts(rows: SheetRows) -> Iterator[Line]:
    """Find a table whose columns are the levels of ratings: it counts people, or ticks a level, and rates no row."""
    if rows.map.ratings:
        return
    levels = find_levels_as_columns(rows)
    if levels:
        shown = "', '".join(levels)
        yield "tables", rows.sheet.file, rows.sheet.name, shown, -1, 1, "levels_as_columns", "", "", ""


def find_levels_as_columns(rows: SheetRows) -> list[str]:
    """Give the headings of a sheet that are levels of ratings with counts, shares or ticks below; none elsewhere."""
    sheet = rows.sheet
    for i in range(min(sheet.n_rows, _SEARCHED)):
        cells = [clean(cell) for cell in sheet.row(i)]
        if sum(_has_letter(text) and _holds_counts(sheet.distinct(j, slice(i + 1, i + 1 + _LOOKED_AT)))
               for j, text in enumerate(cells)) < 2:  # to read headings as ratings takes longer
            continue
        places = _level_headings(cells, rows.scales)
        below = [str(text) for j in places for text in sheet.distinct(j, slice(i + 1, None))]
        if _holds_counts(below):
            return [cells[j] for j in places]
    return []


def _has_letter(text: str) -> bool:
    return any(c.isalpha() for c in text)


def _holds_counts(below: Iterable[str]) -> bool:
    """Say whether cells hold counts, shares or ticks and nothing else, at least one of them."""
    texts = [str(text) for text in below]
    return all(map(_is_count, texts)) and not all(map(is_missing, texts))


def _level_headings(cells: Sequence[str], scales: Mapping[str, Scale]) -> list[int]:
    """Give the cells of a row that are different levels of one axis, or of any scale."""
    worded = [j for j, text in enumerate(cells) if _has_letter(text)]
    texts = [cells[j] for j in worded]
    for scale in scales.values():
        values: list[int] = scale.parse(texts).values.tolist() if texts and scale.labels else []
        known = [j for j, value in zip(worded, values, strict=False) if value > 0]
        if len({int(value) for value in values if value > 0}) > 1:
            return known
    ranked = {j: rank_of(cells[j]) for j in worded}
    return [j for j in worded if ranked[j]] if len({r for r in ranked.values() if r}) >= _FEWEST_RANKED else []


def _is_count(text: str) -> bool:
    bare = clean(text).rstrip("%").strip()
    return is_missing(text) or plain_words(text) in _TICKS or clean(text) in _TICKS or bare_code(bare) is not None or (
        bare.replace(",", "").replace(".", "").isdigit())
