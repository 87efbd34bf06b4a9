"""What the synthetic council is like: every planted figure with its reason, and one source of chance per concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from my121_analytics.packaged_data import read_packaged_toml
from my121_analytics.workforce.cycles import Cycle, cycle_of

N_CYCLES = 6
CONCERNS = ("structure", "turnover", "moves", "people", "names", "protected", "second_posts", "leniency",
            "team_quality", "habits", "ability", "promise", "performance", "potential", "missing", "dates",
            "revisions", "self_placements", "conversations", "record_parts", "objectives", "development",
            "succession", "evidence", "faults", "box3")


@dataclass(frozen=True)
class SampleDesign:
    """The figures behind a synthetic council.

    Effects are in logits of the cumulative model ``logit P(y <= k) = threshold_k - eta``: larger ``eta``, higher
    ratings. Shares are 0-1.
    """

    # The council
    extract_date: date = date(2024, 9, 30)
    """End of a half-yearly cycle, so that the six cycles are whole."""
    starters_per_cycle: float = 0.035
    """About 7 % of staff a year join; as many leave. Quiet by the standards of councils, so that people stay rated."""
    team_size: float = 10.0
    """Posts per team manager, upper layers included. With teams of 2 to 20 this keeps every span within 2 to 25."""
    second_posts: float = 0.06
    """Share of staff with a second post: part-time care, catering and leisure work is often two jobs."""
    changes_of_manager: tuple[float, float] = (0.08, 0.12)
    """Share of staff with another manager than half a year before; drawn per cycle, inside the usual 5-15 %."""
    changes_by_turnover: float = 0.35
    """At most this share of those changes come from a manager who left; the rest are moves of single people."""
    same_names: float = 0.006
    """Share of people who share their full name with a colleague; at least two people."""

    # The ratings
    performance_thresholds: tuple[float, float] = (-2.3, 1.35)
    """About 12 % partially meets, 64 % meets, 24 % exceeds."""
    leniency_sd: float = 0.5
    """Spread between managers; in published studies raters differ by about this much."""
    shifted_share: float = 0.05
    """Managers whose leniency is moved by ``shifted_by`` up or down; at least one."""
    shifted_by: float = 1.5
    """Odds of a higher rating changed more than fourfold: what a meeting would want to know."""
    team_quality_sd: float = 0.3
    """Teams that truly do better; seen in objectives met too, unlike leniency."""
    ability_sd: float = 0.9
    """Persistent differences between people; moderate, so that six cycles of a team say something of its manager."""
    ability_wobble_sd: float = 0.6
    """A good half-year or a bad one, on top of the persistent ability, seen by manager and employee alike: with it
    the two agree as weakly as studies find (a correlation of ratings of .2 to .3), but not by chance alone."""
    directorate_sd: float = 0.15
    """Small fair differences between directorates' work."""
    grade_effect: float = 0.06
    """Per grade: people in higher grades are rated a little higher."""
    tenure_effects: tuple[float, float, float, float] = (-0.45, 0.0, 0.15, 0.05)
    """Under 1 year, 1-2 years, 3-9 years, 10 years and over in the post."""
    middle_share: float = 0.03
    """Managers who give the middle rating to nearly everybody; at least one."""
    middle_stretch: float = 1.6
    """Their thresholds lie exp(1.6), about five times, as far apart."""

    potential_thresholds: tuple[float, float] = (-1.0, 1.75)
    """About 28 % low, 53 % moderate, 19 % high."""
    potential_sd: float = 1.0
    """Persistent differences in promise that performance does not show."""
    potential_on_performance: float = 0.6
    """Per performance level: the two axes go together, but not in step."""
    potential_leniency: float = 0.6
    """Part of a manager's leniency that reaches the potential axis too."""
    potential_tenure_effects: tuple[float, float, float, float] = (0.5, 0.15, 0.0, -0.35)
    """Newcomers are seen as going further, long-standing people as settled."""
    gap_column: str = "sex"
    gap_group: str = "Female"
    """The protected group rated lower on potential at equal performance."""
    potential_gap: float = -0.45
    """That gap; studies of large firms found women rated higher on performance and lower on potential."""
    halo_share: float = 0.03
    """Managers whose potential rating follows their performance rating; at least one."""
    halo_strength: float = 0.85
    """Chance that such a manager gives potential the performance level."""
    box3_long_share: float = 0.006
    """People long in post kept in box 3 for the last three cycles; at least three."""

    self_share: float = 0.65
    """Manager placements with a self placement beside them."""
    self_leniency: float = 0.35
    """People place themselves a little higher than managers do."""
    self_leniency_sd: float = 0.7
    """And differ among themselves: a rater effect of each person's own."""

    # The record
    forgotten: tuple[float, float] = (1.3, 12.0)
    """Beta distribution of the share of placements a manager forgets: about 10 % on average, some far more."""
    revised_share: float = 0.005
    """Placements entered twice in a cycle; the latest counts."""
    disagreement_share: float = 0.002
    """Placements whose box does not follow from the two ratings; at least three."""
    formal_share: float = 0.9
    """Chance of a formal conversation in a half-year with a diligent manager."""
    late_share: float = 0.06
    """Formal conversations held after the cycle had ended."""
    catch_ups: float = 1.0
    """Catch-ups per half-year."""
    objectives_share: float = 0.8
    """People with objectives recorded in a half-year."""
    objectives_on_ability: float = 1.0
    """Logits of meeting an objective per logit of true ability and team quality; leniency plays no part."""


@lru_cache(maxsize=1)
def sample_words() -> Mapping[str, Any]:
    """Read the words of the synthetic council: names, directorates, services, roles."""
    return read_packaged_toml("sample_council", "words.toml")


def spawn_generators(seed: int) -> dict[str, np.random.Generator]:
    """Give each concern its own source of chance, so that a new column leaves the others as they are.

    Parameters
    ----------
    seed
        Not negative.

    Returns
    -------
    dict
        A generator by name in ``CONCERNS``; new concerns go to the end of that list.
    """
    children = np.random.SeedSequence(seed).spawn(len(CONCERNS))
    return {name: np.random.default_rng(child) for name, child in zip(CONCERNS, children, strict=True)}


def list_cycles(extract_date: date) -> list[Cycle]:
    """List the six half-yearly cycles up to the extract date, the earliest first."""
    cycles = [cycle_of(extract_date)]
    while len(cycles) < N_CYCLES:
        cycles.append(cycle_of(date.fromordinal(cycles[-1].start.toordinal() - 1)))
    return cycles[::-1]


def day_number(day: date) -> int:
    """Count days as numpy does, from 1970-01-01."""
    return int(np.datetime64(day, "D").astype("int64"))


def to_dates(days: np.ndarray, missing: np.ndarray | None = None) -> np.ndarray:
    """Turn day numbers into datetimes of the record; NaT where ``missing``."""
    dates = np.asarray(days).astype("datetime64[D]").astype("datetime64[s]")
    if missing is not None:
        dates[missing] = np.datetime64("NaT")
    return dates


def to_weekday(days: np.ndarray) -> np.ndarray:
    """Move day numbers that fall on a weekend to the Friday before."""
    return np.busday_offset(np.asarray(days).astype("datetime64[D]"), 0, roll="backward").astype("int64")
