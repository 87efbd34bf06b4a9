"""Agreement: how managers' placements and employees' own placements of the same people differ, in steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.analysis.shares import SHARE
from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.nine_box import Framework
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.inference.kappa import weighted_kappa
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import PairCounts, check_grouping, count_pairs, select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import ESTIMATE, TOTAL, Count, Fact, Result, Table, describe
from my121_analytics.workforce.schema import MANAGER, SELF

MIN_PAIRS = 20
"""Pairs below which kappa has no range: its standard error is a large-sample one."""
_DIRECTIONS = {1: "manager_higher", 0: "same", -1: "self_higher"}
_KAPPA = ("kappa", "kappa_lower", "kappa_upper")
FACTS = {"n": Fact("posts", who=Count("pairs")), "n_pairs": Fact("posts", who=Count("pairs")),
         "n_placed": Fact("posts", who=Count("posts", where=(("placed", "either axis"),))),
         "share_paired": Fact(follows=("n_placed", "n_pairs"))}
COUNTS = {"n": Count("pairs_on_axis"), "base": Count("pairs_on_axis")}
"""A pair counts on each axis on which both placed."""
_Facts = dict[str, float | int | str | None]


@dataclass(frozen=True, repr=False)
class AgreementResult(Result):
    """Manager's against own placements in one cycle; made by :func:`compare_self`."""


@dataclass(frozen=True, repr=False)
class AgreementDetailResult(Result):
    """Agreement group by group, and reasons on record; made by :func:`detail_agreement`."""


def compare_self(workforce: Workforce, *, cycle: str | None = None, axis: str | None = None,
                 by: str | None = "directorate", filters: dict[str, str] | None = None) -> AgreementResult:
    """Say how often managers and employees place the same person alike, and in which direction they differ.

    Parameters
    ----------
    workforce
        The record.
    cycle
        Default: the latest.
    axis
        ``performance`` or ``potential``; None: every axis that the framework has.
    by
        Column to compare groups by; None: no groups.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    AgreementResult
        ``steps``: axis, step (manager minus self, in levels), n, share, lower, upper, base; every possible step.
        ``by_group`` (with ``by``): the grouping column, axis, direction, label, n, share, lower, upper, base, and
        rows for all groups. Facts: n_placed, n_pairs, share_paired, and for each axis kappa_<axis>,
        kappa_<axis>_lower, kappa_<axis>_upper, share_same_<axis> (None where it has no meaning, or under
        ``MIN_PAIRS`` pairs for the range).

    Raises
    ------
    DataUnusableError
        The cycle has no placement that both the manager and the employee made.
    UsageError
        No such cycle, column or axis.

    Notes
    -----
    Kappa is linearly weighted, so that a difference of two steps counts twice as much as one of one step. The two
    are compared and never merged; neither is taken to be the right one.

    Examples
    --------
    >>> agreement = compare_self(workforce, by="directorate")
    >>> agreement.facts["share_same_performance"]
    """
    check_grouping(by, filters)
    framework = workforce.framework
    known = ("performance", "potential") if framework.potential else ("performance",)
    if axis is not None and axis not in known:
        raise UsageError(f"There is no axis '{axis}'.", hints=[suggest(axis, known)])
    counts = count_pairs(workforce, by=[by] if by else [], cycle=cycle, axes=(axis,) if axis else known,
                         filters=filters)
    return compare_self_counts(counts, framework, as_of=workforce.as_of, filters=filters).under(workforce.settings)


def compare_self_counts(counts: PairCounts, framework: Framework, *, as_of: date,
                        filters: Mapping[str, str] | None = None) -> AgreementResult:
    """Say the same from counts that were made elsewhere.

    Parameters
    ----------
    counts
        Of one cycle; grouped by one column or none.
    framework
        Levels of the axes.
    as_of
        Day the record speaks of.
    filters
        Column of the organisation -> the one unit that was counted.

    Returns
    -------
    AgreementResult
        As from :func:`compare_self`.

    Raises
    ------
    DataUnusableError
        There are no pairs.
    """
    if counts.frame.empty:
        raise DataUnusableError(say("agreement", "no_pairs", cycle=counts.cycle),
                                hints=[say("agreement", "no_pairs_remedy")])
    axes = [str(axis) for axis in pd.unique(counts.frame["axis"])]
    tables = {"steps": Table(pd.concat([_tabulate_steps(counts, framework, axis) for axis in axes], ignore_index=True),
                             keys=("axis", "step"), count="n", base="base", follows=SHARE, sums=("step",),
                             counts=COUNTS)}
    for by in counts.by:
        tables["by_group"] = Table(_tabulate_directions(counts, by), keys=(by, "axis", "direction"), count="n",
                                   base="base", follows=SHARE, sums=(by, "direction"), counts=COUNTS,
                                   **declare_group(by))
    facts: _Facts = {
        "n_placed": counts.n_placed, "n_pairs": counts.n_pairs,
        "share_paired": counts.n_pairs / counts.n_placed if counts.n_placed else None}
    caveats = ["self_selected"]
    for axis in axes:
        agreed, limits = _agree(counts, framework, axis)
        facts |= agreed
        caveats += [code for code in limits if code not in caveats]
    about = describe("agreement", population="pairs_in_cycle", counts="posts", source=MANAGER, cycle=counts.cycle,
                     as_of=as_of, filters=filters, n=counts.n_pairs, caveats=caveats)
    return AgreementResult(about, tables, facts, {**FACTS, **{name: FACTS.get(name, ESTIMATE) for name in facts}})


def _agree(counts: PairCounts, framework: Framework, axis: str) -> tuple[_Facts, list[str]]:
    """Give one axis' facts and the caveats that they need."""
    square = _cross(counts.frame[counts.frame["axis"] == axis], framework, axis)
    kappa = weighted_kappa(square)
    is_defined, has_range = not np.isnan(kappa.estimate), kappa.n >= MIN_PAIRS
    facts: _Facts = {
        f"kappa_{axis}": kappa.estimate if is_defined else None,
        f"kappa_{axis}_lower": kappa.lower if is_defined and has_range else None,
        f"kappa_{axis}_upper": kappa.upper if is_defined and has_range else None,
        f"share_same_{axis}": float(np.trace(square) / kappa.n)}
    return facts, (["few_pairs"] if not has_range else []) + (["one_outcome"] if not is_defined else [])


def _cross(rows: pd.DataFrame, framework: Framework, axis: str) -> np.ndarray:
    """Lay the pairs of one axis out as a square: the manager's level down, the person's own across."""
    k = len(framework.levels(axis))
    square = np.zeros((k, k))
    np.add.at(square, (rows["manager"].to_numpy() - 1, rows["self"].to_numpy() - 1), rows["n"].to_numpy())
    return square


def _tabulate_agreement(counts: PairCounts, framework: Framework, by: str) -> pd.DataFrame:
    """Say for each group how often the two agree, and how far beyond chance, where there are pairs enough."""
    rows = []
    for axis, pairs in counts.frame.groupby("axis", sort=False):
        for group, part in [*pairs.groupby(by, sort=True, observed=True), (TOTAL, pairs)]:
            square = _cross(part, framework, str(axis))
            kappa = weighted_kappa(square)
            enough = kappa.n >= MIN_PAIRS and not np.isnan(kappa.estimate)
            rows.append({by: group, "axis": axis, "n_same": int(np.trace(square)), "base": int(square.sum()),
                         "kappa": kappa.estimate if enough else np.nan,
                         "kappa_lower": kappa.lower if enough else np.nan,
                         "kappa_upper": kappa.upper if enough else np.nan})
    frame = pd.DataFrame(rows)
    lower, upper = wilson_interval(frame["n_same"], frame["base"])
    frame = frame.assign(share=frame["n_same"] / frame["base"], lower=lower, upper=upper)
    return frame[[by, "axis", "n_same", *SHARE, "base", *_KAPPA]]


def detail_agreement(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None,
                     ) -> AgreementDetailResult:
    """Say for each group how far the two agree beyond chance, and whether placements that differ say why.

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
    AgreementDetailResult
        ``agreement``: the grouping column, axis, n_same, share, lower, upper, base (pairs), kappa, kappa_lower,
        kappa_upper (missing under ``MIN_PAIRS`` pairs); ``All`` last. ``reasons``: direction (of the performance
        ratings), label, base (pairs), n_manager, n_self, n_both, n_none (a reason recorded by), share, lower, upper
        (any reason, of base).

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The cycle has no placement that both the manager and the employee made.

    Examples
    --------
    >>> agreement = detail_agreement(workforce)
    >>> agreement.table("agreement")
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    axes = ("performance", "potential") if workforce.framework.potential else ("performance",)
    counts = count_pairs(workforce, by=[by], cycle=cycle, axes=axes)
    if counts.frame.empty:
        raise DataUnusableError(say("agreement", "no_pairs", cycle=cycle), hints=[say("agreement", "no_pairs_remedy")])
    tables = {"agreement": Table(_tabulate_agreement(counts, workforce.framework, by), keys=(by, "axis"),
                                 count="n_same", base="base", follows=(*SHARE, *_KAPPA), sums=(by,),
                                 **declare_group(by)),
              "reasons": _tabulate_reasons(workforce, cycle)}
    about = describe("agreement", population="pairs_in_cycle", counts="posts", source=MANAGER, cycle=cycle,
                     as_of=workforce.as_of, n=counts.n_pairs, caveats=("self_selected",))
    return AgreementDetailResult(about, tables, {}, {"n": Fact("posts", who=Count("pairs"))},
                                 workforce.settings)


def _tabulate_reasons(workforce: Workforce, cycle: str) -> Table:
    """Count the pairs by direction, and on which side a reason for the placement is on record."""
    keys = ["employee_id", "post_id"]
    manager, own = (select_placements(workforce, source=source, cycles=[cycle])[[*keys, "performance", "reason"]]
                    for source in (MANAGER, SELF))
    pairs = manager.merge(own, on=keys, suffixes=("_manager", "_self")).dropna(
        subset=["performance_manager", "performance_self"])
    step = np.sign((pairs["performance_manager"] - pairs["performance_self"]).astype("int64"))
    by_manager, by_self = (pairs[f"reason_{who}"].notna() for who in ("manager", "self"))
    rows = []
    for sign, code in _DIRECTIONS.items():
        chosen = step == sign
        rows.append({"direction": code, "label": say("direction", code), "base": int(chosen.sum()),
                     "n_manager": int((chosen & by_manager & ~by_self).sum()),
                     "n_self": int((chosen & by_self & ~by_manager).sum()),
                     "n_both": int((chosen & by_self & by_manager).sum()),
                     "n_none": int((chosen & ~by_self & ~by_manager).sum())})
    frame = pd.DataFrame(rows)
    reasoned = frame["base"] - frame["n_none"]
    lower, upper = wilson_interval(reasoned, frame["base"])
    frame = frame.assign(share=reasoned / frame["base"].where(frame["base"] > 0), lower=lower, upper=upper)
    return Table(frame, keys=("direction",), count="base", parts=("n_manager", "n_self", "n_both", "n_none"),
                 follows=SHARE, sums=("direction",))


def _tabulate_steps(counts: PairCounts, framework: Framework, axis: str) -> pd.DataFrame:
    rows = counts.frame[counts.frame["axis"] == axis]
    top = len(framework.levels(axis)) - 1
    n = rows["n"].groupby(rows["manager"] - rows["self"]).sum().reindex(range(-top, top + 1), fill_value=0)
    frame = pd.DataFrame({"axis": axis, "step": n.index, "n": n.to_numpy(dtype=np.int64)})
    return _share(frame, np.full(len(frame), n.sum(), dtype=np.int64))


def _tabulate_directions(counts: PairCounts, by: str) -> pd.DataFrame:
    direction = np.sign(counts.frame["manager"] - counts.frame["self"]).map(_DIRECTIONS)
    tally = counts.frame.assign(direction=direction).groupby([by, "axis", "direction"])["n"].sum().reset_index()
    tally = add_total(tally, by, ["axis", "direction"], ["n"])
    full = pd.MultiIndex.from_product([pd.unique(tally[by]), pd.unique(tally["axis"]), list(_DIRECTIONS.values())],
                                      names=[by, "axis", "direction"])
    frame = tally.set_index([by, "axis", "direction"])["n"].reindex(full, fill_value=0).reset_index()
    base = frame.groupby([by, "axis"])["n"].transform("sum").to_numpy(dtype=np.int64)
    frame.insert(3, "label", [say("direction", code) for code in frame["direction"]])
    return _share(frame, base)


def _share(frame: pd.DataFrame, base: np.ndarray) -> pd.DataFrame:
    n = frame["n"].to_numpy()
    lower, upper = wilson_interval(n, base)
    share = np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0)
    return frame.assign(share=share, lower=lower, upper=upper, base=base)
