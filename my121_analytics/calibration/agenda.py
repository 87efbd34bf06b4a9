"""The agenda: whom to talk about at the senior team meeting, with the question to ask about each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.calibration.reasons import REASONS, CycleRecord, gather_cycle_record
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, keep_matching
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import LABEL, NO_PLACEMENT, Fact, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import PATTERN

FACTS = {**dict.fromkeys(("n_listed", "n_in_meeting"), Fact("people", part_of="people_in_post")),
          **dict.fromkeys(("minutes", "minutes_each", "minutes_rest", "seed", "unchecked"), LABEL)}
WEIGHTS = (3, 2, 1)
HISTORY = ("own_box", "before_box", "agreed_box", "tenure_months", "months_in_box", "n_set", "n_met", "last_held_on")


@dataclass(frozen=True, repr=False)
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
        (rater_id, verdict, to_hear).
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
        rater_name, directorate, service, team, role, box (0: none), box_name, performance, potential, own_box,
        before_box, agreed_box (0: none), tenure_months, months_in_box, n_set, n_met, last_held_on, reasons,
        n_reasons, question, minutes, in_meeting. ``questions``: employee_id, reason, question, one row a question.
        ``reasons``: reason, description, weight, n (people); only those that the record allows to check.
        ``managers``: rater_id, minutes, in_meeting: those to hear. ``special``: who is
        in a box that mixes people (box 3 new to the role, or longer; box 9): employee_id, code, description.
        Facts: n_listed, n_in_meeting, minutes, minutes_each, minutes_rest, seed, unchecked.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    The order is by what a discussion can settle: first by the number of questions of the highest weight, then of the
    next. People of whom the same is asked are put in order by lot, drawn from the seed (the cycle's name) and the id,
    so that neither the alphabet nor the unit decides who is heard. Somebody in box 3 within ``[coverage] box3_months``
    in post is settling in and is not asked about; time in post that is not known raises no question. Objectives count
    where three or more were set.
    For somebody with several posts the questions stand together in one row, under the post with the most weight.

    Examples
    --------
    >>> agenda = build_agenda(workforce, filters={"directorate": "Adult Care"})
    >>> agenda.table("reasons")
    """
    settings = settings or workforce.settings
    check_grouping(None, filters)
    cycle = workforce.check_cycle(cycle)
    record, asked, unchecked = _ask_council(workforce, cycle, settings, _find_patterns(severity))
    rows = keep_matching(record.rows, filters)
    asked = asked[asked["row"].isin(rows.index)]
    managers = _list_managers(severity, filters, settings, cycle)
    minutes_managers = int(managers.loc[managers["in_meeting"], "minutes"].sum())
    left = max(settings.pack.minutes - settings.pack.minutes_rest - minutes_managers, 0)
    people = _list_people(workforce, record, asked, settings, left)
    reasons = _tabulate_reasons(asked, unchecked)
    n_in_meeting = int(people["in_meeting"].sum())
    facts: dict[str, float | int | str | None] = {
        "n_listed": len(people), "n_in_meeting": n_in_meeting, "minutes": settings.pack.minutes,
        "minutes_each": settings.pack.minutes_each, "minutes_rest": settings.pack.minutes_rest, "seed": cycle,
        "unchecked": "; ".join(unchecked)}
    caveats = ["agenda_order", "agenda_questions"]
    caveats += ["agenda_unchecked"] if unchecked else []
    caveats += ["agenda_pattern"] if (asked["reason"] == "manager_pattern").any() else []
    about = describe("agenda", population="people_in_post", as_of=workforce.as_of, cycle=cycle, filters=filters,
                     n=int(rows["employee_id"].nunique()), caveats=caveats)
    named = ("employee_id", "name", "post_id", "rater_id", "rater_name", "role", "reasons", "question")
    return AgendaResult(about, {
        "people": Table(people, keys=("position",), people=named, unit_columns=ORGANISATION),
        "questions": Table(_list_questions(people, asked), keys=(), people=("employee_id", "question"),
                           unit_columns=ORGANISATION),
        "managers": Table(managers, keys=("rater_id",), people=("rater_id",), unit_columns=tuple(
            column for column in ORGANISATION if column in managers.columns)),
        "special": Table(_list_special(record, rows), keys=(), people=("employee_id",), unit_columns=ORGANISATION),
        "reasons": Table(reasons, keys=("reason",), count="n")}, facts, FACTS, settings)


def _ask_council(workforce: Workforce, cycle: str, settings: Settings,
                 patterns: frozenset[str] | None) -> tuple[CycleRecord, pd.DataFrame, list[str]]:
    """Put every question to the whole council, once for all the units whose agendas are cut from it."""
    key = ("agenda", cycle, patterns, id(settings))
    kept = workforce.made_before.get(key)
    if kept is None or kept[0] is not settings:
        record = gather_cycle_record(workforce, cycle, settings, patterns)
        kept = workforce.made_before[key] = (settings, record, *_ask_all(record))
    return kept[1], kept[2], kept[3]


def _find_patterns(severity: Result | None) -> frozenset[str] | None:
    if severity is None:
        return None
    managers = severity.frame("managers")
    return frozenset(managers.loc[managers["verdict"] == PATTERN, "rater_id"].astype("str"))


def _ask_all(record: CycleRecord) -> tuple[pd.DataFrame, list[str]]:
    """Put every question that can be put: one row per employee-post and reason; and the reasons left unchecked."""
    parts, unchecked = [], []
    for place, reason in enumerate(REASONS):
        if not reason.can_be_checked(record):
            unchecked.append(reason.code)
            continue
        question = reason.ask(record)
        parts.append(pd.DataFrame({"row": question.index, "reason": reason.code, "weight": reason.weight,
                                   "place": place, "question": question.to_numpy()}))
    asked = pd.concat(parts, ignore_index=True)
    asked["employee_id"] = record.rows["employee_id"].astype("str").reindex(asked["row"]).to_numpy()
    return asked, unchecked


def _list_managers(severity: Result | None, filters: dict[str, str] | None, settings: Settings,
                   seed: str) -> pd.DataFrame:
    """List the managers to hear, by lot, as far as the meeting's time goes.

    Half of it where nobody chose how many; a number that the senior team chose takes what it needs.
    """
    columns = ["rater_id", *ORGANISATION]
    if severity is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns}).assign(minutes=0, in_meeting=False)
    found = severity.frame("managers")
    known = [column for column in columns if column in found.columns]
    to_hear = found["to_hear"].astype(bool) if "to_hear" in found else found["verdict"] == PATTERN
    listed = found.loc[to_hear, known].astype("str")
    for column, value in (filters or {}).items():
        if column in listed:
            listed = listed[listed[column] == value]
    listed = listed.iloc[np.argsort([_draw_lot(seed, rater) for rater in listed["rater_id"]], kind="stable")]
    each = settings.managers.minutes_each
    room = settings.pack.minutes - settings.pack.minutes_rest
    room = room if settings.managers.k is not None else room // 2
    fits = np.arange(1, len(listed) + 1) * each <= max(room, 0)
    return listed.assign(minutes=each, in_meeting=fits).reset_index(drop=True)


def _draw_lot(seed: str, person_id: str) -> str:
    """Draw a lot that depends on nothing but the seed and the id: its hash, the lowest first."""
    return hashlib.sha256(f"{seed}|{person_id}".encode()).hexdigest()


def _list_questions(people: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Give each person's questions, one row each, in the order of the agenda."""
    asked = asked.sort_values(["employee_id", "place", "row"]).drop_duplicates(["employee_id", "question"])
    of_person = people[["employee_id", "position", *ORGANISATION]]
    rows = of_person.merge(asked[["employee_id", "reason", "question", "place"]], on="employee_id")
    return rows.sort_values(["position", "place"], kind="stable", ignore_index=True)[
        ["employee_id", "reason", "question", *ORGANISATION]]


def _list_special(record: CycleRecord, rows: pd.DataFrame) -> pd.DataFrame:
    """List who is in a box that mixes people: box 3, new to the role and no longer new; and box 9.

    Rows name people, so that no reader without names can subtract them from a box that was withheld.
    """
    places = {(b.performance, b.potential): b.number for b in record.framework.boxes}
    months, limit = rows["tenure_months"], record.settings.coverage.box3_months
    box3, box9 = (rows["box"] == places.get(place, -1) for place in ((1, 3), (1, 1)))
    found = {"box3_new": box3 & (months < limit), "box3_longer": box3 & (months >= limit),
             "box3_unknown": box3 & months.isna(), "box9": box9}
    parts = [rows.loc[chosen.fillna(False).astype(bool), ["employee_id", *ORGANISATION]].assign(
        code=code, description=say("agenda_special", code, months=limit)) for code, chosen in found.items()]
    return pd.concat(parts, ignore_index=True).astype({"employee_id": "str"})


def _list_people(workforce: Workforce, record: CycleRecord, asked: pd.DataFrame, settings: Settings,
                 minutes: int) -> pd.DataFrame:
    asked = asked.sort_values(["employee_id", "place", "row"])
    once = asked.drop_duplicates(["employee_id", "reason"])
    spoken = asked.drop_duplicates(["employee_id", "question"])
    settled = pd.crosstab(once["employee_id"], once["weight"]).reindex(columns=list(WEIGHTS), fill_value=0)
    people = once.groupby("employee_id").agg(n_reasons=("weight", "size")).join(settled)
    people = people.assign(reasons=_join_text(once, "reason", "; "), question=_join_text(spoken, "question", " "))
    shown = _choose_rows(record.rows, asked)
    people = _describe(workforce, record, shown).join(people, on="employee_id")
    people["lot"] = [_draw_lot(record.cycle, person) for person in people["employee_id"]]
    order = [*WEIGHTS, "lot"]
    people = people.sort_values(order, ascending=[column == "lot" for column in order], ignore_index=True)
    position = np.arange(1, len(people) + 1)
    people = people.assign(position=position, minutes=settings.pack.minutes_each,
                           in_meeting=position * settings.pack.minutes_each <= minutes)
    return people[["position", "employee_id", "name", "post_id", "rater_id", "rater_name", *ORGANISATION, "role", "box",
                   "box_name", "performance", "potential", *HISTORY, "reasons", "n_reasons", "question", "minutes",
                   "in_meeting"]]


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


def _describe(workforce: Workforce, record: CycleRecord, rows: pd.DataFrame) -> pd.DataFrame:
    ids, raters = rows["employee_id"].astype("str"), rows["rater_id"].astype("str")
    box = rows["box"].fillna(0).astype("int64")
    boxes = {0: NO_PLACEMENT, **{b.number: b.name for b in record.framework.boxes}}
    return pd.DataFrame({
        "employee_id": ids, "name": workforce.names_of(ids), "post_id": rows["post_id"].astype("str"),
        "rater_id": raters, "rater_name": workforce.names_of(raters),
        **{column: rows[column].astype("str") for column in (*ORGANISATION, "role")}, "box": box,
        "box_name": box.map(boxes), **{axis: rows[axis].astype("Int64") for axis in ("performance", "potential")},
        **_history(rows)})


def _history(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Give what a card shows beside the placement; missing where the record does not hold it."""
    absent = pd.Series(pd.NA, index=rows.index)
    boxes = {name: rows.get(source, absent).astype("Int64").fillna(0).astype("int64")
             for name, source in (("own_box", "self_box"), ("before_box", "before_box"), ("agreed_box", "agreed_box"))}
    counts = {name: rows.get(name, absent).astype("Int64") for name in ("tenure_months", "months_in_box", "n_set",
                                                                        "n_met")}
    return {**boxes, **counts, "last_held_on": pd.to_datetime(rows.get("last_held_on", absent))}


def _tabulate_reasons(asked: pd.DataFrame, unchecked: list[str]) -> pd.DataFrame:
    n = asked.groupby("reason")["employee_id"].nunique()
    rows = [(reason.code, say("agenda_reason", reason.code), reason.weight, int(n.get(reason.code, 0)))
            for reason in REASONS if reason.code not in unchecked]
    return pd.DataFrame(rows, columns=["reason", "description", "weight", "n"])
