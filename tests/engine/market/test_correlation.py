import json

import numpy as np
import pytest

from engine.errors import InputError
from engine.market.correlation import (
    REPAIRED_EIGENVALUE,
    RepairedCorrelation,
    check_correlation,
    check_semidefinite,
    cholesky,
    correlation_faults,
    is_worth_saying,
    nearest_correlation,
    smallest_eigenvalue,
)

NAMES = ("JGB_10Y", "UST_10Y", "USDJPY")
IDS = [f"COR-S00{i}" for i in range(1, 7)]


@pytest.fixture(scope="module")
def reference(root):
    return json.loads((root / "tests/data/correlation.json").read_text())


def matrix(a: float, b: float, c: float) -> np.ndarray:
    return np.array([[1.0, a, b], [a, 1.0, c], [b, c, 1.0]])


@pytest.mark.parametrize("case", range(6), ids=IDS)
def test_the_nearest_matrix_matches_the_published_one(reference, case):
    expected = reference["nearest"][case]
    repaired = nearest_correlation(np.array(expected["G"], dtype=np.float64), floor=expected["floor"])
    assert np.abs(repaired.correlation - expected["X"]).max() < expected["abs"]
    if expected["distance"] is not None:
        assert repaired.distance == pytest.approx(expected["distance"], abs=1e-8)


def test_a_repair_can_be_factored_and_says_how_far_it_moved(reference):
    broken = np.array(reference["indefinite"]["C"])
    repaired = nearest_correlation(broken)
    check_correlation(repaired.correlation, NAMES)
    assert repaired.smallest_eigenvalue == pytest.approx(REPAIRED_EIGENVALUE, abs=3e-9)
    assert repaired.was_smallest_eigenvalue == pytest.approx(reference["indefinite"]["eigenvalues"][0], abs=1e-12)
    # the singular nearest matrix is 0.0097280 away (COR-S007); the floor adds to it in the sixth decimal
    assert repaired.distance == pytest.approx(0.009727957, abs=2e-6)
    assert repaired.largest_change == np.abs(repaired.correlation - broken).max() > 0.0
    assert np.isfinite(cholesky(repaired.correlation)).all()


def test_a_sound_matrix_is_not_touched():
    sound = matrix(0.123456789012345, 0.2, 0.3)
    repaired = nearest_correlation(sound)
    assert np.array_equal(repaired.correlation, sound)
    assert repaired.distance == repaired.largest_change == 0.0


def test_a_random_matrix_of_64_factors_is_repaired():
    draws = np.random.default_rng(5).uniform(-1.0, 1.0, (64, 64))
    broken = (draws + draws.T) / 2.0
    np.fill_diagonal(broken, 1.0)
    repaired = nearest_correlation(broken).correlation
    check_correlation(repaired, [str(i) for i in range(64)])
    assert np.array_equal(repaired, repaired.T)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (np.array([[1.0, 0.5], [0.4, 1.0]]), "finite, symmetric"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), "finite, symmetric"),
        (np.ones((2, 3)), "square"),
        (np.eye(65), "1 to 64"),
    ],
)
def test_only_a_symmetric_finite_matrix_is_repaired(broken, message):
    with pytest.raises(InputError, match=message):
        nearest_correlation(broken)


@pytest.mark.parametrize("floor", [-0.1, 1.0, float("nan")])
def test_the_floor_of_a_repair_must_be_possible(floor):
    with pytest.raises(InputError, match="`floor` must lie in"):
        nearest_correlation(np.eye(2), floor=floor)


def test_an_indefinite_matrix_is_refused_with_its_smallest_eigenvalue(reference):
    wanted = r"correlation of regime 'FLIGHT' is not positive definite: smallest eigenvalue -7.4e-03"
    with pytest.raises(InputError, match=wanted):
        check_correlation(np.array(reference["indefinite"]["C"]), NAMES, "regime 'FLIGHT'")


def test_a_singular_matrix_is_refused():
    with pytest.raises(InputError, match="not positive definite"):
        check_correlation(np.ones((2, 2)), NAMES[:2])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (matrix(1.2, 0.0, 0.0), r"UST_10Y with JGB_10Y must lie in \[-1, 1\], got 1.2"),
        (matrix(float("nan"), 0.0, 0.0), r"UST_10Y with JGB_10Y must lie in \[-1, 1\], got nan"),
        (
            np.array([[1.0, 0.4, 0], [0.5, 1.0, 0], [0, 0, 1.0]]),
            "UST_10Y with JGB_10Y is 0.5 one way and 0.4 the other",
        ),
        (np.diag([1.0, 1.0, 0.9]), "USDJPY with itself must be 1, got 0.9"),
        (np.eye(2), "must be 3 x 3, a row per factor, got 2 x 2"),
    ],
)
def test_a_bad_entry_is_named_with_its_pair_and_value(broken, message):
    with pytest.raises(InputError, match=message):
        check_correlation(broken, NAMES)


def test_all_bad_entries_are_found_at_once():
    assert [(i, j) for i, j, _ in correlation_faults(matrix(1.2, -3.0, 0.1), NAMES)] == [(1, 0), (2, 0)]


def test_cholesky_matches_the_reference(reference):
    known = reference["definite"]
    assert np.abs(cholesky(np.array(known["C"])) - known["cholesky_lower"]).max() < 1e-15


def test_cholesky_of_hilberts_matrix_is_exact_to_rounding():
    # Hilbert 5 x 5 in closed form: L[i][j] = sqrt(2j+1) (i!)^2 / ((i-j)! (i+j+1)!)
    n = 5
    hilbert = np.array([[1.0 / (i + j + 1) for j in range(n)] for i in range(n)])
    lower = cholesky(hilbert)
    assert lower[4, 0] == pytest.approx(0.2, abs=1e-15)
    assert lower[4, 4] == pytest.approx(3.0 * 24.0**2 / 362880.0, rel=1e-9)  # condition number 4.8e5
    assert np.abs(lower @ lower.T - hilbert).max() < 1e-15


@pytest.mark.parametrize("rho", [1.0, -1.0])
def test_factors_may_move_as_one_or_opposite(rho):
    whole = matrix(rho, 0.3, rho * 0.3)  # the second is the first, or its opposite
    check_semidefinite(whole, NAMES)
    lower = cholesky(whole)
    assert lower[1].tolist() == [rho, 0.0, 0.0]  # it draws nothing of its own
    assert np.abs(lower @ lower.T - whole).max() < 1e-15


def test_any_correlation_of_fewer_drivers_than_factors_has_its_root():
    random = np.random.default_rng(5)
    for n, rank in ((3, 1), (6, 2), (20, 7), (64, 10), (64, 63)):
        loadings = random.normal(size=(n, rank))
        loadings /= np.sqrt((loadings**2).sum(axis=1))[:, None]
        whole = loadings @ loadings.T
        np.fill_diagonal(whole, 1.0)
        check_semidefinite(whole, [str(i) for i in range(n)])
        lower = cholesky(whole)
        # Rounding of some 64 x 1e-16 in a pivot is a root of 1e-7 in a column that ought to be 0.
        assert np.abs(lower @ lower.T - whole).max() < 1e-6


def test_cholesky_reads_the_lower_triangle_only():
    lower_only = np.tril(matrix(0.3, -0.2, 0.5))
    assert np.array_equal(cholesky(lower_only), cholesky(matrix(0.3, -0.2, 0.5)))


def test_cholesky_refuses_what_has_no_factor(reference):
    with pytest.raises(InputError, match=r"row 3 of its Cholesky factor; smallest eigenvalue -7.4e-03"):
        cholesky(np.array(reference["indefinite"]["C"]))
    with pytest.raises(InputError, match="1 to 64 rows"):
        cholesky(np.eye(65))


def test_the_smallest_eigenvalue_of_an_equicorrelation_matrix_is_one_minus_rho():
    equal = np.full((5, 5), 0.5) + 0.5 * np.eye(5)
    assert smallest_eigenvalue(equal) == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize(("change", "is_said"), [(0.0199, False), (0.0, False), (0.02, True), (0.3, True)])
def test_a_repair_is_worth_a_word_from_0_02_on(change, is_said):
    """Those of the bundled scenarios are below: a user can do nothing about them, and they stand in the manifest."""
    repaired = RepairedCorrelation(
        correlation=np.eye(2), distance=1.0, largest_change=change, was_smallest_eigenvalue=-1e-3,
        smallest_eigenvalue=1e-6,
    )  # fmt: skip
    assert is_worth_saying(f"scenario 'x': {repaired.note()}") is is_said
    assert is_worth_saying("curve 'BUND' has no factor: it does not move")
