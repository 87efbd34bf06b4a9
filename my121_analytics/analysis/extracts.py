"""Two extracts of the same record: who came and went, what changed, and what that does to the headline figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.extract_figures import compare_figures, compare_scales, count_rows
from my121_analytics.analysis.extract_placements import compare_placements
from my121_analytics.errors import UsageError
from my121_analytics.wording.catalogue import codes
from my121_analytics.workforce.record import Workforce, is_employed, main_posts
from my121_analytics.workforce.results import LABEL, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION

CHANGE_COLUMNS = ("change", "employee_id", "name", "post_id", "cycle", "directorate", "before", "after")
STAYS = ("same_people", "same_managers", "same_placements", "same_figures")


@dataclass(frozen=True, repr=False)
class ExtractComparison(Result):
    """What differs between two extracts; made by :func:`compare_extracts`."""


def compare_extracts(old: Workforce, new: Workforce) -> ExtractComparison:
    """Say what differs between an earlier and a later extract of the same record.

    Parameters
    ----------
    old, new
        The earlier and the later record. The later one's settings hold ``[compare]``.

    Returns
    -------
    ExtractComparison
        ``changes``: one row per change, ``change`` (a code of the catalogue's group ``extract_change``), employee_id,
        name, post_id, cycle, directorate, before, after. ``summary``: change, cases. ``units``: level, what (renamed,
        merged, split), before, after, people, share. ``scales``: axis, before, after, differs. ``rows``: table, cycle,
        before, after, difference. ``figures``: comparison (same_cycle, latest), measure, label, kind (share, count),
        cycle_before, cycle_after, before, after, difference. ``stays``: what, cases.

    Raises
    ------
    UsageError
        The earlier record speaks of a later day than the later one.

    Notes
    -----
    People are matched by their ids, posts by person and post number, placements by person, post, cycle and source (the
    latest of several counts). A new id beside a vanished one with the same name and start date is a person who was
    renumbered. People whose unit was renamed have not moved. Placements of cycles that ended after the earlier
    extract are new, not changed, and are counted in ``rows`` alone where the earlier extract has none of that cycle.
    """
    if old.as_of > new.as_of:
        raise UsageError(f"The earlier extract speaks of {old.as_of}, the later one of {new.as_of}.",
                         hints=["Give the earlier extract first, or set --old-as-of and --as-of."])
    settings = new.settings.compare
    before, after = _People(old), _People(new)
    renumbered = _find_renumbered(before, after)
    placements, n_same = compare_placements(old, new, lock_days=settings.lock_days, renumbered=renumbered)
    before.carry(renumbered)
    units = _compare_units(before, after, settings.same_unit_share)
    parts = [_joiners(before, after, renumbered), _leavers(before, after, renumbered), _details(before, after),
             _doubles(before, after), _post_changes(before, after), _manager_changes(before, after),
             _moves(before, after, units), placements]
    changes = _finish(pd.concat([part for part in parts if len(part)] or [_rows([])], ignore_index=True), before, after)
    counted = changes["change"].value_counts(sort=False)
    summary = pd.DataFrame([(code, int(counted[code])) for code in codes("extract_change") if code in counted],
                           columns=["change", "cases"])
    figures = compare_figures(old, new)
    stays = _stays(before, after, changes, n_same, figures)
    cycle = " to ".join(dict.fromkeys(str(record.cycles["label"].iloc[-1]) for record in (old, new)
                                      if len(record.cycles)))
    about = describe("extracts", as_of=new.as_of, cycle=cycle or "none", n=len(after.ids), before=old.as_of.isoformat(),
                     after=new.as_of.isoformat())
    people = ("employee_id", "name", "post_id", "before", "after")
    tables = {"changes": Table(changes, keys=(), people=people, unit_columns=("directorate",)),
              "summary": Table(summary, keys=("change",)), "units": Table(units, keys=()),
              "scales": Table(compare_scales(old, new), keys=("axis",), about_people=False),
              "rows": Table(count_rows(old, new), keys=()), "figures": Table(figures, keys=()),
              "stays": Table(stays, keys=("what",))}
    facts: dict[str, float | int | str | None] = {
        "as_of_before": old.as_of.isoformat(), "as_of_after": new.as_of.isoformat(), "lock_days": settings.lock_days}
    return ExtractComparison(about, tables, facts, dict.fromkeys(facts, LABEL), new.settings)


class _People:
    """The people of one extract and the posts that they held on its day."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce = workforce
        employees = workforce.employees.drop_duplicates("employee_id")
        self.table = employees.assign(id=employees["employee_id"].astype("str")).set_index("id")
        self.ids = self.table.index
        self.day = pd.Timestamp(workforce.as_of)
        held = _held(workforce)
        self.posts = _as_text(held)
        self.main = _as_text(main_posts(held)).set_index("employee_id")
        keys = [_name_key(name) for name in self.table["name"].fillna("")]
        self.keys = pd.Series(keys, index=self.ids, dtype="str")

    def carry(self, renumbered: Mapping[str, str]) -> None:
        """Let the posts and managers of people who were renumbered go by their later ids."""
        def later(ids: pd.Series) -> pd.Series:
            return ids.map(lambda who: renumbered.get(who, who), na_action="ignore").astype("str")

        if renumbered:
            self.posts = self.posts.assign(employee_id=later(self.posts["employee_id"]),
                                           manager_id=later(self.posts["manager_id"]))
            self.main.index = self.main.index.map(lambda who: renumbered.get(who, who))

    def identities(self) -> pd.Series:
        """Give name and start date as one text by id, for people of whom both are known."""
        known = (self.keys.str.contains(" ") & self.table["started"].notna()).to_numpy()
        return (self.keys + "|" + self.table["started"].dt.strftime("%Y-%m-%d"))[known]

    def describe(self, ids: pd.Series) -> pd.Series:
        """Give people as ``name (id)``, the id alone where no name is known, empty where there is nobody."""
        text = ids.astype("str")
        names = self.workforce.names_of(text)
        return pd.Series(np.where(text.isna(), "", np.where(names == text, text, names + " (" + text + ")")),
                         index=ids.index, dtype="str")


def _held(workforce: Workforce) -> pd.DataFrame:
    """Give one row per employee and post held on the day of the extract."""
    posts, day = workforce.posts, pd.Timestamp(workforce.as_of)
    held = ((posts["valid_from"].isna() | (posts["valid_from"] <= day))
            & (posts["valid_to"].isna() | (posts["valid_to"] >= day))
            & is_employed(workforce.employees, posts["employee_id"], day))
    rows = posts[held].sort_values("valid_from", kind="stable", na_position="first")
    rows = rows.drop_duplicates(["employee_id", "post_id"], keep="last").sort_index()
    return rows.assign(in_force=True)


def _as_text(posts: pd.DataFrame) -> pd.DataFrame:
    return posts[["employee_id", "post_id", "manager_id", *ORGANISATION]].astype("str")


def _name_key(name: str) -> str:
    """Bring a name to its plain words in alphabetical order, so that the way it is written does not count."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return " ".join(sorted(re.findall(r"[a-z]+", plain)))


def _rows(values: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=["change", "employee_id", "post_id", "cycle", "before", "after"], dtype="str")


def _each(code: str, ids: pd.Index, before: pd.Series | str = "", after: pd.Series | str = "",
          posts: pd.Series | str = "") -> pd.DataFrame:
    def column(values: pd.Series | str) -> object:
        return values if isinstance(values, str) else values.to_numpy()

    return pd.DataFrame({"change": code, "employee_id": ids.to_numpy(), "post_id": column(posts), "cycle": "",
                         "before": column(before), "after": column(after)})


def _dates(values: pd.Series) -> pd.Series:
    return values.dt.strftime("%Y-%m-%d").fillna("")


# Who came and went ------------------------------------------------------------------------------------------------


def _find_renumbered(before: _People, after: _People) -> Mapping[str, str]:
    """Find people under a new id: gone and come with the same name and start date, and nobody else with them."""
    gone, come = before.identities(), after.identities()
    gone = gone[~gone.index.isin(after.ids)]
    come = come[~come.index.isin(before.ids)]
    gone, come = gone[~gone.duplicated(keep=False)], come[~come.duplicated(keep=False)]
    new_id = pd.Series(come.index, index=come.to_numpy())
    return {old: str(new_id[who]) for old, who in gone.items() if who in new_id.index}


def _joiners(before: _People, after: _People, renumbered: Mapping[str, str]) -> pd.DataFrame:
    ids = after.ids[~after.ids.isin(before.ids) & ~after.ids.isin(list(renumbered.values()))]
    started = after.table["started"].reindex(ids)
    late = (started <= before.day).to_numpy()
    shown = _dates(started)
    return pd.concat([_each("joined", ids[~late], after=shown[~late]), _each("appeared", ids[late], after=shown[late])])


def _leavers(before: _People, after: _People, renumbered: Mapping[str, str]) -> pd.DataFrame:
    ids = before.ids[~before.ids.isin(after.ids) & ~before.ids.isin(list(renumbered))]
    left = before.table["left_on"].reindex(ids)
    known = (left <= after.day).to_numpy()
    both = before.ids[before.ids.isin(after.ids)]
    old_end, new_end = before.table["left_on"].reindex(both), after.table["left_on"].reindex(both)
    moved = (old_end.notna() & new_end.notna() & (old_end != new_end)).to_numpy()
    return pd.concat([
        _each("dropped_leaver", ids[known], before=_dates(left[known])), _each("vanished", ids[~known]),
        _each("left", both[(old_end.isna() & new_end.notna()).to_numpy()],
              after=_dates(new_end[old_end.isna() & new_end.notna()])),
        _each("returned", both[(old_end.notna() & new_end.isna()).to_numpy()],
              before=_dates(old_end[old_end.notna() & new_end.isna()])),
        _each("leaving_date", both[moved], before=_dates(old_end[moved]), after=_dates(new_end[moved])),
        _rows([("renumbered", new, "", "", old, new) for old, new in renumbered.items()])])


def _details(before: _People, after: _People) -> pd.DataFrame:
    """Find names and start dates that changed under one id; both at once look like an id given to somebody else."""
    both = before.ids[before.ids.isin(after.ids)]
    old_name, new_name = before.keys[both], after.keys[both]
    old_start, new_start = before.table["started"].reindex(both), after.table["started"].reindex(both)
    shares_word = np.array([bool(set(a.split()) & set(b.split())) for a, b in zip(old_name, new_name, strict=True)],
                           dtype=bool)
    renamed = ((old_name != "") & (new_name != "") & (old_name != new_name)).to_numpy()
    restarted = (old_start.notna() & new_start.notna() & (old_start != new_start)).to_numpy()
    reused = renamed & restarted & ~shares_word
    texts = [frame.table["name"].reindex(both).fillna("") for frame in (before, after)]
    only_name, only_start = renamed & ~reused, restarted & ~reused
    return pd.concat([
        _each("id_reused", both[reused], texts[0][reused], texts[1][reused]),
        _each("name", both[only_name], texts[0][only_name], texts[1][only_name]),
        _each("start_date", both[only_start], _dates(old_start[only_start]), _dates(new_start[only_start]))])


def _doubles(before: _People, after: _People) -> pd.DataFrame:
    """Find the same name and start date under two ids of the later extract."""
    who = after.identities()
    who = who[who.duplicated(keep=False)]
    earlier = before.identities()
    known = set(earlier[earlier.duplicated(keep=False)])
    rows = []
    for identity, part in who.groupby(who, sort=True):
        ids = sorted(part.index)
        rows += [("same_person_before" if identity in known else "same_person", person, "", "", "",
                  ", ".join(other for other in ids if other != person)) for person in ids]
    return _rows(rows)


# Posts and managers -----------------------------------------------------------------------------------------------


def _post_changes(before: _People, after: _People) -> pd.DataFrame:
    """Find posts taken up and given up by people who were there on both days."""
    keys = ["employee_id", "post_id"]
    old, new = (people.posts.loc[people.posts["post_id"].notna(), keys] for people in (before, after))
    pairs = old.merge(new, on=keys, how="outer", indicator="where")
    on_both = pairs["employee_id"].isin(old["employee_id"]) & pairs["employee_id"].isin(new["employee_id"])
    pairs = pairs[on_both & (pairs["where"] != "both")]
    rows = []
    for person, part in pairs.groupby("employee_id", sort=True):
        gone = sorted(part.loc[part["where"] == "left_only", "post_id"])
        come = sorted(part.loc[part["where"] == "right_only", "post_id"])
        code = "post" if gone and come else "post_ended" if gone else "post_added"
        rows.append((code, str(person), (come or gone)[0], "", ", ".join(gone), ", ".join(come)))
    return _rows(rows)


def _manager_changes(before: _People, after: _People) -> pd.DataFrame:
    """Find posts held on both days under another manager."""
    pairs = _both_posts(before, after)
    differs = pairs["manager_id_old"].fillna("") != pairs["manager_id_new"].fillna("")
    pairs = pairs[differs]
    if pairs.empty:
        return _rows([])
    old, new = before.describe(pairs["manager_id_old"]), after.describe(pairs["manager_id_new"])
    return _each("manager", pd.Index(pairs["employee_id"]), old, new, pairs["post_id"])


def _both_posts(before: _People, after: _People) -> pd.DataFrame:
    keys = ["employee_id", "post_id"]
    old, new = (people.posts[[*keys, "manager_id"]] for people in (before, after))
    return old.merge(new, on=keys, suffixes=("_old", "_new"))


# The organisation -------------------------------------------------------------------------------------------------


def _compare_units(before: _People, after: _People, share: float) -> pd.DataFrame:
    """Find units whose name is gone, and where their people are now."""
    both = before.main.index.intersection(after.main.index)
    rows: list[tuple[object, ...]] = []
    for level in ORGANISATION:
        pairs = pd.DataFrame({"before": before.main[level].reindex(both).to_numpy(),
                              "after": after.main[level].reindex(both).to_numpy()}).dropna()
        gone = set(pairs["before"]) - set(after.main[level].dropna())
        known = set(before.main[level].dropna())
        size_before, size_after = pairs["before"].value_counts(), pairs["after"].value_counts()
        for unit, part in pairs[pairs["before"].isin(gone)].groupby("before", sort=True):
            to = part["after"].value_counts().sort_index(kind="stable")
            best = str(to.idxmax())
            kept = to.max() / size_before[unit]
            if kept >= share:
                whole = best not in known and to.max() / size_after[best] >= share
                rows.append((level, "renamed" if whole else "merged", unit, best, int(to.max()), kept))
            else:
                rows += [(level, "split", unit, str(name), int(n), n / size_before[unit]) for name, n in to.items()]
    table = pd.DataFrame(rows, columns=["level", "what", "before", "after", "people", "share"])
    return table.astype(dict.fromkeys(("level", "what", "before", "after"), "str") | {"people": "int64",
                                                                                    "share": "float64"})


def _moves(before: _People, after: _People, units: pd.DataFrame) -> pd.DataFrame:
    """Find people whose main post is in another unit; the highest level that changed is told."""
    both = before.main.index.intersection(after.main.index)
    already_explained = np.zeros(len(both), dtype=bool)
    parts = []
    for level in ORGANISATION:
        carried = units[(units["level"] == level) & units["what"].isin(["renamed", "merged"])]
        new_name = dict(zip(carried["before"], carried["after"], strict=True))
        old, new = (people.main[level].reindex(both) for people in (before, after))
        expected = old.map(lambda unit, names=new_name: names.get(unit, unit), na_action="ignore").astype("str")
        differs = (expected.fillna("") != new.fillna("")).to_numpy() & ~already_explained
        already_explained |= differs
        parts.append(_each(level, both[differs], old[differs].fillna(""), new[differs].fillna("")))
    return pd.concat(parts, ignore_index=True)


# Tables -----------------------------------------------------------------------------------------------------------


def _finish(changes: pd.DataFrame, before: _People, after: _People) -> pd.DataFrame:
    """Add who each change is about and where they work, and put the changes in order."""
    ids = changes["employee_id"].astype("str")
    names = after.table["name"].astype("str").reindex(ids).fillna(before.table["name"].astype("str").reindex(ids))
    unit = after.main["directorate"].reindex(ids).fillna(before.main["directorate"].reindex(ids))
    table = changes.assign(employee_id=ids, name=names.to_numpy(), directorate=unit.to_numpy())
    table = table.assign(order=table["change"].map({code: n for n, code in enumerate(codes("extract_change"))}))
    table = table.sort_values(["order", "cycle", "employee_id", "post_id", "before"], kind="stable", ignore_index=True)
    return table[list(CHANGE_COLUMNS)].astype("str").fillna("")


def _stays(before: _People, after: _People, changes: pd.DataFrame, n_placements: int,
           figures: pd.DataFrame) -> pd.DataFrame:
    pairs = _both_posts(before, after)
    same_manager = int((pairs["manager_id_old"].fillna("") == pairs["manager_id_new"].fillna("")).sum())
    n_figures = int((figures["difference"].fillna(0).abs() < 1e-12).sum())
    counts = (int(before.ids.isin(after.ids).sum()), same_manager, n_placements, n_figures)
    return pd.DataFrame({"what": list(STAYS), "cases": list(counts)})
