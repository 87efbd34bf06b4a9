"""Raters, teams and people together: what people's levels are expected to be apart from one rater's own ratings.

A working model in normal terms: a rating of person ``i`` by rater ``j`` rests on ``u_j + a_i`` with
``a_i = q_home(i) + e_i``: the rater's effect, the level of the team in which the person was first seen, and what is the
person's own. Each spell (one person under one rater) is replaced by a normal factor that has the same first two moments
in its surroundings (expectation propagation), so that people who moved, and measures of people that do not come from
the rater (objectives met), tell together what each rater's people are like. People are eliminated; what is left is one
matrix of raters and teams.

References: Minka (2001), Expectation propagation; Abowd, Kramarz & Margolis (1999), Econometrica 67:251.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from my121_analytics.inference.cored_matrix import CoredInverse, CoredMatrix, CoredPattern

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

SWEEPS = 3
"""Rounds of matching moments; the third moves no mean by more than a hundredth of its spread."""
LEAST_PRECISION = 1e-6
LEAST_GAIN = 3.0
"""Log-likelihood a measure must gain by going with the ratings of the same people, or it is not used (odds of 20)."""
ALL = "all"
"""Stands for all sources together where each is left out in turn."""


@dataclass(frozen=True)
class PersonMeasure:
    """Something recorded of people that does not come from the rater's scale.

    Parameters
    ----------
    name
        Code of the source.
    person
        Codes of the people measured, each once.
    value
        Deviation from the common level, in the measure's own unit.
    sampling_variance
        What chance alone adds, per person, in that unit squared.
    kept
        Share of the rater's own rating that was in it and was taken off; None where there was nothing to take off.
        Then 0 is the usual level even if only some kinds of people were measured.
    usable
        Whether it may be used at all; else it is only named.
    """

    name: str
    person: Codes
    value: Array
    sampling_variance: Array
    kept: float | None = None
    usable: bool = True


@dataclass(frozen=True)
class MeasureUse:
    """How a measure goes with people's levels: ``value = loading * level + noise``.

    Parameters
    ----------
    name
        Code of the source.
    n_people
        People rated and measured.
    loading
        In the measure's unit per logit; 0 where the measure does not go with the ratings and is not used.
    noise_variance
        Beside the sampling variance.
    reliability
        Share of the measure's spread within teams that is people's level, 0-1.
    kept
        As the measure has it.
    """

    name: str
    n_people: int
    loading: float
    noise_variance: float
    reliability: float
    kept: float | None = None


@dataclass(frozen=True)
class Spells:
    """Who rated whom, one row per person under one rater.

    Parameters
    ----------
    rater, person
        Codes.
    log_p
        Spells x nodes: log-likelihood of the spell's ratings at each value of ``u + a``.
    nodes
        Equally spaced.
    home
        Per person: the team (rater) in which the person was first seen.
    n_raters
        Number of raters.
    """

    rater: Codes
    person: Codes
    log_p: Array
    nodes: Array
    home: Codes
    n_raters: int


@dataclass(frozen=True)
class LeftOut:
    """How sure each rater's effect is with all sources, and with each of them left out at the same spreads.

    Parameters
    ----------
    rater_sd
        Working spread of raters.
    variance
        Per rater: what is uncertain of the effect with all sources, the rater's own ratings included.
    without
        The same without one source, or without all (``ALL``): never smaller.
    """

    rater_sd: float
    variance: Array
    without: Mapping[str, Array]

    def shorten(self, allowed: Array, uncertain: Array) -> dict[str, Array]:
        """Give the share by which each source made each rater's range shorter, 0-1.

        Parameters
        ----------
        allowed
            Variance per rater that is allowed for between the effect and what shows of it.
        uncertain
            Standard deviation per rater that thresholds and case mix add.
        """
        def variance(known: Array) -> Array:
            information = np.maximum(1 / known - 1 / self.rater_sd**2, LEAST_PRECISION)
            return np.asarray(1 / (1 / (1 / information + allowed) + 1 / self.rater_sd**2) + uncertain**2)

        with_all = variance(self.variance)
        return {name: np.maximum(1 - np.sqrt(with_all / variance(known)), 0.0) for name, known in self.without.items()}


@dataclass(frozen=True)
class JointLevels:
    """What is expected of each rater's people from all but that rater's own ratings.

    Parameters
    ----------
    sds
        Spreads between teams tried.
    rater_sd
        Working spread of raters for each of them.
    offset, variance
        Per spell: expected level of the person less that of the rater's people, and how uncertain it is by itself.
    shift, common
        Spreads x raters: expected level of the rater's people together, and its variance.
    log_evidence
        For each spread, up to a constant.
    uses
        How each measure was used.
    left_out
        What each source did to the uncertainty of raters' effects; None where it was not asked for.
    """

    sds: Array
    rater_sd: Array
    offset: Array
    variance: Array
    shift: Array
    common: Array
    log_evidence: Array
    uses: tuple[MeasureUse, ...]
    left_out: LeftOut | None = None


@dataclass(frozen=True)
class _Sites:
    """Normal factors: precision, and precision times mean, of spells and of people's measures."""

    spell: Array
    spell_mean: Array
    person: Array
    person_mean: Array


@dataclass(frozen=True)
class _System:
    """Precision and pull on raters and teams with people eliminated, and what is needed to bring people back."""

    inner: CoredMatrix
    right: Array
    precision: Array
    pull: Array
    loads: sparse.csr_array
    of_people: float


@dataclass(frozen=True)
class _Solution:
    """Raters then teams: mean and covariance; people given them, as in the system."""

    mean: Array
    covariance: CoredInverse
    system: _System
    log_evidence: float


def learn_levels(spells: Spells, *, person_sd: float, total_sd: float, sds: Array, log_prior: Array,
                 measures: Sequence[PersonMeasure] = (), ties: Mapping[str, Flags] | None = None) -> JointLevels:
    """Learn what people are like from those who moved and from measures that are not the rater's.

    Parameters
    ----------
    spells
        Who rated whom.
    person_sd
        Spread of people within a team, logits, above 0.
    total_sd
        Spread of raters and teams together.
    sds
        Spreads between teams to try, above 0.
    log_prior
        Of these spreads; chooses the one at which details are worked out.
    measures
        Further measures of people.
    ties
        Kinds of people rated by more than one rater, flags per person, no person of two kinds: with them each source
        is left out in turn, each kind of these people as well (``left_out``).

    Returns
    -------
    JointLevels
    """
    model = _Model(spells, person_sd)
    sites = model.match(model.empty_sites(), (total_sd, float(sds[len(sds) // 2])), SWEEPS)
    uses = tuple(_weigh_measure(model, sites, measure) for measure in measures)
    if any(use.loading > 0 for use in uses):
        sites = _with_measures(model, sites, measures, uses)
    # Factors are matched again where they fit best: a spread supposed too narrow would hold them back.
    system = model.assemble(sites)
    first = [model.find_rater_sd(system, float(sd), total_sd) for sd in sds]
    likeliest = int(np.argmax([fit for _, fit in first] + log_prior))
    sites = model.match(sites, (first[likeliest][0], float(sds[likeliest])), SWEEPS - 1)
    system = model.assemble(sites)
    spreads = [(model.find_rater_sd(system, float(sd), first[likeliest][0])[0], float(sd)) for sd in sds]
    solutions = [model.solve(system, spread) for spread in spreads]
    evidence = np.array([solution.log_evidence for solution in solutions])
    best = int(np.argmax(evidence + log_prior))
    teams = list(model.lay_out(sites, system))
    offset, variance, weight = model.describe_people(teams, solutions[best], spreads[best])
    shift, common = (np.stack(found) for found in zip(*(
        model.describe_teams(teams, solution, weight, variance) for solution in solutions), strict=True))
    left_out = None if ties is None else _leave_out(model, sites, measures, uses, ties, _mean_spread(
        spreads, evidence + log_prior))
    return JointLevels(sds, np.array([spread[0] for spread in spreads]), offset, variance, shift, common, evidence,
                       uses, left_out)


def _mean_spread(spreads: Sequence[tuple[float, float]], log_weight: Array) -> tuple[float, float]:
    """Average the spreads of raters and of teams (root mean squares) with weights."""
    weight = np.exp(log_weight - log_weight.max())
    rater, team = np.sqrt(np.average(np.array(spreads) ** 2, axis=0, weights=weight))
    return float(rater), float(team)


@dataclass(frozen=True)
class _Teams:
    """Raters with as many people each: their effects and their people's levels, as sums of raters and teams, and noise.

    ``rows`` (teams x people) are the spells, ``places`` the raters and teams that come in. ``loads`` (teams x (1 +
    people) x places) and ``noise`` give the covariance of effect and levels, ``pull`` their mean beside what raters and
    teams bring; ``precision`` and ``precision_mean`` are the factors of the raters' own ratings.
    """

    rater: Codes
    rows: Codes
    places: Codes
    loads: Array
    noise: Array
    pull: Array
    precision: Array
    precision_mean: Array

    def apart_from_own_ratings(self, solution: _Solution) -> tuple[Array, Array]:
        """Mean and covariance of the people's levels without their rater's own ratings."""
        covariance = self.loads @ solution.covariance.between(self.places) @ self.loads.transpose(0, 2, 1)
        every, inside = np.arange(self.noise.shape[1]), np.arange(1, self.noise.shape[1])
        covariance[:, every, every] += self.noise
        mean = (self.loads @ solution.mean[self.places][:, :, None])[:, :, 0] + self.pull
        without = np.linalg.inv(covariance)
        pulled = (without @ mean[:, :, None])[:, :, 0]
        # A rating rests on the rater's effect plus the person's level: its factor is taken out of both.
        without[:, 0, 0] -= self.precision.sum(axis=1)
        without[:, 0, 1:] -= self.precision
        without[:, 1:, 0] -= self.precision
        without[:, inside, inside] -= self.precision
        pulled[:, 0] -= self.precision_mean.sum(axis=1)
        pulled[:, 1:] -= self.precision_mean
        apart = np.linalg.inv(without)
        return (apart @ pulled[:, :, None])[:, 1:, 0], apart[:, 1:, 1:]


class _Model:
    """The rows of the joint model, and its solution for given factors."""

    def __init__(self, spells: Spells, person_sd: float) -> None:
        self.spells, self.person_sd = spells, person_sd
        n, n_raters, self.n_people = len(spells.rater), spells.n_raters, len(spells.home)
        rows = np.arange(n)
        home = n_raters + spells.home[spells.person]
        self.design = sparse.csr_array((np.ones(2 * n), (np.concatenate([rows, rows]),
                                                         np.concatenate([spells.rater, home]))),
                                       shape=(n, 2 * n_raters))
        self.of_person = sparse.csr_array((np.ones(n), (spells.person, rows)), shape=(self.n_people, n))
        self.home = sparse.csr_array((np.ones(self.n_people), (np.arange(self.n_people), n_raters + spells.home)),
                                     shape=(self.n_people, 2 * n_raters))
        touched = (self.of_person @ self.design + self.home).tocsr()
        self.pattern = CoredPattern((touched.T @ touched).tocsr())

    def empty_sites(self) -> _Sites:
        n = len(self.spells.rater)
        return _Sites(np.zeros(n), np.zeros(n), np.zeros(self.n_people), np.zeros(self.n_people))

    def untie(self, sites: _Sites, people: Flags) -> tuple[_Model, _Sites]:
        """Take ratings of these people by several raters as those of as many people, each from the same home team."""
        spells = self.spells
        key = spells.person * spells.n_raters + np.where(people[spells.person], spells.rater, 0)
        distinct, person = np.unique(key, return_inverse=True)
        was = distinct // spells.n_raters
        return (_Model(replace(spells, person=person.astype(np.int64), home=spells.home[was]), self.person_sd),
                replace(sites, person=sites.person[was], person_mean=sites.person_mean[was]))

    def rater_variances(self, sites: _Sites, spread: tuple[float, float]) -> Array:
        """Give what is uncertain of each rater's effect."""
        n = self.spells.n_raters
        return self.solve(self.assemble(sites), spread).covariance.variances(sparse.eye_array(n, 2 * n, format="csr"))

    def find_rater_sd(self, system: _System, team_sd: float, near: float) -> tuple[float, float]:
        """Find the spread of raters that fits best beside a spread of teams, and its log-evidence.

        The top of a parabola through the best of five spreads about ``near`` and its neighbours. The log-evidence has
        one top, so that an outer spread is looked at only beside an inner one that fits better than the middle.
        """
        tried = np.log(near) + np.array([-0.7, -0.3, 0.0, 0.3, 0.7])
        fits = np.full(len(tried), -np.inf)

        def look_at(*places: int) -> int:
            for place in places:
                fits[place] = self.weigh_spread(system, (float(np.exp(tried[place])), team_sd))
            return int(np.argmax(fits))

        best = look_at(1, 2, 3)
        if best != 2:
            best = int(np.clip(look_at(0 if best == 1 else 4), 1, 3))
        curve = np.polyfit(tried[best - 1:best + 2] - tried[best], fits[best - 1:best + 2], 2)
        top = -curve[1] / (2 * curve[0]) if curve[0] < 0 else np.sign(curve[1])
        top = float(np.clip(top, tried[best - 1] - tried[best], tried[best + 1] - tried[best]))
        return float(np.exp(tried[best] + top)), float(np.polyval(curve, top))

    def assemble(self, sites: _Sites) -> _System:
        """Eliminate people; what is left does not depend on the spreads of raters and teams."""
        precision = 1 / self.person_sd**2 + self.of_person @ sites.spell + sites.person
        pull = self.of_person @ sites.spell_mean + sites.person_mean
        weighted = _scale_rows(self.design, sites.spell)
        loads = self.of_person @ weighted + (at_home := _scale_rows(self.home, sites.person))
        inner = self.design.T @ weighted + self.home.T @ at_home
        inner = inner - loads.T @ _scale_rows(loads, 1 / precision)
        right = self.design.T @ sites.spell_mean + self.home.T @ sites.person_mean - loads.T @ (pull / precision)
        of_people = float((pull**2 / precision).sum() - np.log(precision).sum()) / 2
        return _System(CoredMatrix(self.pattern, inner), right, precision, pull, loads, of_people)

    def weigh_spread(self, system: _System, spread: tuple[float, float]) -> float:
        """Give the log-evidence of these spreads alone."""
        return self._weigh(system, *self._invert(system, spread))

    def solve(self, system: _System, spread: tuple[float, float]) -> _Solution:
        """Solve for raters and teams of these spreads."""
        covariance, log_prior = self._invert(system, spread)
        return _Solution(covariance.solve(system.right), covariance, system,
                         self._weigh(system, covariance, log_prior))

    def _invert(self, system: _System, spread: tuple[float, float]) -> tuple[CoredInverse, float]:
        prior = np.repeat(np.array(spread) ** -2.0, self.spells.n_raters)
        return system.inner.invert(prior), float(np.log(prior).sum())

    def _weigh(self, system: _System, covariance: CoredInverse, log_prior: float) -> float:
        return (log_prior - covariance.log_determinant + covariance.form(system.right)) / 2 + system.of_people

    def match(self, sites: _Sites, spread: tuple[float, float], sweeps: int) -> _Sites:
        """Match the first two moments of every spell's ratings in its surroundings."""
        prior = spread[0]**2 + spread[1]**2 + self.person_sd**2
        for _ in range(sweeps):
            if sites.spell.any():
                mean, variance = self._spell_moments(self.solve(self.assemble(sites), spread))
            else:
                mean, variance = np.zeros(len(self.spells.rater)), np.full(len(self.spells.rater), prior)
            left = np.maximum(1 / variance - sites.spell, 1 / (4 * prior))
            left_mean = (mean / variance - sites.spell_mean) / left
            found, spread_found = self._tilt(left_mean, 1 / left)
            precision = np.maximum(1 / spread_found - left, LEAST_PRECISION)
            sites = _Sites(precision, (precision + left) * found - left * left_mean, sites.person, sites.person_mean)
        return sites

    def _spell_moments(self, solution: _Solution) -> tuple[Array, Array]:
        person, system = self.spells.person, solution.system
        rows = (self.design - _scale_rows(system.loads, 1 / system.precision)[person]).tocsr()
        mean = rows @ solution.mean + (system.pull / system.precision)[person]
        return mean, solution.covariance.variances(rows) + 1 / system.precision[person]

    def _tilt(self, mean: Array, variance: Array) -> tuple[Array, Array]:
        """Mean and variance of each spell's ``u + a`` from its ratings and its surroundings."""
        nodes = self.spells.nodes
        log_q = self.spells.log_p - (nodes - mean[:, None]) ** 2 / (2 * variance[:, None])
        weight = np.exp(log_q - log_q.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        found = weight @ nodes
        return found, np.maximum(weight @ nodes**2 - found**2, 1e-4)

    def lay_out(self, sites: _Sites, system: _System) -> Iterator[_Teams]:
        """Write every rater's effect and the levels of the rater's people in terms of raters and teams."""
        person, rater, n_places = self.spells.person, self.spells.rater, 2 * self.spells.n_raters
        held = system.precision[person]
        levels = (self.home[person] - _scale_rows(system.loads[person], 1 / held)).tocoo()
        row, column = levels.coords
        raters, size = np.unique(rater, return_counts=True)
        # The places of one rater stand together, the rater's own among them.
        of_rater, found = np.unique(np.concatenate([raters * n_places + raters, rater[row] * n_places + column]),
                                    return_inverse=True)
        first = np.searchsorted(of_rater, raters * n_places)
        n_found = np.diff(first, append=len(of_rater))
        order = np.argsort(rater, kind="stable")
        begins = np.cumsum(size) - size
        line = np.empty(len(rater), dtype=np.int64)  # of each person among those of the rater
        line[order] = np.arange(len(rater)) - np.repeat(begins, size) + 1
        team = np.searchsorted(raters, rater)
        for n_people in np.unique(size):
            chosen = np.flatnonzero(size == n_people)
            rows = order[begins[chosen][:, None] + np.arange(n_people)]
            width = int(n_found[chosen].max())
            own = first[chosen][:, None] + np.minimum(np.arange(width), n_found[chosen][:, None] - 1)
            loads = np.zeros((len(chosen), n_people + 1, width))
            loads[np.arange(len(chosen)), 0, found[chosen] - first[chosen]] = 1.0
            here = np.searchsorted(chosen, team[row[inside := size[team[row]] == n_people]])
            loads[here, line[row[inside]], found[len(raters):][inside] - first[chosen][here]] = levels.data[inside]
            noise = np.concatenate([np.zeros((len(chosen), 1)), 1 / held[rows]], axis=1)
            pull = np.concatenate([np.zeros((len(chosen), 1)), system.pull[person[rows]]], axis=1) * noise
            yield _Teams(raters[chosen], rows, of_rater[own] % n_places, loads, noise, pull, sites.spell[rows],
                         sites.spell_mean[rows])

    def describe_people(self, teams: Sequence[_Teams], solution: _Solution,
                        spread: tuple[float, float]) -> tuple[Array, Array, Array]:
        """Part what is uncertain of each person alone from what a rater's people share."""
        n = len(self.spells.rater)
        offset, variance, weight = np.zeros(n), np.zeros(n), np.zeros(n)
        for alike in teams:
            rows = alike.rows
            mean, apart = alike.apart_from_own_ratings(solution)
            own = np.diagonal(apart, axis1=1, axis2=2)
            share = 1 / (own + 1 / alike.precision)
            share /= share.sum(axis=1, keepdims=True)
            common = np.full(len(rows), spread[1]**2)
            if rows.shape[1] > 1:
                common = (_form(share, apart) - (share**2 * own).sum(axis=1)) / (1 - (share**2).sum(axis=1))
            variance[rows] = np.maximum(own - np.maximum(common, 0.0)[:, None], own / 4)
            offset[rows], weight[rows] = mean - (share * mean).sum(axis=1, keepdims=True), share
        return offset, variance, weight

    def describe_teams(self, teams: Sequence[_Teams], solution: _Solution, weight: Array,
                       variance: Array) -> tuple[Array, Array]:
        """Expected level of each rater's people together, and the variance they share."""
        shift, common = np.zeros(self.spells.n_raters), np.zeros(self.spells.n_raters)
        for alike in teams:
            mean, apart = alike.apart_from_own_ratings(solution)
            share = weight[alike.rows]
            shift[alike.rater] = (share * mean).sum(axis=1)
            shared = _form(share, apart) - (share**2 * variance[alike.rows]).sum(axis=1)
            common[alike.rater] = np.maximum(shared, 0.0)
        return shift, common


def _scale_rows(matrix: sparse.csr_array, by: Array) -> sparse.csr_array:
    """Multiply each row with its own number."""
    return sparse.csr_array((matrix.data * np.repeat(by, np.diff(matrix.indptr)), matrix.indices, matrix.indptr),
                            shape=matrix.shape)


def _form(share: Array, apart: Array) -> Array:
    """Variance of each team's weighted mean level: shares (teams x people) about covariances."""
    return np.asarray(np.einsum("ti,tij,tj->t", share, apart, share))


def _weigh_measure(model: _Model, sites: _Sites, measure: PersonMeasure) -> MeasureUse:
    """Find how a measure goes with the ratings of the same people, within teams, by maximum likelihood."""
    from scipy.optimize import minimize

    precision = model.of_person @ sites.spell
    rated = np.divide(model.of_person @ sites.spell_mean, precision, out=np.zeros(len(precision)), where=precision > 0)
    both = precision[measure.person] > 10 * LEAST_PRECISION
    person = measure.person[both]
    # Whole teams are set aside: their level is what the rater's effect hides.
    team = np.unique(model.spells.home[person], return_inverse=True)[1]
    size = np.bincount(team).astype(np.float64)
    y = _within(rated[person], precision[person], team, size)
    x = _within(measure.value[both], np.ones(len(person)), team, size)
    kept = size[team] > 1
    y, x, noise = y[kept], x[kept], 1 / precision[person][kept]
    chance, level = measure.sampling_variance[both][kept], model.person_sd**2
    if not measure.usable or len(x) < 20 or not x.std() > 0:
        return MeasureUse(measure.name, len(person), 0.0, 0.0, 0.0)

    def misfit(point: Array) -> float:
        loading, extra = point[0], np.exp(point[1])
        of_y, of_x, across = level + noise, loading**2 * level + extra + chance, loading * level
        determinant = np.maximum(of_y * of_x - across**2, 1e-12)
        square = (of_x * y**2 - 2 * across * x * y + of_y * x**2) / determinant
        return float((np.log(determinant) + square).sum() / 2)

    start = float(np.log(max(x.var() - chance.mean(), 0.1 * x.var())))
    found = minimize(misfit, np.array([0.3 * x.std() / model.person_sd, start]), method="Nelder-Mead",
                     options={"xatol": 1e-4, "fatol": 1e-3})
    nothing = minimize(lambda point: misfit(np.array([0.0, point[0]])), np.array([start]), method="Nelder-Mead",
                       options={"xatol": 1e-4, "fatol": 1e-3})
    loading, extra = float(found.x[0]), float(np.exp(found.x[1]))
    if loading <= 0 or nothing.fun - found.fun < LEAST_GAIN:
        return MeasureUse(measure.name, len(person), 0.0, extra, 0.0)
    true = loading**2 * level
    return MeasureUse(measure.name, len(person), loading, extra, float(true / (true + extra + chance.mean())),
                      measure.kept)


def _within(values: Array, weights: Array, team: Codes, size: Array) -> Array:
    """Deviations from the team's mean, as large as deviations from its true level would be."""
    mean = np.bincount(team, weights * values) / np.bincount(team, weights)
    return np.asarray((values - mean[team]) * np.sqrt(size / np.maximum(size - 1, 1))[team])


def _with_measures(model: _Model, sites: _Sites, measures: Sequence[PersonMeasure],
                   uses: Sequence[MeasureUse]) -> _Sites:
    precision, mean = np.zeros(model.n_people), np.zeros(model.n_people)
    for measure, use in zip(measures, uses, strict=True):
        if use.loading <= 0:
            continue
        brought = use.loading**2 / (use.noise_variance + measure.sampling_variance)
        usual = np.average(measure.value, weights=brought) if measure.kept is None else 0.0
        level = (measure.value - usual) / use.loading
        np.add.at(precision, measure.person, brought)
        np.add.at(mean, measure.person, brought * level)
    return _Sites(sites.spell, sites.spell_mean, precision, mean)


def _leave_out(model: _Model, sites: _Sites, measures: Sequence[PersonMeasure], uses: Sequence[MeasureUse],
               ties: Mapping[str, Flags], spread: tuple[float, float]) -> LeftOut:
    """Leave each source out in turn, at the same spreads and with the same factors of the ratings."""
    nobody = np.zeros(model.n_people, dtype=bool)
    used = [use.name for use in uses if use.loading > 0]
    tied = {name: people for name, people in ties.items() if people.any()}
    wanted: dict[str, tuple[list[str], Flags]] = {name: ([name], nobody) for name in used}
    wanted |= {name: ([], people) for name, people in tied.items()}
    wanted[ALL] = used, np.logical_or.reduce([nobody, *tied.values()])

    def without(names: Sequence[str], people: Flags) -> Array:
        fewer = _with_measures(model, sites, measures, [replace(use, loading=0.0) if use.name in names else use
                                                        for use in uses])
        untied, factors = model.untie(fewer, people) if people.any() else (model, fewer)
        return untied.rater_variances(factors, spread)

    return LeftOut(spread[0], model.rater_variances(sites, spread),
                   {name: without(*left) for name, left in wanted.items()})
