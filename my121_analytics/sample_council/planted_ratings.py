"""How the synthetic council rates: the planted truth, and placements drawn from the cumulative logit model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.sample_council.careers import Careers, Holdings
from my121_analytics.sample_council.design import N_CYCLES, SampleDesign, to_weekday
from my121_analytics.sample_council.structure import Structure

_PLACING_DAYS = 75
"""Managers place in the last weeks of a cycle."""
N_REVIEW_CYCLES = 2
"""The first two cycles come from an ERP that records the box but no potential."""
N_UNSIGNED_CYCLES = 4
"""The day of agreement is recorded from the fifth cycle on."""


@dataclass(frozen=True)
class Truth:
    """What only a synthetic council can know. Per person, except ``team_quality`` (per team) and ``directorate``.

    Parameters
    ----------
    leniency, potential_leniency
        Rater effects; 0 for people who never manage.
    shifted, forgets, middle, halo
        How those rate who manage at any time; ``forgets`` is the share of placements forgotten.
    ability, wobble
        Persistent ability; person x cycle deviation from it.
    promise, self_leniency
        What potential sees beyond performance, and how people place themselves.
    is_lower_on_potential
        The protected group with the planted gap.
    box3_long
        People long in post who are kept in box 3.
    """

    leniency: np.ndarray
    potential_leniency: np.ndarray
    shifted: np.ndarray
    forgets: np.ndarray
    middle: np.ndarray
    halo: np.ndarray
    ability: np.ndarray
    wobble: np.ndarray
    promise: np.ndarray
    self_leniency: np.ndarray
    is_lower_on_potential: np.ndarray
    box3_long: np.ndarray
    team_quality: np.ndarray
    directorate: np.ndarray


def plant_truth(careers: Careers, holdings: Holdings, sex: np.ndarray, design: SampleDesign,
                rng: dict[str, np.random.Generator]) -> Truth:
    """Draw who is able, lenient, forgetful, and the patterns to be found again.

    Parameters
    ----------
    careers, holdings
        The staff.
    sex
        Per person, as recorded: the gap on the potential axis is planted there.
    design
        Spreads and shares.
    rng
        Sources of chance by concern.

    Returns
    -------
    Truth
    """
    n, structure = careers.n_people, careers.structure
    raters = np.unique(careers.occupant[1:, :structure.n_teams])
    is_rater = np.isin(np.arange(n), raters)
    leniency = np.where(is_rater, rng["leniency"].normal(0, design.leniency_sd, n), 0.0)
    n_shifted = max(1, round(design.shifted_share * len(raters)))
    order = rng["leniency"].permutation(raters)
    shifted = np.zeros(n)
    shifted[order[:n_shifted]] = design.shifted_by * np.resize([1, -1], n_shifted)
    leniency += shifted
    habits = rng["habits"]
    reports = np.bincount(structure.slot_team[structure.slot_team >= 0], minlength=structure.n_teams)
    busy = raters[np.isin(raters, careers.occupant[1:, np.flatnonzero(reports >= 6)]) & (shifted[raters] == 0)]
    ways = habits.permutation(busy)  # a way of rating shows only where there are people to rate
    n_middle = max(1, round(design.middle_share * len(raters)))
    n_halo = max(1, round(design.halo_share * len(raters)))
    ability = rng["ability"].normal(0, design.ability_sd, n)
    return Truth(
        leniency, np.where(is_rater, habits.normal(0, 0.3, n), 0.0), shifted,
        habits.beta(*design.forgotten, n), np.isin(np.arange(n), ways[:n_middle]),
        np.isin(np.arange(n), ways[n_middle:n_middle + n_halo]), ability,
        rng["ability"].normal(0, design.ability_wobble_sd, (n, N_CYCLES)),
        rng["promise"].normal(0, design.potential_sd, n),
        rng["self_placements"].normal(design.self_leniency, design.self_leniency_sd, n),
        sex == design.gap_group, _choose_box3(careers, holdings, design, rng["box3"]),
        rng["team_quality"].normal(0, design.team_quality_sd, structure.n_teams),
        rng["team_quality"].normal(0, design.directorate_sd, len(structure.directorates)))


def case_mix(exposure: dict[str, np.ndarray], structure: Structure, grade: np.ndarray, truth: Truth,
             design: SampleDesign) -> np.ndarray:
    """Add up what a performance rating may fairly differ by: grade, time in post, directorate."""
    band = exposure["tenure_band"]
    return (design.grade_effect * (grade[exposure["post"]] - 6) + np.array(design.tenure_effects)[band]
            + truth.directorate[structure.directorate[exposure["unit"]]])


def list_exposures(careers: Careers, holdings: Holdings) -> dict[str, np.ndarray]:
    """List person, post and cycle wherever a placement is due, with the time in post at the cycle's end."""
    table = {name: values[holdings.in_cycle["manager"] >= 0] for name, values in holdings.in_cycle.items()}
    ends = careers.ends.astype("datetime64[D]")[table["cycle"]]
    since = table["in_post_since"].astype("datetime64[D]")
    months = ends.astype("datetime64[M]").astype("int64") - since.astype("datetime64[M]").astype("int64")
    months -= _day_of_month(since) > _day_of_month(ends)
    return {**table, "tenure_months": months, "tenure_band": np.searchsorted([11, 35, 119], months)}


def draw_placements(careers: Careers, exposure: dict[str, np.ndarray], grade: np.ndarray, truth: Truth,
                    design: SampleDesign, rng: dict[str, np.random.Generator]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw every manager placement and self placement.

    Parameters
    ----------
    careers
        The staff.
    exposure
        From :func:`list_exposures`.
    grade
        Per post.
    truth
        From :func:`plant_truth`.
    design
        Thresholds and effects.
    rng
        Sources of chance by concern.

    Returns
    -------
    tuple of pandas.DataFrame
        Manager placements and self placements: ``person, post, unit, cycle, rater, day, performance, potential, box,
        agreed`` (day numbers; ``agreed`` -1 where none is recorded), with people and posts as numbers.

    Notes
    -----
    ``eta = case mix + ability + team quality + leniency`` on the performance axis. A manager who uses only the middle
    has thresholds ``m + exp(stretch) * (threshold - m)`` around their mean ``m``.
    """
    merit = (case_mix(exposure, careers.structure, grade, truth, design) + truth.ability[exposure["person"]]
             + truth.wobble[exposure["person"], exposure["cycle"]] + truth.team_quality[exposure["team"]])
    boss = exposure["manager"]
    performance = _rate(merit + truth.leniency[boss], design.performance_thresholds, rng["performance"],
                        np.where(truth.middle[boss], np.exp(design.middle_stretch), 1.0))
    promise = _promise(exposure, truth, design)
    gap = np.where(truth.is_lower_on_potential[exposure["person"]], design.potential_gap, 0.0)
    potential = _rate(promise + gap + design.potential_on_performance * (performance - 2)
                      + design.potential_leniency * truth.leniency[boss] + truth.potential_leniency[boss],
                      design.potential_thresholds, rng["potential"],
                      np.where(truth.middle[boss], np.exp(design.middle_stretch), 1.0))
    follows = truth.halo[boss] & (rng["habits"].random(len(boss)) < design.halo_strength)
    potential = np.where(follows, performance, potential)
    kept_in_3 = truth.box3_long[exposure["person"]] & (exposure["cycle"] >= 3) & exposure["is_main"]
    performance, potential = np.where(kept_in_3, 1, performance), np.where(kept_in_3, 3, potential)
    day = _placing_days(careers, exposure, rng["dates"])
    table = pd.DataFrame({"person": exposure["person"], "post": exposure["post"], "unit": exposure["unit"],
                          "cycle": exposure["cycle"], "rater": boss, "day": day, "performance": performance,
                          "potential": potential})
    own = _place_themselves(table, merit, promise, truth, design, rng["self_placements"])
    own["day"] = np.maximum(own["day"], careers.started[own["person"]])
    is_leaving = careers.left[exposure["person"]] <= careers.ends[exposure["cycle"]]
    missing = rng["missing"].random(len(table)) < truth.forgets[boss] + 0.4 * is_leaving
    table = _revise(table[~missing | kept_in_3], careers, design, rng["revisions"])
    return _with_box(_agree(table, careers, rng["dates"])), _with_box(own.assign(agreed=-1))


def _choose_box3(careers: Careers, holdings: Holdings, design: SampleDesign, rng: np.random.Generator) -> np.ndarray:
    """Choose people more than two years in one post at the fourth cycle who are still there, staff only."""
    rows = {name: values[holdings.in_cycle["is_main"]] for name, values in holdings.in_cycle.items()}
    then = (rows["cycle"] == 3) & (rows["in_post_since"] < careers.ends[3] - 730)
    later = rows["person"][rows["cycle"] == N_CYCLES - 1]
    leads = np.isin(rows["person"], careers.occupant[:, :careers.structure.n_teams])
    fit = rows["person"][then & ~leads & np.isin(rows["person"], later)]
    n = max(3, round(design.box3_long_share * careers.n_people))
    return np.isin(np.arange(careers.n_people), rng.permutation(fit)[:n])


def _rate(eta: np.ndarray, thresholds: tuple[float, float], rng: np.random.Generator, stretch: np.ndarray | float = 1.0,
          ) -> np.ndarray:
    """Draw levels 1 to 3 from the cumulative logit model."""
    middle = sum(thresholds) / 2
    latent = eta + rng.logistic(size=len(eta))
    edges = [middle + stretch * (threshold - middle) for threshold in thresholds]
    levels: np.ndarray = 1 + np.sum([latent > edge for edge in edges], axis=0)
    return levels


def _promise(exposure: dict[str, np.ndarray], truth: Truth, design: SampleDesign) -> np.ndarray:
    return truth.promise[exposure["person"]] + np.array(design.potential_tenure_effects)[exposure["tenure_band"]]


def _place_themselves(table: pd.DataFrame, merit: np.ndarray, promise: np.ndarray, truth: Truth, design: SampleDesign,
                      rng: np.random.Generator) -> pd.DataFrame:
    """Draw the placements people give themselves some days before; nobody's leniency but their own is in them."""
    person = table["person"].to_numpy()
    own = truth.self_leniency[person]
    performance = _rate(merit + own, design.performance_thresholds, rng)
    potential = _rate(promise + design.potential_on_performance * (performance - 2) + 0.6 * own,
                      design.potential_thresholds, rng)
    day = to_weekday(table["day"].to_numpy() - rng.integers(0, 15, len(table)))
    chosen = rng.random(len(table)) < design.self_share
    own_table = table.assign(rater=person, performance=performance, potential=potential, day=day)[chosen]
    return own_table.sort_values(["cycle", "person", "post"], kind="stable").reset_index(drop=True)


def _placing_days(careers: Careers, exposure: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Draw days towards the cycle's end: three weeks after a start at the earliest, before a last day at the latest."""
    end = careers.ends[exposure["cycle"]]
    first = np.maximum(end - _PLACING_DAYS, careers.started[exposure["person"]] + 21)
    last = np.minimum(end - 8, careers.left[exposure["person"]] - 1)
    return to_weekday(first + (rng.random(len(end)) * (last - first + 1)).astype("int64"))


def _revise(table: pd.DataFrame, careers: Careers, design: SampleDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Add some placements made a few weeks before the one that counts, with another performance rating."""
    long_enough = careers.started[table["person"]] < table["day"].to_numpy() - 60
    chosen = long_enough & (rng.random(len(table)) < design.revised_share)
    earlier = table[chosen]
    earlier = earlier.assign(day=to_weekday(earlier["day"].to_numpy() - 25),
                             performance=np.where(earlier["performance"] == 2, 3, 2))
    return pd.concat([table, earlier], ignore_index=True)


def _agree(table: pd.DataFrame, careers: Careers, rng: np.random.Generator) -> pd.DataFrame:
    """Record the day of agreement where the ERP has it: within three weeks, or not yet."""
    day = np.minimum(to_weekday(table["day"].to_numpy() + rng.integers(0, 22, len(table))), careers.ends[-1])
    day = np.maximum(day, table["day"])
    is_recorded = (table["cycle"] >= N_UNSIGNED_CYCLES) & (rng.random(len(table)) < 0.85)
    return table.assign(agreed=np.where(is_recorded, day, -1))


def _with_box(table: pd.DataFrame) -> pd.DataFrame:
    box = build_framework().box_of(table["performance"].to_numpy(), table["potential"].to_numpy())
    return table.assign(box=box.astype("int64"))


def _day_of_month(days: np.ndarray) -> np.ndarray:
    return (days - days.astype("datetime64[M]")).astype("int64")
