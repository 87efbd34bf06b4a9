"""The rules of the intake, declared: each has a code, a severity, a meaning and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.counts import join_posts
from my121_analytics.workforce.hierarchy import build_hierarchy
from my121_analytics.workforce.record import Workforce, is_employed, main_posts
from my121_analytics.workforce.row_keys import coded, find_repeated, number_rows
from my121_analytics.workforce.schema import MANAGER, SELF

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    code
        What findings and the quarantine carry.
    severity
        ``error``: something was not entered; ``warning``: entered, look at it; ``info``: for the record.
    stops
        Whether it quarantines the row.
    """

    code: str
    severity: Severity
    stops: bool = False

    @property
    def meaning(self) -> str:
        """What the rule means, as a sentence."""
        return say("rule_meaning", self.code)

    @property
    def remedy(self) -> str:
        """How to mend what it finds."""
        return say("rule_remedy", self.code)


def _rules(severity: Severity, codes: str, *, stops: bool = False) -> tuple[Rule, ...]:
    return tuple(Rule(code, severity, stops) for code in codes.split())


ROW_RULES = (
    *_rules("error", "missing_id bad_id scientific_id not_a_date impossible_date date_order_unsettled missing_date "
            "no_period unknown_period unknown_rating ambiguous_rating rating_code_label_disagree unknown_rating_code "
            "unknown_box ambiguous_box box_code_label_disagree unknown_box_code unknown_source ambiguous_rater "
            "bad_rater rater_contradicts missing_post unknown_employee unknown_post id_of_other_form "
            "conflicting_placements scale_in_doubt", stops=True),
    *_rules("warning", "cell_left_out ambiguous_manager unknown_manager rater_unknown rater_missing "
            "rater_name_disagrees manager_name_disagrees manager_contradicts rating_disagrees_with_box outside_cycle "
            "date_order_doubtful"),
    *_rules("info", "spelling_repaired id_repaired encoding_repaired rater_repaired comma_repaired no_rating "
            "manager_vacant post_from_rater"),
)
"""What is checked cell by cell and row by row."""

SHEET_RULES = (
    *_rules("error", "unreadable_file key_not_found codes_off_scale decimals_for_levels labels_off_scale "
            "codes_against_labels stated_range stated_labels scale_of_another boxes_against_ratings "
            "ratings_against_boxes heading_twice "
            "staff_sheet_unread own_count_differs"),
    *_rules("warning", "labels_read axis_assumed setting_without_heading shown_as_words"),
    *_rules("warning", "ambiguous_heading dated_heading axis_not_in_framework stray_quotes not_dated "
            "rater_from_post repeated_row repeated_conversation spellings_joined formula_without_value mixed_encoding "
            "letters_lost zero_bytes"),
    *_rules("info", "not_record file_left_alone hidden_sheet encoding refused_heading duplicate_heading near_heading "
            "rows_set_aside kind_assumed cycle_assumed vacant_post error_cells shown_by_format hidden_columns "
            "hidden_rows merged_cells pivot_left_out quoted_lines serials_of_1904"),
)
"""What is checked once per file, sheet or column."""

STANDING_RULES = (
    *_rules("error", "unknown_form_state half_converted_date row_too_wide two_people number_of_two",
            stops=True),
    *_rules("error", "half_converted_dates versions_apart managers_contested"),
    *_rules("warning", "unknown_state states_asked second_post_rows matrix_rows matrix_only yet_to_start "
            "ended_post_rows group_lines vacant_with_id ids_alike left_without_day form_not_finished "
            "dates_swapped_back half_converted_kept group_carried group_asked "
            "copied_rows copied_sheet hidden_version names_off_list implausible_manager implausible_rater"),
)
"""What says which rows, columns and sheets count as they stand."""

CROSS_RULES = (
    *_rules("warning", "employee_not_on_roster post_not_held rater_not_on_roster manager_not_on_roster "
            "self_rated_as_manager placed_after_leaving placed_before_start placed_in_future box3_beyond_limit "
            "new_starter_in_lowest_box reporting_loop two_names two_managers team_outside_directorate thin_cycle "
            "sorted_rows_end staff_list_short"),
    *_rules("info", "earlier_placement manages_self unit_renamed missing_optional"),
)
"""What is checked between tables; these never stop a row."""

CORRECTION_RULES = (
    *_rules("error", "correction_refused"),
    *_rules("info", "corrected left_out correction_pending"),
)
"""What becomes of the corrections that people bring back."""

RULES = {rule.code: rule for rule in (*ROW_RULES, *SHEET_RULES, *STANDING_RULES, *CROSS_RULES, *CORRECTION_RULES)}


@dataclass(frozen=True)
class CrossFinding:
    """Rows of the record that one cross-table rule points at.

    Parameters
    ----------
    code
        Rule.
    rows
        Rows of a table of the record with its origin columns; None for findings about no single row.
    column
        Column of the record.
    values
        One text per row, or per finding where there are no rows.
    counts
        How often each occurs; None means once.
    """

    code: str
    rows: pd.DataFrame | None
    column: str
    values: list[str]
    counts: list[int] | None = None


def check_record(workforce: Workforce, *, listed: frozenset[str]) -> Iterator[CrossFinding]:
    """Hold the tables of a record against each other.

    Parameters
    ----------
    workforce
        The record as read.
    listed
        Ids of the people on the staff lists; empty where the exports hold none, then everyone that a row is about
        counts as known.

    Yields
    ------
    CrossFinding
        Rules without a case yield nothing.
    """
    for check in (_placements_of_strangers, _self_rated, _outside_employment, _time_in_post, _earlier_placements):
        yield from check(workforce)
    yield from _off_the_roster(workforce, listed)
    yield from _reporting_lines(workforce)
    yield from _two_managers(workforce)
    yield from _teams_outside(workforce)
    yield from _renamed_units(workforce)
    yield from _missing_columns(workforce)


def _flag(code: str, rows: pd.DataFrame, mask: np.ndarray | pd.Series, column: str,
          shown: str) -> Iterator[CrossFinding]:
    mask = np.asarray(mask, dtype=bool)
    if mask.any():
        found = rows[mask]
        values = found[shown]
        texts = values.dt.strftime("%Y-%m-%d") if values.dtype.kind == "M" else values.astype("str")
        yield CrossFinding(code, found, column, texts.fillna("").tolist())


def _placements_of_strangers(workforce: Workforce) -> Iterator[CrossFinding]:
    """Find placements for a post that the person does not hold at any time."""
    rows, posts = workforce.placements, workforce.posts
    if posts.empty:
        return
    person, post = rows["employee_id"].array, rows["post_id"].array
    last_held = np.full(len(person.categories) + 1, -1)
    last_held[posts["employee_id"].array.codes] = posts["post_id"].array.codes
    others = np.flatnonzero((post.codes >= 0) & (post.codes != last_held[person.codes]))
    if not len(others):
        return
    held, wanted = (number_rows([coded(people), coded(places)]) for people, places in (
        (posts["employee_id"].array, posts["post_id"].array), (person[others], post[others])))
    off = np.zeros(len(rows), dtype=bool)
    off[others] = ~np.isin(wanted, held)
    yield from _flag("post_not_held", rows, off, "post_id", "post_id")


def _self_rated(workforce: Workforce) -> Iterator[CrossFinding]:
    rows = workforce.placements
    same = rows["employee_id"].cat.codes.to_numpy() == rows["rater_id"].cat.codes.to_numpy()
    yield from _flag("self_rated_as_manager", rows, same & (rows["source"] == MANAGER).to_numpy(), "rater_id",
                     "rater_id")


def _outside_employment(workforce: Workforce) -> Iterator[CrossFinding]:
    rows, people = workforce.placements, workforce.employees
    position = pd.Series(np.arange(len(people)), index=people["employee_id"].cat.codes)
    place = position.reindex(rows["employee_id"].cat.codes).to_numpy(dtype="float64", na_value=-1).astype("int64")
    if not len(people):
        return
    started, left = people["started"].to_numpy()[place], people["left_on"].to_numpy()[place]
    placed = rows["placed_on"].to_numpy()
    yield from _flag("placed_before_start", rows, (placed < started) & (place >= 0), "placed_on", "placed_on")
    yield from _flag("placed_after_leaving", rows, (placed > left) & (place >= 0), "placed_on", "placed_on")
    yield from _flag("placed_in_future", rows, placed > np.datetime64(workforce.as_of, "s"), "placed_on", "placed_on")


def _time_in_post(workforce: Workforce) -> Iterator[CrossFinding]:
    """Find box 3 held beyond the limit, and people new in post in the lowest box."""
    framework, posts = workforce.framework, workforce.posts
    rows = workforce.placements
    if not framework.has_map or rows.empty or (posts["started_in_post"].isna() & posts["valid_from"].isna()).all():
        return
    support = [b.number for b in framework.boxes if (b.performance, b.potential) == (1, 3)]
    lowest = [b.number for b in framework.boxes if (b.performance, b.potential) == (1, 1)]
    rows = rows[rows["box"].isin([*support, *lowest]).to_numpy() & (rows["source"] == MANAGER).to_numpy()]
    months = _months_in_post(workforce, rows)
    limit = workforce.settings.coverage.box3_months
    yield from _flag("box3_beyond_limit", rows, rows["box"].isin(support).to_numpy() & (months > limit), "box", "box")
    yield from _flag("new_starter_in_lowest_box", rows, rows["box"].isin(lowest).to_numpy() & (months < _NEW_MONTHS),
                     "box", "box")


def _months_in_post(workforce: Workforce, rows: pd.DataFrame) -> np.ndarray:
    """Give whole months in post on the day of each placement, else at its cycle's end; NaN where not known."""
    posts = join_posts(workforce, rows, ["started_in_post", "valid_from"])
    since = pd.to_datetime(posts["started_in_post"]).fillna(pd.to_datetime(posts["valid_from"]))
    ends = {label: workforce.cycle_end(str(label)) for label in rows["cycle"].cat.categories}
    until = posts["placed_on"].fillna(pd.to_datetime(posts["cycle"].astype("str").map(ends)))
    months = (until.dt.year - since.dt.year) * 12 + until.dt.month - since.dt.month - (until.dt.day < since.dt.day)
    return months.to_numpy("float64")


_NEW_MONTHS = 6
"""Whole months in post under which somebody is still settling: one cycle of the toolkit's two a year."""


def _earlier_placements(workforce: Workforce) -> Iterator[CrossFinding]:
    rows = workforce.placements
    columns = [coded(rows[column].array) for column in ("employee_id", "post_id", "cycle", "source")]
    several = find_repeated(columns)
    keys = number_rows([(codes[several], size) for codes, size in columns])
    order = np.lexsort((several, rows["placed_on"].to_numpy().astype("int64")[several], keys))
    earlier = np.zeros(len(rows), dtype=bool)
    earlier[several[order[:-1][keys[order[:-1]] == keys[order[1:]]]]] = True
    yield from _flag("earlier_placement", rows, earlier, "placed_on", "placed_on")


def _off_the_roster(workforce: Workforce, listed: frozenset[str]) -> Iterator[CrossFinding]:
    employees = workforce.employees["employee_id"].array
    known = (employees.categories.isin(list(listed)) if listed
             else np.bincount(employees.codes, minlength=len(employees.categories)) > 0)
    for table, column, code in (("placements", "employee_id", "employee_not_on_roster"),
                                ("placements", "rater_id", "rater_not_on_roster"),
                                ("posts", "manager_id", "manager_not_on_roster")):
        rows = getattr(workforce, table)
        codes = rows[column].array.codes
        off = ~np.append(known, True)[codes]
        if code == "rater_not_on_roster":
            off &= (rows["source"] == MANAGER).to_numpy()
        if column != "employee_id":  # who managed somebody that has left may have left as well: that is no surprise
            people = rows["employee_id"][off]
            off[off] = is_employed(workforce.employees, people, pd.Timestamp(workforce.as_of)).to_numpy()
        if not off.any():
            continue
        found = rows[off]
        first = found.drop_duplicates(column)
        mentioned = first[column].array
        known[mentioned.codes] = True
        counts = np.bincount(codes[off])[mentioned.codes]
        yield CrossFinding(code, first, column, mentioned.tolist(), counts.tolist())


def _reporting_lines(workforce: Workforce) -> Iterator[CrossFinding]:
    if workforce.posts.empty or workforce.posts["manager_id"].isna().all():
        return
    for loop in build_hierarchy(_current_posts(workforce)).loops:
        yield CrossFinding("reporting_loop", None, "manager_id", [" > ".join((*loop, loop[0]))])


def _current_posts(workforce: Workforce) -> pd.DataFrame:
    posts = workforce.posts
    if workforce.cycles.empty:
        return posts[posts["valid_to"].isna()].drop_duplicates("employee_id", keep="last")
    current = workforce.posts_in_cycle(workforce.latest_cycle)
    return current[current["in_force"]]


def _two_managers(workforce: Workforce) -> Iterator[CrossFinding]:
    """Find posts that two managers have at one time, as where they share a job; tables take the later row."""
    posts = workforce.posts
    if posts.empty or posts["manager_id"].isna().all():
        return
    rows = posts.sort_values(["employee_id", "post_id", "valid_from"], kind="stable", na_position="first")
    same = np.ones(len(rows) - 1, dtype=bool)
    for column in ("employee_id", "post_id"):
        values = rows[column].cat.codes.to_numpy()
        same &= values[1:] == values[:-1]
    managers = rows["manager_id"].cat.codes.to_numpy()
    same &= (managers[1:] != managers[:-1]) & (managers[1:] >= 0) & (managers[:-1] >= 0)
    starts, ends = rows["valid_from"].to_numpy()[1:], rows["valid_to"].to_numpy()[:-1]
    overlaps = np.isnat(starts) | (starts <= ends) | (np.isnat(ends) & (starts == rows["valid_from"].to_numpy()[:-1]))
    yield from _flag("two_managers", rows, np.append(False, same & overlaps), "manager_id", "employee_id")


def _teams_outside(workforce: Workforce) -> Iterator[CrossFinding]:
    """Find teams whose people all report to managers of other directorates; those under the very top are left out."""
    posts = workforce.posts
    if posts.empty or posts[["team", "directorate", "manager_id"]].isna().all().any():
        return
    current = _current_posts(workforce)
    main = main_posts(current).set_index("employee_id")
    main.index = main.index.astype("str")
    homes, above = main["directorate"].astype("str"), main["manager_id"].astype("str")
    managers = current["manager_id"].astype("str")
    table = pd.DataFrame({"team": current["team"].astype("str"), "home": current["directorate"].astype("str"),
                          "away": managers.map(homes), "top": managers.map(above.isna())}).dropna(
                              subset=["team", "home", "away"])
    table = table[~table["top"].astype("boolean").fillna(False).astype(bool)]
    for (home, team), part in table.groupby(["home", "team"], sort=True):
        if len(part) >= _TEAM and (part["away"] != home).all():
            yield CrossFinding("team_outside_directorate", None, "team",
                               [f"{team} ({home}) -> {', '.join(sorted(part['away'].unique()))}"])


_TEAM = 2
"""From this number on, people who share a manager elsewhere are a team and not a slip."""


def _renamed_units(workforce: Workforce) -> Iterator[CrossFinding]:
    """Find directorates whose people nearly all went, on one day, to one that had not been there before."""
    posts = workforce.posts
    if posts.empty or posts["valid_from"].isna().all() or posts["directorate"].isna().all():
        return
    rows = posts.sort_values(["employee_id", "post_id", "valid_from"], kind="stable", na_position="first")
    person, post = rows["employee_id"].cat.codes.to_numpy(), rows["post_id"].cat.codes.to_numpy()
    unit = rows["directorate"].astype("str").to_numpy(dtype=object)
    days = rows["valid_from"].to_numpy()
    last = np.append((person[1:] != person[:-1]) | (post[1:] != post[:-1]), True)
    moved = np.flatnonzero(~last[:-1] & (unit[:-1] != unit[1:]))
    moves = pd.DataFrame({"old": unit[moved], "new": unit[moved + 1], "day": days[moved + 1]}).dropna()
    remaining = set(unit[last])
    first_seen = pd.Series(days).groupby(pd.Series(unit).fillna("")).agg(lambda v: v.isna().any())
    for old, part in moves.groupby("old", sort=True):
        counts = part.groupby(["new", "day"]).size().sort_values(ascending=False)
        new = counts.index[0][0]
        if old not in remaining and len(part) >= _TEAM and counts.iloc[0] >= _NEARLY_ALL * len(part) and (
                not bool(first_seen.get(new, True))):
            yield CrossFinding("unit_renamed", None, "directorate", [f"{old} -> {new}"])


_NEARLY_ALL = 0.8
"""Share of a unit's people who move together when the unit was renamed and not broken up."""


def _missing_columns(workforce: Workforce) -> Iterator[CrossFinding]:
    """Say which columns that nobody had to give are empty throughout, and what cannot be told without them."""
    for name in codes("missing_optional"):
        table, column = name.split(".")
        rows = getattr(workforce, table)
        if column == "rows":
            is_missing = rows.empty
        elif column == "self":
            is_missing = not (rows["source"].array == SELF).any()
        else:
            is_missing = not rows.empty and not _says_anything(rows[column])
        if is_missing:
            yield CrossFinding("missing_optional", None, column if column not in ("rows", "self") else table,
                               [say("missing_optional", name)])


def _says_anything(values: pd.Series) -> bool:
    """Say whether a column of a record holds any value."""
    cells = values.array
    return bool((cells.codes >= 0).any() if isinstance(cells, pd.Categorical) else not cells.isna().all())
