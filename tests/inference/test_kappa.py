"""Weighted kappa against published and hand-made tables."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.inference.kappa import weighted_kappa

# Cohen (1960), Educational and Psychological Measurement 20:37, table 1: shares of 200 joint judgements in three
# categories (unweighted kappa .49).
COHEN = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])


def test_with_two_categories_weights_change_nothing_and_the_value_is_cohens():
    table = [[20, 5], [10, 15]]  # observed .7, expected .5
    assert weighted_kappa(table).estimate == pytest.approx(.4)
    assert weighted_kappa(table, power=2).estimate == pytest.approx(.4)


def test_linear_weights_are_those_worked_out_cell_by_cell():
    shares = COHEN / COHEN.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    disagreement = [[abs(i - j) for j in range(3)] for i in range(3)]
    seen = sum(shares[i, j] * disagreement[i][j] for i in range(3) for j in range(3))
    chance = sum(rows[i] * columns[j] * disagreement[i][j] for i in range(3) for j in range(3))
    assert weighted_kappa(COHEN).estimate == pytest.approx(1 - seen / chance)


def test_squared_weights_of_equal_margins_give_the_correlation():
    """With equal means and variances quadratic kappa is Pearson's correlation (Fleiss & Cohen, 1973)."""
    table = np.array([[10, 4, 1], [4, 20, 6], [1, 6, 8]])
    values = np.repeat([(i, j) for i in range(3) for j in range(3)], table.ravel(), axis=0)
    assert weighted_kappa(table, power=2).estimate == pytest.approx(np.corrcoef(values.T)[0, 1])


def test_full_agreement_is_one_with_no_doubt_left():
    found = weighted_kappa(np.diag([5, 9, 3]))
    assert (found.estimate, found.se) == (1, pytest.approx(0, abs=1e-12))


@pytest.mark.parametrize("table", [np.zeros((3, 3)), np.diag([0, 12, 0])])
def test_it_has_no_meaning_for_nobody_and_for_one_category(table):
    found = weighted_kappa(table)
    assert np.isnan([found.estimate, found.lower, found.upper, found.se]).all()
    assert found.n == table.sum()


def test_the_range_covers_the_truth_in_about_95_of_100_samples():
    rng = np.random.default_rng(5)
    shares = COHEN / COHEN.sum()
    truth = weighted_kappa(shares * 1e6).estimate
    held = 0
    for _ in range(400):
        found = weighted_kappa(rng.multinomial(300, shares.ravel()).reshape(3, 3))
        held += found.lower <= truth <= found.upper
    assert 0.92 <= held / 400 <= 0.98  # two standard errors of 400 draws about .95
