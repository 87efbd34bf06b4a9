"""The synthetic council as the tables of the record, in the order in which the exports list them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.sample_council.careers import Careers, Holdings
from my121_analytics.sample_council.design import to_dates
from my121_analytics.sample_council.invented_people import People
from my121_analytics.sample_council.planted_ratings import N_REVIEW_CYCLES, N_UNSIGNED_CYCLES
from my121_analytics.workforce.cycles import Cycle
from my121_analytics.workforce.schema import MANAGER, RECORD_PARTS, SELF

REVIEWS, RATINGS, PLACED, OWN = 0, 1, 2, 3
"""The export that a placement is written to: cycles 1-2, 3-4, 5-6, and self placements."""


@dataclass(frozen=True)
class Numbering:
    """How people and posts are called: categories by number."""

    people: pd.Index
    posts: pd.Index
    rank: np.ndarray
    """Per person: place in the order of the ids."""

    def person(self, numbers: np.ndarray) -> pd.Categorical:
        """Give ids of people; -1 is missing."""
        return pd.Categorical.from_codes(np.asarray(numbers), categories=self.people)

    def post(self, numbers: np.ndarray) -> pd.Categorical:
        """Give ids of posts."""
        return pd.Categorical.from_codes(np.asarray(numbers), categories=self.posts)


def number_posts(people: People, n_posts: int) -> Numbering:
    """Number the posts; P01234 and so on, with more digits only for a very large council."""
    width = max(5, len(str(n_posts + 1000)))
    posts = pd.Index([f"P{number:0{width}d}" for number in range(1001, 1001 + n_posts)], dtype="str")
    rank = np.empty(len(people.ids), "int64")
    rank[np.argsort(people.ids, kind="stable")] = np.arange(len(people.ids))
    return Numbering(pd.Index(people.ids, dtype="str"), posts, rank)


def order_placements(manager: pd.DataFrame, own: pd.DataFrame, directorate: np.ndarray, rank: np.ndarray,
                     ) -> pd.DataFrame:
    """Bring placements into the order of their exports.

    Parameters
    ----------
    manager, own
        As from ``draw_placements``.
    directorate
        Code per team.
    rank
        Order of the people's ids.

    Returns
    -------
    pandas.DataFrame
        The columns given, plus ``file`` and ``block`` (the directorate, where the export is blocked by it).
    """
    cycle = manager["cycle"].to_numpy()
    file = np.select([cycle < N_REVIEW_CYCLES, cycle < N_UNSIGNED_CYCLES], [REVIEWS, RATINGS], PLACED)
    table = pd.concat([manager.assign(file=file), own.assign(file=OWN)], ignore_index=True)
    file = table["file"].to_numpy()
    block = np.where(file == PLACED, directorate[table["unit"].to_numpy()], 0)
    by_day = np.where(file == RATINGS, table["day"], 0)
    by_cycle = np.where(file == RATINGS, 0, table["cycle"])
    order = np.lexsort((table["day"], table["post"], rank[table["person"]], by_day, by_cycle, block, file))
    return table.assign(block=block).iloc[order].reset_index(drop=True)


def tabulate_record(careers: Careers, holdings: Holdings, people: People, numbering: Numbering,
                    placements: pd.DataFrame, activity: dict[str, pd.DataFrame], cycles: list[Cycle],
                    post_facts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the tables of the record.

    Parameters
    ----------
    careers, holdings, people, numbering
        The staff.
    placements
        From :func:`order_placements`.
    activity
        ``conversations, objectives, development_actions, successors, evidence``.
    cycles
        The six cycles.
    post_facts
        From :func:`describe_posts`.

    Returns
    -------
    dict
        Frames for ``build_workforce``.
    """
    labels = pd.Index([cycle.label for cycle in cycles], dtype="str")
    return {
        "employees": _employees(careers, people, numbering),
        "posts": _posts(careers, holdings, numbering, post_facts),
        "placements": _placements(placements, numbering, labels),
        "conversations": _conversations(activity["conversations"], numbering),
        "objectives": _objectives(activity["objectives"], numbering, labels),
        "development_actions": _development(activity["development_actions"], numbering),
        "successors": pd.DataFrame({"post_id": numbering.post(activity["successors"]["post"]),
                                    "employee_id": numbering.person(activity["successors"]["person"]),
                                    "readiness": activity["successors"]["readiness"]}),
        "evidence": activity["evidence"].assign(
            directorate=activity["evidence"]["directorate"].replace("", None)),
    }


def describe_posts(holdings: Holdings, careers: Careers, rng: np.random.Generator) -> pd.DataFrame:
    """Give grade, job title, key post, contract and hours of every post.

    Parameters
    ----------
    holdings, careers
        The posts.
    rng
        The source of chance.

    Returns
    -------
    pandas.DataFrame
        One row per post: ``grade`` (1 to 13), ``role``, ``is_key``, ``contract``, ``hours`` (share of full time as
        a main post), ``second_hours`` (as a second post).
    """
    structure = careers.structure
    n = holdings.n_posts
    like = np.arange(n)
    like[structure.n_slots:] = rng.integers(structure.n_teams, structure.n_slots, n - structure.n_slots)
    is_second = np.arange(n) >= structure.n_slots
    leads = like < structure.n_teams
    contract = np.array(["Permanent", "Fixed term", "Apprentice", "Casual"], object)[
        rng.choice(4, n, p=[0.88, 0.08, 0.02, 0.02])]
    contract[leads] = "Permanent"
    hours = np.array([1.0, 0.81, 0.6, 0.5, 0.4])[rng.choice(5, n, p=[0.66, 0.09, 0.1, 0.09, 0.06])]
    hours[leads] = 1.0
    second_hours = np.array([0.4, 0.3, 0.2, 0.1])[rng.integers(0, 4, n)]
    return pd.DataFrame({"grade": np.minimum(structure.slot_grade[like], np.where(is_second, 6, 13)),
                         "role": structure.slot_role[like], "is_key": structure.slot_is_key[like] & ~is_second,
                         "contract": contract, "hours": hours, "second_hours": second_hours})


def grade_name(grade: np.ndarray) -> pd.Categorical:
    """Call the grades as a pay scale does."""
    names = [f"Grade {number}" for number in range(1, 13)] + ["Chief Officer"]
    return pd.Categorical.from_codes(grade - 1, categories=pd.Index(names, dtype="str")).remove_unused_categories()


def _employees(careers: Careers, people: People, numbering: Numbering) -> pd.DataFrame:
    order = np.argsort(numbering.rank, kind="stable")
    left = np.where(careers.has_left, careers.left, 0)
    return pd.DataFrame({"employee_id": numbering.person(order), "name": people.names[order],
                         "started": to_dates(careers.started[order]),
                         "left_on": to_dates(left[order], ~careers.has_left[order]),
                         **{column: values[order] for column, values in people.protected.items()}})


def _posts(careers: Careers, holdings: Holdings, numbering: Numbering, facts: pd.DataFrame) -> pd.DataFrame:
    rows, structure = holdings.rows, careers.structure
    order = np.lexsort((rows["valid_from"], rows["post"], ~rows["is_main"], numbering.rank[rows["person"]]))
    rows = {name: values[order] for name, values in rows.items()}
    fact = facts.iloc[rows["post"]].reset_index(drop=True)
    has_more = np.isin(rows["person"], rows["person"][~rows["is_main"]])
    main_hours = np.where(has_more, np.minimum(fact["hours"], 0.6), fact["hours"])
    still = rows["valid_to"] > careers.ends[-1]
    unit = rows["unit"]
    return pd.DataFrame({
        "employee_id": numbering.person(rows["person"]), "post_id": numbering.post(rows["post"]),
        "valid_from": to_dates(rows["valid_from"]),
        "valid_to": to_dates(np.where(still, 0, rows["valid_to"]), still),
        "is_main": rows["is_main"], "is_key": fact["is_key"],
        "directorate": np.array(structure.directorates, object)[structure.directorate[unit]],
        "service": structure.service[unit], "team": structure.team[unit], "grade": grade_name(fact["grade"].to_numpy()),
        "role": fact["role"], "manager_id": numbering.person(rows["manager"]),
        "started_in_post": to_dates(rows["in_post_since"]),
        "fte": np.where(rows["is_main"], main_hours, fact["second_hours"]), "contract": fact["contract"]})


def _placements(table: pd.DataFrame, numbering: Numbering, labels: pd.Index) -> pd.DataFrame:
    agreed = table["agreed"].to_numpy()
    return pd.DataFrame({
        "employee_id": numbering.person(table["person"]), "post_id": numbering.post(table["post"]),
        "cycle": pd.Categorical.from_codes(table["cycle"], categories=labels),
        "placed_on": to_dates(table["day"]), "rater_id": numbering.person(table["rater"]),
        "source": np.where(table["file"] == OWN, SELF, MANAGER), "performance": table["performance"],
        "potential": table["potential"], "box": table["box"], "agreed_on": to_dates(agreed, agreed < 0),
        "derived": (table["file"] == REVIEWS).to_numpy()})


def _conversations(table: pd.DataFrame, numbering: Numbering) -> pd.DataFrame:
    return pd.DataFrame({
        "employee_id": numbering.person(table["person"]), "post_id": numbering.post(table["post"]),
        "rater_id": numbering.person(table["rater"]), "held_on": to_dates(table["day"]), "kind": table["kind"],
        **{part: table[part] for part in RECORD_PARTS}})


def _objectives(table: pd.DataFrame, numbering: Numbering, labels: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({"employee_id": numbering.person(table["person"]),
                         "cycle": pd.Categorical.from_codes(table["cycle"], categories=labels), "kind": table["kind"],
                         "n_set": table["n_set"], "n_met": table["n_met"]})


def _development(table: pd.DataFrame, numbering: Numbering) -> pd.DataFrame:
    done = table["completed"].to_numpy()
    return pd.DataFrame({"employee_id": numbering.person(table["person"]), "intervention": table["intervention"],
                         "purpose": table["purpose"], "agreed_on": to_dates(table["agreed"]),
                         "due_on": to_dates(table["due"]), "completed_on": to_dates(done, done < 0)})
