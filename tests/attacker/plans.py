"""What an improvement plan's papers say of the record: figures that actions name, then and now.

The name of a figure says what it is (``profile.map.share[box=9]``), as the handbook explains it. Pages and workbooks
round what ``outcomes.csv`` beside them prints in full, so that the file is what is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.attacker.declarations import (
    ALL,
    Count,
    Quantity,
    Ratio,
    Reader,
    Statements,
    cycle_before,
)
from tests.attacker.printed import PrintedTable, Publication

_NAME = re.compile(r"(?P<analysis>[a-z_]+)(?:\.(?P<rest>[a-z_.]+))?(?:\[(?P<where>[^\]]*)\])?(?: (?:more|fewer))?")
_SHORT = {"coverage": "coverage.by_group.estimate", "conversations": "coverage.by_group.estimate",
          "headcount": "workforce.by_group.n_people", "posts": "profile.ratings.base[level=0]",
          "not_placed": "profile.ratings.share[level=0]", "highest_rating": "profile.ratings.share[level=3]",
          "lowest_rating": "profile.ratings.share[level=1]", "box_3": "profile.map.share[box=3]",
          "successors": "succession.bench.estimate", "gap": "self.steps.lacking[axis=performance, step=0]"}
"""Short names, as the handbook lists them."""
_ATTRIBUTES = {"service_band": "years of service", "working_pattern": "working pattern", "tenure_band": "tenure band"}


@dataclass(frozen=True)
class Meant:
    """What a figure is: how many, or how many of how many (less some of them, or what they lack of all)."""

    part: Quantity
    base: Quantity | None = None
    minus: Quantity | None = None
    is_lacking: bool = False
    beside: Quantity | None = None
    """What the number beside a share counts, where it is not the base."""


def reader_of_plan(table: PrintedTable) -> Reader | None:
    """Give the reader of the figures that actions name; pages repeat them and say no more."""
    if table.kind == "raw" and {"statistic", "then", "now"} <= set(table.headings):
        return _read_outcomes
    if table.kind == "raw" and set(table.headings) == {"statistic", "label"}:
        return _read_names
    file = table.place.rsplit("/", 1)[-1]
    is_of_plan = table.kind == "raw" and (file in _OF_THE_PLAN or file.startswith("status"))
    return _nothing if is_of_plan or table.title.startswith(_REPEATED) else None


_OF_THE_PLAN = ("actions.csv", "anchors.csv", "carried_into_plans.csv", "finance.csv", "milestones.csv", "risks.csv")
"""Files about the plan's actions, which are nobody."""
_REPEATED = ("Milestones,", "Actions,", "What the statistics did", "What each anchor would mean",
             "Costs as far as they are known", "What is at risk while actions are open",
             "Plans that the actions were carried into", "Actions by")
"""Tables of pages and workbooks that say in print what a file beside them holds, or are about the plan's actions."""


def _nothing(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Nothing about anybody, or nothing that a file beside it does not say in full."""


def _read_names(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Every figure that an action may name: a move that has no name did not occur."""
    cycle = publication.cycles[-1] if publication.cycles else ""
    moved = Quantity("moves", f"{cycle_before(cycle, publication)} > {cycle}", frozenset())
    for start, outcome in (("movement.moves.n[", "box"), ("movement.ratings_moves.n[", "level")):
        flows = []
        for record in table.records():
            if record["statistic"].startswith(start):
                where = _where(record["statistic"][len(start):-1])
                flows.append(moved.where((f"{outcome} before", where["before"]), (f"{outcome} after", where["after"])))
        if flows:
            said.listed.append((moved, outcome, tuple(flows)))
            said.occurring += flows


def _read_outcomes(table: PrintedTable, publication: Publication, said: Statements) -> None:
    for record in table.records():
        for when in ("then", "now"):
            cycle = record[f"{when}_cycle"]
            meant = meaning_of(record["statistic"], cycle, publication) if cycle else None
            if meant is None:
                said.unread.append(f"{publication.name}: {table.place}: {record['statistic']}")
            else:
                _note_figure(meant, record[when], record.get(f"n_{when}", ""), table, said)


def _note_figure(meant: Meant, figure: str, of: str, table: PrintedTable, said: Statements) -> None:
    value = float(figure) if re.fullmatch(r"-?[\d.]+(?:[eE]-?\d+)?", figure) else None
    if meant.base is None:
        said.counts.append(Count(meant.part, None if value is None else round(value), table.place))
        return
    if value is not None:
        share = 1 - value if meant.is_lacking else value
        said.ratios.append(Ratio(meant.part, meant.base, share - 1e-9, share + 1e-9, table.place, minus=meant.minus))
    if of:
        said.counts.append(Count(meant.beside or meant.base, round(float(of)), table.place))


def meaning_of(name: str, cycle: str, publication: Publication) -> Meant | None:
    """Say what a figure counts in one cycle; None where its name is none of those that this model knows."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    if found["rest"] is None and found["analysis"] in _SHORT:
        full = _SHORT[found["analysis"]]
        where = f"[{found['where']}]" if found["where"] and "[" not in full else ""
        if found["where"] and "[" in full:
            full = full.replace(".ratings.", ".ratings_by_group.").replace(".map.", ".map_by_group.")
            where, full = "", f"{full[:-1]}, {found['where']}]"
        return meaning_of(full + where, cycle, publication)
    family = _FAMILIES.get(found["analysis"])
    if family is None or not found["rest"]:
        return None
    table, _, column = found["rest"].rpartition(".")
    return family(table, column, _where(found["where"] or ""), cycle, cycle_before(cycle, publication))


def _where(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(", ") if part)
    return {key: value for key, _, value in pairs if value != ALL}


def _groups(where: Mapping[str, str], *skip: str) -> frozenset[tuple[str, str]]:
    return frozenset((_ATTRIBUTES.get(key, key), value) for key, value in where.items() if key not in skip)


def _coverage(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    groups = _groups(where, "part")
    posts, people = Quantity("posts", cycle, groups), Quantity("people", cycle, groups)
    force, owes = posts.where(("force", "yes")), people.where(("owes", "yes"))
    conversations = Quantity("conversations", cycle, groups)
    filled = conversations.where(("part", where.get("part", "")))
    return {"n_people": Meant(people), "n_posts": Meant(force), "base": Meant(owes),
            "n_with_placement": Meant(force.where(("placed", "yes"))),
            "n_without_placement": Meant(posts.where(("placed", "no"))),
            "n_agreed": Meant(force.where(("placed", "yes"), ("agreed", "yes"))),
            "n_with_enough": Meant(owes.where(("enough", "yes"))), "n_too_few": Meant(owes.where(("enough", "no"))),
            "n_with_any": Meant(people.where(("conversed", "yes"))), "n_too_new": Meant(people.where(("owes", "no"))),
            "n_without_manager": Meant(people.where(("manager", "none"))),
            "estimate": Meant(owes.where(("enough", "yes")), owes),
            "n_formal": Meant(conversations), "n_filled": Meant(filled), "share": Meant(filled, conversations),
            }.get(column)


def _profile(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    outcome = "box" if table.startswith("map") else "level"
    group = Quantity("posts", cycle, _groups(where, outcome))
    value = where.get(outcome, "")
    counted = group.where(("placed", "no") if value == "0" else (outcome, value))
    base = group if value == "0" else group.where(("placed", "yes"))
    return {"n": Meant(counted), "base": Meant(base), "share": Meant(counted, base)}.get(column) if value else None


def _movement(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    moved = Quantity("moves", f"{before} > {cycle}", frozenset())
    presence = Quantity("presence", f"{before} > {cycle}", frozenset())
    if not table:
        return {"n_both": Meant(presence.where(("which", "both"))), "n_joined": Meant(presence.where(("which", "new"))),
                "n_left": Meant(presence.where(("which", "gone"))), "n_placed_both": Meant(moved)}.get(column)
    outcome = "level" if table.startswith("ratings_") else "box"
    if table.endswith("moves"):
        return Meant(moved.where((f"{outcome} before", where["before"]), (f"{outcome} after", where["after"])))
    if table == "steps":
        step = moved.where(("performance step", where["performance_step"]))
        step = step.where(("potential step", where["potential_step"])) if "potential_step" in where else step
        return {"n": Meant(step), "base": Meant(moved), "share": Meant(step, moved)}.get(column)
    value, is_all = where.get(outcome, ""), table.endswith("change_all")
    if is_all:
        wholes = {"before": Quantity("posts", before, frozenset()), "after": Quantity("posts", cycle, frozenset())}
        parts = {when: whole.where((outcome, value)) for when, whole in wholes.items()}
        bases = {when: whole.where(("placed", "yes")) for when, whole in wholes.items()}
    else:
        parts = {when: moved.where((f"{outcome} {when}", value)) for when in ("before", "after")}
        bases = dict.fromkeys(("before", "after"), moved)
    known = {f"n_{when}": Meant(parts[when]) for when in parts} | {
        f"share_{when}": Meant(parts[when], bases[when]) for when in parts} | {
        f"base_{when}": Meant(bases[when]) for when in parts}
    if not is_all:
        known |= {"base": Meant(moved), "change": Meant(parts["after"], moved, parts["before"])}
    return known.get(column)


def _workforce(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    characteristic = table.removesuffix("_by_group")
    people = Quantity("people", cycle, _groups(where))
    everybody = people.less(_ATTRIBUTES.get(characteristic, characteristic))
    if column in ("n_leavers", "n_managers"):
        return Meant(Quantity("leavers" if column == "n_leavers" else "managers in post", cycle, _groups(where)))
    return {"n_people": Meant(people), "n": Meant(people), "base": Meant(everybody),
            "share": Meant(people, everybody)}.get(column)


def _self(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    pairs = Quantity("pairs", cycle, _groups(where, "axis", "step", "direction"))
    if not table:
        axis = column.removeprefix("share_same_")
        of_axis = pairs.where(("axis", axis))
        if column.startswith("share_same_"):
            return Meant(of_axis.where(("step", "0")), of_axis, beside=pairs)
        return {"n_pairs": Meant(pairs), "n_placed": Meant(pairs.where(("own view", "or none"))),
                "share_paired": Meant(pairs, pairs.where(("own view", "or none")), beside=pairs)}.get(column)
    of_axis = pairs.where(("axis", where.get("axis", "")))
    step = of_axis.where(("step", where["step"]) if "step" in where else ("direction", where.get("direction", "")))
    return {"n": Meant(step), "base": Meant(of_axis), "share": Meant(step, of_axis),
            "lacking": Meant(step, of_axis, is_lacking=True)}.get(column)


def _succession(table: str, column: str, where: dict[str, str], cycle: str, before: str) -> Meant | None:
    if table == "development":
        actions = Quantity("actions", "", _groups(where))
        return {"n_actions": Meant(actions), "n_completed": Meant(actions.where(("state", "completed"))),
                "n_overdue": Meant(actions.where(("state", "overdue")))}.get(column)
    key = Quantity("key posts", cycle, _groups(where))
    named = key.where(("successor", "yes"))
    return {"n_key_posts": Meant(key), "n_with_successor": Meant(named),
            "n_ready_now": Meant(named.where(("ready", "yes"))), "estimate": Meant(named, key)}.get(column)


_FAMILIES: Mapping[str, Callable[[str, str, dict[str, str], str, str], Meant | None]] = {
    "coverage": _coverage, "profile": _profile, "movement": _movement, "workforce": _workforce, "self": _self,
    "succession": _succession}
