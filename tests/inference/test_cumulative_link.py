import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.cumulative_link import fit_cumulative_link, fit_cumulative_link_counts
from my121_analytics.inference.quadrature import evaluate

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def published():
    return json.loads((HERE / "published_fits.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def wine():
    rows = pd.read_csv(HERE / "wine.csv")
    dummies = pd.DataFrame({"tempwarm": (rows["temp"] == "warm").astype(float),
                            "contactyes": (rows["contact"] == "yes").astype(float)})
    return rows["rating"], rows["judge"], dummies


def simulate(n_raters, per_rater, *, sd, thresholds=(-2.0, 1.5), slope=0.7, seed=0):
    rng = np.random.default_rng(seed)
    u = rng.normal(0, sd, n_raters)
    rater = np.repeat(np.arange(n_raters), per_rater)
    x = rng.normal(size=len(rater)).round(1)
    t = u[rater] + slope * x + rng.logistic(size=len(rater))
    return np.searchsorted(thresholds, t) + 1, rater, pd.DataFrame({"x": x}), u


def agrees_with(fit, expected):
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-3)
    assert np.allclose(fit.thresholds, expected["thresholds"], atol=1e-4)
    assert np.allclose(fit.coefficients["estimate"], list(expected["coefficients"].values()), atol=1e-4)
    assert fit.sd == pytest.approx(expected["sd"], abs=1e-4)
    assert np.allclose(fit.parameters["se"].iloc[:-1], expected["se"], atol=1e-3)
    modes = pd.Series(expected["modes"])
    assert np.allclose(fit.raters["mode"].rename(index=str).reindex(modes.index), modes, atol=1e-4)


def test_the_wine_table_gives_the_published_fit(wine, published):
    agrees_with(fit_cumulative_link(*wine), published["wine"])


def test_the_soup_counts_give_the_published_fit(published):
    rows = pd.read_csv(HERE / "soup_counts.csv")
    products = pd.get_dummies(pd.Series(range(1, 7)).astype(str), prefix="PRODID", prefix_sep="", drop_first=True)
    rater, ids = pd.factorize(rows["RESP"])
    counts = pd.DataFrame({"rater": rater, "pattern": rows["PRODID"] - 1, "category": rows["SURENESS"], "n": rows["n"]})
    agrees_with(fit_cumulative_link_counts(counts, products, rater_ids=ids), published["soup"])


def test_rows_and_counts_give_the_same_fit(wine):
    ratings, raters, covariates = wine
    patterns = covariates.drop_duplicates().reset_index(drop=True)
    rows = covariates.merge(patterns.reset_index(names="pattern"), on=list(covariates.columns))
    counts = rows.assign(rater=raters - 1, category=ratings).groupby(
        ["rater", "pattern", "category"]).size().rename("n").reset_index()
    one, other = fit_cumulative_link(*wine), fit_cumulative_link_counts(counts, patterns)
    assert np.allclose(one.parameters, other.parameters, atol=1e-6)
    assert np.allclose(one.raters, other.raters, atol=1e-6)


def test_one_rater_posterior_matches_brute_integration(wine):
    ratings, raters, covariates = wine
    fit = fit_cumulative_link(*wine)
    mine = (raters == 7).to_numpy()
    place = covariates[mine].to_numpy() @ fit.coefficients["estimate"].to_numpy()
    bounds = np.concatenate([[-np.inf], fit.thresholds, [np.inf]])
    k = ratings[mine].to_numpy()

    def density(u):
        return np.prod(expit(bounds[k] - place - u) - expit(bounds[k - 1] - place - u)) * norm.pdf(u, scale=fit.sd)

    def integral(f, low=-9.0, high=9.0):
        return quad(f, low, high, epsabs=1e-14, epsrel=1e-10, limit=200)[0]

    total = integral(density)
    row = fit.raters.loc[7]
    mean = integral(lambda u: u * density(u)) / total
    assert row["mean"] == pytest.approx(mean, abs=1e-6)
    assert row["sd"] == pytest.approx(np.sqrt(integral(lambda u: (u - mean) ** 2 * density(u)) / total), abs=1e-6)
    assert integral(density, -9, row["lower"]) / total == pytest.approx(0.025, abs=1e-5)
    assert integral(density, -9, row["upper"]) / total == pytest.approx(0.975, abs=1e-5)
    beyond = fit.probability_beyond(0.7).loc[7]
    assert beyond["below"] == pytest.approx(integral(density, -9, -0.7) / total, abs=1e-6)
    assert beyond["above"] == pytest.approx(integral(density, 0.7, 9) / total, abs=1e-6)


def test_gradient_and_information_match_difference_quotients(wine):
    fit = fit_cumulative_link(*wine)
    problem, point = fit._problem, fit._point + 0.1
    here = evaluate(problem, point, information="all")
    steps = 1e-5 * np.eye(len(point))
    slopes = [(evaluate(problem, point + s).log_likelihood - evaluate(problem, point - s).log_likelihood) / 2e-5
              for s in steps]
    curves = [(evaluate(problem, point - s).gradient - evaluate(problem, point + s).gradient) / 2e-5 for s in steps]
    assert np.allclose(here.gradient, slopes, atol=1e-5)  # difference quotients keep about six digits
    assert np.allclose(here.information, curves, atol=1e-5)


def test_known_parameters_are_recovered_with_a_continuous_covariate():
    ratings, raters, covariates, u = simulate(400, 12, sd=0.8, seed=3)
    fit = fit_cumulative_link(ratings, raters, covariates)
    z = (fit.parameters["estimate"] - [-2.0, 1.5, 0.7, np.log(0.8)]) / fit.parameters["se"]
    assert (z.abs() < 3).all()
    inside = (fit.raters["lower"] <= u) & (u <= fit.raters["upper"])
    assert inside.mean() == pytest.approx(0.95, abs=0.03)  # 400 raters: standard error .011


def test_a_covariate_in_other_units_changes_only_its_own_coefficient():
    ratings, raters, covariates, _ = simulate(60, 8, sd=0.6)
    one = fit_cumulative_link(ratings, raters, covariates)
    other = fit_cumulative_link(ratings, raters, covariates * 1000 + 2017)
    assert other.coefficients.loc["x", "estimate"] * 1000 == pytest.approx(one.coefficients.loc["x", "estimate"])
    assert other.coefficients.loc["x", "se"] * 1000 == pytest.approx(one.coefficients.loc["x", "se"], rel=1e-6)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    assert np.allclose(one.raters, other.raters, atol=1e-5)


def test_order_of_rows_and_names_of_raters_change_nothing(wine):
    ratings, raters, covariates = wine
    shuffle = np.random.default_rng(5).permutation(len(ratings))
    renamed = raters.map(lambda judge: f"judge {judge}")
    one = fit_cumulative_link(*wine)
    other = fit_cumulative_link(ratings.iloc[shuffle], renamed.iloc[shuffle], covariates.iloc[shuffle])
    assert np.allclose(one.parameters, other.parameters, atol=1e-9)
    assert np.allclose(one.raters, other.raters, atol=1e-9)


def test_turning_the_scale_round_turns_the_effects_round(wine):
    ratings, raters, covariates = wine
    one, other = fit_cumulative_link(*wine), fit_cumulative_link(-ratings, raters, covariates)
    assert np.allclose(one.raters["mean"], -other.raters["mean"], atol=1e-6)
    assert np.allclose(one.thresholds, -other.thresholds[::-1], atol=1e-6)
    assert one.sd == pytest.approx(other.sd, abs=1e-6)


def test_inputs_are_left_as_they_were(wine):
    before = [given.copy() for given in wine]
    fit_cumulative_link(*wine)
    for was, given in zip(before, wine, strict=True):
        assert was.equals(given)


def test_larger_effects_mean_higher_ratings(wine):
    ratings, raters, _ = wine
    fit = fit_cumulative_link(*wine)
    assert fit.raters["mean"].corr(ratings.groupby(raters).mean()) > 0.95


def test_two_categories_are_a_logistic_model_with_a_random_intercept():
    rng = np.random.default_rng(8)
    rater = np.repeat(np.arange(30), 6)
    y = (rng.normal(0, 1, 30)[rater] + rng.logistic(size=180) > 0.3).astype(int)
    fit = fit_cumulative_link(y, rater)
    passed, n_raters = np.unique(np.bincount(rater, y), return_counts=True)

    def log_marginal(threshold, sd):
        each = [np.log(quad(lambda u, k=k: expit(u - threshold) ** k * expit(threshold - u) ** (6 - k)
                            * norm.pdf(u, scale=sd), -10, 10, epsabs=1e-13)[0]) for k in passed]
        return float(n_raters @ each)

    best = log_marginal(fit.thresholds.iloc[0], fit.sd)
    assert best == pytest.approx(fit.log_likelihood, abs=1e-6)
    assert best > log_marginal(fit.thresholds.iloc[0] + 0.05, fit.sd)
    assert best > log_marginal(fit.thresholds.iloc[0], fit.sd * 1.05)
    assert best > log_marginal(fit.thresholds.iloc[0], fit.sd / 1.05)


def test_more_nodes_than_chosen_change_nothing_that_shows(wine):
    one, other = fit_cumulative_link(*wine), fit_cumulative_link(*wine, nodes=201)
    assert np.allclose(one.parameters, other.parameters, atol=1e-6)


def test_somebody_who_gives_one_rating_throughout_has_a_finite_posterior():
    ratings, raters, covariates, _ = simulate(40, 8, sd=0.5)
    ratings[raters == 0] = 3
    ratings[raters == 1] = 2
    fit = fit_cumulative_link(ratings, raters, covariates)
    assert np.isfinite(fit.raters).all(axis=None)
    assert fit.raters.loc[0, "mean"] > 0
    assert fit.raters.loc[0, "lower"] < fit.raters.loc[0, "mean"] < fit.raters.loc[0, "upper"]


def test_a_rater_with_five_thousand_ratings_stands_beside_small_ones():
    rng = np.random.default_rng(2)
    rater = np.concatenate([np.repeat(np.arange(50), 5), np.full(5_000, 50)])
    u = np.append(rng.normal(0, 0.6, 50), 2.5)
    ratings = np.searchsorted([-2.0, 1.5], u[rater] + rng.logistic(size=len(rater)))
    fit = fit_cumulative_link(ratings, rater)
    assert fit.converged
    big = fit.raters.loc[50]
    assert big["sd"] < 0.3
    assert big["mean"] == pytest.approx(2.5, abs=0.9)  # the thresholds rest on 50 small raters
    fine = fit_cumulative_link(ratings, rater, nodes=801)
    assert np.allclose(fit.raters, fine.raters, atol=1e-5)


def test_no_spread_between_raters_gives_wide_honest_intervals_and_a_word():
    ratings = np.tile([1, 2, 2, 2, 3, 3], 20)
    raters = np.repeat(np.arange(20), 6)
    fit = fit_cumulative_link(ratings, raters)
    assert fit.sd == 0.0
    assert fit.converged
    assert (fit.raters["upper"] - fit.raters["lower"] > 0.1).all()
    assert any("no spread" in note for note in fit.notes)
    beyond = fit.probability_beyond(0.1)
    assert ((beyond > 0) & (beyond < 0.5)).all(axis=None)


def test_separation_is_bounded_and_said():
    ratings, raters, _, _ = simulate(40, 10, sd=0.5)
    group = pd.DataFrame({"always_top": (np.arange(400) % 10 == 0).astype(float)})
    ratings[group["always_top"] == 1] = 3
    fit = fit_cumulative_link(ratings, raters, group)
    assert np.isfinite(fit.coefficients["estimate"]).all()
    assert any("always_top" in note for note in fit.notes)
    assert np.isfinite(fit.raters).all(axis=None)


def test_a_category_that_nobody_uses_is_left_out():
    ratings, raters, _, _ = simulate(30, 8, sd=0.5)
    scale = pd.Categorical(np.where(ratings == 3, 5, ratings), categories=[1, 2, 3, 4, 5], ordered=True)
    fit = fit_cumulative_link(scale, raters)
    assert fit.categories == (1, 2, 5)
    assert list(fit.thresholds.index) == ["1|2", "2|5"]


@pytest.mark.parametrize(("ratings", "raters", "covariates", "error", "words"), [
    ([1, 2, 1, 2], [1, 1, 1, 1], None, DataUnusableError, "1 rater"),
    ([2, 2, 2, 2], [1, 1, 2, 2], None, DataUnusableError, "two categories"),
    ([1, None, 1, 2], [1, 1, 2, 2], None, DataUnusableError, "1 of 4 ratings are missing"),
    ([1, 2, 1, 2], [1, None, 2, 2], None, DataUnusableError, "name no rater"),
    ([1, 2, 1, 2], [1, 2, 2], None, UsageError, "3 raters"),
    ([1, 2, 1, 2], [1, 1, 2, 2], {"grade": list("abab")}, UsageError, "grade"),
    ([1, 2, 1, 2], [1, 1, 2, 2], {"x": [1.0, np.nan, 2, 3]}, DataUnusableError, "missing or infinite"),
    ([1, 2, 1, 2], [1, 1, 2, 2], {"x": [1.0, 1, 1, 1]}, DataUnusableError, "one value"),
    ([1, 2, 1, 2], [1, 1, 2, 2], {"x": [1.0, 2, 3, 4], "y": [2.0, 4, 6, 8]}, DataUnusableError, "follow from"),
    ([1, 2, 1, 2], [1, 1, 2, 2], {"x": [1.0, 2, 3]}, UsageError, "3 rows"),
])
def test_what_cannot_be_fitted_is_refused_with_a_word(ratings, raters, covariates, error, words):
    frame = None if covariates is None else pd.DataFrame(covariates)
    with pytest.raises(error, match=words):
        fit_cumulative_link(ratings, raters, frame)


def test_a_measurement_is_no_scale():
    rng = np.random.default_rng(1)
    with pytest.raises(DataUnusableError, match="not a scale"):
        fit_cumulative_link(rng.normal(size=200), np.repeat(np.arange(20), 10))


def test_a_negative_delta_is_refused(wine):
    with pytest.raises(UsageError, match="delta"):
        fit_cumulative_link(*wine).probability_beyond(-1)


def test_ratings_may_count_less_than_one(wine):
    ratings, raters, _ = wine
    counts = pd.DataFrame({"rater": raters - 1, "pattern": 0, "category": ratings, "n": 1.0})
    whole = fit_cumulative_link_counts(counts)
    half = fit_cumulative_link_counts(pd.concat([counts, counts]).assign(n=0.5))
    assert np.allclose(whole.parameters, half.parameters, atol=1e-6)
    less = fit_cumulative_link_counts(counts.assign(n=0.5))
    assert (less.raters["n"] == 4).all()
    assert (less.raters["mean"].abs() < whole.raters["mean"].abs()).all()


def test_the_gap_between_a_fit_in_blocks_and_in_one_is_nil(monkeypatch):
    ratings, raters, covariates, _ = simulate(300, 8, sd=0.7)
    one = fit_cumulative_link(ratings, raters, covariates)
    monkeypatch.setattr("my121_analytics.inference.rater_blocks.BLOCK_RATERS", 60)
    monkeypatch.setattr("my121_analytics.inference.rater_blocks.SAMPLE_RATERS", 40)
    monkeypatch.setattr("my121_analytics.inference.quadrature.SCORE_ELEMENTS", 5_000)
    other = fit_cumulative_link(ratings, raters, covariates)
    assert len(other._problem.blocks) > 3
    assert np.allclose(one.parameters, other.parameters, atol=1e-4)  # both stop within .001 standard errors
    assert np.allclose(one.raters, other.raters, atol=1e-4)


def test_thresholds_and_case_mix_are_less_certain_with_few_raters():
    ratings, raters, covariates, _ = simulate(200, 8, sd=0.6)
    many = fit_cumulative_link(ratings, raters, covariates).location_sd(0.6)
    few = raters < 6
    little = fit_cumulative_link(ratings[few], raters[few], covariates[few]).location_sd(0.6)
    assert little.mean() > 3 * many.mean()
