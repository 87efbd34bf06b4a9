"""Disparity: for whom outcomes differ by a protected characteristic, by how much, and what could have been seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.cumulative_link import fit_cumulative_link
from my121_analytics.inference.intervals import newcombe_difference, wilson_interval
from my121_analytics.inference.proportional_odds import fit_proportional_odds
from my121_analytics.settings import NOT_DECLARED, Settings
from my121_analytics.workforce.counts import check_columns, keep_matching, outcomes_in_cycle
from my121_analytics.workforce.record import Workforce, main_posts
from my121_analytics.workforce.results import ESTIMATE, LABEL, TOTAL, Count, Result, Table, describe
from my121_analytics.workforce.schema import NOT_KNOWN, PREFER_NOT_TO_SAY, PROTECTED

PART_TIME = "part_time"
FULL_TIME_FTE = 0.999
"""Share of full time from which a post counts as full-time."""
FEWEST = 10
"""People rated in each of two groups, below which nothing is compared: with fewer the four-fifths ratio of two equal
groups fails about a third of the time."""
ROWS_PER_DUMMY = 10
"""The usual least number of observations for each coefficient of a logistic model (Peduzzi et al. 1996)."""
CASE_MIX = ("grade", "directorate", "tenure_band")
POWER = 0.8
SAME_PERFORMANCE = "potential_at_equal_performance"


@dataclass(frozen=True, repr=False)
class DisparityResult(Result):
    """How outcomes differ between the groups of one characteristic; made by :func:`compare_groups`."""


def compare_groups(workforce: Workforce, *, by: str, cycle: str | None = None, on_agenda: Iterable[str] = (),
                   under_listed: Iterable[str] = (), settings: Settings | None = None,
                   filters: dict[str, str] | None = None) -> DisparityResult:
    """Compare the groups of one protected characteristic: ratings on both axes, and who has none.

    Parameters
    ----------
    workforce
        The record.
    by
        A protected characteristic, or ``part_time`` (by the hours of the main post).
    cycle
        Default: the latest. Each person counts once, with the main post.
    on_agenda
        Ids of people on the agenda of a meeting; none: not compared.
    under_listed
        Ids of managers on the list of rating patterns; none: not compared.
    settings
        Level of the ranges and rate of chance findings; default: the record's.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    DisparityResult
        ``groups``: the characteristic, n (people), n_rated, share_rated, lower, upper; the last row for everybody.
        ``performance_levels`` and ``potential_levels``: the characteristic, level (``potential_level``; 0 for no
        rating), n (people), with rows for everybody: the counts that the differences rest on.
        ``differences``, one row per group, outcome and model: the characteristic, reference (the largest group),
        outcome, model (``plain``, ``adjusted``, ``equal performance``), n, n_reference, share, share_reference (of
        people at the highest level, or with the outcome), difference, lower, upper, ratio, ratio_lower, ratio_upper,
        odds_ratio, odds_lower, odds_upper (of a higher level, or of the outcome), chance (of a value as far off if the
        groups were alike), verdict, detectable (the nearest odds ratio above 1 that would have been seen with 80 %
        chance), caveat. Facts: share_declared, reference, case_mix.

    Raises
    ------
    UsageError
        No such cycle, or a column that is no characteristic.
    DataUnusableError
        The record does not hold the characteristic, or holds one group of it only.

    Notes
    -----
    Plain odds ratios are of proportional-odds models with nothing held equal. Adjusted ones hold grade, directorate
    and time in post equal, and let managers differ; potential is also compared at equal performance. An adjustment can
    explain a difference away without making it fair: who comes into which grade is part of the question, so both stand
    side by side. Verdicts: ``difference`` where the adjusted value is on the list that keeps the share of chance
    findings at ``[managers] fdr`` over all groups and outcomes (Benjamini & Hochberg 1995); ``alike`` where the range
    of the odds ratio lies within a doubling either way; else ``cannot tell``. Nothing is compared with fewer than ten
    people rated in either group.

    References
    ----------
    Katz et al. (1978), Biometrics 34:469 (range of a ratio); Newcombe (1998), Statistics in Medicine 17:873.

    Examples
    --------
    >>> equality = compare_groups(workforce, by="sex")
    >>> equality.table("differences")
    """
    settings = settings or workforce.settings
    cycle = workforce.check_cycle(cycle)
    people = _list_people(workforce, by, cycle, filters)
    sizes = people.loc[people[by] != NOT_DECLARED, by].value_counts()
    if len(sizes) < 2:
        raise DataUnusableError(f"There is nothing to compare by {by}: the record holds "
                                f"{len(sizes)} declared group{'s' * (len(sizes) != 1)} of it in {cycle}.",
                                hints=["Add the column to the staff list, or name another characteristic."])
    reference = str(sizes.index[0])
    outcomes = _define_outcomes(people, workforce, set(on_agenda), set(under_listed))
    case_mix = _case_mix(people)
    rows = [row for group in [*sizes.index[1:]] for outcome in outcomes
            for row in _compare(people, by, str(group), reference, outcome, case_mix, settings.managers.interval)]
    differences = _judge(pd.DataFrame(rows), settings).rename(columns={"group": by})
    declared = int((people[by] != NOT_DECLARED).sum())
    about = describe("disparity", as_of=workforce.as_of, cycle=cycle, population="people_in_post", filters=filters,
                     n=len(people), caveats=("disparity_fair", "disparity_small", "census"), by=by.replace("_", " "))
    facts: dict[str, float | int | str | None] = {
        "share_declared": declared / len(people), "reference": reference, "case_mix": ", ".join(CASE_MIX)}
    protected = (by,)
    axes = [axis for axis in ("performance", "potential") if people[axis].notna().any()]
    return DisparityResult(about, {
        "groups": Table(_tabulate_groups(people, by), keys=(by,), count="n", parts=("n_rated",),
                        follows=("share_rated", "lower", "upper"), counts={"n": Count("people")}, protected=protected,
                        sums=(by,)),
        **{f"{axis}_levels": _tabulate_levels(people, by, axis) for axis in axes},
        "differences": Table(differences, keys=(by, "outcome", "model"), count="n", parts=("n_reference",),
                             follows=_ESTIMATES, protected=protected,
                             rests_on=("groups", *(f"{axis}_levels" for axis in axes)))},
        facts, {"share_declared": ESTIMATE, "reference": LABEL, "case_mix": LABEL}, settings)


_ESTIMATES = ("share", "share_reference", "difference", "lower", "upper", "ratio", "ratio_lower", "ratio_upper",
              "odds_ratio", "odds_lower", "odds_upper", "chance", "verdict", "detectable")


@dataclass(frozen=True)
class _Outcome:
    """One outcome: a level for each person (-1: not part of the comparison), and which models compare it."""

    name: str
    level: np.ndarray
    models: tuple[str, ...]


def characteristics_of(workforce: Workforce) -> list[str]:
    """List the characteristics that the record holds, ``part_time`` among them where hours are known."""
    held = [column for column in PROTECTED if workforce.employees[column].notna().any()]
    return [*held, *([PART_TIME] if workforce.posts["fte"].notna().any() else [])]


def _list_people(workforce: Workforce, by: str, cycle: str, filters: dict[str, str] | None) -> pd.DataFrame:
    """List everybody in post with the main post's placement."""
    if by not in (*PROTECTED, PART_TIME):
        raise UsageError(f"'{by}' is no protected characteristic.",
                         hints=[f"Name one of: {', '.join([*PROTECTED, PART_TIME])}."])
    own = "fte" if by == PART_TIME else by
    check_columns(workforce, [own])
    rows = outcomes_in_cycle(workforce, cycle, columns=[*CASE_MIX, *([] if own == "fte" else [own]), *(filters or {})])
    rows = keep_matching(rows[rows["in_force"]], filters)
    main = main_posts(workforce.posts_in_cycle(cycle)).astype({"employee_id": "str"}).set_index("employee_id")
    rows = rows.astype({"employee_id": "str", "post_id": "str"})
    rows = rows[(rows["post_id"] == rows["employee_id"].map(main["post_id"].astype("str"))) | rows["post_id"].isna()]
    rows = rows.drop_duplicates("employee_id").reset_index(drop=True)
    if by == PART_TIME:
        fte = rows["employee_id"].map(main["fte"])
        groups = pd.Series(np.where(fte >= FULL_TIME_FTE, "Full time", "Part time"), index=rows.index)
        return rows.assign(**{by: groups.where(fte.notna(), NOT_DECLARED)})
    groups = rows[by].astype("str")
    silent = groups.isin([PREFER_NOT_TO_SAY, NOT_KNOWN, NOT_DECLARED, "Not recorded"])
    return rows.assign(**{by: groups.where(~silent, NOT_DECLARED)})


def _define_outcomes(people: pd.DataFrame, workforce: Workforce, on_agenda: set[str],
                     under_listed: set[str]) -> list[_Outcome]:
    """List the outcomes that the record holds."""
    performance = people["performance"].fillna(0).to_numpy(np.int64) - 1
    potential = people["potential"].fillna(0).to_numpy(np.int64) - 1
    usual = ("plain", "adjusted")
    outcomes = [_Outcome("performance", performance, usual)]
    if (potential >= 0).any():
        outcomes += [_Outcome("potential", potential, usual),
                     _Outcome(SAME_PERFORMANCE, np.where(performance >= 0, potential, -1), ("equal performance",))]
    has_none = (performance < 0) & people["box"].isna().to_numpy()
    outcomes.append(_Outcome("not_rated", has_none.astype(np.int64), usual))
    if on_agenda:
        outcomes.append(_Outcome("on_agenda", people["employee_id"].isin(on_agenda).to_numpy(np.int64), usual))
    if under_listed:
        manager = people["rater_id"].astype("object").fillna(people["manager_id"].astype("object")).astype("str")
        outcomes.append(_Outcome("under_listed_manager", manager.isin(under_listed).to_numpy(np.int64), ("plain",)))
    return outcomes


def _case_mix(people: pd.DataFrame) -> pd.DataFrame:
    """Make dummies of grade, directorate and time in post; rare levels are put together."""
    parts = []
    for column in CASE_MIX:
        levels = people[column].astype("str")
        sizes = levels.value_counts()
        levels = levels.where(~levels.isin(sizes.index[sizes < 2 * ROWS_PER_DUMMY]), "Other")
        parts.append(pd.get_dummies(levels, prefix=column, dtype=float).drop(
            columns=f"{column}_{levels.value_counts().index[0]}"))
    return pd.concat(parts, axis="columns")


def _compare(people: pd.DataFrame, by: str, group: str, reference: str, outcome: _Outcome, case_mix: pd.DataFrame,
             level: float) -> list[dict[str, object]]:
    """Compare one group with the reference on one outcome, once for each model."""
    chosen = people[by].isin([group, reference]).to_numpy() & (outcome.level >= 0)
    is_group = (people[by] == group).to_numpy()[chosen]
    values = outcome.level[chosen]
    row: dict[str, object] = {"group": group, "reference": reference, "outcome": outcome.name,
                              "n": int(is_group.sum()), "n_reference": int((~is_group).sum())}
    row |= _compare_shares(values, is_group, level)
    found = []
    for model in outcome.models:
        estimate, se, caveat = _estimate_odds(people[chosen], values, is_group, case_mix[chosen], model)
        found.append({**row, "model": model, **_odds(estimate, se, level), "caveat": caveat})
    return found


def _compare_shares(values: np.ndarray, is_group: np.ndarray, level: float) -> dict[str, float]:
    """Compare shares at the highest level; the range of their ratio is that of its logarithm."""
    top = values == max(int(values.max(initial=1)), 1)
    n, n_reference = int(is_group.sum()), int((~is_group).sum())
    with_group, with_reference = int((top & is_group).sum()), int((top & ~is_group).sum())
    if min(n, n_reference) < FEWEST:
        return dict.fromkeys(("share", "share_reference", "difference", "lower", "upper", "ratio", "ratio_lower",
                              "ratio_upper"), np.nan)
    found = newcombe_difference(with_reference, n_reference, with_group, n, level)
    difference, lower, upper = (float(value) for value in found)
    shares = {"share": with_group / n, "share_reference": with_reference / n_reference, "difference": difference,
              "lower": lower, "upper": upper}
    if not with_group or not with_reference:
        return {**shares, "ratio": np.nan, "ratio_lower": np.nan, "ratio_upper": np.nan}
    log_ratio = np.log(shares["share"] / shares["share_reference"])
    half = ndtri(0.5 + level / 2) * np.sqrt(1 / with_group - 1 / n + 1 / with_reference - 1 / n_reference)
    return {**shares, "ratio": float(np.exp(log_ratio)), "ratio_lower": float(np.exp(log_ratio - half)),
            "ratio_upper": float(np.exp(log_ratio + half))}


def _estimate_odds(people: pd.DataFrame, values: np.ndarray, is_group: np.ndarray, case_mix: pd.DataFrame,
                   model: str) -> tuple[float, float, str]:
    """Estimate the log odds ratio of a higher level; missing with a caveat where it cannot be had."""
    if min(is_group.sum(), (~is_group).sum()) < FEWEST:
        return np.nan, np.nan, "disparity_few"
    _, category = np.unique(values, return_inverse=True)
    if category.max(initial=0) == 0:
        return np.nan, np.nan, "disparity_one_level"
    if model == "plain":
        fit = fit_proportional_odds(category, is_group[:, None].astype(float))
        return float(fit.estimate[0]), float(fit.se[0]), "" if np.isfinite(fit.estimate[0]) else "disparity_runs_off"
    design = _adjustment(people, is_group, case_mix, category, equal_performance=model == "equal performance")
    raters = people["rater_id"].astype("object").fillna(people["manager_id"].astype("object")).fillna("").astype("str")
    try:
        mixed = fit_cumulative_link(category, raters.to_numpy(), design)
    except DataUnusableError:
        return np.nan, np.nan, "disparity_no_adjustment"
    estimate, se = mixed.coefficients.loc["group", ["estimate", "se"]]
    if not mixed.converged or not np.isfinite(se) or abs(estimate) > 8:
        return np.nan, np.nan, "disparity_runs_off"
    return float(estimate), float(se), ""


def _adjustment(people: pd.DataFrame, is_group: np.ndarray, case_mix: pd.DataFrame, category: np.ndarray, *,
                equal_performance: bool) -> pd.DataFrame:
    """Put the group beside as much of the case mix as the rarest outcome carries."""
    design = pd.DataFrame({"group": is_group.astype(float)})
    extra = case_mix.reset_index(drop=True)
    if equal_performance:
        levels = people["performance"].reset_index(drop=True).astype("str")
        dummies = pd.get_dummies(levels, prefix="performance", dtype=float)
        extra = pd.concat([dummies.iloc[:, 1:], extra], axis="columns")
    room = int(min(len(category), 2 * np.bincount(category).min() * 2) / ROWS_PER_DUMMY)
    for column in extra.columns:
        if room <= 0:
            break
        wider = np.column_stack([np.ones(len(design)), design.to_numpy(), extra[column].to_numpy()])
        if np.linalg.matrix_rank(wider) == wider.shape[1]:
            design[column] = extra[column].to_numpy()
            room -= 1
    return design


def _odds(estimate: float, se: float, level: float) -> dict[str, float]:
    z = float(ndtri(0.5 + level / 2))
    return {"odds_ratio": float(np.exp(estimate)), "odds_lower": float(np.exp(estimate - z * se)),
            "odds_upper": float(np.exp(estimate + z * se)),
            "chance": float(2 * ndtr(-abs(estimate / se))) if se > 0 else np.nan,
            "detectable": float(np.exp((z + ndtri(POWER)) * se))}


def _judge(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Give each row its verdict; the list of differences is drawn up over the adjusted values of all outcomes."""
    family = (rows["model"] != "plain") & rows["chance"].notna()
    listed = pd.Series(False, index=rows.index)
    listed[family] = _list_by_rate(rows.loc[family, "chance"].to_numpy(), settings.managers.fdr)
    matters = np.exp(settings.managers.delta)
    alike = (rows["odds_lower"] > 1 / matters) & (rows["odds_upper"] < matters)
    verdict = np.select([listed, alike & rows["chance"].notna()], ["difference", "alike"], "cannot tell")
    verdict = pd.Series(verdict, index=rows.index, dtype="str")
    verdict[(rows["model"] == "plain")] = ""
    order = ["group", "reference", "outcome", "model", "n", "n_reference", *_ESTIMATES, "caveat"]
    return rows.assign(verdict=verdict)[order]


def _list_by_rate(chances: np.ndarray, rate: float) -> np.ndarray:
    """List the smallest chances so that the expected share of chance findings stays at the rate."""
    order = np.argsort(chances)
    passes = chances[order] <= rate * np.arange(1, len(chances) + 1) / max(len(chances), 1)
    n_listed = int(np.flatnonzero(passes).max(initial=-1)) + 1
    listed = np.zeros(len(chances), dtype=bool)
    listed[order[:n_listed]] = True
    return listed


def _tabulate_groups(people: pd.DataFrame, by: str) -> pd.DataFrame:
    rated = people["performance"].notna() | people["box"].notna()
    counted = people.assign(n=1, n_rated=rated.astype("int64")).groupby(by)[["n", "n_rated"]].sum()
    counted = counted.sort_values("n", ascending=False, kind="stable").reset_index()
    whole = pd.DataFrame({by: [TOTAL], "n": [len(people)], "n_rated": [int(rated.sum())]})
    table = pd.concat([counted, whole], ignore_index=True)
    lower, upper = wilson_interval(table["n_rated"], table["n"])
    return table.assign(share_rated=table["n_rated"] / table["n"], lower=lower, upper=upper)


def _tabulate_levels(people: pd.DataFrame, by: str, axis: str) -> Table:
    """Count people by group and level on one axis, every group at every level."""
    key = "level" if axis == "performance" else f"{axis}_level"
    level = people[axis].fillna(0).astype("int64").rename(key)
    counted = pd.crosstab(people[by].astype("str"), level)
    counted = pd.concat([counted, counted.sum().to_frame(TOTAL).T]).rename_axis(index=by, columns=key)
    frame = counted.reset_index().melt(id_vars=by, value_name="n").astype({key: "int64"})
    return Table(frame, keys=(by, key), count="n", sums=(by, key), protected=(by,),
                 counts={"n": Count("people")})


def family_of(results: Sequence[DisparityResult], settings: Settings) -> list[DisparityResult]:
    """Judge the differences of several characteristics as one family, so that the rate holds over all of them.

    Parameters
    ----------
    results
        Of :func:`compare_groups`, one for each characteristic.
    settings
        Rate of chance findings.

    Returns
    -------
    list of DisparityResult
        In the same order, with new verdicts.
    """
    frames = [result.frame("differences") for result in results]
    keyed = [frame.rename(columns={result.tables["differences"].keys[0]: "group"})
             for frame, result in zip(frames, results, strict=True)]
    judged = _judge(pd.concat(keyed, keys=range(len(keyed)), names=["of", "row"]).drop(columns="verdict"), settings)
    out = []
    for at, result in enumerate(results):
        by = result.tables["differences"].keys[0]
        frame = judged.loc[at].rename(columns={"group": by}).reset_index(drop=True)
        tables = {**result.tables, "differences": replace(result.tables["differences"], frame=frame)}
        out.append(replace(result, tables=tables))
    return out


def has_count_below(result: DisparityResult, fewest: int) -> bool:
    """Say whether a count that the comparisons rest on is above nought and below the fewest people that are shown."""
    groups = result.frame("groups")
    counts = [groups["n"], groups["n_rated"], groups["n"] - groups["n_rated"]]
    counts += [result.frame(name)["n"] for name in result.tables if name.endswith("_levels")]
    return any(bool(of.between(1, fewest - 1).any()) for of in counts)
