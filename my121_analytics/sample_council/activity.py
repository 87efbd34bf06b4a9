"""What else the synthetic council records: conversations, objectives, development, succession, evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from my121_analytics.sample_council.careers import Careers
from my121_analytics.sample_council.design import N_CYCLES, SampleDesign, sample_words, to_weekday
from my121_analytics.sample_council.planted_ratings import Truth
from my121_analytics.workforce.schema import CATCH_UP, FORMAL, RECORD_PARTS

_PART_SHARES = (0.95, 0.90, 0.90, 0.80, 0.60, 0.75)
"""How often each part of a formal record is filled by a manager who fills everything in; reflections least."""
_OBJECTIVES = (("performance", 1.0, 3, 6, 0.8), ("development", 0.55, 1, 3, 0.5), ("behaviour", 0.4, 1, 2, 1.0))
"""Kind, how often recorded, fewest and most set, logit of meeting one for somebody average."""
_EVIDENCE_TIERS = (("core", 39), ("bronze", 26), ("silver", 50), ("gold", 81))
"""39, 65, 115 and 196 requirements in all, counted up; gold asks for 165 or more of them."""
N_NOT_MET = 11
"""185 of 196 met."""


def hold_conversations(careers: Careers, exposure: dict[str, np.ndarray], truth: Truth, design: SampleDesign,
                       rng: dict[str, np.random.Generator]) -> pd.DataFrame:
    """Draw formal conversations and catch-ups; some are missing, some late.

    Parameters
    ----------
    careers, exposure, truth, design
        The staff, who is due with whom, how diligent managers are, and the rates.
    rng
        Sources of chance by concern.

    Returns
    -------
    pandas.DataFrame
        ``person, post, rater, day, kind`` and the parts of the record, by person and day. Nobody has one before
        the first day, after the last, or with a manager who had gone.
    """
    chance = rng["conversations"]
    diligence = 1 - truth.forgets[exposure["manager"]]
    formal = chance.random(len(diligence)) < design.formal_share * diligence * np.where(exposure["is_main"], 1, 0.6)
    informal = chance.poisson(design.catch_ups * diligence * np.where(exposure["is_main"], 1, 0.3))
    late = formal & _goes_on(exposure) & (chance.random(len(formal)) < design.late_share)
    at = np.concatenate([np.flatnonzero(formal), np.repeat(np.arange(len(formal)), informal)])
    is_formal = np.arange(len(at)) < formal.sum()
    person, cycle = exposure["person"][at], exposure["cycle"][at]
    start, end = careers.starts[cycle], careers.ends[cycle]
    first = np.maximum(start + np.where(is_formal, 40, 3), careers.started[person] + 7)
    last = np.minimum(end, careers.left[person] - 1)
    day = first + (chance.random(len(at)) * (last - first + 1)).astype("int64")
    day = np.where(is_formal & late[at], end + chance.integers(4, 20, len(at)), day)
    day = np.maximum(to_weekday(day), careers.started[person])
    table = pd.DataFrame({"person": person, "post": exposure["post"][at], "rater": exposure["manager"][at], "day": day,
                          "kind": pd.Categorical.from_codes(1 - is_formal.astype("int8"), [FORMAL, CATCH_UP])})
    parts = rng["record_parts"]
    care = parts.beta(7.0, 1.5, careers.n_people)[table["rater"]] * np.where(is_formal, 1, 0.3)
    for part, share in zip(RECORD_PARTS, _PART_SHARES, strict=True):
        table[part] = parts.random(len(table)) < share * care
    return table.sort_values(["person", "day", "post"], kind="stable").reset_index(drop=True)


def set_objectives(exposure: dict[str, np.ndarray], truth: Truth, design: SampleDesign, rng: np.random.Generator,
                   ) -> pd.DataFrame:
    """Draw objectives set and met: true ability and team quality decide, the manager's leniency does not.

    Parameters
    ----------
    exposure, truth, design
        Who is due, who is able, how often objectives are recorded.
    rng
        The source of chance.

    Returns
    -------
    pandas.DataFrame
        ``person, cycle, kind, n_set, n_met`` by cycle, person and kind.
    """
    main = {name: values[exposure["is_main"]] for name, values in exposure.items()}
    merit = (truth.ability[main["person"]] + truth.wobble[main["person"], main["cycle"]]
             + truth.team_quality[main["team"]])
    recorded = rng.random(len(merit)) < design.objectives_share
    parts = []
    for code, (_, share, fewest, most, intercept) in enumerate(_OBJECTIVES):
        chosen = recorded & (rng.random(len(merit)) < share)
        n_set = rng.integers(fewest, most + 1, len(merit))
        n_met = rng.binomial(n_set, 1 / (1 + np.exp(-intercept - design.objectives_on_ability * merit)))
        parts.append(pd.DataFrame({"person": main["person"], "cycle": main["cycle"], "kind": code, "n_set": n_set,
                                   "n_met": n_met})[chosen])
    table = pd.concat(parts).sort_values(["cycle", "person", "kind"], kind="stable").reset_index(drop=True)
    return table.assign(kind=pd.Categorical.from_codes(table["kind"], [o[0] for o in _OBJECTIVES]))


def agree_development(careers: Careers, placements: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw development actions that fit the person's latest placement.

    Parameters
    ----------
    careers
        The staff.
    placements
        Manager placements.
    rng
        The source of chance.

    Returns
    -------
    pandas.DataFrame
        ``person, intervention, purpose, agreed, due, completed`` (day numbers; -1: not completed).
    """
    words = sample_words()["development"]
    latest = placements.sort_values(["person", "cycle", "day"], kind="stable").drop_duplicates("person", keep="last")
    table = latest.iloc[np.repeat(np.arange(len(latest)), rng.choice(3, len(latest), p=[0.5, 0.35, 0.15]))]
    person, n = table["person"].to_numpy(), len(table)
    purpose = np.select([table["performance"] == 1, table["potential"] == 3], ["address", "prepare"], "maintain")
    common = np.array(words["common"], object)[rng.integers(0, len(words["common"]), n)]
    address = np.array(words["address"], object)[rng.integers(0, len(words["address"]), n)]
    first = np.maximum(careers.starts[1], careers.started[person] + 14)
    last = np.minimum(careers.ends[-1], careers.left[person] - 1)
    agreed = np.maximum(to_weekday(first + (rng.random(n) * (last - first + 1)).astype("int64")),
                        careers.started[person])
    due = to_weekday(agreed + rng.integers(60, 366, n))
    done = np.maximum(to_weekday(agreed + ((due - agreed) * rng.uniform(0.3, 1.25, n)).astype("int64")), agreed)
    is_done = (rng.random(n) < 0.65) & (done <= last)
    result = pd.DataFrame({"person": person, "intervention": np.where(purpose == "address", address, common),
                           "purpose": purpose, "agreed": agreed, "due": due, "completed": np.where(is_done, done, -1)})
    return result.sort_values(["agreed", "person"], kind="stable").reset_index(drop=True)


def name_successors(careers: Careers, exposure: dict[str, np.ndarray], placements: pd.DataFrame,
                    rng: np.random.Generator) -> pd.DataFrame:
    """Name up to three possible successors for key posts, from people of the directorate with potential.

    Parameters
    ----------
    careers, exposure
        The staff and their posts.
    placements
        Manager placements.
    rng
        The source of chance.

    Returns
    -------
    pandas.DataFrame
        ``post, person, readiness``.
    """
    structure = careers.structure
    last = N_CYCLES - 1
    seat_of = np.full(structure.n_slots, -1)
    seat_of[careers.post[last + 1]] = np.arange(structure.n_slots)
    posts = np.flatnonzero(structure.slot_is_key)
    able = placements[(placements["cycle"] == last) & (placements["potential"] >= 2)].drop_duplicates("person")
    able = able[~careers.has_left[able["person"]]]
    pool = able["person"].to_numpy()[np.argsort(structure.directorate[able["unit"]], kind="stable")]
    homes = np.sort(structure.directorate[able["unit"].to_numpy()])
    asked = np.repeat(posts, np.minimum(rng.poisson(1.3, len(posts)), 3))
    seat = seat_of[asked]
    unit = structure.directorate[structure.slot_unit[seat]]
    low, high = np.searchsorted(homes, [unit, unit + 1])
    is_wide = high > low
    asked, seat, low, high = asked[is_wide], seat[is_wide], low[is_wide], high[is_wide]
    person = pool[low + (rng.random(len(asked)) * (high - low)).astype("int64")]
    readiness = np.array(["ready now", "1-2 years", "3+ years"], object)[rng.choice(3, len(asked), p=[0.2, 0.45, 0.35])]
    table = pd.DataFrame({"post": asked, "person": person, "readiness": readiness})
    table = table[person != careers.occupant[last + 1, seat]]
    return table.drop_duplicates(["post", "person"]).reset_index(drop=True)


def assess_requirements(directorates: tuple[str, ...], rng: np.random.Generator) -> pd.DataFrame:
    """Draw the evidence of an Investors in People assessment: 185 of 196 requirements met, per directorate and overall.

    Parameters
    ----------
    directorates
        Names; an empty one stands for the council.
    rng
        The source of chance.

    Returns
    -------
    pandas.DataFrame
        ``requirement_id, indicator, tier, directorate, result, sample_size``: one row per requirement for the council
        and for each directorate. What the council has not met, most directorates have not; a few were not tested
        everywhere.
    """
    indicators = sample_words()["evidence"]["indicators"]
    tier = np.repeat([name for name, _ in _EVIDENCE_TIERS], [n for _, n in _EVIDENCE_TIERS])
    n = len(tier)
    indicator = np.concatenate([np.arange(count) * len(indicators) // count for _, count in _EVIDENCE_TIERS])
    order = np.lexsort((np.arange(n), indicator))
    tier, indicator = tier[order], indicator[order]
    unmet = np.isin(np.arange(n), rng.permutation(np.flatnonzero(tier == "gold"))[:N_NOT_MET])
    units = ("", *directorates)
    shape = (n, len(units))
    chance = rng.random(shape)
    result = np.where(chance < np.where(unmet, 0.7, 0.02)[:, None], "not met", "met").astype(object)
    result[rng.random(shape) < 0.04] = "not tested"
    result[:, 0] = np.where(unmet, "not met", "met")
    heard = rng.integers(2, 9, shape)
    heard[result == "not tested"] = 0
    heard[:, 0] = heard[:, 1:].sum(axis=1)
    return pd.DataFrame({
        "requirement_id": np.repeat([f"ER{number:03d}" for number in range(1, n + 1)], len(units)),
        "indicator": np.repeat(np.array(indicators, object)[indicator], len(units)),
        "tier": np.repeat(tier.astype(object), len(units)), "directorate": np.tile(np.array(units, object), n),
        "result": result.ravel(), "sample_size": heard.ravel()})


def _goes_on(exposure: dict[str, np.ndarray]) -> np.ndarray:
    """Find rows followed by the same person, post and manager in the next cycle."""
    same = np.ones(len(exposure["person"]), bool)
    for name in ("person", "post", "manager"):
        same &= np.r_[exposure[name][1:] == exposure[name][:-1], False]
    return same & np.r_[np.diff(exposure["cycle"]) == 1, False]
