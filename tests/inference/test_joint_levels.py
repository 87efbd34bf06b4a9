import numpy as np
import pytest

from my121_analytics.inference.joint_levels import ALL, PersonMeasure, Spells, learn_levels

NODES = np.linspace(-8, 8, 81)
SDS = np.array([0.1, 0.3, 0.5, 0.8])
FLAT = np.zeros(4)


def normal_spells(rater, person, shows, se, home, n_raters):
    """Spells whose ratings say no more than a normal measurement would."""
    log_p = -(((np.asarray(shows)[:, None] - NODES) / se) ** 2) / 2
    return Spells(np.asarray(rater), np.asarray(person), log_p, NODES, np.asarray(home), n_raters)


def council(n_raters, size, *, team_sd, moved=0.0, person_sd=1.0, rater_sd=0.6, seed=0, se=1.0):
    """Draw teams; some people have a second spell under another rater."""
    rng = np.random.default_rng(seed)
    home = np.repeat(np.arange(n_raters), size)
    u, q = rng.normal(0, rater_sd, n_raters), rng.normal(0, team_sd, n_raters)
    level = q[home] + rng.normal(0, person_sd, len(home))
    movers = np.flatnonzero(rng.random(len(home)) < moved)
    rater = np.concatenate([home, (home[movers] + rng.integers(1, n_raters, len(movers))) % n_raters])
    person = np.concatenate([np.arange(len(home)), movers])
    shows = u[rater] + level[person] + se * rng.normal(size=len(rater))
    order = np.lexsort((person, rater))
    return normal_spells(rater[order], person[order], shows[order], se, home, n_raters), u, q, level


def test_without_sources_people_are_as_the_model_supposes():
    spells, *_ = council(12, 5, team_sd=0.3)
    found = learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT)
    assert np.allclose(found.offset, 0, atol=1e-9)
    assert np.allclose(found.shift, 0, atol=1e-9)
    assert np.allclose(found.common, (SDS**2)[:, None] + (1.0 - found.variance.mean()) / 5, atol=0.02)
    assert np.allclose(found.variance, 1.0, atol=1e-6)


def test_what_is_expected_of_people_matches_the_same_model_solved_whole():
    spells, *_ = council(3, 3, team_sd=0.5, moved=0.5, seed=4)
    found = learn_levels(spells, person_sd=0.8, total_sd=0.9, sds=np.array([0.5]), log_prior=np.zeros(1))
    n_people = len(spells.home)
    same_home = spells.home[:, None] == spells.home[None, :]
    of_levels = 0.5**2 * same_home + 0.8**2 * np.eye(n_people)
    bends = [np.polyfit(NODES, row, 2) for row in spells.log_p]
    shows = np.array([-bend[1] / (2 * bend[0]) for bend in bends])
    rater_sd = float(found.rater_sd[0])
    for rater in range(3):
        rest = spells.rater != rater
        across = of_levels[spells.person[:, None], spells.person[None, :]]
        of_shows = across + rater_sd**2 * (spells.rater[:, None] == spells.rater[None, :]) + np.eye(len(shows))
        mine = ~rest
        mean = across[mine][:, rest] @ np.linalg.solve(of_shows[rest][:, rest], shows[rest])
        own = spells.person[mine]
        left = of_levels[own][:, own] - across[mine][:, rest] @ np.linalg.solve(of_shows[rest][:, rest],
                                                                                across[rest][:, mine])
        expected = found.offset[mine] + found.shift[0, rater]
        assert expected == pytest.approx(mean, abs=2e-3)
        assert (found.variance[mine] <= np.diag(left) + 1e-9).all()


def test_the_spread_between_teams_is_learnt_from_people_who_moved():
    for team_sd in (0.1, 0.8):
        spells, *_ = council(120, 8, team_sd=team_sd, moved=0.5, seed=2)
        found = learn_levels(spells, person_sd=1.0, total_sd=float(np.hypot(0.6, team_sd)), sds=SDS, log_prior=FLAT)
        assert SDS[np.argmax(found.log_evidence)] == pytest.approx(team_sd, abs=0.25)


def test_a_measure_that_goes_with_levels_is_used_and_one_that_does_not_is_left_out():
    spells, _, _, level = council(80, 8, team_sd=0.5, seed=3)
    rng = np.random.default_rng(1)
    person, tiny = np.arange(len(level)), np.full(len(level), 1e-6)
    good = PersonMeasure("objectives", person, 0.2 * (level + rng.normal(size=len(level))), tiny)
    noise = PersonMeasure("own_placements", person, rng.normal(size=len(level)), tiny)
    found = learn_levels(spells, person_sd=1.0, total_sd=0.8, sds=SDS, log_prior=FLAT, measures=[good, noise])
    used, unused = found.uses
    assert used.loading == pytest.approx(0.2, abs=0.04)
    assert used.reliability == pytest.approx(0.5, abs=0.12)
    assert unused.loading == 0
    team = np.array([level[spells.home == rater].mean() for rater in range(80)])
    assert np.corrcoef(found.shift[2], team)[0, 1] > 0.7
    assert (found.common[2] < 0.5**2 * 0.75).all()


def test_the_sign_of_the_scale_does_not_matter():
    spells, *_ = council(20, 5, team_sd=0.3, moved=0.4, seed=6)
    turned = Spells(spells.rater, spells.person, spells.log_p[:, ::-1], NODES, spells.home, 20)
    one, other = (learn_levels(s, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT) for s in (spells, turned))
    assert np.allclose(one.shift, -other.shift, atol=1e-9)
    assert np.allclose(one.common, other.common, atol=1e-9)
    assert np.allclose(one.log_evidence, other.log_evidence)


@pytest.mark.parametrize("kind", ["constant", "against", "few", "nobody"])
def test_a_measure_that_tells_nothing_leaves_everything_as_it_was(kind):
    spells, _, _, level = council(15, 5, team_sd=0.3, seed=8)
    n = {"few": 5, "nobody": 0}.get(kind, len(level))
    value = np.zeros(n) if kind == "constant" else -level[:n]
    measure = PersonMeasure("objectives", np.arange(n), value, np.full(n, 0.01))
    without, with_it = (learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT, measures=m)
                        for m in ([], [measure]))
    assert with_it.uses[0].loading == 0
    assert np.allclose(without.shift, with_it.shift)
    assert np.allclose(without.common, with_it.common)


def test_one_rater_with_one_person_has_an_answer():
    spells = normal_spells([0], [0], [1.0], 1.0, [0], 1)
    found = learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT)
    assert np.isfinite(found.shift).all()
    assert (found.variance > 0).all()


def whole_variances(spells, person, levels, spread, person_sd, measured=None):
    """Give the uncertainty of raters' effects in the same normal model, written out: no elimination, no parts."""
    rater_sd, team_sd = spread
    n, n_people = spells.n_raters, len(levels)
    of_levels = team_sd**2 * (levels[:, None] == levels[None, :]) + person_sd**2 * np.eye(n_people)
    prior = np.zeros((n + n_people, n + n_people))
    prior[:n, :n], prior[n:, n:] = rater_sd**2 * np.eye(n), of_levels
    rows = np.zeros((len(person), n + n_people))
    rows[np.arange(len(person)), spells.rater] = 1
    rows[np.arange(len(person)), n + person] = 1
    precision = rows.T @ rows  # ratings have a variance of 1
    if measured is not None:
        precision[n + np.arange(n_people), n + np.arange(n_people)] += measured
    return np.diag(np.linalg.inv(np.linalg.inv(prior) + precision))[:n]


def test_what_a_source_did_to_each_range_matches_the_same_model_solved_whole():
    spells, _, _, level = council(12, 5, team_sd=0.4, moved=0.4, seed=5)
    n_people = len(level)
    tiny = np.full(n_people, 1e-9)
    noise = np.random.default_rng(4).normal(size=n_people)
    measure = PersonMeasure("objectives", np.arange(n_people), 0.2 * (level + noise), tiny)
    moved = np.bincount(spells.person) > 1
    found = learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=np.array([0.4]), log_prior=np.zeros(1),
                         measures=[measure], ties={"movers": moved})
    use, left = found.uses[0], found.left_out
    brought = use.loading**2 / (use.noise_variance + 1e-9)
    spread = (left.rater_sd, 0.4)
    apart = np.unique(spells.person * 100 + np.where(moved[spells.person], spells.rater, 0), return_inverse=True)[1]
    homes = np.zeros(apart.max() + 1, dtype=int)
    homes[apart] = spells.home[spells.person]
    expected = {"objectives": whole_variances(spells, spells.person, spells.home, spread, 1.0),
                "movers": whole_variances(spells, apart, homes, spread, 1.0, brought),
                ALL: whole_variances(spells, apart, homes, spread, 1.0)}
    assert left.variance == pytest.approx(whole_variances(spells, spells.person, spells.home, spread, 1.0, brought),
                                          rel=2e-3)  # spells on nodes are normal to a thousandth
    assert set(left.without) == set(expected)
    for source, variance in expected.items():
        assert left.without[source] == pytest.approx(variance, rel=2e-3), source
        assert (left.without[source] >= left.variance - 1e-9).all()


def test_a_measure_twice_as_reliable_shortens_ranges_more_and_ties_of_nobody_not_at_all():
    spells, _, _, level = council(80, 6, team_sd=0.4, seed=9)
    drawn = np.random.default_rng(2).normal(size=len(level))
    nothing = np.zeros(80)

    def shorten(reliability):
        value = level + level.std() * np.sqrt(1 / reliability - 1) * drawn
        measure = PersonMeasure("objectives", np.arange(len(level)), value, np.full(len(level), 1e-9))
        found = learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT, measures=[measure],
                             ties={"movers": np.bincount(spells.person) > 1, "second_raters": np.arange(480) < 9})
        return found.left_out.shorten(nothing, nothing)

    weak, strong = shorten(0.35), shorten(0.7)
    assert "movers" not in weak, "nobody moved"
    assert (weak["second_raters"] < 1e-12).all(), "these people have one rater each: there is nothing to part"
    assert (strong["objectives"] > 1.3 * weak["objectives"]).all()
    assert (weak["objectives"] > 0.01).all()
    assert weak[ALL] == pytest.approx(weak["objectives"])


def test_what_is_allowed_for_beside_the_ratings_makes_a_source_matter_less():
    spells, _, _, level = council(40, 6, team_sd=0.4, seed=9)
    measure = PersonMeasure("objectives", np.arange(len(level)), level, np.full(len(level), 0.2))
    found = learn_levels(spells, person_sd=1.0, total_sd=0.7, sds=SDS, log_prior=FLAT, measures=[measure], ties={})
    nothing = np.zeros(40)
    plain = found.left_out.shorten(nothing, nothing)["objectives"]
    for allowed, uncertain in ((0.5, 0.0), (0.0, 0.5)):
        assert (found.left_out.shorten(nothing + allowed, nothing + uncertain)["objectives"] < 0.9 * plain).all()
