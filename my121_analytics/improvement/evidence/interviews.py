"""Whom to interview for an assessment, drawn from the record by lot, and how like the workforce those heard were."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import NOT_RECORDED
from my121_analytics.workforce.record import Workforce, is_employed, main_posts, of_employee
from my121_analytics.workforce.results import LABEL, TOTAL, Fact, Result, Table, count_of_things, describe
from my121_analytics.workforce.schema import PROTECTED, TABLES

_BY_POST = tuple(column.name for column in TABLES["posts"] if column.groups and column.kind == "category")
_REPEATS = 4999
"""Random draws behind the test of fit: a chance near 0.05 is then known to within 0.006."""
_UNUSUAL = 0.05
"""Chance below which a draw by lot is called unusual; over the groups of one column together, not each."""


@dataclass(frozen=True, repr=False)
class InterviewSample(Result):
    """People drawn for interview.

    Notes
    -----
    Tables: ``interviewees`` (one row per person: ``employee_id``, ``name``, the columns drawn by, ``service``,
    ``team``, ``role``; for the analyst only) and ``allocation`` (one row per stratum and ``All``: ``n_people`` in the
    record, ``share``, ``quota`` in proportion, ``n_drawn``, ``reason``, ``sentence``).
    """


@dataclass(frozen=True, repr=False)
class HeardResult(Result):
    """How like the workforce the people heard were.

    Notes
    -----
    Tables: ``by_...`` for each column compared (one row per group and ``All``: ``n_people``, ``n_heard``,
    ``share_people``, ``share_heard`` with ``lower`` and ``upper``, ``expected``, ``expected_lower``,
    ``expected_upper``, ``verdict``, ``sentence``), ``fit`` (one row per column: ``statistic``, ``chance``,
    ``verdict``, ``sentence``) and ``unknown`` (people heard who are not in the record).
    """


# Drawing --------------------------------------------------------------------------------------------------------


def draw_interviewees(workforce: Workforce, *, n: int, by: Sequence[str] = ("directorate",), seed: int,
                      settings: Settings | None = None) -> InterviewSample:
    """Draw people to interview, in proportion to the workforce and at least one from every group.

    Parameters
    ----------
    workforce
        The record; people count who hold a post on the day it speaks of, each once, with their main post.
    n
        People to draw.
    by
        Columns of the post whose combinations are the groups (strata): directorate, service, team, grade, role,
        contract.
    seed
        Makes the draw repeatable: the same record, groups and seed give the same people. Write it down.
    settings
        The council's name.

    Returns
    -------
    InterviewSample

    Raises
    ------
    UsageError
        A column is none of those, or ``n`` is smaller than the number of groups or larger than the workforce.
    DataUnusableError
        Nobody holds a post on that day.

    Notes
    -----
    Every group gets one; the rest goes in proportion, by largest remainders, never more than a group has. The lot is
    cast in each group on its own, so that a change in one directorate leaves the draw of the others alone. With the
    minimum of one, small groups are heard more than their share: weigh by ``n_people / n_drawn`` before a share of
    those heard is called a share of the workforce.

    Examples
    --------
    >>> drawn = draw_interviewees(workforce, n=12, seed=1)
    >>> drawn.table("allocation")
    """
    settings = settings or workforce.settings
    people = _staff(workforce, by)
    strata = people.groupby(list(by), sort=True, observed=True).size().rename("n_people").reset_index()
    if not len(strata) <= n <= len(people):
        raise UsageError(say("interviews", "n_unfit", n=n, strata=len(strata), people=len(people)),
                         hints=[say("interviews", "n_unfit_remedy")])
    allocation = _allocate(strata, n)
    chosen = [_draw(people, by, row, seed) for row in allocation.to_dict("records")]
    drawn = pd.concat(chosen).sort_values([*by, "employee_id"], kind="stable").reset_index(drop=True)
    total = {**dict.fromkeys(by, TOTAL), "n_people": len(people), "share": 1.0, "quota": float(n), "n_drawn": n,
             "reason": "", "sentence": say("allocation_reason", "total", n=n, people=len(people), seed=seed)}
    allocation = pd.concat([allocation, pd.DataFrame([total])], ignore_index=True)
    about = describe("interviews", as_of=workforce.as_of, n=len(people), council=settings.council.name)
    unit = tuple(column for column in ("directorate", "service", "team") if column in drawn)
    return InterviewSample(about, {
        "interviewees": Table(drawn, keys=("employee_id",), people=("employee_id", "name"), unit_columns=unit),
        "allocation": Table(allocation, keys=tuple(by), count="n_people", sums=tuple(by),
                            follows=("share", "quota", "n_drawn", "sentence"),
                            unit_columns=tuple(column for column in by if column in unit)),
    }, {"n_drawn": n, "seed": seed, "n_strata": len(strata)},
        {"n_drawn": Fact("people"), "seed": LABEL, "n_strata": count_of_things("groups")},
        settings)


def _staff(workforce: Workforce, by: Sequence[str]) -> pd.DataFrame:
    """Give one row per person with a post on the record's day; a missing group is a group of its own."""
    for column in by:
        if column not in _BY_POST:
            raise UsageError(f"People cannot be drawn by '{column}'.", hints=[suggest(column, list(_BY_POST))])
    if not by or len(set(by)) < len(by):
        raise UsageError("Name at least one column to draw by, each once.", hints=[", ".join(_BY_POST)])
    posts = _posts_held(workforce)
    table = pd.DataFrame({"employee_id": posts["employee_id"].astype("str"),
                          "name": workforce.names_of(posts["employee_id"])})
    for column in dict.fromkeys([*by, "directorate", "service", "team", "role"]):
        table[column] = posts[column].astype("str").fillna(NOT_RECORDED).to_numpy()
    return table.sort_values("employee_id", kind="stable").reset_index(drop=True)


def _posts_held(workforce: Workforce) -> pd.DataFrame:
    day, posts = pd.Timestamp(workforce.as_of), workforce.posts
    first = posts["valid_from"].fillna(of_employee(workforce.employees, posts["employee_id"], "started"))
    held = ((first.isna() | (first <= day)) & (posts["valid_to"].isna() | (posts["valid_to"] >= day))
            & is_employed(workforce.employees, posts["employee_id"], day))
    if not held.any():
        raise DataUnusableError(say("interviews", "nobody", day=workforce.as_of))
    return main_posts(posts[held]).drop_duplicates("employee_id")


def _allocate(strata: pd.DataFrame, n: int) -> pd.DataFrame:
    """Share the interviews out: one each, the rest in proportion by largest remainders, and say why."""
    size = strata["n_people"].to_numpy()
    quota = n * size / size.sum()
    drawn = np.ones(len(size), dtype="int64")
    while (left := n - int(drawn.sum())) > 0:  # a group that is used up passes its part on
        free = drawn < size
        wanted = np.where(free, np.maximum(quota - drawn, 0), 0.0)
        if wanted.sum() == 0:
            wanted = np.where(free, size - drawn, 0).astype(float)
        part = left * wanted / wanted.sum()
        whole = np.minimum(np.floor(part).astype("int64"), size - drawn)
        if whole.sum() == 0:
            # Ties go to the larger group, then to the first in order, so that the split is the same on every machine.
            order = np.lexsort((np.arange(len(size)), -size, -part.round(9)))
            whole[[i for i in order if free[i]][:left]] = 1
        drawn += whole
    reasons = np.select([drawn == size, (drawn == 1) & (quota < 1), np.abs(drawn - quota) < 1],
                        ["everyone", "minimum", "proportion"], "after_minimum")
    table = strata.assign(share=size / size.sum(), quota=quota, n_drawn=drawn, reason=reasons)
    table["sentence"] = [say("allocation_reason", str(row.reason), n=row.n_drawn, people=row.n_people,
                             quota=f"{row.quota:.1f}") for row in table.itertuples()]
    return table


def _draw(people: pd.DataFrame, by: Sequence[str], stratum: dict[str, object], seed: int) -> pd.DataFrame:
    inside = np.logical_and.reduce([(people[column] == stratum[column]).to_numpy() for column in by])
    name = "\n".join(str(stratum[column]) for column in by)
    lot = np.random.default_rng([abs(seed), zlib.crc32(name.encode("utf-8"))])
    rows = np.flatnonzero(inside)
    return people.iloc[np.sort(lot.choice(rows, size=int(str(stratum["n_drawn"])), replace=False))]


# Comparing ------------------------------------------------------------------------------------------------------


def compare_heard(workforce: Workforce, heard: Iterable[str], *, by: Sequence[str] = ("directorate", "grade"),
                  settings: Settings | None = None) -> HeardResult:
    """Say how like the workforce the people heard were.

    Parameters
    ----------
    workforce
        The record; people count who hold a post on the day it speaks of.
    heard
        Employee numbers of those heard; each counts once, whatever the number of interviews.
    by
        Columns compared, each on its own: of the post, or a protected characteristic of the person.
    settings
        The council's name.

    Returns
    -------
    HeardResult
        A group's ``verdict`` is ``in line``, ``fewer than by lot``, ``more than by lot``, or ``cannot tell`` where
        even nobody heard would not be unusual.

    Raises
    ------
    UsageError
        A column is unknown.
    DataUnusableError
        Nobody heard is in the record.

    Notes
    -----
    The yardstick is a draw by lot of as many people from the same workforce. ``expected_lower`` to
    ``expected_upper`` holds what 95 of 100 such draws give, for all groups of the column together (each group at
    0.05 divided by the number of groups), from the hypergeometric distribution, which is exact for small numbers.
    The test of fit adds ``(heard - expected)^2 / expected`` over the groups and says in how many of 4,999 draws by lot
    that is as large; it does not rest on large numbers, and says ``cannot tell`` where even hearing nobody of the
    second largest group would not be unusual. ``lower`` and ``upper`` of ``share_heard`` are Wilson's. A
    sample that is in line can still miss people in ways that no column records.
    """
    settings = settings or workforce.settings
    posts = _posts_held(workforce)
    known = posts["employee_id"].astype("str")
    wanted = {str(person).strip() for person in heard}
    is_heard = known.isin(wanted).to_numpy()
    if not is_heard.any():
        raise DataUnusableError(say("interviews", "nobody_heard"), hints=[say("interviews", "nobody_heard_remedy")])
    tables: dict[str, Table] = {}
    fits = []
    for column in by:
        groups = _groups(workforce, posts, column)
        table, fit = _compare(groups, is_heard)
        fits.append({"column": column, **fit})
        protected = (column,) if column in PROTECTED else ()
        tables[f"by_{column}"] = Table(
            table.rename(columns={"group": column}), keys=(column,), count="n_people", parts=("n_heard",),
            follows=("share_people", "share_heard", "lower", "upper", "expected", "expected_lower", "expected_upper",
                     "verdict", "sentence"), protected=protected, sums=(column,),
            unit_columns=(column,) if column in ("directorate", "service", "team") else ())
    fit = pd.DataFrame(fits).assign(n_people=len(posts), n_heard=int(is_heard.sum()))
    unknown = pd.DataFrame({"employee_id": sorted(wanted - set(known))}, dtype="str")
    tables["fit"] = Table(fit, keys=("column",), count="n_people", parts=("n_heard",),
                          follows=("statistic", "chance", "verdict", "sentence"))
    tables["unknown"] = Table(unknown, keys=("employee_id",), people=("employee_id",))
    about = describe("heard", population="interviews", as_of=workforce.as_of, n=len(posts),
                     council=settings.council.name)
    return HeardResult(about, tables, {"n_heard": int(is_heard.sum()), "n_unknown": len(unknown)},
                       {"n_heard": Fact("people"), "n_unknown": Fact("people")}, settings)


def _groups(workforce: Workforce, posts: pd.DataFrame, column: str) -> pd.Series:
    if column in _BY_POST:
        values = posts[column]
    elif column in PROTECTED:
        values = of_employee(workforce.employees, posts["employee_id"], column)
    else:
        raise UsageError(f"Those heard cannot be compared by '{column}'.",
                         hints=[suggest(column, [*_BY_POST, *PROTECTED])])
    return values.astype("str").fillna(NOT_RECORDED).rename("group")


def _compare(groups: pd.Series, is_heard: np.ndarray) -> tuple[pd.DataFrame, dict[str, object]]:
    from scipy import stats  # half a second to load, for this alone

    counted = pd.DataFrame({"group": groups.to_numpy(), "n_heard": is_heard.astype("int64")})
    table = counted.groupby("group", sort=True)["n_heard"].agg(["size", "sum"]).reset_index()
    table.columns = pd.Index(["group", "n_people", "n_heard"])
    size, got = table["n_people"].to_numpy(), table["n_heard"].to_numpy()
    n, n_heard = int(size.sum()), int(got.sum())
    table["share_people"], table["share_heard"] = size / n, got / n_heard
    table["lower"], table["upper"] = wilson_interval(got, n_heard)
    table["expected"] = n_heard * size / n
    tail = _UNUSUAL / len(size) / 2
    lot = stats.hypergeom(n, size, n_heard)
    # The range of counts that leave no more than the tail on either side.
    table["expected_lower"] = lot.ppf(tail).astype("int64")
    table["expected_upper"] = lot.isf(tail).astype("int64")
    few, many = got < table["expected_lower"], got > table["expected_upper"]
    blind = (table["expected_lower"] == 0) & ~many
    table["verdict"] = np.select([few, many, blind], ["fewer than by lot", "more than by lot", "cannot tell"],
                                 "in line")
    table["sentence"] = [_sentence(row._asdict()) for row in table.itertuples(index=False)]
    total = {"group": TOTAL, "n_people": n, "n_heard": n_heard, "share_people": 1.0, "share_heard": 1.0,
             "lower": np.nan, "upper": np.nan, "expected": float(n_heard), "expected_lower": n_heard,
             "expected_upper": n_heard, "verdict": "", "sentence": ""}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True), _fit(size, got)


def _sentence(row: dict[str, object]) -> str:
    code = str(row["verdict"]).replace(" ", "_")
    return say("heard_verdict", code, group=row["group"], n_heard=row["n_heard"], lower=row["expected_lower"],
               upper=row["expected_upper"])


def _fit(size: np.ndarray, got: np.ndarray) -> dict[str, object]:
    """Test the whole column against draws by lot; with one group or everyone heard there is nothing to test."""
    n, n_heard = int(size.sum()), int(got.sum())
    if len(size) < 2 or n_heard == n:
        return {"statistic": np.nan, "chance": np.nan, "verdict": "cannot tell",
                "sentence": say("heard_fit", "nothing")}
    expected = n_heard * size / n
    statistic = float(((got - expected) ** 2 / expected).sum())
    lot = np.random.default_rng([n, n_heard, len(size)])  # the same for the same numbers, on every run
    draws = lot.multivariate_hypergeometric(size.astype("int64"), n_heard, size=_REPEATS, method="marginals")
    simulated = ((draws - expected) ** 2 / expected).sum(axis=1)
    chance = (1 + int((simulated >= statistic - 1e-9).sum())) / (_REPEATS + 1)
    share = np.sort(size)[-2] / n
    without_second = n_heard * share / (1 - share)  # the statistic with the second largest group left out altogether
    if chance < _UNUSUAL:
        verdict = "unlike a draw by lot"
    else:
        verdict = "in line" if without_second > np.quantile(simulated, 1 - _UNUSUAL) else "cannot tell"
    return {"statistic": statistic, "chance": chance, "verdict": verdict,
            "sentence": say("heard_fit", verdict.replace(" ", "_"), n_heard=n_heard, chance=f"{chance:.2f}")}
