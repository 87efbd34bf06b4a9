"""What the counts say of every rater before any verdict: thresholds, case mix, spread, and each rater's posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import CaseMix, merge_alike
from my121_analytics.analysis.rating_patterns.recording import (
    LIKELY,
    Recording,
    effects_above_lowest,
    find_recording,
    weigh_down,
)
from my121_analytics.analysis.rating_patterns.sources import measures_within
from my121_analytics.analysis.rating_patterns.spells import (
    concentrate_cycles,
    find_homes,
    flag_ties,
    gather_spells,
    measure_overlap,
    merge_people,
    n_movers,
    with_cycles,
)
from my121_analytics.analysis.rating_patterns.unit_readings import (
    directorate_levels,
    list_readings,
    read_within_directorates,
    unrecorded_variance,
)
from my121_analytics.inference.category_stretch import StretchUse, average_over_stretch, weigh_stretches
from my121_analytics.inference.category_table import category_shares
from my121_analytics.inference.cumulative_link import CumulativeLinkFit, fit_cumulative_link_counts
from my121_analytics.inference.effect_priors import SD_GRID
from my121_analytics.inference.grid_likelihood import (
    MARGINAL_SCALE,
    ExpectedLevels,
    PersonCounts,
    find_person_sd,
    gather_persons,
    tabulate_spells,
    undo_averaging,
)
from my121_analytics.inference.joint_levels import JointLevels, PersonMeasure, Spells, learn_levels
from my121_analytics.inference.lasting_spread import weigh_lasting_sds
from my121_analytics.inference.normal_smoothing import smooth_rows
from my121_analytics.inference.shifted_prior import (
    LINKED_SDS,
    GroupLevels,
    RaterKnowledge,
    average_readings,
    learn_raters,
    linked_log_prior,
)
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

RATERS_FOR_PLAIN_SPREAD = 300
"""From here on averaging over thresholds and case mix changes the spread by less than its own rounding."""
SUPPOSED_SD = 0.25
"""Least spread supposed when asking how uncertain thresholds are; with 0 they would look certain."""
FEW_SDS = SD_GRID[::3]
"""Spreads at which what depends on a spread smoothly is worked out; between them it is interpolated."""
LEVEL_SDS = FEW_SDS[[1, 2, 4, 6, 7]]
"""Spreads at which the uncertainty of the common level is worked out; it is averaged over them."""
REACH = 6.0
"""Logits covered to either side: beyond e^6, odds of 400, no mix of ratings can be told from another."""
REPEATED = 30
"""Ratings of people already rated by the same manager, from which lasting differences can be learnt."""
DETECTABLE_SPREAD = 1.35
"""Log-likelihood that a spread must gain over none to count as seen: half of 2.71, the 5 % point on the boundary."""
SPACINGS = np.array([0.05, 0.0625, 0.08, 0.1, 0.125, 0.16, 0.2])
"""Of the nodes, logits: few, so that the shapes laid out on them can be used again."""
DRIFT_SDS = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.8])
"""Spreads tried of a rater's change from cycle to cycle."""
LEAST_PERSON_SD = 0.2
"""Spread of people's lasting levels below which sources about people have nothing to tell of."""
MOST_LINKED_RATERS, MOST_LINKED_SPELLS = 1_200, 60_000
"""Beyond, the joint model would take minutes: people who moved count as new people, and the caveats say so."""
LEAST_MOVERS = 20
"""People rated by more than one manager, below which they tell nothing of the spread between teams."""
PARTED = 0.5
"""Share of what was unknown of the spread between teams that sources must have taken away before the list is about
the managers' own way of rating and not about manager and team together."""
RECORDING_SWEEPS = 4
"""Rounds of finding rules of recording and fitting thresholds again; the fourth moves no threshold by .02."""
_COARSE = np.linspace(-8.0, 8.0, 81)
@dataclass(frozen=True)
class Supposed:
    """The ratings' own word on every rater, and what it is widened by before the posterior is made.

    Parameters
    ----------
    nodes
        Equally spaced effects.
    log_likelihoods
        Raters x nodes, one for each reading of the case mix.
    variance
        Per rater: what is allowed for drift and for what the recorded case mix says of the unrecorded.
    unrecorded_sd
        What is allowed beside for what no record holds.
    scale
        From the marginal scale to that of the effects.
    correction
        As for ``learn_raters``.
    groups
        What is supposed, or learnt from other sources, of the level of each rater's people.
    level_spreads, level_variance
        Spreads of effects, rising, and for each of them the variance per rater that is only the uncertainty of the
        common level and the case mix (marginal scale).
    """

    nodes: Array
    log_likelihoods: tuple[Array, ...]
    variance: Array
    unrecorded_sd: float
    scale: float
    correction: Array | None
    groups: GroupLevels
    level_spreads: Array
    level_variance: Array


@dataclass(frozen=True)
class Posteriors:
    """What the counts say before any verdict.

    Parameters
    ----------
    fit, case_mix
        Thresholds and case mix.
    leniency
        Posterior of every rater's own effect; also of the effect with the rater's people (``together``).
    linked
        What people who moved and other measures say of each rater's people; None where there is no such source.
    person_sd, drift_sd
        Spreads of people's lasting levels, and of raters between cycles.
    use
        How far raters differ in their use of the scale.
    se
        Per rater: standard error with which the effect shows, logits.
    overlap
        Per rater, 0-1: how far the ratings are of one lasting group of people.
    supposed
        What the posterior was made from, to make it again under another supposition.
    per_rating
        Information that one rating brings about rater and person together.
    shortened
        Per rater, for each source and for all together: the share by which it made the range of the rater's own effect
        shorter, 0-1. Nothing where no source is used, or where posteriors were made like others.
    recording
        Raters who leave the lowest rating out, or give a fixed mix.
    too_large
        Whether the sources were left out only because the council is too large for the joint model.
    home_sd
        Spread of people's levels within the team that they came from.
    """

    fit: CumulativeLinkFit
    case_mix: CaseMix
    leniency: RaterKnowledge
    linked: JointLevels | None
    person_sd: float
    drift_sd: float
    use: StretchUse
    se: Array
    overlap: Array
    supposed: Supposed
    per_rating: float
    shortened: Mapping[str, Array]
    recording: Recording
    too_large: bool = False
    home_sd: float = 0.0

    @property
    def parts_leniency(self) -> bool:
        """Whether sources part a generous rater from a strong team.

        New people every cycle do not: a team can be strong for good.
        """
        return self.linked is not None and self.leniency.group_learnt >= PARTED

    @cached_property
    def knowledge(self) -> RaterKnowledge:
        """What verdicts are about: the rater's own effect where it can be parted from the team, else both together."""
        return self.leniency if self.parts_leniency else self.leniency.together()

    @property
    def reads_units_twice(self) -> bool:
        """Whether directorates or services differ, and count half as work and half as their managers."""
        return len(self.supposed.log_likelihoods) > 1

    @property
    def shows_no_difference(self) -> bool:
        """Whether managers rating all alike would fit about as well."""
        return self.leniency.gain < DETECTABLE_SPREAD


def gather_posteriors(counts: RatingCounts, case_mix: CaseMix, *, unrecorded_sd: float,
                      like: Posteriors | None = None, measures: Sequence[PersonMeasure] = (),
                      within_directorates: bool = True, person_sd: float | None = None) -> Posteriors:
    """Fit thresholds and case mix, then every rater's posterior with the spread averaged over.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    case_mix
        Its dummies.
    unrecorded_sd
        Standard deviation between teams of what bears on ratings and is in no record, logits.
    like
        Posteriors from nearly the same ratings of the same raters. Spreads of people, of the use of the scale and
        between cycles, and what the uncertainty of thresholds and case mix does, are taken over: they hardly move, and
        finding them is most of the work.
    measures
        What else is recorded of the people rated.
    within_directorates
        Whether ratings are read within directorates as well where these differ and are not in the case mix.
    person_sd
        Spread of people's lasting levels where it is known otherwise, logits; None learns it from people whom one
        rater rated more than once.

    Returns
    -------
    Posteriors
    """
    reported, (counts, case_mix) = case_mix, merge_alike(counts, case_mix)
    n_raters = len(counts.raters)
    fit = _fit(counts, case_mix, counts.frame)
    persons = gather_spells(counts, fit)
    overlap = measure_overlap(counts, persons)
    if person_sd is None:
        person_sd = _person_sd(persons, fit, case_mix) if like is None else like.person_sd
    if person_sd > 0:
        fit = _fit(counts, case_mix, _as_informative(counts.frame, persons, fit, case_mix, person_sd))
    fit, use, recording = (_find_habits(counts, persons, fit, case_mix, person_sd) if like is None else
                           (_fit_as_recorded(counts, persons, fit, case_mix, person_sd, like.recording), like.use,
                            like.recording))
    scale = marginal_scale(person_sd)
    location = scale * expected_location(fit, case_mix)
    thresholds = undo_averaging(fit.thresholds.to_numpy(), person_sd)
    supposed = max(fit.sd, SUPPOSED_SD)
    if like is not None:
        correction = like.supposed.correction
    else:
        correction = _spread_correction(fit, scale) if n_raters < RATERS_FOR_PLAIN_SPREAD else None
    drift_sd = like.drift_sd if like is not None else _find_drift(counts, location / scale, fit.thresholds.to_numpy(),
                                                                  supposed)
    can_link, too_large = _can_link(counts, persons, person_sd, measures)
    home_sd = person_sd if like is None else like.home_sd
    if like is None and can_link and recording.is_free:  # a rule of recording would be taken for people who differ
        home_sd = _sd_at_home(counts, persons, fit, case_mix, person_sd)
    linked = _link(counts, persons, location, thresholds, home_sd, scale * supposed, measures,
                   1 - recording.fixed_mix, leave_out=like is None) if can_link else None
    expected = None if linked is None else ExpectedLevels(linked.offset, linked.variance)
    information = _information(persons, fit, case_mix, person_sd)
    nodes = _nodes(float(information.max()))
    if expected is not None:
        information = _information(persons, fit, case_mix, person_sd, expected.variance)
    information = information * recording.informative
    readings = tuple(_average_over_habits(persons, reading, thresholds, nodes, person_sd, use, expected, recording,
                                          scale * supposed)
                     for reading in list_readings(counts, case_mix, location, fit, scale))
    if within_directorates and len(readings) == 1:
        readings += tuple(read_within_directorates(readings[0], nodes, directorate_levels(counts, fit) * scale))
    variance = drift_sd**2 * concentrate_cycles(counts) + unrecorded_variance(counts, case_mix, fit)
    held = Supposed(nodes, readings, variance, unrecorded_sd, scale, correction, _group_levels(overlap, linked),
                    *(_level_variance(fit, n_raters, supposed, scale) if like is None else (
                        like.supposed.level_spreads, like.supposed.level_variance)))
    leniency = _learn(held)
    allowed = scale**2 * (held.variance + unrecorded_sd**2)
    left_out = None if linked is None else linked.left_out
    return Posteriors(fit, reported, leniency, linked, person_sd, drift_sd, use, np.sqrt(1 / information + allowed),
                      overlap.astype(np.float64), held, rating_information(persons, fit, case_mix, person_sd),
                      {} if left_out is None else left_out.shorten(allowed, leniency.jitter),
                      recording, too_large, home_sd)


def _group_levels(overlap: Array, linked: JointLevels | None) -> GroupLevels:
    """Give what is known of the level of each rater's people: from sources, else a weak prior."""
    if linked is None:
        return GroupLevels.suppose(overlap)
    log_weight = linked.log_evidence + linked_log_prior()
    return GroupLevels(linked.sds, linked.shift, linked.common, log_weight, linked.rater_sd)


def marginal_scale(person_sd: float) -> float:
    """How many logits of effect move a mix by one logit, where people's levels spread it out."""
    return float(np.sqrt(1 + (MARGINAL_SCALE * person_sd) ** 2))


def _fit(counts: RatingCounts, case_mix: CaseMix, frame: pd.DataFrame) -> CumulativeLinkFit:
    return fit_cumulative_link_counts(merge_people(frame), case_mix.design,
                                      rater_ids=counts.raters["rater_id"].tolist())


def _person_sd(persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix) -> float:
    if persons.ratings.sum() - len(persons.ratings) < REPEATED:
        return 0.0
    return find_person_sd(persons, expected_location(fit, case_mix), fit.thresholds.to_numpy(),
                          np.linspace(-REACH, REACH, 61))


def _sd_at_home(counts: RatingCounts, persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix,
                person_sd: float) -> float:
    """Give the spread of people within the team they came from: who moved in brings the spread between teams along."""
    home = find_homes(counts, int(persons.person.max()) + 1)[persons.person] == persons.rater
    found = _person_sd(_keep(persons, home), fit, case_mix)
    return found if found >= LEAST_PERSON_SD else person_sd


def _keep(persons: PersonCounts, rows: NDArray[np.bool_]) -> PersonCounts:
    return replace(persons, rater=persons.rater[rows], ratings=persons.ratings[rows], cells=persons.cells[rows],
                   person=persons.person[rows])


def _as_informative(frame: pd.DataFrame, persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix,
                    person_sd: float) -> pd.DataFrame:
    """Count each rating of somebody already rated by what it tells: thresholds must not look surer than they are."""
    share = _information(persons, fit, case_mix, person_sd) / np.maximum(_information(persons, fit, case_mix, 0.0),
                                                                         1e-9)
    return frame.assign(n=frame["n"].to_numpy() * share[frame["rater"].to_numpy()])


def _find_habits(counts: RatingCounts, persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix,
                 person_sd: float) -> tuple[CumulativeLinkFit, StretchUse, Recording]:
    """Find raters' use of the scale and rules of recording, and thresholds and case mix that allow for the rules."""
    recording = Recording(np.zeros(persons.n_raters), np.zeros(persons.n_raters))
    scale = marginal_scale(person_sd)
    for sweep in range(RECORDING_SWEEPS):
        if sweep:
            fit = _fit_as_recorded(counts, persons, fit, case_mix, person_sd, recording)
        scaled = scale * expected_location(fit, case_mix), scale * fit.thresholds.to_numpy()
        spread = scale * max(fit.sd, SUPPOSED_SD)
        use = weigh_stretches(_rated_freely(persons, recording), *scaled, person_sd, spread=spread)
        recording = find_recording(counts, persons, *scaled, person_sd, spread, use)
        if recording.is_free:
            break
    return fit, use, recording


def _fit_as_recorded(counts: RatingCounts, persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix,
                     person_sd: float, recording: Recording) -> CumulativeLinkFit:
    if recording.is_free:
        return fit
    scale, location, thresholds = marginal_scale(person_sd), expected_location(fit, case_mix), fit.thresholds.to_numpy()
    effect = effects_above_lowest(persons, scale * location, scale * thresholds, person_sd,
                                  scale * max(fit.sd, SUPPOSED_SD))
    frame = weigh_down(counts.frame, recording, location, thresholds, effect / scale)
    return _fit(counts, case_mix, _as_informative(frame, persons, fit, case_mix, person_sd))


def _rated_freely(persons: PersonCounts, recording: Recording) -> PersonCounts:
    """Leave out raters who follow a rule of recording: their mixes say nothing of how raters use the scale."""
    rows = recording.free[persons.rater] > LIKELY
    return persons if rows.all() or not rows.any() else _keep(persons, rows)


def _average_over_habits(persons: PersonCounts, location: Array, thresholds: Array, nodes: Array, person_sd: float,
                         use: StretchUse, expected: ExpectedLevels | None, recording: Recording,
                         spread: float) -> Array:
    """Work out each rater's log-likelihood, averaged over the use of the scale and over rules of recording."""
    as_rated = average_over_stretch(persons, location, thresholds, nodes, person_sd, use, expected)
    if recording.is_free:
        return as_rated
    above_lowest = average_over_stretch(persons, location, thresholds, nodes, person_sd, use, expected,
                                        above_lowest=True) if recording.lowest_left_out.any() else as_rated
    prior = np.exp(-((nodes / spread) ** 2) / 2)
    return recording.mix(as_rated, above_lowest, prior / prior.sum())


def _link(counts: RatingCounts, persons: PersonCounts, location: Array, thresholds: Array, person_sd: float,
          total_sd: float, measures: Sequence[PersonMeasure], counted: Array, *, leave_out: bool) -> JointLevels | None:
    """Learn of people from those who moved and from other measures; ``counted`` is the part each rater's word has."""
    n_people = int(persons.person.max()) + 1
    within = measures_within(measures, n_people)
    log_p = tabulate_spells(persons, location, thresholds, _COARSE) * counted[persons.rater][:, None]
    spells = Spells(persons.rater, persons.person, log_p, _COARSE, find_homes(counts, n_people), len(counts.raters))
    linked = learn_levels(spells, person_sd=person_sd, total_sd=total_sd, sds=LINKED_SDS, log_prior=linked_log_prior(),
                          measures=within, ties=flag_ties(counts, n_people) if leave_out else None)
    used = any(use.loading > 0 for use in linked.uses)
    return linked if used or n_movers(persons) >= LEAST_MOVERS else None


def _can_link(counts: RatingCounts, persons: PersonCounts, person_sd: float,
              measures: Sequence[PersonMeasure]) -> tuple[bool, bool]:
    """Say whether there is something to learn of people and the council is no giant; and whether only that stops it."""
    if "employee" not in counts.frame or person_sd < LEAST_PERSON_SD:
        return False, False
    within = measures_within(measures, int(persons.person.max()) + 1)
    if not within and n_movers(persons) < LEAST_MOVERS:
        return False, False
    is_giant = len(counts.raters) > MOST_LINKED_RATERS or len(persons.rater) > MOST_LINKED_SPELLS
    return not is_giant, is_giant


def suppose_unrecorded(evidence: Posteriors, unrecorded_sd: float) -> Posteriors:
    """Give the evidence as it would be if teams differed this much in what no record holds.

    Parameters
    ----------
    evidence
        From :func:`gather_posteriors`.
    unrecorded_sd
        Standard deviation between teams, logits.

    Returns
    -------
    Posteriors
        From the same ratings; what is supposed takes its part of the spread that is seen.
    """
    held = replace(evidence.supposed, unrecorded_sd=unrecorded_sd)
    more = held.scale**2 * (unrecorded_sd**2 - evidence.supposed.unrecorded_sd**2)
    return replace(evidence, leniency=_learn(held),
                   se=np.sqrt(evidence.se**2 + more), supposed=held)


def _learn(held: Supposed) -> RaterKnowledge:
    """Make every rater's posterior, averaged over the readings of the case mix."""
    variance = held.scale**2 * (held.variance + held.unrecorded_sd**2)
    learnt = []
    for log_p in held.log_likelihoods:
        likelihood = np.exp(log_p - log_p.max(axis=1, keepdims=True))
        smoothed = np.log(np.maximum(smooth_rows(likelihood, held.nodes, variance), 1e-290))
        reading = learn_raters(smoothed, held.nodes, groups=held.groups, spread_correction=held.correction)
        learnt.append(replace(reading, jitter=_jitter(held, reading)))
    return average_readings(learnt)


def _level_variance(fit: CumulativeLinkFit, n_raters: int, supposed: float, scale: float) -> tuple[Array, Array]:
    """Say how uncertain the common level and the case mix leave each effect, at some spreads (spreads x raters).

    The level of a few managers is known only to their spread by the root of their number, and the spread itself is
    hardly known: one supposed spread would hide the wide ones that fit as well. With many, one spread will do.
    """
    spreads = LEVEL_SDS / scale if n_raters < RATERS_FOR_PLAIN_SPREAD else np.array([supposed])
    return spreads, np.stack([fit.location_sd(float(sd)).to_numpy() ** 2 for sd in spreads])


def _jitter(held: Supposed, knowledge: RaterKnowledge) -> Array:
    """Average the uncertainty of the common level over the spreads that fit; it grows with their square."""
    at, square = held.level_spreads**2, (knowledge.spreads / held.scale) ** 2
    right = np.clip(np.searchsorted(at, square), 1, max(len(at) - 1, 1))
    if len(at) == 1:
        return np.asarray(held.scale * np.sqrt(held.level_variance[0]))
    part = np.clip((square - at[right - 1]) / (at[right] - at[right - 1]), 0, 1)
    share = np.bincount(right, knowledge.spread_weights * part, minlength=len(at))
    share += np.bincount(right - 1, knowledge.spread_weights * (1 - part), minlength=len(at))
    return np.asarray(held.scale * np.sqrt(share @ held.level_variance / share.sum()))


def _find_drift(counts: RatingCounts, location: Array, thresholds: Array, spread: float) -> float:
    """Find how far raters differ from themselves between cycles."""
    per_cycle = with_cycles(counts)
    spells = per_cycle.drop_duplicates(["rater", "cycle"])
    if len(spells) - len(counts.raters) < REPEATED:
        return 0.0
    category = np.searchsorted(np.unique(per_cycle["category"]), per_cycle["category"])
    groups = gather_persons(per_cycle["rater"].to_numpy(np.int64), per_cycle["cycle"].to_numpy(np.int64),
                            per_cycle["pattern"].to_numpy(np.int64), category, per_cycle["n"].to_numpy(float),
                            n_raters=len(counts.raters), n_categories=len(thresholds) + 1)
    weight = weigh_lasting_sds(groups, location, thresholds, DRIFT_SDS, spread=spread)
    return float(np.sqrt(weight @ DRIFT_SDS**2))


def expected_location(fit: CumulativeLinkFit, case_mix: CaseMix) -> Array:
    """Give the linear predictor of each pattern under an average rater."""
    return np.asarray(case_mix.design.to_numpy(dtype=float) @ fit.coefficients["estimate"].to_numpy())


def _nodes(information: float) -> Array:
    """Space the nodes at most as wide as the narrowest posterior, and between .05 and .2 logits."""
    step = float(SPACINGS[max(np.searchsorted(SPACINGS, 1 / np.sqrt(information), side="right") - 1, 0)])
    half = int(np.ceil(REACH / step))
    return step * np.arange(-half, half + 1, dtype=np.float64)


def _information(persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix, person_sd: float,
                 variance: Array | None = None) -> Array:
    """Information about each rater: a person rated m times brings ``1 / (person_sd^2 + 1 / (m i))``.

    Where something is expected of people, ``variance`` (per spell) takes the place of ``person_sd^2``.
    """
    each = rating_information(persons, fit, case_mix, person_sd)
    ratings = np.asarray(persons.cells.sum(axis=1)).ravel()
    brought = 1 / ((person_sd**2 if variance is None else variance) + 1 / (ratings * each))
    return np.bincount(persons.rater, brought, minlength=persons.n_raters).astype(np.float64)


def rating_information(persons: PersonCounts, fit: CumulativeLinkFit, case_mix: CaseMix, person_sd: float) -> float:
    """Information that one rating brings about rater and person together."""
    stretch = marginal_scale(person_sd)
    shares = category_shares(expected_location(fit, case_mix), fit.thresholds.to_numpy())
    at_most = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares, axis=1)], axis=1)
    spread = at_most * (1 - at_most)
    per_pattern = (shares * (spread[:, 1:] + spread[:, :-1])).sum(axis=1)
    per_cell = persons.cells.sum(axis=0) / persons.cells.sum()
    return float(per_cell @ per_pattern[persons.pattern]) / stretch**2


def _spread_correction(fit: CumulativeLinkFit, stretch: float) -> Array:
    return np.asarray(np.interp(np.log(SD_GRID), np.log(FEW_SDS), fit.spread_correction(FEW_SDS / stretch)))
