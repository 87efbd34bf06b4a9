"""Known answers of proposing a scale from the values of a column: what is certain, and what a person has to check."""

from __future__ import annotations

import pytest

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.ingest.scale_proposals import ScaleProposal, propose_scale, split_label, spread_over
from my121_analytics.settings import Settings


@pytest.fixture(scope="module")
def scale() -> Scale:
    return build_scales(build_framework(Settings()), Settings())["performance"]


def propose(scale: Scale, *texts: str) -> ScaleProposal | None:
    return propose_scale(dict.fromkeys(texts, 10), scale)


@pytest.mark.parametrize(("text", "parts"), [
    ("4 Very good", ("4", "Very good")), ("4 - Very good", ("4", "Very good")), ("B: Good", ("B", "Good")),
    ("Very good (4)", ("4", "Very good")), ("Good", ("", "Good")), ("4", ("", "4"))])
def test_a_code_is_parted_from_its_label(text: str, parts: tuple[str, str]) -> None:
    assert split_label(text) == parts


def test_labels_of_a_usual_scale_are_ordered_by_what_they_say(scale: Scale) -> None:
    found = propose(scale, "Outstanding", "Unsatisfactory", "Good", "Requires improvement")
    assert found == ScaleProposal(("Unsatisfactory", "Requires improvement", "Good", "Outstanding"))


def test_a_label_of_unknown_rank_leaves_the_order_to_a_person(scale: Scale) -> None:
    found = propose(scale, "Outstanding", "Unsatisfactory", "Blue")
    assert found is not None
    assert found.levels == ("Unsatisfactory", "Blue", "Outstanding")
    assert found.unsure == {"order"}


def test_codes_beside_labels_keep_the_direction_that_the_labels_say(scale: Scale) -> None:
    rising = propose(scale, "1 Poor", "2 Good", "3 Excellent", "4 Outstanding")
    assert rising == ScaleProposal(("Poor", "Good", "Excellent", "Outstanding"))
    falling = propose(scale, "1 Outstanding", "2 Good", "3 Poor", "4 Unacceptable")
    assert falling is not None
    assert falling.levels[0] == "Unacceptable"
    assert falling.codes == ("4", "3", "2", "1")
    assert falling.unsure == frozenset()


def test_the_frameworks_own_labels_need_no_levels_and_only_other_codes_are_named(scale: Scale) -> None:
    assert propose(scale, "1 Partially meets", "2 Meets", "3 Exceeds") == ScaleProposal()
    assert propose(scale, "3 Partially meets", "2 Meets", "1 Exceeds") == ScaleProposal((), ("3", "2", "1"))


def test_bare_codes_say_neither_names_nor_which_end_is_the_best(scale: Scale) -> None:
    assert propose(scale, "1", "2", "3") == ScaleProposal((), (), frozenset({"direction"}))
    assert propose(scale, "1", "5", "3") == ScaleProposal(
        tuple(f"Level {n}" for n in range(1, 6)), (), frozenset({"direction", "names"}))
    assert propose(scale, "0", "1", "2", "3") == ScaleProposal((), (), frozenset({"zero"}))
    assert propose(scale, "0", "1", "2") == ScaleProposal((), ("0", "1", "2"), frozenset({"direction"}))


def test_letters_are_ordered_with_a_as_the_best_and_that_is_asked(scale: Scale) -> None:
    assert propose(scale, "A", "C", "B", "D") == ScaleProposal(("D", "C", "B", "A"), (), frozenset({"direction"}))


def test_decimals_and_numbers_beyond_any_scale_are_no_levels(scale: Scale) -> None:
    assert propose(scale, "1", "2.5", "3") is None
    assert propose(scale, "1", "2", "112") is None


@pytest.mark.parametrize(("n", "columns"), [(2, [1, 3]), (3, [1, 2, 3]), (4, [1, 1, 2, 3]), (5, [1, 1, 2, 3, 3]),
                                            (6, [1, 1, 2, 2, 3, 3])])
def test_levels_are_spread_over_the_three_columns_of_the_map(n: int, columns: list[int]) -> None:
    assert spread_over(n) == columns
