import numpy as np
import pytest

from my121_analytics.inference.agreed_levels import free_agreed_levels

N, CYCLES = 900, 4


def panel(keeps, *, looks_at="anybody", seed=0):
    """Ratings in four cycles by 90 raters of 10 people each, and what a panel makes of some of them."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(90), 10)
    lenient, level = rng.normal(0, 0.6, 90), rng.normal(0, 1.0, N)

    def rate(t):
        t = t + rng.logistic(size=N)
        return 1.0 + (t > -2.0) + (t > 1.6)

    rating = np.stack([rate(lenient[rater] + level) for _ in range(CYCLES)])
    agreed = np.where(rng.random(rating.shape) < keeps, rating, np.stack([rate(level) for _ in range(CYCLES)]))
    chance = {"anybody": 0.15, "ends": np.where(rating == 2, 0.02, 0.5), "changes": 1.0 * (agreed != rating),
              "one rating": 1.0 * (rating == 3)}[looks_at]
    agreed[rng.random(rating.shape) >= chance] = np.nan
    usual = rating.mean()
    return ((rating - usual).ravel(), np.tile(rater, CYCLES), np.tile(np.arange(N), CYCLES), (agreed - usual).ravel(),
            level, lenient[rater])


@pytest.mark.parametrize("looks_at", ["anybody", "ends"])
@pytest.mark.parametrize("keeps", [0.0, 0.5])
def test_what_a_panel_kept_is_found_and_taken_off(keeps, looks_at):
    told = []
    for seed in range(6):
        rating, rater, person, agreed, level, lenient = panel(keeps, looks_at=looks_at, seed=seed)
        found = free_agreed_levels(rating, rater, person, agreed)
        assert found.kept == pytest.approx(keeps, abs=3.5 * found.kept_se)
        columns = np.column_stack([np.ones(len(found.person)), level[found.person], lenient[found.person]])
        told.append(np.linalg.lstsq(columns, found.value, rcond=None)[0])
    usual, of_level, of_leniency = np.mean(told, axis=0)
    assert of_level > 0.15 * (1 - keeps)
    assert abs(of_leniency) < 0.25 * of_level
    assert abs(usual) < 0.03


def test_an_agreed_rating_as_it_stands_would_carry_the_raters_generosity():
    _, _, person, agreed, level, lenient = panel(0.5)
    has = np.isfinite(agreed)
    columns = np.column_stack([np.ones(has.sum()), level[person[has]], lenient[person[has]]])
    of_level, of_leniency = np.linalg.lstsq(columns, agreed[has], rcond=None)[0][1:]
    assert of_leniency > 0.35 * of_level


@pytest.mark.parametrize(("keeps", "looks_at"), [(0.5, "changes"), (0.95, "anybody"), (0.5, "one rating")])
def test_nothing_is_made_of_panels_that_wrote_down_only_changes_keep_nearly_all_or_saw_one_rating(keeps, looks_at):
    assert free_agreed_levels(*panel(keeps, looks_at=looks_at)[:4]) is None


def test_nothing_is_made_of_agreed_ratings_of_people_rated_once():
    rating, rater, person, agreed, *_ = panel(0.5)
    assert free_agreed_levels(rating[:N], rater[:N], person[:N], agreed[:N]) is None


def test_the_order_of_rows_and_the_names_of_raters_change_nothing():
    rating, rater, person, agreed, *_ = panel(0.5)
    found = free_agreed_levels(rating, rater, person, agreed)
    order = np.random.default_rng(1).permutation(len(rating))
    other = free_agreed_levels(rating[order], 89 - rater[order], person[order], agreed[order])
    assert other.kept == pytest.approx(found.kept)
    assert other.value == pytest.approx(found.value)
