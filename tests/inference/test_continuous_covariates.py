import json
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from my121_analytics.inference.cumulative_link import fit_cumulative_link, fit_cumulative_link_counts
from my121_analytics.inference.quadrature import evaluate, log_likelihood_at

HERE = Path(__file__).parent
DECIDE = "my121_analytics.inference.rater_blocks._own_nodes_pay"


def draw(seed, sizes, *, sd=0.7, n_categories=4, slopes=(0.6, -0.4), banded=False):
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(size=(len(rater), len(slopes)))
    x = x.round() if banded else x
    cuts = np.linspace(-1.5, 1.5, n_categories - 1) if n_categories > 2 else np.array([0.2])
    t = x @ np.array(slopes) + rng.normal(0, sd, len(sizes))[rater] + rng.logistic(size=len(rater))
    return np.searchsorted(cuts, t), rater, pd.DataFrame(x, columns=[f"x{k}" for k in range(len(slopes))])


def has_own_nodes(fit):
    return all(block.row is not None for block in fit._problem.blocks)


def fit_on_shared_grid(monkeypatch, *given, nodes=81, **more):
    """The other way of placing nodes, on a finer grid than is ever chosen."""
    with monkeypatch.context() as patch:
        patch.setattr(DECIDE, lambda *_: False)
        return fit_cumulative_link(*given, nodes=nodes, **more)


def gaps(one, other):
    """Largest difference of each thing that is shown; of standard errors, as a share."""
    sds = np.array([0.3, 0.8])
    beyond = one.probability_beyond(0.7) - other.probability_beyond(0.7)
    return {"estimates": (one.parameters["estimate"] - other.parameters["estimate"])[:-1].abs().max(),
            "sd": abs(one.sd - other.sd),
            "se": (one.parameters["se"] / other.parameters["se"] - 1).abs().max(),
            "log-likelihood": abs(one.log_likelihood - other.log_likelihood),
            "raters": (one.raters - other.raters).abs().max(axis=None),
            "beyond": beyond.abs().max(axis=None),
            "location": (one.location_sd(0.5) - other.location_sd(0.5)).abs().max(),
            "correction": np.abs(one.spread_correction(sds) - other.spread_correction(sds)).max()}


CASES = {
    "like sizes": ((8,) * 40, {}),
    "one rating each, two categories": ((1, 1, 2, 3) * 40, {"n_categories": 2, "sd": 1.0}),
    "seven categories": ((3, 15) * 12, {"n_categories": 7}),
    "one of five thousand beside ones": ((1,) * 60 + (5_000,), {"sd": 0.9}),
    "some large ones": ((2, 4, 250, 700) * 2, {"sd": 0.5}),
    "two raters": ((30, 45), {"sd": 1.0}),
    "a wide spread": ((6,) * 40, {"sd": 3.0}),
    "a vast spread": ((9,) * 40, {"sd": 6.0}),
    "hardly any spread": ((9,) * 60, {"sd": 0.15, "n_categories": 5}),
    "no spread": ((10,) * 30, {"sd": 0.0}),
    "strong effects": ((10,) * 40, {"slopes": (4.0, -3.0)}),
    "one covariate": ((5, 12) * 20, {"slopes": (1.0,)}),
}


@pytest.mark.parametrize("name", CASES)
def test_nodes_of_a_raters_own_and_a_fine_shared_grid_give_the_same(name, monkeypatch):
    sizes, more = CASES[name]
    given = draw(len(name), sizes, **more)
    fit = fit_cumulative_link(*given)
    assert has_own_nodes(fit)
    assert fit.converged
    other = fit_on_shared_grid(monkeypatch, *given)
    assert not has_own_nodes(other)
    assert max(gaps(fit, other).values()) < 1e-4, gaps(fit, other)


def test_occasions_with_thresholds_of_their_own_give_the_same_either_way(monkeypatch):
    ratings, rater, covariates = draw(2, (6, 9, 14) * 15)
    occasion = np.arange(len(ratings)) % 3
    ratings = np.where((occasion == 2) & (ratings == 3), 2, ratings)  # a category that one occasion lacks
    fit = fit_cumulative_link(ratings, rater, covariates, occasions=occasion)
    assert has_own_nodes(fit)
    other = fit_on_shared_grid(monkeypatch, ratings, rater, covariates, occasions=occasion)
    assert len(fit.thresholds) == 8
    assert max(gaps(fit, other).values()) < 1e-4


def test_counts_that_are_fractions_and_raters_without_any_give_the_same_either_way(monkeypatch):
    ratings, rater, covariates = draw(3, (7,) * 40)
    n = np.random.default_rng(3).choice([0.25, 0.5, 1.0, 2.0], len(ratings))
    counts = pd.DataFrame({"rater": rater + 1, "pattern": np.arange(len(ratings)), "category": ratings, "n": n})
    given = {"rater_ids": [f"r{k}" for k in range(43)]}
    fit = fit_cumulative_link_counts(counts, covariates, **given)
    assert has_own_nodes(fit)
    monkeypatch.setattr(DECIDE, lambda *_: False)
    other = fit_cumulative_link_counts(counts, covariates, nodes=81, **given)
    assert max(gaps(fit, other).values()) < 1e-4
    empty = fit.raters.loc[["r0", "r41", "r42"]]
    assert (empty["n"] == 0).all()
    assert np.allclose(empty["sd"], fit.sd, atol=1e-6)
    assert np.allclose(empty["upper"], 1.959964 * fit.sd, atol=1e-4)


def test_a_continuous_covariate_gives_the_fit_of_an_independent_program():
    rows = pd.read_csv(HERE / "continuous.csv")
    expected = json.loads((HERE / "published_fits.json").read_text("utf-8"))["continuous"]
    fit = fit_cumulative_link(rows["rating"], rows["rater"], rows[["x", "z"]])
    assert has_own_nodes(fit)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-6)
    assert np.allclose(fit.thresholds, expected["thresholds"], atol=1e-5)
    assert np.allclose(fit.coefficients["estimate"], list(expected["coefficients"].values()), atol=1e-6)
    assert fit.sd == pytest.approx(expected["sd"], abs=1e-6)
    assert np.allclose(fit.parameters["se"].iloc[:-1], expected["se"], atol=1e-4)
    assert np.allclose(fit.raters["mode"], list(expected["modes"].values()), atol=1e-5)


@pytest.mark.parametrize("table", ["wine", "soup"])
def test_published_tables_give_the_same_fit_with_a_little_noise_beside_them(table, monkeypatch):
    if table == "wine":
        rows = pd.read_csv(HERE / "wine.csv")
        ratings, rater = rows["rating"], rows["judge"]
        covariates = pd.DataFrame({"warm": (rows["temp"] == "warm").astype(float)})
    else:
        rows = pd.read_csv(HERE / "soup_counts.csv")
        rows = rows.loc[rows.index.repeat(rows["n"])].reset_index(drop=True)
        ratings, rater = rows["SURENESS"], rows["RESP"]
        covariates = pd.get_dummies(rows["PRODID"].astype(str), drop_first=True).astype(float)
    covariates = covariates.assign(noise=np.random.default_rng(0).normal(size=len(rows)))
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert has_own_nodes(fit)
    assert fit.converged
    assert max(gaps(fit, fit_on_shared_grid(monkeypatch, ratings, rater, covariates)).values()) < 1e-4


def test_covariates_in_a_few_bands_stand_on_a_shared_grid():
    banded = fit_cumulative_link(*draw(4, (8,) * 300, banded=True))
    assert not any(block.row is not None for block in banded._problem.blocks)
    assert has_own_nodes(fit_cumulative_link(*draw(4, (8,) * 300)))


@pytest.mark.parametrize("sd", [0.2, 0.8, 2.5])
def test_gradient_and_information_on_own_nodes_match_difference_quotients(sd):
    fit = fit_cumulative_link(*draw(5, (3, 8, 20) * 8, sd=sd))
    problem, point = fit._problem, np.append(fit._point[:-1] + 0.1, np.log(sd))
    here = evaluate(problem, point, information="all")
    steps = 1e-4 * np.eye(len(point))
    slopes = [(log_likelihood_at(problem, point + s, 3.0) - log_likelihood_at(problem, point - s, 3.0)) / 2e-4
              for s in steps]
    curves = [(evaluate(problem, point - s).gradient - evaluate(problem, point + s).gradient) / 2e-4 for s in steps]
    assert np.allclose(here.gradient, slopes, atol=1e-4)  # difference quotients keep about six digits of hundreds
    assert np.allclose(here.information, curves, atol=1e-3)


def test_units_and_zero_of_a_covariate_change_only_its_own_coefficient():
    ratings, rater, covariates = draw(6, (10,) * 30)
    one = fit_cumulative_link(ratings, rater, covariates)
    other = fit_cumulative_link(ratings, rater, covariates.assign(x0=365.25 * covariates["x0"] - 40_000))
    assert other.coefficients.loc["x0", "estimate"] * 365.25 == pytest.approx(one.coefficients.loc["x0", "estimate"])
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    assert np.allclose(one.raters, other.raters, atol=1e-5)


def test_order_of_rows_names_and_direction_of_the_scale_change_nothing():
    ratings, rater, covariates = draw(7, (10, 3) * 15)
    one = fit_cumulative_link(ratings, rater, covariates)
    shuffle = np.random.default_rng(5).permutation(len(ratings))
    other = fit_cumulative_link(ratings[shuffle], rater[shuffle], covariates.iloc[shuffle])
    assert np.allclose(one.parameters, other.parameters, atol=1e-8)
    assert np.allclose(one.raters, other.raters, atol=1e-8)
    turned = fit_cumulative_link(-ratings, rater, covariates)
    assert np.allclose(one.raters["mean"], -turned.raters["mean"], atol=1e-6)
    assert np.allclose(one.thresholds, -turned.thresholds[::-1], atol=1e-6)


def test_one_raters_posterior_on_own_nodes_matches_brute_integration():
    ratings, rater, covariates = draw(8, (1, 4, 9) * 12, sd=1.2)
    ratings[rater == 1] = 3  # all in the top category: the posterior leans to one side
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert has_own_nodes(fit)
    bounds = np.concatenate([[-np.inf], fit.thresholds, [np.inf]])
    beyond = fit.probability_beyond(0.7)
    for one in (0, 1, 2):
        mine = rater == one
        place, k = covariates[mine].to_numpy() @ fit.coefficients["estimate"].to_numpy(), ratings[mine]

        def density(u, k=k, place=place):
            return np.prod(expit(bounds[k + 1] - place - u) - expit(bounds[k] - place - u)) * norm.pdf(u, scale=fit.sd)

        def integral(f, low=-16.0, high=16.0):
            return quad(f, low, high, epsabs=1e-14, epsrel=1e-10, limit=200)[0]

        total, row = integral(density), fit.raters.loc[one]
        mean = integral(lambda u, density=density: u * density(u)) / total
        spread = np.sqrt(integral(lambda u, density=density, mean=mean: (u - mean) ** 2 * density(u)) / total)
        assert row["mean"] == pytest.approx(mean, abs=1e-6)
        assert row["sd"] == pytest.approx(spread, abs=1e-6)
        assert density(row["mode"]) >= max(density(row["mode"] + move) for move in (-1e-3, 1e-3))
        assert integral(density, -16, row["lower"]) / total == pytest.approx(0.025, abs=1e-5)
        assert integral(density, -16, row["upper"]) / total == pytest.approx(0.975, abs=1e-5)
        assert beyond.loc[one, "below"] == pytest.approx(integral(density, -16, -0.7) / total, abs=1e-6)
        assert beyond.loc[one, "above"] == pytest.approx(integral(density, 0.7, 16) / total, abs=1e-6)


def test_no_spread_beside_continuous_covariates_gives_wide_intervals_and_a_word():
    rng = np.random.default_rng(1)
    fit = fit_cumulative_link(np.tile([1, 2, 2, 2, 3, 3], 20), np.repeat(np.arange(20), 6),
                              pd.DataFrame({"x": rng.normal(size=120)}))
    assert has_own_nodes(fit)
    assert fit.sd == 0.0
    assert fit.converged
    assert (fit.raters["upper"] - fit.raters["lower"] > 0.1).all()
    assert any("no spread" in note for note in fit.notes)
    assert (fit.probability_beyond(0.1) > 0).all(axis=None)


def test_ratings_that_a_continuous_covariate_foretells_are_never_called_converged():
    _, rater, covariates = draw(9, (8,) * 30)
    fit = fit_cumulative_link(np.digitize(covariates["x0"], [-0.5, 0.8]), rater, covariates)
    assert not fit.converged
    assert any("x0" in note for note in fit.notes)
    assert np.isfinite(fit.raters).all(axis=None)


def test_too_few_nodes_of_a_raters_own_are_found_out_by_the_finer_rule(monkeypatch):
    given = draw(10, (12,) * 60, sd=1.5)
    assert fit_cumulative_link(*given).converged
    monkeypatch.setattr("my121_analytics.inference.rater_nodes._hermite", lambda n: (np.zeros(1), np.zeros(1)))
    assert not fit_cumulative_link(*given).converged


@pytest.mark.parametrize("nodes", [1, 21, 150])
def test_more_nodes_asked_for_change_nothing_that_shows(nodes):
    given = draw(11, (2, 9) * 20)
    assert np.allclose(fit_cumulative_link(*given, nodes=nodes).parameters, fit_cumulative_link(*given).parameters,
                       atol=1e-6)


def test_blocks_halves_and_threads_change_no_digit_that_shows(monkeypatch):
    given = draw(12, (1, 4, 9, 30) * 20)
    one = fit_cumulative_link(*given)
    monkeypatch.setattr("my121_analytics.inference.rater_blocks.OWN_CELLS", 150)
    monkeypatch.setattr("my121_analytics.inference.rater_blocks.OWN_SAMPLE", 15)
    monkeypatch.setattr("my121_analytics.inference.quadrature.LARGEST_TABLE", 2_000)
    monkeypatch.setattr("my121_analytics.inference.quadrature.THREADS_PAY", 0)
    other = fit_cumulative_link(*given)
    assert len(other._problem.blocks) > 5
    assert max(gaps(one, other).values()) < 1e-6
    monkeypatch.setattr("my121_analytics.inference.quadrature.MOST_THREADS", 1)
    assert fit_cumulative_link(*given).parameters.equals(other.parameters)


def test_more_covariates_than_one_can_be_continuous_and_others_dummies(monkeypatch):
    ratings, rater, covariates = draw(13, (9,) * 40, slopes=(0.5, 0.2, -0.3))
    covariates = covariates.assign(x1=(covariates["x1"] > 0).astype(float), x2=covariates["x2"].round())
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert has_own_nodes(fit)
    assert max(gaps(fit, fit_on_shared_grid(monkeypatch, ratings, rater, covariates)).values()) < 1e-4


@pytest.mark.slow
def test_a_continuous_fit_needs_little_room_beside_its_ratings():
    ratings, rater, covariates = draw(14, (10,) * 20_000)
    tracemalloc.start()
    fit = fit_cumulative_link(ratings, rater, covariates)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fit.converged
    assert peak / len(ratings) < 500  # bytes; a table of all at 11 nodes would be 88 and there are many
