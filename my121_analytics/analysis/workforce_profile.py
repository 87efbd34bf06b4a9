"""Who works here: headcount, full-time equivalents, starters and leavers, span of control, and the make-up of staff."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.workforce.counts import NOT_RECORDED, check_grouping, label_missing, outcomes_in_cycle
from my121_analytics.workforce.record import Workforce, main_posts, months_between, of_employee
from my121_analytics.workforce.results import TOTAL, Count, Fact, Result, Table, count_of_things, describe
from my121_analytics.workforce.schema import MANAGER, PROTECTED

MAKE_UP = ("grade", "contract", "working_pattern", "service_band", "age_band")
"""What the staff is told apart by: of the main post, of the person, and of the hours of all posts together."""
_SERVICE = ("under 1 year", "1-2 years", "3-9 years", "10+ years")
_FULL_TIME = 0.995
"""Full-time equivalents from which somebody works full time: 36.9 of 37 hours is a rounding, not a working pattern."""
FULL_TIME, PART_TIME = "Full time", "Part time"
FACTS = {"year_from": Fact(about_people=False), "year_to": Fact(about_people=False),
         "n_vacant": count_of_things("posts"), "turnover": Fact(follows=("n_leavers",)), "fte": Fact(),
         "n_leavers": Fact("people", who=Count("leavers")), "n": Fact("people", who=Count("people"))}


@dataclass(frozen=True, repr=False)
class WorkforceProfileResult(Result):
    """Who works here; made by :func:`describe_workforce`."""


def describe_workforce(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None,
                       vacancies: pd.DataFrame | None = None) -> WorkforceProfileResult:
    """Say how many people work here, who came and went within a year, and how the staff is made up.

    Parameters
    ----------
    workforce
        The record.
    by
        Column of the organisation to compare groups by.
    cycle
        Default: the latest; people in post at its end, which is the day of the record in a cycle under way.
    vacancies
        Vacant posts that the exports list, a row each with its units, as of an intake; None or no rows where they list
        none.

    Returns
    -------
    WorkforceProfileResult
        ``by_group``: the grouping column, n_people, fte. ``leavers``: the grouping column, n_leavers, turnover (share,
        0-1). ``span``: the grouping
        column (of the manager), n_managers, span (people per manager). For each of ``MAKE_UP`` that the record holds,
        ``<column>`` and ``<column>_by_group``: n, share, base. With vacancies: ``vacancies``: the grouping column,
        n_vacant. Last rows for all groups together.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no placements, so that there is no cycle.

    Notes
    -----
    People count once, where their main post is. Turnover is the year's leavers over the average headcount, as councils
    report it; a leaver counts where the last main post was. Everybody who left counts, whatever the reason. Starters
    are the people with under a year of service: one table holds them, since two that hold the same numbers could give
    away in the one what the other withholds.
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    end = workforce.cycle_end(cycle)
    people = _list_people(workforce, cycle, by, end)
    leavers = _list_leavers(workforce, by, end)
    before = _count_before(workforce, by, end)
    left = _tabulate_leavers(people, leavers, before, by)
    span = _tabulate_span(workforce, people, by)
    tables = {"by_group": _tabulate_people(people, by), "leavers": left,
              **({} if span is None else {"span": span})}
    for column in MAKE_UP:
        if (people[column] != NOT_RECORDED).any():
            tables |= _tabulate_make_up(people, column, by)
    n_vacant = None if vacancies is None or vacancies.empty else len(vacancies)
    if vacancies is not None and n_vacant:
        tables["vacancies"] = _tabulate_vacancies(vacancies, by)
    whole = left.frame.iloc[-1]
    facts: dict[str, float | int | str | None] = {
        "year_from": (end + pd.Timedelta(days=1) - pd.DateOffset(years=1)).date().isoformat(),
        "year_to": end.date().isoformat(), "n_vacant": n_vacant, "fte": float(people["fte"].sum()),
        "n_leavers": len(leavers),
        "turnover": None if pd.isna(whole["turnover"]) else float(whole["turnover"])}
    # The gate links what has one topic and subject: headcounts stand in the coverage's tables too, and a number
    # withheld there must not be had from here.
    about = describe("coverage", population="people_in_post", counts="people_and_posts", source=MANAGER,
                     as_of=workforce.as_of, cycle=cycle, n=len(people), caveats=("main_post",))
    return WorkforceProfileResult(about, tables, facts, FACTS, workforce.settings)


def count_vacancies(workforce: Workforce, vacancies: pd.DataFrame, *, by: str = "directorate",
                    cycle: str | None = None) -> WorkforceProfileResult:
    """Count the vacant posts that the exports list, by unit.

    Parameters
    ----------
    workforce
        The record.
    vacancies
        As for :func:`describe_workforce`.
    by
        Column of the organisation.
    cycle
        Default: the latest. The vacancies are those of the day of the export.

    Returns
    -------
    WorkforceProfileResult
        ``vacancies``: the grouping column, n_vacant; the last row for all groups together. No table where there are
        none. Facts: n_vacant.
    """
    check_grouping(by)
    about = describe("coverage", population="people_in_post", counts="posts", source=MANAGER, as_of=workforce.as_of,
                     cycle=workforce.check_cycle(cycle), n=None)
    tables = {} if vacancies.empty else {"vacancies": _tabulate_vacancies(vacancies, by)}
    return WorkforceProfileResult(about, tables, {"n_vacant": len(vacancies)}, FACTS, workforce.settings)


def order_naturally(values: pd.Series) -> list[str]:
    """Put distinct names in order as people would: numbers by size, words without a number after them.

    Parameters
    ----------
    values
        Text.

    Returns
    -------
    list of str
        ``Grade 3, Grade 10, Chief Officer``; what is not recorded is last.
    """
    def place(name: str) -> tuple[bool, bool, list[tuple[int, str]]]:
        parts = [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.split(r"(\d+)", name)]
        return name == NOT_RECORDED, len(parts) == 1, parts

    bands = [name for name in _SERVICE if (values == name).any()]
    return [*bands, *sorted(set(map(str, values)) - set(bands), key=place)]


def _list_people(workforce: Workforce, cycle: str, by: str, end: pd.Timestamp) -> pd.DataFrame:
    """Give one row per person in post at the cycle's end, with the main post's columns and the hours of all posts."""
    posts = outcomes_in_cycle(workforce, cycle, columns=[by, "grade", "contract", "working_pattern"])
    posts = posts[posts["in_force"]]
    hours = workforce.posts_in_cycle(cycle)
    hours = hours[hours["in_force"]]
    fte = hours.groupby("employee_id", observed=True)["fte"].sum(min_count=1)
    main = main_posts(hours).set_index("employee_id")["post_id"].astype("str")
    is_main = (posts["post_id"].astype("str") == posts["employee_id"].map(main).astype("str")) | posts["post_id"].isna()
    people = posts[is_main.to_numpy()].drop_duplicates("employee_id").reset_index(drop=True)
    started = of_employee(workforce.employees, people["employee_id"], "started")
    months = months_between(started, end)
    full = people["employee_id"].map(fte).astype("float64")
    return people.assign(
        **{column: people[column].astype("str") for column in dict.fromkeys((by, "grade", "contract"))},
        fte=full.fillna(0.0),
        working_pattern=_settle_pattern(people["working_pattern"].astype("str"), full),
        service_band=_band_service(months),
        age_band=label_missing(of_employee(workforce.employees, people["employee_id"], "age_band")).astype("str"))


def _settle_pattern(recorded: pd.Series, fte: pd.Series) -> pd.Series:
    """Take the pattern as recorded, else from the hours of all of a person's posts."""
    by_hours = np.where(fte.isna(), NOT_RECORDED, np.where(fte >= _FULL_TIME, FULL_TIME, PART_TIME))
    return recorded.where(recorded != NOT_RECORDED, pd.Series(by_hours, index=recorded.index, dtype="str"))


def _band_service(months: pd.Series) -> pd.Series:
    bands = pd.cut(months.where(months >= 0), [-1, 11, 35, 119, np.inf], labels=list(_SERVICE))
    return bands.astype("object").where(bands.notna(), NOT_RECORDED).astype("str")


def _list_leavers(workforce: Workforce, by: str, end: pd.Timestamp) -> pd.DataFrame:
    """Give one row per person who left within the year to a day, with the group of the last main post."""
    employees = workforce.employees.drop_duplicates("employee_id")
    left = employees["left_on"]
    gone = employees.loc[((left > end - pd.DateOffset(years=1)) & (left <= end)).to_numpy(), "employee_id"]
    return _last_group(workforce, gone, by)


def _count_before(workforce: Workforce, by: str, end: pd.Timestamp) -> pd.DataFrame:
    """Give one row per person who was in post a year before, with the group of the main post then."""
    day = end - pd.DateOffset(years=1)
    posts, employees = workforce.posts, workforce.employees
    left = of_employee(employees, posts["employee_id"], "left_on")
    started = of_employee(employees, posts["employee_id"], "started")
    first = posts["valid_from"].fillna(started).fillna(posts["started_in_post"])
    held = ((first.isna() | (first <= day)) & (posts["valid_to"].isna() | (posts["valid_to"] >= day))
            & (left.isna() | (left >= day)))
    main = main_posts(posts[held.to_numpy()].assign(in_force=True))
    return pd.DataFrame({by: label_missing(main[by]).astype("str")})


def _last_group(workforce: Workforce, people: pd.Series, by: str) -> pd.DataFrame:
    posts = workforce.posts[workforce.posts["employee_id"].isin(people).to_numpy()]
    last = posts.sort_values(["valid_to", "is_main"], kind="stable", na_position="last").drop_duplicates(
        "employee_id", keep="last")
    group = last.set_index(last["employee_id"].astype("str"))[by].astype("str")
    found = people.astype("str").map(group)
    return pd.DataFrame({by: found.fillna(NOT_RECORDED).astype("str").to_numpy()})


def _tabulate_people(people: pd.DataFrame, by: str) -> Table:
    rows = pd.DataFrame({by: people[by], "n_people": 1, "fte": people["fte"]})
    counts = ["n_people", "fte"]
    frame = add_total(rows.groupby(by, sort=True)[counts].sum().reset_index(), by, [], counts)
    frame = frame.astype({"n_people": "int64"}).round({"fte": 1})
    return Table(frame, keys=(by,), count="n_people", follows=("fte",), sums=(by,),
                 counts={"n_people": Count("people")}, **declare_group(by))


def _tabulate_vacancies(vacancies: pd.DataFrame, by: str) -> Table:
    """Count vacant posts by group; nobody holds them, so that there is nobody to protect."""
    units = vacancies[by].astype("str") if by in vacancies else pd.Series("", index=vacancies.index, dtype="str")
    rows = pd.DataFrame({by: units.where(units != "", NOT_RECORDED), "n_vacant": 1})
    frame = add_total(rows.groupby(by, sort=True)[["n_vacant"]].sum().reset_index(), by, [], ["n_vacant"])
    return Table(frame.astype({"n_vacant": "int64"}), keys=(by,), about_people=False, **declare_group(by))


def _tabulate_leavers(people: pd.DataFrame, leavers: pd.DataFrame, before: pd.DataFrame, by: str) -> Table:
    groups = sorted({*people[by], *leavers[by], *before[by]})
    counted = pd.DataFrame({name: frame[by].value_counts().reindex(groups, fill_value=0) for name, frame in (
        ("n_leavers", leavers), ("now", people), ("before", before))}).rename_axis(by).reset_index()
    frame = add_total(counted, by, [], ["n_leavers", "now", "before"])
    average = (frame.pop("now") + frame.pop("before")).astype("float64") / 2
    frame = frame.assign(n_leavers=frame["n_leavers"].astype("int64"),
                         turnover=(frame["n_leavers"] / average).where(average > 0).astype("float64"))
    return Table(frame, keys=(by,), count="n_leavers", follows=("turnover",), sums=(by,),
                 counts={"n_leavers": Count("leavers")}, **declare_group(by))


def _tabulate_span(workforce: Workforce, people: pd.DataFrame, by: str) -> Table | None:
    """Count managers by their own group, and how many people each manages on average."""
    managed = people[people["manager_id"].notna().to_numpy()]
    teams = managed["manager_id"].astype("str").value_counts()
    if teams.empty:
        return None
    group = people.set_index(people["employee_id"].astype("str"))[by].astype("str")
    rows = pd.DataFrame({by: group.reindex(teams.index).fillna(NOT_RECORDED).to_numpy(), "n_managers": 1,
                         "n_managed": teams.to_numpy(dtype=np.int64)})
    frame = add_total(rows.groupby(by, sort=True)[["n_managers", "n_managed"]].sum().reset_index(), by, [],
                      ["n_managers", "n_managed"])
    span = (frame.pop("n_managed") / frame["n_managers"]).astype("float64").round(1)
    frame = frame.assign(n_managers=frame["n_managers"].astype("int64"), span=span)
    return Table(frame, keys=(by,), count="n_managers", follows=("span",), sums=(by,),
                 counts={"n_managers": Count("managers_in_post")}, **declare_group(by))


def _tabulate_make_up(people: pd.DataFrame, column: str, by: str) -> dict[str, Table]:
    """Count people by one characteristic, for the whole council and for each group."""
    values = order_naturally(people[column])
    whole = people[column].value_counts().reindex(values, fill_value=0)
    base = len(people)
    frame = pd.DataFrame({column: values, "n": whole.to_numpy(dtype=np.int64)})
    frame = frame.assign(share=frame["n"] / base, base=base)
    protected = (column,) if column in PROTECTED else ()
    counts = {"n": Count("people"), "base": Count("people", keys={column: ""})}
    tables = {column: Table(frame, keys=(column,), count="n", base="base", follows=("share",), sums=(column,),
                            counts=counts, protected=protected)}
    if column in PROTECTED:
        return tables  # by directorate they would be small numbers throughout
    counted = people.groupby([by, column]).size().reindex(
        pd.MultiIndex.from_product([sorted(people[by].unique()), values], names=[by, column]), fill_value=0)
    groups = pd.concat([counted.rename("n").reset_index(), frame[[column, "n"]].assign(**{by: TOTAL})],
                       ignore_index=True)
    groups = groups.assign(base=groups.groupby(by)["n"].transform("sum"))
    groups = groups.assign(share=groups["n"] / groups["base"])[[by, column, "n", "share", "base"]]
    tables[f"{column}_by_group"] = Table(groups, keys=(by, column), count="n", base="base", follows=("share",),
                                         sums=(by, column), counts=counts, **declare_group(by))
    return tables
