import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.cumulative_link import fit_cumulative_link, fit_cumulative_link_counts


def draw(seed, *, n_categories=3, sizes=(8,) * 30, sd=0.7, slopes=(), continuous=True):
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(len(sizes)), sizes)
    shape = (len(rater), len(slopes))
    x = rng.normal(size=shape) if continuous else (rng.random(shape) < 0.3).astype(float)
    cuts = np.linspace(-1.5, 1.5, n_categories - 1) if n_categories > 2 else np.array([0.2])
    t = x @ np.array(slopes, dtype=float) + rng.normal(0, sd, len(sizes))[rater] + rng.logistic(size=len(rater))
    return np.searchsorted(cuts, t), rater, pd.DataFrame(x, columns=[f"x{k}" for k in range(len(slopes))])


def dense_log_likelihood(parameters, ratings, rater, covariates, n_nodes=201):
    """Plain sums over many nodes for each row: no table, no blocks, no code in common with the package's."""
    n_cuts = ratings.max()
    cuts = np.concatenate([[-np.inf], parameters[:n_cuts], [np.inf]])
    if (np.diff(parameters[:n_cuts]) <= 0).any():
        return -1e10
    z = np.linspace(-8, 8, n_nodes)
    t = (covariates @ parameters[n_cuts:-1])[:, None] + np.exp(parameters[-1]) * z
    upper, lower = cuts[ratings + 1][:, None] - t, cuts[ratings][:, None] - t
    p = np.where(lower > 0, expit(-lower) - expit(-upper), expit(upper) - expit(lower))
    by_rater = np.add.reduceat(np.log(np.maximum(p, 1e-300)), np.flatnonzero(np.diff(rater, prepend=-1)), axis=0)
    return float((logsumexp(by_rater - z**2 / 2, axis=1) + np.log((z[1] - z[0]) / np.sqrt(2 * np.pi))).sum())


@pytest.mark.parametrize(("seed", "given"), [
    (1, {"n_categories": 2, "sizes": (1, 2, 3, 5, 9) * 6, "sd": 1.0}),
    (2, {"n_categories": 7, "sizes": (3, 12) * 10, "sd": 0.5, "slopes": (0.8,)}),
    (3, {"n_categories": 4, "sizes": (2,) * 20 + (60,), "sd": 1.5, "slopes": (1.5, -0.5)}),
    (4, {"n_categories": 3, "sizes": (6,) * 15, "sd": 3.0, "slopes": (0.5,), "continuous": False}),
    (5, {"n_categories": 5, "sizes": (25, 40), "sd": 1.0}),
])
def test_estimates_are_where_a_dense_sum_is_largest(seed, given):
    ratings, rater, covariates = draw(seed, **given)
    fit = fit_cumulative_link(ratings, rater, covariates)
    ratings = np.unique(ratings, return_inverse=True)[1]
    best = fit.parameters["estimate"].to_numpy()
    assert fit.converged
    args = ratings, rater, covariates.to_numpy()
    assert fit.log_likelihood == pytest.approx(dense_log_likelihood(best, *args), abs=1e-6)
    start = best + 0.2 * np.sin(np.arange(len(best)))
    found = minimize(lambda p: -dense_log_likelihood(p, *args), start, method="BFGS", options={"gtol": 1e-5})
    assert -found.fun <= fit.log_likelihood + 1e-6
    assert np.allclose(found.x[:-1], best[:-1], atol=2e-4)  # difference quotients stop the general optimiser there
    assert np.exp(found.x[-1]) == pytest.approx(fit.sd, abs=5e-4)


def test_standard_errors_are_those_of_second_differences_of_a_dense_sum():
    ratings, rater, covariates = draw(6, n_categories=4, sizes=(2, 7, 11) * 8, slopes=(0.9,))
    fit = fit_cumulative_link(ratings, rater, covariates)
    best, h = fit.parameters["estimate"].to_numpy(), 1e-3
    steps, args = h * np.eye(len(best)), (ratings, rater, covariates.to_numpy())

    def at(p):
        return dense_log_likelihood(p, *args)

    curvature = [[-(at(best + a + b) - at(best + a - b) - at(best - a + b) + at(best - a - b)) / (4 * h**2)
                  for a in steps] for b in steps]
    assert np.allclose(fit.parameters["se"], np.sqrt(np.diag(np.linalg.inv(curvature))), rtol=1e-3)


def test_raters_with_nodes_of_their_own_match_a_dense_sum():
    ratings, rater, covariates = draw(7, sizes=(4,) * 10 + (900,), sd=0.8, slopes=(0.6,))
    fit = fit_cumulative_link(ratings, rater, covariates)
    dense = dense_log_likelihood(fit.parameters["estimate"].to_numpy(), ratings, rater, covariates.to_numpy(), 2_001)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(dense, abs=1e-6)


def test_a_rater_with_five_thousand_top_ratings_is_finite_and_first():
    ratings, rater, _ = draw(8)
    fit = fit_cumulative_link(np.append(ratings, np.full(5_000, 2)), np.append(rater, np.full(5_000, 99)))
    assert fit.converged
    assert fit.raters["mean"].idxmax() == 99
    assert np.isfinite(fit.raters).all(axis=None)
    assert fit.raters.loc[99, "lower"] < fit.raters.loc[99, "mode"] < fit.raters.loc[99, "upper"]


def test_occasions_have_thresholds_of_their_own():
    rng = np.random.default_rng(9)
    rater, occasion = np.repeat(np.arange(150), 12), np.tile(np.arange(3), 600)
    truth = np.array([[-2.0, 1.0], [-1.5, 1.5], [-1.0, 2.5]])
    t = rng.normal(0, 0.7, 150)[rater] + rng.logistic(size=len(rater))
    ratings = (t[:, None] > truth[occasion]).sum(axis=1)
    years = np.array(["2021", "2022", "2023"])[occasion]
    fit = fit_cumulative_link(ratings, rater, occasions=years)
    assert fit.converged
    assert fit.thresholds.index.tolist() == [(year, cut) for year in ("2021", "2022", "2023") for cut in ("0|1", "1|2")]
    z = (fit.parameters["estimate"] - [*truth.ravel(), np.log(0.7)]) / fit.parameters["se"]
    assert (z.abs() < 3).all()
    counts = pd.DataFrame({"rater": rater, "pattern": 0, "category": ratings, "n": 1})
    other = fit_cumulative_link_counts(counts, occasions=years)
    assert np.allclose(other.parameters, fit.parameters, atol=1e-8)


def test_one_occasion_is_the_same_as_none_and_alike_occasions_add_nothing():
    ratings, rater, covariates = draw(10, slopes=(0.5,))
    plain = fit_cumulative_link(ratings, rater, covariates)
    one = fit_cumulative_link(ratings, rater, covariates, occasions=np.zeros(len(ratings)))
    assert np.allclose(one.parameters, plain.parameters, atol=1e-8)
    assert np.allclose(one.raters, plain.raters, atol=1e-8)


def test_a_category_unused_on_one_occasion_has_no_threshold_there():
    ratings, rater, _ = draw(11, sizes=(9,) * 40)
    occasion = np.tile([1, 2, 3], 120)
    ratings = np.where((occasion == 2) & (ratings == 1), 2, ratings)
    ratings = np.where(occasion == 3, 1, ratings)
    fit = fit_cumulative_link(ratings, rater, occasions=occasion)
    assert fit.converged
    assert fit.thresholds.index.tolist() == [(1, "0|1"), (1, "1|2"), (2, "0|2")]
    assert any("tell nothing: 3" in note for note in fit.notes)


def test_covariates_that_only_tell_occasions_apart_are_refused():
    ratings, rater, _ = draw(12)
    occasion = np.tile([1, 2], 120)
    with pytest.raises(DataUnusableError, match="follow from"):
        fit_cumulative_link(ratings, rater, pd.DataFrame({"cycle": occasion == 2}), occasions=occasion)


@pytest.mark.parametrize("continuous", [True, False])
def test_an_effect_that_runs_off_is_never_called_converged(continuous):
    ratings, rater, covariates = draw(13, slopes=(1.0,), continuous=continuous)
    inside = covariates["x0"] > 0
    ratings = inside.astype(int) if continuous else np.where(inside, 2, ratings)
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert not fit.converged
    assert any("x0" in note for note in fit.notes)
    assert np.isfinite(fit.raters).all(axis=None)


@pytest.mark.parametrize("seed", range(4))
def test_one_rating_that_is_a_group_of_its_own_is_no_converged_fit(seed):
    ratings, rater, covariates = draw(seed, sizes=(6,) * 5, slopes=(0.5,), continuous=True)
    lowest = np.flatnonzero(ratings == 0)[0]
    covariates["alone"] = (np.arange(30) == lowest).astype(float)
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert not fit.converged
    assert any("alone" in note and "x0" not in note for note in fit.notes)


def test_one_dissenter_in_a_group_is_no_separation():
    ratings, rater, covariates = draw(14, slopes=(1.0,), continuous=False)
    inside = np.flatnonzero(covariates["x0"] > 0)
    ratings[inside], ratings[inside[0]] = 2, 0
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert fit.converged
    assert fit.notes == ()


def test_raters_who_share_no_category_are_said_and_not_called_converged():
    fit = fit_cumulative_link(np.repeat(np.arange(30) % 3, 8), np.repeat(np.arange(30), 8))
    assert not fit.converged
    assert any("share a category" in note for note in fit.notes)
    assert np.isfinite(fit.raters).all(axis=None)


def test_covariates_that_nearly_repeat_each_other_are_uncertain_and_not_separated():
    ratings, rater, covariates = draw(15, slopes=(0.5,))
    covariates["twin"] = covariates["x0"] + 1e-3 * np.random.default_rng(0).normal(size=len(covariates))
    fit = fit_cumulative_link(ratings, rater, covariates)
    assert fit.converged
    assert (fit.coefficients["se"] > 10).all()


@pytest.mark.parametrize("nodes", [1, 5, 10, 40])
def test_few_nodes_asked_for_never_make_a_coarse_answer(nodes):
    ratings, rater, covariates = draw(16, slopes=(0.5,))
    assert np.allclose(fit_cumulative_link(ratings, rater, covariates, nodes=nodes).parameters,
                       fit_cumulative_link(ratings, rater, covariates).parameters, atol=1e-6)


def test_raters_alike_are_worked_on_once_and_come_out_alike():
    ratings, rater, _ = draw(17, sizes=(5,) * 400)
    fit = fit_cumulative_link(ratings, rater)
    assert fit._problem.n_rows < 30 < fit._problem.n_raters == 400
    unlike = fit_cumulative_link(ratings, rater, pd.DataFrame({"x": np.random.default_rng(0).normal(size=2_000)}))
    assert unlike._problem.n_rows == 400
    profile = pd.crosstab(rater, ratings)
    for _, group in fit.raters.groupby([profile[k] for k in profile]):
        assert (group.nunique() == 1).all()
    dense = dense_log_likelihood(fit.parameters["estimate"].to_numpy(), ratings, rater, np.zeros((2_000, 0)))
    assert fit.log_likelihood == pytest.approx(dense, abs=1e-6)


def test_numbers_written_as_text_are_ordered_as_numbers():
    ratings, rater, _ = draw(18)
    text = np.array(["8", "9", "10"])[ratings]
    assert fit_cumulative_link(text, rater).categories == ("8", "9", "10")
    assert np.allclose(fit_cumulative_link(text, rater).raters, fit_cumulative_link(ratings, rater).raters)


@pytest.mark.parametrize("make", [np.asarray, pd.Categorical])
def test_words_without_an_order_are_refused_and_never_sorted_by_the_alphabet(make):
    ratings, rater, _ = draw(19)
    words = np.array(["Partially meets", "Meets", "Exceeds"])[ratings]
    with pytest.raises(DataUnusableError, match=r"order.*not known"):
        fit_cumulative_link(make(words), rater)
    ordered = pd.Categorical(words, categories=["Partially meets", "Meets", "Exceeds"], ordered=True)
    assert np.allclose(fit_cumulative_link(ordered, rater).raters, fit_cumulative_link(ratings, rater).raters)


@pytest.mark.parametrize(("change", "words"), [
    (lambda c: c.drop(columns="n"), "no column n"),
    (lambda c: c.assign(n=-1), "n is missing, infinite or below 0"),
    (lambda c: c.assign(n=np.nan), "n is missing"),
    (lambda c: c.assign(pattern=7), "Pattern 7 has no row"),
    (lambda c: c.assign(rater=c["rater"] - 1), "rater is below 0"),
    (lambda c: c.assign(rater=0.5), "not a whole number"),
    (lambda c: c.assign(rater=99, n=np.nan), "n is missing.*rater 99 has no name"),
])
def test_counts_that_cannot_be_read_are_refused_with_every_fault(change, words):
    ratings, rater, _ = draw(20)
    counts = pd.DataFrame({"rater": rater, "pattern": 0, "category": ratings, "n": 1.0})
    with pytest.raises(UsageError, match=words):
        fit_cumulative_link_counts(change(counts), pd.DataFrame({"x": [0.0]}), rater_ids=list(range(30)))


def test_a_large_fit_in_threads_is_the_same_to_the_last_digit(monkeypatch):
    ratings, rater, covariates = draw(21, sizes=(4,) * 3_000, slopes=(0.5,), continuous=False)
    monkeypatch.setattr("my121_analytics.inference.rater_blocks.BLOCK_RATERS", 700)
    monkeypatch.setattr("my121_analytics.inference.rating_counts.ALIKE_PAYS", 0.0)
    monkeypatch.setattr("my121_analytics.inference.quadrature.THREADS_PAY", 0)
    monkeypatch.setattr("my121_analytics.inference.quadrature.MOST_THREADS", 4)
    threads = fit_cumulative_link(ratings, rater, covariates)
    monkeypatch.setattr("my121_analytics.inference.quadrature.MOST_THREADS", 1)
    alone = fit_cumulative_link(ratings, rater, covariates)
    assert len(alone._problem.blocks) > 3
    assert threads.parameters.equals(alone.parameters)
    assert threads.raters.equals(alone.raters)
