"""From what each sheet entered to the tables of the record: one row per person, posts through time, no row twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from my121_analytics.ingest.duplicates import join_spellings, stop_conflicts
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import plain_words
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.workforce.cycles import parse_cycle
from my121_analytics.workforce.row_keys import Coded, coded, find_repeated, first_of_each, number_rows
from my121_analytics.workforce.schema import MANAGER, SELF, TABLES, empty_table

Entered = Sequence[tuple[SheetRows, dict[str, pd.DataFrame]]]
_PERSON = tuple(c.name for c in TABLES["employees"] if not c.name.startswith("origin_"))
_POST = tuple(c.name for c in TABLES["posts"] if not c.name.startswith("origin_"))
_POST_DETAILS = tuple(c for c in _POST if c not in ("employee_id", "post_id"))
_CHANGING = tuple(c.name for c in TABLES["posts"] if c.changes)
_FLAGS = tuple(c.name for table in ("employees", "posts") for c in TABLES[table] if c.kind == "flag")


def assemble_tables(entered: Entered, context: Context, listed: frozenset[str], log: Log) -> dict[str, pd.DataFrame]:
    """Put together what the sheets entered.

    Parameters
    ----------
    entered
        Each sheet with its frames, as from ``enter_sheet``.
    context
        Settings and people.
    listed
        Ids on the staff lists; empty where there is none.
    log
        Where findings go.

    Returns
    -------
    dict
        Frames for ``build_workforce``.
    """
    people = _stack([(rows, _with_order(rows, frames, context)) for rows, frames in entered
                     if "people" in frames], list_first=True)
    people = join_spellings(people, log)
    tables = {"employees": _one_row_each(people, log), "posts": _posts(people, listed, context, log)}
    for table in ("placements", "conversations", "objectives", "development_actions", "successors", "evidence"):
        tables[table] = _stack([(rows, frames[table]) for rows, frames in entered if table in frames])
    _note_repeated(tables["conversations"], log)
    tables["placements"] = _fill_posts(tables["placements"], tables["posts"])
    tables["conversations"] = _fill_posts(tables["conversations"], tables["posts"])
    tables["placements"] = _fill_posts_by_rater(tables["placements"], tables["posts"], log)
    tables["placements"] = _fill_raters(entered, tables["placements"], tables["posts"], log)
    tables["placements"] = stop_conflicts(tables["placements"], [rows for rows, _ in entered])
    return {name: _finish(frame, name) if len(frame) else empty_table(name) for name, frame in tables.items()}


def _finish(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Bring levels with 0 for missing and flags with -1 for missing to the record's dtypes."""
    columns = {}
    for column in TABLES[table]:
        if column.name not in frame:
            continue
        values = frame[column.name]
        if column.kind == "flag" and values.dtype != bool:
            values = values == 1
        if column.name in ("performance", "potential", "box"):
            numbers = values.to_numpy()
            values = pd.Series(pd.arrays.IntegerArray(numbers.astype("int32"), numbers == 0), index=frame.index)
        columns[column.name] = values
    return pd.DataFrame(columns, index=frame.index, copy=False).reset_index(drop=True)


# Stacking sheets --------------------------------------------------------------------------------------------------


def _stack(parts: Sequence[tuple[SheetRows, pd.DataFrame]], *, list_first: bool = False) -> pd.DataFrame:
    """Put frames of several sheets under each other; categoricals stay categoricals."""
    if list_first:
        parts = sorted(parts, key=lambda part: part[0].map.tables != ("people",))
    parts = [(rows, frame) for rows, frame in parts if len(frame)]
    if not parts:
        return _nothing().copy()
    names = list(dict.fromkeys(name for _, frame in parts for name in frame.columns))
    columns: dict[str, Any] = {name: _stack_column([frame.get(name) for _, frame in parts],
                                   [len(frame) for _, frame in parts]) for name in names}
    sizes = [len(frame) for _, frame in parts]
    columns["origin_file"] = _repeat([rows.sheet.file for rows, _ in parts], sizes)
    columns["origin_sheet"] = _repeat([rows.sheet.name for rows, _ in parts], sizes)
    columns["origin_row"] = columns["position"] + 1
    return pd.DataFrame(columns, copy=False)


@cache
def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"employee_id": pd.Categorical([]), "position": np.array([], dtype="int64")})


def _stack_column(values: Sequence[pd.Series | None], sizes: Sequence[int]) -> Any:
    known = next(v for v in values if v is not None)
    if isinstance(known.dtype, pd.CategoricalDtype):
        empty = pd.Index([], dtype="str")
        parts = [pd.Categorical.from_codes(np.full(n, -1), categories=empty) if v is None else v.array
                 for v, n in zip(values, sizes, strict=True)]
        return parts[0] if len(parts) == 1 else union_categoricals(parts)
    fill: object = np.datetime64("NaT") if known.dtype.kind == "M" else None
    if known.dtype.kind in "iu" and not pd.api.types.is_extension_array_dtype(known.dtype):
        fill = -1 if known.name in _FLAGS else 0
    if known.dtype.kind == "b":
        fill = False
    parts = [pd.Series([fill] * n, dtype=known.dtype) if v is None else v for v, n in zip(values, sizes, strict=True)]
    return pd.concat(parts, ignore_index=True).array if len(parts) > 1 else parts[0].array


def _repeat(texts: Sequence[str], sizes: Sequence[int]) -> pd.Categorical:
    categories = pd.Index(sorted(set(texts)), dtype="str")
    return pd.Categorical.from_codes(np.repeat(categories.get_indexer(texts), sizes), categories=categories)


# People -----------------------------------------------------------------------------------------------------------


def _with_order(rows: SheetRows, frames: dict[str, pd.DataFrame], context: Context) -> pd.DataFrame:
    """Add to a sheet's people the day that each row speaks of: since when, or the cycle of its placement.

    Of two rows of one cycle the one placed later (``said``) comes later, wherever they stand in the sheet.
    """
    people = frames["people"]
    if "valid_from" in people:
        since = people["valid_from"].to_numpy()
        return people.assign(spoken=since, said=since, whole=rows.map.tables == ("people",))
    placed = frames.get("placements")
    days = np.full(rows.sheet.n_rows, np.datetime64("NaT"), dtype="datetime64[s]")
    said = days.copy()
    if placed is not None and len(placed):
        starts = np.array([_start_of(label, context) for label in placed["cycle"].cat.categories],
                          dtype="datetime64[s]")
        of_cycle = np.append(starts, np.datetime64("NaT"))[placed["cycle"].cat.codes]
        said[placed["position"]] = placed["placed_on"].to_numpy()
        days[placed["position"]] = np.where(np.isnat(of_cycle), placed["placed_on"].to_numpy(), of_cycle)
    at = people["position"]
    return people.assign(spoken=days[at], said=said[at], whole=rows.map.tables == ("people",))


def _start_of(label: str, context: Context) -> np.datetime64:
    cycle = parse_cycle(label, context.settings.cycles)
    return np.datetime64(cycle.start if cycle else "NaT", "s")


def _one_row_each(people: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Give each person one row: what a staff list says before other sheets, and what is said latest before earlier."""
    ids = people["employee_id"].array
    if not len(ids.categories):
        return people.drop(columns="position")
    # From the last row to the first: of rows that are alike in all, the first comes last.
    said = [_ranked(people[name].to_numpy()[::-1]) for name in ("whole", "spoken", "said")]
    order = len(people) - 1 - _sort_rows(said)
    _note_two_names(people, log)
    last = _last_rows(ids, order)
    columns: dict[str, object] = {}
    for name in (*_PERSON, "origin_file", "origin_sheet", "origin_row"):
        if name in people:
            values = people[name]
            known = (values.notna() if values.dtype.kind != "i" else values != -1).to_numpy()
            rows = last if known.all() else _last_rows(ids, order[known[order]])
            columns[name] = values.array.take(rows, allow_fill=True)
    return pd.DataFrame(columns, copy=False)[last >= 0].reset_index(drop=True)


def _sort_rows(columns: Sequence[Coded]) -> np.ndarray:
    """Give the order of rows by the codes of several columns, the weightiest first; rows that are alike keep theirs."""
    numbers = number_rows(columns)
    largest = np.min_scalar_type(int(numbers.max(initial=0)))  # two bytes are sorted by their digits, many times faster
    return np.argsort(numbers.astype(largest), kind="stable")


def _ranked(values: np.ndarray) -> Coded:
    """Give each value its place among the distinct ones in order, and how many there are."""
    codes, distinct = pd.factorize(values.astype(np.int64))
    places = np.empty(len(distinct), dtype=np.int64)
    places[np.argsort(distinct)] = np.arange(len(distinct))
    return places[codes], len(distinct)


def _last_rows(ids: pd.Categorical, rows: np.ndarray) -> np.ndarray:
    """Give for each category the last of some rows, in the order in which they are given; -1 where it has none."""
    last = np.full(len(ids.categories), -1, dtype=np.int64)
    last[ids.codes[rows]] = rows  # of several rows of one person the last one written stays
    return last


def _note_two_names(people: pd.DataFrame, log: Log) -> None:
    """Write down ids with names that are not one name in two spellings."""
    if "name" not in people:
        return
    names, ids = people["name"].array, people["employee_id"].array
    rows = first_of_each([coded(ids), coded(names)], names.codes >= 0)
    rows = rows[find_repeated([coded(ids[rows])])]
    if not len(rows):
        return
    pairs = pd.DataFrame({"person": ids.codes[rows], "name": names.codes[rows], "row": rows})
    pairs["words"] = [frozenset(w for w in plain_words(str(names.categories[c])).split() if len(w) > 1)
                      for c in pairs["name"]]
    for person, part in pairs.groupby("person", sort=True):
        words = part["words"].tolist()
        if any(not (a <= b or b <= a) for i, a in enumerate(words) for b in words[:i]):
            row = people.iloc[int(part["row"].iloc[-1])]
            shown = " and ".join(str(names.categories[c]) for c in part["name"])
            log.add_line("two_names", str(row["origin_file"]), str(row["origin_sheet"]), int(row["origin_row"]),
                         "name", str(ids.categories[person]), len(part), expected=shown)


# Posts ------------------------------------------------------------------------------------------------------------


def _posts(people: pd.DataFrame, listed: frozenset[str], context: Context, log: Log) -> pd.DataFrame:
    """Give posts through time: as the staff lists say, and for people on no list as their other rows say."""
    details = [c for c in _POST_DETAILS if c in people]
    if not len(people) or not (details or "post_id" in people):
        return pd.DataFrame({"employee_id": pd.Categorical([])})
    people = people.assign(post_id=_post_or_person(people))
    on_list = people["employee_id"].array.categories.isin(list(listed))
    whole = people["whole"].to_numpy()
    has_post = whole | ~on_list[people["employee_id"].array.codes]
    has_post &= _says_something(people, details)
    frame = people[has_post] if not has_post.all() else people
    lasting = frame[frame["whole"]] if frame["whole"].any() else frame.iloc[:0]
    flat = frame[~frame["whole"].to_numpy()]
    parts = [_without_repeats(lasting, log)] if len(lasting) else []
    if len(flat):
        parts.append(_changes(flat, details))
    posts = pd.concat(parts or [frame], ignore_index=True)
    return _choose_main(posts[[c for c in (*_POST, "origin_file", "origin_sheet", "origin_row") if c in posts]])


def _post_or_person(people: pd.DataFrame) -> pd.Categorical:
    """Give the post, or where exports know no posts the person's id: then each person has one post."""
    ids = people["employee_id"].array
    if "post_id" not in people:
        return ids
    posts = people["post_id"].array
    if (posts.codes >= 0).all():
        return posts
    categories = posts.categories.union(ids.categories, sort=False)
    own = categories.get_indexer(ids.categories)[ids.codes]
    post_codes = np.append(categories.get_indexer(posts.categories), -1)[posts.codes]
    return pd.Categorical.from_codes(np.where(post_codes >= 0, post_codes, own), categories=categories)


def _says_something(people: pd.DataFrame, details: Sequence[str]) -> np.ndarray:
    """Say which rows hold anything about a post; a bare id of a sheet of ratings makes no post of its own."""
    known = people["whole"].to_numpy().copy()
    for name in details:
        values = people[name]
        known |= (values.to_numpy() != -1) if name in _FLAGS else values.notna().to_numpy()
    return known


def _without_repeats(posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    compared = [c for c in posts.columns if c not in ("position", "said", "origin_file", "origin_sheet", "origin_row")]
    repeats = posts.duplicated(compared).to_numpy()
    if not repeats.any():
        return posts
    _note_repeats(posts[repeats], log, "repeated_row")
    return posts[~repeats]


def _note_repeats(rows: pd.DataFrame, log: Log, code: str) -> None:
    for (file, sheet), part in rows.groupby(["origin_file", "origin_sheet"], observed=True, sort=False):
        log.add_line(code, str(file), str(sheet), int(part["origin_row"].iloc[0]), "", "", len(part))


def _changes(flat: pd.DataFrame, details: Sequence[str]) -> pd.DataFrame:
    """Give one row per stretch of time in which nothing about a post changes, from rows per cycle."""
    person, post = flat["employee_id"].array.codes, flat["post_id"].array.codes
    order = _sort_rows([*(coded(flat[name].array) for name in ("employee_id", "post_id")),
                        *(_ranked(flat[name].to_numpy()) for name in ("spoken", "said"))])
    same_post = _same_as_before(person[order]) & _same_as_before(post[order])
    same = same_post.copy()
    for name in details:
        if name in _CHANGING:
            same &= _same_as_before(_codes(flat[name])[order])
    begins = np.append(True, ~same)
    rows = order[begins]
    out = flat.iloc[rows].reset_index(drop=True)
    follows = np.append(False, same_post[np.flatnonzero(begins)[1:] - 1])
    days = flat["spoken"].to_numpy()[rows]
    if "valid_from" not in out:
        out["valid_from"] = np.where(follows, days, np.datetime64("NaT")).astype("datetime64[s]")
    if "valid_to" not in out:
        ends = np.append(days[1:] - np.timedelta64(1, "D"), np.datetime64("NaT", "s"))
        out["valid_to"] = np.where(np.append(follows[1:], False), ends, np.datetime64("NaT")).astype("datetime64[s]")
    return out


def _same_as_before(values: np.ndarray) -> np.ndarray:
    """Say of each value but the first whether it is the one before."""
    return values[1:] == values[:-1]


def _codes(values: pd.Series) -> np.ndarray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy()
    return np.nan_to_num(values.to_numpy("float64"), nan=-1.0)


def _choose_main(posts: pd.DataFrame) -> pd.DataFrame:
    """Mark a main post for people whose export marks none: the one with the most hours, else the first."""
    person, post = posts["employee_id"].array.codes, posts["post_id"].array.codes
    flags = posts["is_main"].to_numpy() == 1 if "is_main" in posts else np.zeros(len(posts), dtype=bool)
    marked = np.zeros(len(posts["employee_id"].array.categories), dtype=bool)
    marked[person[flags]] = True
    fte = np.nan_to_num(posts["fte"].to_numpy("float64"), nan=-1.0) if "fte" in posts else np.zeros(len(posts))
    order = np.lexsort((np.arange(len(posts)), -fte, person))
    first = order[np.append(True, person[order][1:] != person[order][:-1])] if len(posts) else order
    chosen = np.full(len(marked), -2)
    chosen[person[first]] = post[first]
    return posts.assign(is_main=flags | (~marked[person] & (chosen[person] == post)))


# Placements and conversations -------------------------------------------------------------------------------------


def _note_repeated(conversations: pd.DataFrame, log: Log) -> None:
    """Write down conversations that repeat another cell by cell: an export's error, or two on one day."""
    if not len(conversations):
        return
    compared = [c for c in conversations.columns if not c.startswith("origin_") and c != "position"]
    repeats = conversations.duplicated(compared).to_numpy()
    _note_repeats(conversations[repeats], log, "repeated_conversation")


def _fill_posts(events: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Give an event without a post the person's only post; people with several keep it open."""
    if not len(events) or "post_id" not in posts:
        return events
    ids, held = posts["employee_id"].array, posts["post_id"].array
    pairs = first_of_each([coded(ids), coded(held)])
    only = np.full(len(ids.categories) + 1, -1, dtype=np.int64)
    only[ids.codes[pairs]] = held.codes[pairs]
    only[ids.codes[pairs[find_repeated([coded(ids[pairs])])]]] = -1
    people = events["employee_id"].array
    place = np.append(ids.categories.get_indexer(people.categories), -1)[people.codes]
    candidates = only[place]
    if "post_id" not in events:
        return events.assign(post_id=pd.Categorical.from_codes(candidates, categories=held.categories))
    event_posts = events["post_id"].array
    if (event_posts.codes >= 0).all():
        return events
    categories = event_posts.categories.union(held.categories, sort=False)
    own = np.append(categories.get_indexer(event_posts.categories), -1)[event_posts.codes]
    fallback = np.append(categories.get_indexer(held.categories), -1)[candidates]
    return events.assign(post_id=pd.Categorical.from_codes(np.where(own >= 0, own, fallback), categories=categories))


def _fill_posts_by_rater(placements: pd.DataFrame, posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Give a placement without a post, of a person with several, the one post that its rater manages or managed."""
    if not len(placements) or "post_id" not in placements or not {"manager_id", "post_id"} <= set(posts.columns):
        return placements
    open_ones = np.flatnonzero(placements["post_id"].isna().to_numpy() & (placements["source"] != SELF).to_numpy()
                               & placements["rater_id"].notna().to_numpy())
    if not len(open_ones):
        return placements
    wanted = placements.iloc[open_ones]
    asked = pd.DataFrame({"person": wanted["employee_id"].astype("str").to_numpy(),
                          "manager": wanted["rater_id"].astype("str").to_numpy(), "place": open_ones})
    held = pd.DataFrame({"person": posts["employee_id"].astype("str"), "manager": posts["manager_id"].astype("str"),
                         "post": posts["post_id"].astype("str")}).dropna().drop_duplicates()
    found = asked.merge(held, on=["person", "manager"])
    found = found[~found["place"].duplicated(keep=False)]
    if found.empty:
        return placements
    chosen = placements["post_id"].astype("str").to_numpy(dtype=object, copy=True)
    chosen[found["place"]] = found["post"]
    log.add("post_from_rater", n=len(found))
    return placements.assign(post_id=pd.Categorical(pd.Series(chosen, dtype="str")))


def _fill_raters(entered: Entered, placements: pd.DataFrame, posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Take the post's manager as the rater in sheets that have no column for one."""
    without = [rows for rows, frames in entered if "placements" in frames and not rows.has(
        "rater_id", "rater_name", "rater_post", "manager_id", "manager_name", "manager_post")]
    if not without or "manager_id" not in posts or not len(placements):
        return placements
    raters = placements["rater_id"].array
    managers = posts["manager_id"].array
    open_end = posts["valid_to"].isna().to_numpy() if "valid_to" in posts else np.ones(len(posts), dtype=bool)
    spells = pd.DataFrame({"person": posts["employee_id"].astype("str"), "post": posts["post_id"].astype("str"),
                           "manager": managers.astype("str"), "open": open_end,
                           "from": posts.get("valid_from", pd.NaT),
                           "to": posts.get("valid_to", pd.NaT)})
    chosen = np.array(raters.astype("object"), dtype=object)
    for rows in without:
        here = ((placements["origin_file"] == rows.sheet.file) & (placements["origin_sheet"] == rows.sheet.name)
                & (placements["source"] == MANAGER)).to_numpy()
        wanted = np.flatnonzero(here)
        found = _managers_at(placements.iloc[wanted], spells)
        chosen[wanted] = found
        n = int(pd.notna(found).sum())
        if n:
            log.add("rater_from_post", file=rows.sheet.file, sheet=rows.sheet.name, n=n)
    return placements.assign(rater_id=pd.Categorical(pd.Series(chosen, dtype="str")))


def _managers_at(placements: pd.DataFrame, spells: pd.DataFrame) -> np.ndarray:
    """Give the manager of each placement's post on its day; the latest where the placement has no day."""
    wanted = pd.DataFrame({"person": placements["employee_id"].astype("str").to_numpy(),
                           "post": placements["post_id"].astype("str").to_numpy(),
                           "day": placements["placed_on"].to_numpy(), "row": np.arange(len(placements))})
    joined = wanted.merge(spells, on=["person", "post"], how="left")
    inside = (joined["day"].isna() | ((joined["from"].isna() | (joined["from"] <= joined["day"]))
                                      & (joined["to"].isna() | (joined["to"] >= joined["day"]))))
    joined = joined[inside].sort_values(["row", "from"], kind="stable", na_position="first")
    last = joined.drop_duplicates("row", keep="last").set_index("row")["manager"]
    return last.reindex(range(len(placements))).to_numpy(dtype=object, na_value=None)
