"""Smoothing keeps what it must: the total, the mean, and variances that add up."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.inference.normal_smoothing import smooth_rows

NODES = np.linspace(-8, 8, 321)


def variance_of(row):
    mean = row @ NODES / row.sum()
    return row @ (NODES - mean) ** 2 / row.sum()


@pytest.mark.parametrize("sd", [0.02, 0.3, 1.0])  # narrower than the spacing of .05, and wider
def test_variances_add_up(sd):
    row = np.exp(-((NODES - 1) ** 2) / (2 * 0.5**2))[None, :]
    smoothed = smooth_rows(row, NODES, np.array([sd**2]))
    assert variance_of(smoothed[0]) == pytest.approx(0.25 + sd**2, rel=1e-3)
    assert smoothed[0] @ NODES / smoothed[0].sum() == pytest.approx(1, abs=1e-4)  # the grid ends 7 away


def test_no_variance_leaves_the_row_and_the_input_as_they_are():
    rows = np.random.default_rng(1).random((3, len(NODES)))
    before = rows.copy()
    smoothed = smooth_rows(rows, NODES, np.array([0.0, 0.5, 0.0]))
    np.testing.assert_array_equal(smoothed[[0, 2]], rows[[0, 2]])
    assert not np.allclose(smoothed[1], rows[1])
    np.testing.assert_array_equal(rows, before)


def test_a_small_variance_beside_a_large_one_is_hardly_rounded():
    row = np.exp(-(NODES**2) / (2 * 0.5**2))
    wanted = np.array([0.05, 0.1, 0.37, 1.0])
    smoothed = smooth_rows(np.stack([row] * 4), NODES, wanted)
    assert [variance_of(one) - 0.25 for one in smoothed] == pytest.approx(wanted, rel=0.06)
