import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.cumulative_link import fit_cumulative_link, fit_cumulative_link_counts

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def wine():
    rows = pd.read_csv(HERE / "wine.csv")
    dummies = pd.DataFrame({"tempwarm": (rows["temp"] == "warm").astype(float),
                            "contactyes": (rows["contact"] == "yes").astype(float)})
    return rows, dummies


def simulate(n_people, n_raters, n_cycles, *, mobility=0.2, sd=0.7, sd_subject=1.2, seed=0):
    rng = np.random.default_rng(seed)
    u, a = rng.normal(0, sd, n_raters), rng.normal(0, sd_subject, n_people)
    rater = np.empty((n_cycles, n_people), dtype=int)
    rater[0] = rng.integers(0, n_raters, n_people)
    for t in range(1, n_cycles):
        moves = rng.random(n_people) < mobility
        rater[t] = np.where(moves, rng.integers(0, n_raters, n_people), rater[t - 1])
    rater, person = rater.ravel(), np.tile(np.arange(n_people), n_cycles)
    x = (rng.random(len(rater)) < 0.3).astype(float)
    t = 0.5 * x + u[rater] + a[person] + rng.logistic(size=len(rater))
    return np.searchsorted([-2.0, 0.0, 2.0], t), rater, person, pd.DataFrame({"x": x}), u


def test_the_wine_table_with_bottles_gives_the_published_laplace_fit(wine):
    rows, dummies = wine
    expected = json.loads((HERE / "published_fits.json").read_text("utf-8"))["wine_crossed"]
    fit = fit_cumulative_link(rows["rating"], rows["judge"], dummies, subjects=rows["bottle"])
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-5)
    assert np.allclose(fit.thresholds, expected["thresholds"], atol=1e-4)
    assert np.allclose(fit.coefficients["estimate"], list(expected["coefficients"].values()), atol=1e-4)
    assert fit.sd == pytest.approx(expected["sd"], abs=1e-4)
    assert fit.sd_subject == pytest.approx(expected["sd_subject"], abs=1e-4)
    assert np.allclose(fit.parameters["se"].iloc[:6], expected["se"], atol=1e-4)
    assert np.allclose(fit.raters["mode"], list(expected["modes"].values()), atol=1e-4)
    assert np.allclose(fit.raters["sd"]**2, list(expected["variances"].values()), atol=1e-4)
    assert (fit.subjects["sd"] > 0.05).all()  # no spread found is no proof that there is none
    assert any("no spread between subjects" in note for note in fit.notes)


def brute_laplace(ratings, rater, person, x, parameters):
    """Laplace's approximation by dense matrices and a general optimiser: no code in common with the package's."""
    cuts, beta, sds = np.array([-np.inf, *parameters[:3], np.inf]), parameters[3], np.exp(parameters[4:])
    J = rater.max() + 1
    rows = np.eye(J + person.max() + 1)
    Z = rows[rater] + rows[J + person]
    penalty = np.repeat(1 / sds**2, [J, person.max() + 1])

    def misfit(b):
        t = x * beta + Z @ b
        above, below = expit(cuts[ratings + 1] - t), expit(cuts[ratings] - t)
        p = above - below
        slope = (above * (1 - above) - below * (1 - below)) / p
        return penalty @ b**2 / 2 - np.log(p).sum(), penalty * b + Z.T @ slope

    b = minimize(misfit, np.zeros(Z.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9}).x
    steps = 1e-5 * np.eye(len(b))
    curvature = np.array([(misfit(b + s)[1] - misfit(b - s)[1]) / 2e-5 for s in steps])
    return -misfit(b)[0] + np.log(penalty).sum() / 2 - np.linalg.slogdet(curvature)[1] / 2, b


def test_the_fit_is_the_largest_laplace_likelihood_worked_out_by_brute_force():
    ratings, rater, person, covariates, _ = simulate(40, 6, 4, mobility=0.4, seed=3)
    fit = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    assert fit.converged
    best = fit.parameters["estimate"].to_numpy()
    given = ratings, rater, person, covariates["x"].to_numpy()
    top, modes = brute_laplace(*given, best)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-4)
    assert np.allclose(np.concatenate([fit.raters["mode"], fit.subjects["mode"]]), modes, atol=1e-4)
    for step in 0.05 * np.eye(len(best)):
        high, low = brute_laplace(*given, best + step)[0], brute_laplace(*given, best - step)[0]
        assert max(high, low) < top
        assert abs(high - low) < 0.1 * (2 * top - high - low)  # a top, and not a slope


def test_raters_and_people_are_recovered_when_people_move():
    ratings, rater, person, covariates, u = simulate(600, 60, 5, seed=1)
    fit = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    z = (fit.parameters["estimate"] - [-2, 0, 2, 0.5, np.log(0.7), np.log(1.2)]) / fit.parameters["se"]
    assert (z.abs() < 3.5).all()  # Laplace's method draws the spreads a little towards nought
    inside = (fit.raters["lower"] <= u) & (u <= fit.raters["upper"])
    assert inside.mean() == pytest.approx(0.95, abs=0.08)
    beyond = fit.probability_beyond(0.5)
    assert beyond["above"][u > 1.2].mean() > 0.6 > 0.2 > beyond["above"][u < 0].mean()


def test_fewer_people_than_raters_change_nothing_but_the_work():
    ratings, rater, person, covariates, _ = simulate(20, 12, 6, mobility=0.5, seed=5)
    one = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    other = fit_cumulative_link(ratings, person, covariates, subjects=rater)
    assert other.sd == pytest.approx(one.sd_subject, abs=1e-5)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-7)
    assert np.allclose(other.subjects["mode"], one.raters["mode"], atol=1e-4)
    assert np.allclose(other.subjects["sd"], one.raters["sd"], atol=1e-4)


@pytest.mark.slow
def test_probes_give_nearly_what_exact_variances_give(monkeypatch):
    ratings, rater, person, covariates, _ = simulate(300, 120, 3, seed=2)
    exact = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    monkeypatch.setattr("my121_analytics.inference.crossed.DENSE_FIT", 100)
    monkeypatch.setattr("my121_analytics.inference.crossed_ascent.DENSE_VARIANCE", 100)
    probed = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    assert np.allclose(probed.parameters["estimate"], exact.parameters["estimate"], atol=0.01)
    assert np.allclose(probed.raters["mode"], exact.raters["mode"], atol=0.01)
    assert np.allclose(probed.raters["sd"], exact.raters["sd"], rtol=0.1)
    assert probed.log_likelihood == pytest.approx(exact.log_likelihood, abs=0.5)
    assert any("probes" in note for note in probed.notes)


def test_counts_and_rows_give_the_same_crossed_fit():
    ratings, rater, person, covariates, _ = simulate(60, 8, 4, seed=6)
    counts = pd.DataFrame({"rater": rater, "pattern": covariates["x"].astype(int), "category": ratings, "n": 1})
    one = fit_cumulative_link(ratings, rater, covariates, subjects=person)
    other = fit_cumulative_link_counts(counts, pd.DataFrame({"x": [0.0, 1.0]}), subjects=person)
    assert np.allclose(one.parameters, other.parameters, atol=1e-6)
    assert (other.subjects["n"] == 4).all()


def test_people_rated_once_each_are_refused_with_a_word():
    ratings, rater, _, _, _ = simulate(60, 8, 1)
    with pytest.raises(DataUnusableError, match="more than once"):
        fit_cumulative_link(ratings, rater, subjects=np.arange(60))


def test_what_only_quadrature_knows_is_refused_for_crossed_fits():
    ratings, rater, person, _, _ = simulate(60, 8, 3)
    with pytest.raises(UsageError, match="Laplace"):
        fit_cumulative_link(ratings, rater, subjects=person, nodes=11)
    with pytest.raises(UsageError, match="without subjects"):
        fit_cumulative_link(ratings, rater, subjects=person).location_sd(0.5)


def test_people_and_raters_that_are_the_same_never_pass_for_a_plain_fit():
    ratings, rater, _, _, _ = simulate(60, 8, 3)
    fit = fit_cumulative_link(ratings, rater, subjects=rater)
    alone = fit_cumulative_link(ratings, rater)
    total = np.hypot(fit.sd, fit.sd_subject)
    assert total == pytest.approx(alone.sd, rel=0.1)
    assert fit.converged is False or (fit.raters["sd"] > alone.raters["sd"]).all()
