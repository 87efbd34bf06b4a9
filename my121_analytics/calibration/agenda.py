"""The agenda: whom to talk about at the senior team meeting, with the question to ask about each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.rating_patterns.verdicts import PATTERN
from my121_analytics.calibration.reasons import REASONS, Evidence, gather_evidence
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, keep_matching
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import LABEL, NO_PLACEMENT, Fact, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION

FACTS = {**dict.fromkeys(("n_listed", "n_in_meeting"), Fact("people", part_of="people_in_post")),
          **dict.fromkeys(("minutes", "minutes_each", "unchecked"), LABEL)}


@dataclass(frozen=True)
class AgendaResult(Result):
    """People to discuss in one cycle; made by :func:`build_agenda`."""


def build_agenda(workforce: Workforce, *, severity: Result | None = None, cycle: str | None = None,
                 settings: Settings | None = None, filters: dict[str, str] | None = None) -> AgendaResult:
    """List whom to talk about at the meeting, each with the question to ask, as far as the minutes go.

    Parameters
    ----------
    workforce
        The record.
    severity
        Of ``estimate_severity``; adds the question about teams with a pattern. Its table ``managers`` is read
        (rater_id, verdict).
    cycle
        Default: the latest.
    settings
        Minutes and thresholds; default: the record's.
    filters
        Column of the organisation -> the one unit that meets. The minutes are those of one meeting, so build the
        agenda of each unit with its filter rather than cutting the council's.

    Returns
    -------
    AgendaResult
        ``people``, one row a person: position, employee_id, name, post_id, rater_id (who placed, else who should),
        rater_name, directorate, service, team, role, box (0: none), box_name, performance, potential, reasons,
        n_reasons, question, minutes, in_meeting. ``reasons``: reason, description, weight, n (people); only those
        that the record allows to check. Facts: n_listed, n_in_meeting, minutes, minutes_each, unchecked.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    The order is by the sum of the reasons' weights, then their number, then unit and name: it puts the questions in
    order, not the people. Somebody in box 3 within ``[coverage] box3_months`` in post is settling in and is not
    asked about; time in post that is not known raises no question. Objectives count where three or more were set.
    For somebody with several posts the questions stand together in one row, under the post with the most weight.
    """
    settings = settings or workforce.settings
    check_grouping(None, filters)
    cycle = workforce.check_cycle(cycle)
    evidence = gather_evidence(workforce, cycle, settings, _find_patterns(severity))
    asked, unchecked = _ask_all(evidence)
    rows = keep_matching(evidence.rows, filters)
    asked = asked[asked["row"].isin(rows.index)]
    people = _list_people(workforce, evidence, asked, settings)
    reasons = _tabulate_reasons(asked, unchecked)
    n_in_meeting = int(people["in_meeting"].sum())
    facts: dict[str, float | int | str | None] = {
        "n_listed": len(people), "n_in_meeting": n_in_meeting, "minutes": settings.pack.minutes,
        "minutes_each": settings.pack.minutes_each, "unchecked": "; ".join(unchecked)}
    caveats = ["agenda_order", "agenda_questions"]
    caveats += ["agenda_unchecked"] if unchecked else []
    caveats += ["agenda_pattern"] if (asked["reason"] == "manager_pattern").any() else []
    about = describe("agenda", population="people_in_post", as_of=workforce.as_of, cycle=cycle, filters=filters,
                     n=int(rows["employee_id"].nunique()), caveats=caveats)
    named = ("employee_id", "name", "post_id", "rater_id", "rater_name", "role", "reasons", "question")
    return AgendaResult(about, {
        "people": Table(people, keys=("position",), people=named, unit_columns=ORGANISATION),
        "reasons": Table(reasons, keys=("reason",), count="n")}, facts, FACTS)


def _find_patterns(severity: Result | None) -> set[str] | None:
    if severity is None:
        return None
    managers = severity.frame("managers")
    return set(managers.loc[managers["verdict"] == PATTERN, "rater_id"].astype("str"))


def _ask_all(evidence: Evidence) -> tuple[pd.DataFrame, list[str]]:
    """Put every question that can be put: one row per employee-post and reason; and the reasons left unchecked."""
    parts, unchecked = [], []
    for place, reason in enumerate(REASONS):
        if not reason.can_be_checked(evidence):
            unchecked.append(reason.code)
            continue
        question = reason.ask(evidence)
        parts.append(pd.DataFrame({"row": question.index, "reason": reason.code, "weight": reason.weight,
                                   "place": place, "question": question.to_numpy()}))
    asked = pd.concat(parts, ignore_index=True)
    asked["employee_id"] = evidence.rows["employee_id"].astype("str").reindex(asked["row"]).to_numpy()
    return asked, unchecked


def _list_people(workforce: Workforce, evidence: Evidence, asked: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    asked = asked.sort_values(["employee_id", "place", "row"])
    once = asked.drop_duplicates(["employee_id", "reason"])
    spoken = asked.drop_duplicates(["employee_id", "question"])
    people = once.groupby("employee_id").agg(weight=("weight", "sum"), n_reasons=("weight", "size"))
    people = people.assign(reasons=_join_text(once, "reason", "; "), question=_join_text(spoken, "question", " "))
    shown = _choose_rows(evidence.rows, asked)
    people = _describe(workforce, evidence, shown).join(people, on="employee_id")
    order = ["weight", "n_reasons", *ORGANISATION, "name", "employee_id"]
    people = people.sort_values(order, ascending=[c not in ("weight", "n_reasons") for c in order], ignore_index=True)
    position = np.arange(1, len(people) + 1)
    people = people.assign(position=position, minutes=settings.pack.minutes_each,
                           in_meeting=position * settings.pack.minutes_each <= settings.pack.minutes)
    return people[["position", "employee_id", "name", "post_id", "rater_id", "rater_name", *ORGANISATION, "role", "box",
                   "box_name", "performance", "potential", "reasons", "n_reasons", "question", "minutes", "in_meeting"]]


def _join_text(asked: pd.DataFrame, column: str, between: str) -> pd.Series:
    """Join one column's texts for each person; the rows are in order of persons."""
    ids, first = np.unique(asked["employee_id"].to_numpy(dtype=object), return_index=True)
    texts = asked[column].tolist()
    ends = [*first[1:], len(texts)]
    joined = [between.join(texts[start:end]) for start, end in zip(first, ends, strict=True)] if len(ids) else []
    return pd.Series(joined, index=pd.Index(ids, dtype="str"), dtype="str")


def _choose_rows(rows: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Choose the post under which each person stands: the one with the most weight, then the main one."""
    weight = asked.groupby("row")["weight"].sum()
    chosen = rows.loc[weight.index]
    chosen = chosen.assign(weight=weight, is_main=chosen["is_main"] == "True")
    chosen = chosen.sort_values(["weight", "is_main", "post_id"], ascending=[False, False, True], kind="stable")
    return chosen.drop_duplicates("employee_id").drop(columns="weight")


def _describe(workforce: Workforce, evidence: Evidence, rows: pd.DataFrame) -> pd.DataFrame:
    ids, raters = rows["employee_id"].astype("str"), rows["rater_id"].astype("str")
    box = rows["box"].fillna(0).astype("int64")
    boxes = {0: NO_PLACEMENT, **{b.number: b.name for b in evidence.framework.boxes}}
    return pd.DataFrame({
        "employee_id": ids, "name": workforce.names_of(ids), "post_id": rows["post_id"].astype("str"),
        "rater_id": raters, "rater_name": workforce.names_of(raters),
        **{column: rows[column].astype("str") for column in (*ORGANISATION, "role")}, "box": box,
        "box_name": box.map(boxes), **{axis: rows[axis].astype("Int64") for axis in ("performance", "potential")}})


def _tabulate_reasons(asked: pd.DataFrame, unchecked: list[str]) -> pd.DataFrame:
    n = asked.groupby("reason")["employee_id"].nunique()
    rows = [(reason.code, say("agenda_reason", reason.code), reason.weight, int(n.get(reason.code, 0)))
            for reason in REASONS if reason.code not in unchecked]
    return pd.DataFrame(rows, columns=["reason", "description", "weight", "n"])
