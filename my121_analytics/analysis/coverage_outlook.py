"""Where conversations stand, how that changed, who is overdue with whom, and what to expect at the end of the cycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from my121_analytics.analysis.coverage import measure_coverage, owe_conversations
from my121_analytics.analysis.grouping import declare_group
from my121_analytics.analysis.people_in_post import list_people_in_post
from my121_analytics.analysis.shares import SHARE, add_share
from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.errors import DataUnusableError
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, count_conversations, year_to
from my121_analytics.workforce.record import Workforce, of_employee
from my121_analytics.workforce.results import LABEL, TOTAL, Count, Fact, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION

STANDINGS = ("enough", "too_few", "catch_up_only", "none", "owes_none")
MOST_NEEDED = 3
"""Conversations still needed, from which people are taken together."""
SLACK_DAYS = 45
"""A record of conversations that begins so many days into a year still covers it."""
FEWEST_CYCLES = 2
"""Past cycles from which a forecast has a range."""
FACTS = {**dict.fromkeys(("forecast_to", "forecast_days", "forecast_cycles"), LABEL),
         "n": Fact("people", who=Count("people")), "n_overdue": Fact("people"),
         **dict.fromkeys(("share_now", "forecast", "forecast_lower", "forecast_upper"), Fact(follows=("n_overdue",)))}


@dataclass(frozen=True, repr=False)
class CoverageOutlookResult(Result):
    """Conversations: standing, trend, overdue, forecast; made by :func:`foresee_coverage`."""


def foresee_coverage(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None,
                     ) -> CoverageOutlookResult:
    """Say where everybody stands with conversations, how that changed, who is overdue, and what to expect.

    Parameters
    ----------
    workforce
        The record.
    by
        Column to compare groups by.
    cycle
        Default: the latest.

    Returns
    -------
    CoverageOutlookResult
        ``standing``: the grouping column, standing (``enough``, ``too_few``, ``catch_up_only``, ``none``,
        ``owes_none``: too new), label, n (people), share, lower, upper, base; ``All`` last. ``trend``: cycle, base,
        n_with_enough, share, lower, upper. ``managers``: manager_id, manager, units, n_team, n_overdue, n_no_formal (no
        formal conversation on record), days_longest. ``forecast`` (where earlier cycles allow one): needed
        (conversations still needed by then), n (people now), share (who got there in earlier cycles), lower, upper,
        base. ``backtest``: cycle, expected, share (what came), difference. Facts: n_overdue, share_now, forecast,
        forecast_lower, forecast_upper, forecast_to, forecast_days, forecast_cycles.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no conversations for the year to the cycle's end.

    Notes
    -----
    Enough is as in :func:`~my121_analytics.analysis.coverage.measure_coverage`, from whose numbers ``enough`` and the
    trend come; catch-ups never count towards it. Somebody is overdue when the next formal conversation was due before
    the day of the record. The forecast is for the end of the cycle, or of the next one where the cycle has
    ended: people by how many conversations they still need, times the share who, in each earlier cycle with as many
    days to go, got there from the same need. Its 95 % range rests on how far such a forecast of each earlier
    cycle, made from the others, was from what came (Student's t); joiners and leavers until then are not foreseen.

    Examples
    --------
    >>> outlook = foresee_coverage(workforce)
    >>> outlook.table("managers")
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    start, end = year_to(workforce.cycle_end(cycle))
    held = count_conversations(workforce, start=start, end=end)
    if held.empty:
        raise DataUnusableError(say("caveat", "no_conversations"), hints=[say("coverage_outlook", "remedy")])
    people = list_people_in_post(workforce, cycle, columns=[by])
    trend = _tabulate_trend(workforce, cycle)
    managers = _tabulate_managers(workforce, cycle)
    tables = {"standing": _tabulate_standing(workforce, people, held, by, end), "trend": trend, "managers": managers}
    forecast, facts = _forecast(workforce, cycle, people)
    facts |= {"n_overdue": int(managers.frame["n_overdue"].sum()), "share_now": float(trend.frame["share"].iloc[-1])}
    about = describe("coverage_outlook", population="people_in_post", as_of=workforce.as_of, cycle=cycle,
                     n=len(people), caveats=("coverage_counts", "forecast_as_before"))
    return CoverageOutlookResult(about, tables | forecast, facts, FACTS, workforce.settings)


def _owed(workforce: Workforce, people: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    ids = people["employee_id"].astype(workforce.employees["employee_id"].dtype)
    started = of_employee(workforce.employees, ids, "started")
    return owe_conversations(workforce, started, end).set_axis(people.index)


def _tabulate_standing(workforce: Workforce, people: pd.DataFrame, held: pd.DataFrame, by: str,
                       end: pd.Timestamp) -> Table:
    counted = held.set_index("employee_id").reindex(people["employee_id"]).set_axis(people.index)
    formal, catch_ups = (counted[c].fillna(0) for c in ("n_formal", "n_catch_up"))
    owed = _owed(workforce, people, end)
    standing = np.select([owed == 0, formal >= owed, formal > 0, catch_ups > 0],
                         ["owes_none", "enough", "too_few", "catch_up_only"], "none")
    rows = pd.DataFrame({by: people[by], "standing": standing})
    rows = pd.concat([rows, rows.assign(**{by: TOTAL})], ignore_index=True)
    groups = [*sorted(people[by].unique()), TOTAL]
    cells = pd.MultiIndex.from_product([groups, STANDINGS], names=[by, "standing"])
    frame = rows.groupby([by, "standing"]).size().reindex(cells, fill_value=0).rename("n").reset_index()
    frame.insert(2, "label", [say("standing", code) for code in frame["standing"]])
    frame["base"] = frame.groupby(by)["n"].transform("sum")
    return Table(add_share(frame), keys=(by, "standing"), count="n", base="base", follows=SHARE,
                 sums=(by, "standing"), **declare_group(by))


def _covered_cycles(workforce: Workforce, cycle: str) -> list[str]:
    """List the cycles up to one whose whole year of conversations the record holds."""
    first = workforce.conversations["held_on"].min() - pd.Timedelta(days=SLACK_DAYS)
    labels = [str(label) for label in workforce.cycles["label"]]
    labels = labels[:labels.index(cycle) + 1]
    return [label for label in labels if label == cycle or year_to(workforce.cycle_end(label))[0] >= first]


def _tabulate_trend(workforce: Workforce, cycle: str) -> Table:
    """Give the share with enough conversations cycle by cycle, as the coverage of each cycle has it."""
    rows = []
    for label in _covered_cycles(workforce, cycle):
        whole = measure_coverage(workforce, cycle=label).frame("by_group").iloc[-1]
        rows.append({"cycle": label, "base": int(whole["base"]), "n_with_enough": int(whole["n_with_enough"]),
                     "share": whole["estimate"], "lower": whole["lower"], "upper": whole["upper"]})
    return Table(pd.DataFrame(rows), keys=("cycle",), count="n_with_enough", base="base", follows=SHARE)


def _tabulate_managers(workforce: Workforce, cycle: str) -> Table:
    """Count the overdue by manager: whom to ask, by unit and name and not by how many."""
    team = prepare_conversations(workforce, cycle=cycle).frame("people")
    late = (pd.Timestamp(workforce.as_of) - team["due_on"]).dt.days.where(team["is_overdue"])
    rows = team.assign(n_team=1, n_overdue=team["is_overdue"].astype(int),
                       n_no_formal=team["last_formal"].isna().astype(int), days_longest=late)
    grouped = rows.groupby("rater_id", sort=True)
    frame = grouped[["n_team", "n_overdue", "n_no_formal"]].sum().astype("int64")
    frame = frame.assign(days_longest=grouped["days_longest"].max().astype("Int64")).reset_index(names="manager_id")
    people = list_people_in_post(workforce, cycle).set_index("employee_id")
    frame.insert(1, "manager", workforce.names_of(frame["manager_id"]))
    for column in ORGANISATION:
        frame[column] = frame["manager_id"].map(people[column]).fillna(say("topic", "not_in_post")).astype("str")
    frame = frame.sort_values([*ORGANISATION, "manager", "manager_id"], ignore_index=True)
    return Table(frame, keys=("manager_id",), people=("manager_id", "manager"), unit_columns=ORGANISATION)


@dataclass(frozen=True)
class _Past:
    """People of one past cycle by the conversations they still needed then, and how many got there."""

    cycle: str
    n: np.ndarray
    reached: np.ndarray

    @property
    def share(self) -> float:
        """Share of all who had enough at the end."""
        return float(self.reached.sum() / self.n.sum())


def _forecast(workforce: Workforce, cycle: str, people: pd.DataFrame) -> tuple[dict[str, Table], dict[
        str, float | int | str | None]]:
    target, today = _find_target(workforce, cycle), workforce.cycle_end(cycle)
    days = (target - today).days
    past = [found for label in _covered_cycles(workforce, cycle)
            if (found := _look_back(workforce, label, days)) is not None]
    facts: dict[str, float | int | str | None] = {
        "forecast_to": target.date().isoformat(), "forecast_days": days, "forecast_cycles": len(past),
        "forecast": None, "forecast_lower": None, "forecast_upper": None}
    if not past or days <= 0:
        return {}, facts
    needed = _need(workforce, people, today, target)
    n_now = np.bincount(needed[needed >= 0], minlength=MOST_NEEDED + 1)
    shares = _pool(past)
    expected = _expect(n_now, shares)
    frame = pd.DataFrame({"needed": range(MOST_NEEDED + 1), "n": n_now,
                          "n_reached": sum(earlier.reached for earlier in past),
                          "base": sum(earlier.n for earlier in past)})
    tables = {"forecast": Table(add_share(frame, "n_reached"), keys=("needed",), count="n", base="base",
                                parts=("n_reached",), follows=SHARE)}
    facts["forecast"] = expected
    if len(past) >= FEWEST_CYCLES:
        frame = _test_back(past)
        tables["backtest"] = Table(frame, keys=("cycle",), count="base", follows=("expected", "share", "difference"))
        chance = float((n_now * shares * (1 - shares)).sum()) / n_now.sum() ** 2
        spread = np.sqrt(max(float((frame["difference"] ** 2).mean()), chance))
        half = float(stdtrit(len(past) - 1, 0.975)) * spread
        facts |= {"forecast_lower": float(max(expected - half, 0.0)),
                  "forecast_upper": float(min(expected + half, 1.0))}
    return tables, facts


def _find_target(workforce: Workforce, cycle: str) -> pd.Timestamp:
    """Give the end of the cycle by the calendar; of the next one where it has ended."""
    end = workforce.cycles.set_index("label").loc[cycle, "end"]
    today = workforce.cycle_end(cycle)
    if pd.isna(end) or end <= today:
        return today + pd.Timedelta(days=1) + pd.DateOffset(months=workforce.settings.cycles.months) - pd.Timedelta(
            days=1)
    return pd.Timestamp(end)


def _need(workforce: Workforce, people: pd.DataFrame, day: pd.Timestamp, target: pd.Timestamp) -> np.ndarray:
    """Say how many conversations each still needs on a day to have enough at the target; -1: owes none then."""
    start, _ = year_to(target)
    held = count_conversations(workforce, start=start, end=day).set_index("employee_id")["n_formal"]
    owed = _owed(workforce, people, target).to_numpy(dtype=np.int64)
    formal = held.reindex(people["employee_id"]).fillna(0).to_numpy(dtype=np.int64)
    return np.where(owed > 0, np.minimum(np.maximum(owed - formal, 0), MOST_NEEDED), -1)


def _look_back(workforce: Workforce, label: str, days: int) -> _Past | None:
    """Look at an earlier cycle with as many days to go; None where it had not ended or its record begins too late."""
    end = workforce.cycles.set_index("label").loc[label, "end"]
    first = workforce.conversations["held_on"].min() - pd.Timedelta(days=SLACK_DAYS)
    if pd.isna(end) or end > pd.Timestamp(workforce.as_of) or year_to(end)[0] < first:
        return None
    day = pd.Timestamp(end) - pd.Timedelta(days=days)
    people = list_people_in_post(workforce, label)
    ids = people["employee_id"].astype(workforce.employees["employee_id"].dtype)
    started = of_employee(workforce.employees, ids, "started").set_axis(people.index)
    people = people[(started.isna() | (started <= day)).to_numpy()]
    then, at_end = (_need(workforce, people, when, pd.Timestamp(end)) for when in (day, pd.Timestamp(end)))
    owing = then >= 0
    if not owing.any():
        return None
    counts = np.bincount(then[owing], minlength=MOST_NEEDED + 1)
    return _Past(label, counts, np.bincount(then[owing & (at_end == 0)], minlength=MOST_NEEDED + 1))


def _pool(past: list[_Past]) -> np.ndarray:
    """Give the share who got there from each need, over past cycles; a need nobody had is never met."""
    n, reached = sum(earlier.n for earlier in past), sum(earlier.reached for earlier in past)
    return np.divide(reached, n, out=np.zeros(MOST_NEEDED + 1), where=np.asarray(n) > 0)


def _expect(n: np.ndarray, shares: np.ndarray) -> float:
    return float((n * shares).sum() / n.sum()) if n.sum() else float("nan")


def _test_back(past: list[_Past]) -> pd.DataFrame:
    """Forecast each past cycle from the others, and set what came beside it."""
    rows = []
    for earlier in past:
        expected = _expect(earlier.n, _pool([other for other in past if other is not earlier]))
        rows.append({"cycle": earlier.cycle, "base": int(earlier.n.sum()), "expected": expected, "share": earlier.share,
                     "difference": earlier.share - expected})
    return pd.DataFrame(rows)
