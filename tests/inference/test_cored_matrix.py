import numpy as np
import pytest
from scipy import sparse

from my121_analytics.inference import cored_matrix
from my121_analytics.inference.cored_matrix import CoredMatrix, CoredPattern


def scattered(n, n_pairs, seed):
    """Draw a symmetric matrix with few entries off its diagonal, and what is to be added to that."""
    rng = np.random.default_rng(seed)
    row, column = rng.integers(0, n, (2, n_pairs))
    half = sparse.coo_array((rng.normal(0, 0.2, n_pairs), (row, column)), shape=(n, n)).toarray()
    return half + half.T, 4 + rng.random(n)


def invert(matrix, diagonal):
    pattern = CoredPattern(sparse.csr_array(((matrix != 0) | np.eye(len(matrix), dtype=bool)).astype(float)))
    return CoredMatrix(pattern, sparse.csr_array(matrix)).invert(diagonal), np.linalg.inv(matrix + np.diag(diagonal))


SHAPES = {"small, all core": (60, 60, 250), "parts about a core": (400, 420, 250), "parts alone": (300, 0, 250),
          "parts about the least core": (40, 15, 0), "no parts": (90, 900, 0), "one row": (1, 0, 250)}


@pytest.fixture(params=SHAPES)
def inverse(request, monkeypatch):
    n, n_pairs, all_core = SHAPES[request.param]
    monkeypatch.setattr(cored_matrix, "ALL_CORE", all_core)
    matrix, diagonal = scattered(n, n_pairs, seed=n)
    return *invert(matrix, diagonal), np.random.default_rng(1)


def test_solutions_forms_and_sizes_are_those_of_the_whole_matrix(inverse):
    found, whole, rng = inverse
    right = rng.normal(size=len(whole))
    assert found.solve(right) == pytest.approx(whole @ right, abs=1e-10)
    assert found.form(right) == pytest.approx(right @ whole @ right, abs=1e-10)
    assert found.log_determinant == pytest.approx(-np.linalg.slogdet(whole)[1], abs=1e-9)


def test_single_entries_and_variances_of_sums_are_those_of_the_whole_inverse(inverse):
    found, whole, rng = inverse
    places = rng.integers(0, len(whole), (7, 5))
    assert found.between(places) == pytest.approx(whole[places[:, :, None], places[:, None, :]], abs=1e-10)
    rows = rng.random((30, len(whole))) * (rng.random((30, len(whole))) < 0.2)
    assert found.variances(sparse.csr_array(rows)) == pytest.approx(np.diag(rows @ whole @ rows.T), abs=1e-10)


def test_a_matrix_worked_on_in_small_pieces_gives_the_same(monkeypatch):
    found, _ = invert(*scattered(400, 420, seed=3))
    places, rows = np.arange(60).reshape(12, 5), sparse.eye_array(400).tocsr()
    at_once = found.between(places), found.variances(rows)
    monkeypatch.setattr(cored_matrix, "AT_ONCE", 1)
    assert np.allclose(found.between(places), at_once[0], atol=1e-14)
    assert np.allclose(found.variances(rows), at_once[1], atol=1e-14)


def test_rows_that_touch_nothing_are_parts_of_their_own_and_a_star_is_the_core():
    n = 300
    star = np.zeros((n, n))
    star[0, 1:200] = star[1:200, 0] = 0.1
    pattern = CoredPattern(sparse.csr_array((star != 0) | np.eye(n, dtype=bool)).astype(float))
    assert sum(members.size for members in pattern.parts) + len(pattern.core) == n
    assert len(pattern.core) <= 2
    assert np.bincount(pattern.part[pattern.part >= 0]).max() <= 2


def test_the_matrix_itself_is_left_as_it_was():
    matrix, diagonal = scattered(300, 300, seed=5)
    pattern = CoredPattern(sparse.csr_array(((matrix != 0) | np.eye(300, dtype=bool)).astype(float)))
    kept = CoredMatrix(pattern, sparse.csr_array(matrix))
    once, again = (kept.invert(diagonal).log_determinant for _ in range(2))
    assert once == again
