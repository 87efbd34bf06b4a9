import pickle

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from my121_analytics.inference import shifted_prior
from my121_analytics.inference.grid_likelihood import find_person_sd, gather_persons, tabulate_likelihood
from my121_analytics.inference.shifted_prior import GroupLevels, learn_raters

NODES = np.linspace(-6, 6, 121)


def normal_likelihood(shows, se):
    return -(((shows[:, None] - NODES[None, :]) / np.reshape(se, (-1, 1))) ** 2) / 2


def persons(rows, n_raters=1):
    rater, person, category = np.array(rows).T
    return gather_persons(rater, person, np.zeros(len(rater), dtype=int), category, np.ones(len(rater)),
                          n_raters=n_raters, n_categories=3)


def test_the_likelihood_of_people_rated_twice_matches_brute_integration():
    counts = persons([(0, 0, 2), (0, 0, 2), (0, 1, 1), (0, 2, 0), (0, 2, 1)])
    thresholds, sd = np.array([-1.0, 1.2]), 0.9
    log_p = tabulate_likelihood(counts, np.zeros(1), thresholds, NODES, sd)[0]

    def share(category, t):
        bounds = np.array([-np.inf, *thresholds, np.inf])
        return expit(bounds[category + 1] - t) - expit(bounds[category] - t)

    def by_hand(u):
        spells = [(2, 2), (1,), (0, 1)]
        return sum(np.log(quad(lambda a, s=s: np.prod([share(k, u + a) for k in s]) * norm.pdf(a, scale=sd), -9, 9)[0])
                   for s in spells)

    for place in (40, 60, 75):
        assert log_p[place] == pytest.approx(by_hand(NODES[place]), abs=1e-6)


def test_without_people_the_likelihood_is_the_plain_product():
    counts = persons([(0, 0, 2), (0, 1, 1), (1, 2, 0)], n_raters=2)
    log_p = tabulate_likelihood(counts, np.zeros(1), np.array([-1.0, 1.2]), NODES)
    middle = np.log(expit(1.2 - NODES) - expit(-1.0 - NODES))
    assert np.allclose(log_p[0], np.log(expit(NODES - 1.2)) + middle)
    assert np.allclose(log_p[1], np.log(expit(-1.0 - NODES)))


def test_the_spread_of_people_is_recovered_and_is_nought_where_nobody_lasts():
    rng = np.random.default_rng(1)
    rater = np.repeat(np.arange(60), 40)
    person = np.repeat(np.arange(600), 4)
    u = rng.normal(0, 0.5, 60)[rater]
    thresholds = np.array([-1.5, 1.5])
    for sd, low, high in ((1.2, 1.0, 1.4), (0.0, 0.0, 0.3)):
        t = u + rng.normal(0, sd, 600)[person] + rng.logistic(size=2400)
        counts = gather_persons(rater, person, np.zeros(2400, dtype=int), np.searchsorted(thresholds, t), np.ones(2400),
                                n_raters=60, n_categories=3)
        marginal = thresholds / np.sqrt(1 + 0.346 * sd**2)
        assert low <= find_person_sd(counts, np.zeros(1), marginal, np.linspace(-6, 6, 61)) <= high


def test_with_many_raters_the_spread_and_the_intervals_are_right():
    rng = np.random.default_rng(12)
    truth = rng.normal(0, 0.5, 400)
    se = rng.uniform(0.2, 0.8, 400)
    shows = truth + se * rng.normal(size=400)
    known = learn_raters(normal_likelihood(shows, se), NODES)
    spreads = np.linspace(0.05, 1.2, 116)
    fit = [norm.logpdf(shows, scale=np.hypot(spread, se)).sum() for spread in spreads]
    assert known.spread_quantile(0.5) == pytest.approx(spreads[np.argmax(fit)], abs=0.03)  # a weak prior pulls a little
    assert known.spread_quantile(0.025) < 0.5 < known.spread_quantile(0.975)
    inside = (known.quantile(0.025) <= truth) & (truth <= known.quantile(0.975))
    assert inside.mean() == pytest.approx(0.95, abs=0.03)


def test_a_known_spread_gives_the_textbook_shrinkage():
    rng = np.random.default_rng(3)
    se = np.full(2000, 0.5)
    shows = rng.normal(0, np.hypot(0.5, 0.5), 2000)
    known = learn_raters(normal_likelihood(shows, se), NODES)
    slope = np.polyfit(shows[np.abs(shows) < 0.8], known.mean()[np.abs(shows) < 0.8], 1)[0]
    assert slope == pytest.approx(0.5, abs=0.06)  # sd^2 / (sd^2 + se^2), the spread being estimated


def test_probabilities_and_quantiles_speak_of_one_distribution():
    shows = np.array([-1.0, 0.0, 2.0] * 30)
    known = learn_raters(normal_likelihood(shows, np.full(90, 0.4)), NODES, jitter=np.full(90, 0.15))
    below, above = known.beyond(0.7)
    assert below[0] > 0.3
    assert above[2] > 0.9
    limit = known.quantile(1 - above[1])[1]
    assert limit == pytest.approx(0.7, abs=0.01)


def test_uncertain_thresholds_widen_intervals_and_leave_means():
    shows = np.linspace(-1, 1, 60)
    plain = learn_raters(normal_likelihood(shows, np.full(60, 0.4)), NODES)
    wide = learn_raters(normal_likelihood(shows, np.full(60, 0.4)), NODES, jitter=np.full(60, 0.3))
    assert np.allclose(plain.mean(), wide.mean())
    width, wider = (k.quantile(0.975) - k.quantile(0.025) for k in (plain, wide))
    assert (wider > width * 1.1).all()


def test_the_same_people_again_and_again_say_less_of_the_rater_than_of_rater_and_people():
    shows = np.random.default_rng(2).normal(0, 0.7, 200)
    known = learn_raters(normal_likelihood(shows, np.full(200, 0.2)), NODES, groups=GroupLevels.suppose(np.ones(200)))
    both = known.together()
    own = known.quantile(0.975) - known.quantile(0.025)
    joint = both.quantile(0.975) - both.quantile(0.025)
    assert (own > joint).all()


def test_what_is_known_of_a_raters_people_is_taken_off_what_the_ratings_show():
    shows, level = np.full(400, 0.8), np.full(400, 0.8)
    groups = GroupLevels(np.array([0.3]), level[None, :], np.full((1, 400), 0.01), np.zeros(1))
    known = learn_raters(normal_likelihood(shows, np.full(400, 0.2)), NODES, groups=groups)
    assert np.abs(known.mean()).max() < 0.02  # the people are as strong as the ratings are high
    assert known.together().mean() == pytest.approx(np.full(400, 0.8), abs=0.08)


def test_strict_and_lenient_are_exact_mirrors_even_at_the_edge_of_the_nodes():
    away = -np.logaddexp(0, -12 * (NODES + 1.0))  # grows to the very last node
    known = learn_raters(np.stack([away, away[::-1], np.zeros(121)]), NODES)
    assert known.beyond(0.7)[0] == pytest.approx(known.beyond(0.7)[1][[1, 0, 2]], abs=1e-12)
    assert known.quantile(0.025)[0] == pytest.approx(-known.quantile(0.975)[1], abs=1e-9)


def test_two_raters_who_look_alike_keep_wide_intervals():
    known = learn_raters(normal_likelihood(np.zeros(2), np.full(2, 0.5)), NODES)
    assert (known.quantile(0.975) - known.quantile(0.025) > 0.5).all()


def test_moving_a_narrow_likelihood_between_nodes_does_not_widen_it():
    nodes = np.linspace(-6.0, 6.0, 121)
    row = np.exp(-((nodes / 0.1) ** 2) / 2)[None, :]
    groups = GroupLevels(np.array([0.1]), np.array([[0.05]]), np.array([[0.0]]), np.zeros(1))
    moved = groups.of_rater(row, nodes, 0)[0]
    moved /= moved.sum()
    assert moved @ nodes == pytest.approx(-0.05, abs=1e-3)
    assert moved @ nodes**2 - (moved @ nodes) ** 2 == pytest.approx(0.01, rel=0.02)


def test_sums_of_logarithms_are_those_of_each_factor_down_to_the_least():
    factors = np.random.default_rng(4).uniform(0.01, 1, (3, 11))
    factors[1] = shifted_prior.LEAST_FACTOR
    assert shifted_prior._sum_of_logs(factors.copy()) == pytest.approx(np.log(factors).sum(axis=1), rel=1e-13)


def test_what_is_known_of_raters_is_the_same_in_another_process():
    known = learn_raters(normal_likelihood(np.array([-0.5, 0.2, 0.9]), 0.5), NODES)
    lower = known.quantile(0.1)
    sent = pickle.loads(pickle.dumps(known))
    assert len(pickle.dumps(known)) == len(pickle.dumps(sent))  # what was worked out stays behind
    assert np.array_equal(sent.quantile(0.1), lower)
    assert np.array_equal(sent.beyond(0.3), known.beyond(0.3))
