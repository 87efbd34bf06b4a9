import numpy as np

from my121_analytics.inference.linkage import link_raters


def test_a_person_with_two_raters_links_them_and_a_lone_rater_stays_apart():
    found = link_raters(["A", "A", "B", "C", "D"], ["p", "q", "p", "r", "r"])
    assert found.n_components == 2
    assert found.raters.loc["A", "component"] == found.raters.loc["B", "component"]
    assert found.raters.loc["C", "component"] != found.raters.loc["A", "component"]
    assert found.raters.loc["A", ["n_people", "n_shared", "n_linked"]].tolist() == [2, 1, 1]
    assert found.links[["first", "second", "n_people"]].values.tolist() == [["A", "B", 1], ["C", "D", 1]]


def test_a_chain_is_all_bridges_and_a_ring_has_none():
    chain = link_raters(list("ABBCCD"), [1, 1, 2, 2, 3, 3])
    assert chain.links["is_bridge"].all()
    ring = link_raters(list("ABBCCDDA"), [1, 1, 2, 2, 3, 3, 4, 4])
    assert not ring.links["is_bridge"].any()


def test_two_rings_joined_by_one_person_have_one_bridge():
    raters = list("ABBCCA") + list("DEEFFD") + ["A", "D"]
    persons = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    found = link_raters(raters, persons)
    assert found.n_components == 1
    assert found.links.loc[found.links["is_bridge"], ["first", "second"]].values.tolist() == [["A", "D"]]


def test_bridges_are_those_links_whose_loss_adds_a_component():
    rng = np.random.default_rng(4)
    pairs = rng.integers(0, 14, (16, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    raters, persons = pairs.ravel(), np.repeat(np.arange(len(pairs)), 2)
    found = link_raters(raters, persons)
    alone = np.arange(100, 100 + 14)  # everybody also rates somebody of their own, so that nobody vanishes
    for row in found.links.itertuples():
        between = (np.sort(pairs, axis=1) == sorted((row.first, row.second))).all(axis=1)
        kept = ~np.repeat(between, 2)
        without = link_raters(np.append(raters[kept], np.arange(14)), np.append(persons[kept], alone))
        whole = link_raters(np.append(raters, np.arange(14)), np.append(persons, alone))
        assert (without.n_components > whole.n_components) == row.is_bridge


def test_rating_somebody_twice_links_nobody():
    found = link_raters(["A", "A", "B"], ["p", "p", "q"])
    assert found.n_components == 2
    assert found.raters.loc["A", "n_shared"] == 0
