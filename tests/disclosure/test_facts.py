"""What a result is about and what its facts are is read from declarations, never from sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.facts import suppress_facts
from my121_analytics.disclosure.kept import describe_kept, name_kept, read_kept
from my121_analytics.disclosure.release import release, release_together
from my121_analytics.errors import DisclosureError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings
from my121_analytics.wording import catalogue
from my121_analytics.workforce.results import ESTIMATE, LABEL, TOTAL, About, Fact, Result, Table, describe, parts_of

NAMES = ["Adult Care", "Adults; Children", "Adults, Children", "Roads: North", 'The "Hub"', "Bob's | =A1", "Töchter"]
COUNTS = {"first": [6, 20, 31], "second": [2, 18, 40]}


def about(unit: str = "", **more: object) -> About:
    return describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2024/25 H2",
                    as_of=date(2025, 3, 31), filters={"directorate": unit} if unit else None, **more)


def by_box(counts: list[int]) -> Table:
    return Table(pd.DataFrame({"box": [1, 2, 3], "n": counts}), keys=("box",), count="n", sums=("box",))


def whole_and_units(name: str) -> list[Result]:
    """The council's map and those of its two directorates: 8 in box 1, of them 6 and 2."""
    whole = [sum(pair) for pair in zip(*COUNTS.values(), strict=True)]
    return [Result(about(), {"map": by_box(whole)}), Result(about(name), {"map": by_box(COUNTS["first"])}),
            Result(about("Elsewhere"), {"map": by_box(COUNTS["second"])})]


@pytest.mark.parametrize("name", NAMES)
def test_a_units_map_is_linked_to_the_councils_whatever_the_unit_is_called(name: str) -> None:
    results = whole_and_units(name)
    alone = {str(at): release(result, audience="publish") for at, result in enumerate(results)}
    by_name = {str(at): result for at, result in enumerate(results)}
    report = attack_release(alone, by_name, exact=True)
    assert report.narrowest[["lower", "upper"]].to_numpy().tolist() == [[2.0, 2.0]]  # 8 less 6
    together = release_together(results, audience="publish")
    assert attack_release({str(at): one for at, one in enumerate(together)}, by_name, exact=True).passed


def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put every title, measure and population into another language; only what stands in braces stays."""
    words = {group: {code: f"Geiriad {group} {code} " + " ".join(
        part for part in text.split() if part.startswith("{")) if isinstance(text, str) else text
        for code, text in entries.items()} if group in ("title", "measure", "population") else entries
        for group, entries in catalogue._catalogue().items()}
    monkeypatch.setattr(catalogue, "_catalogue", lambda: words)


def test_captions_in_another_language_give_the_same_release(monkeypatch: pytest.MonkeyPatch) -> None:
    record = make_sample(60, seed=3).workforce
    shown = release(tabulate_profile(record, by="directorate"), audience="publish")
    title = shown.about.title
    reworded(monkeypatch)
    again = release(tabulate_profile(record, by="directorate"), audience="publish")
    assert again.about.title != title
    for name, frame in shown.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])


def test_a_kept_release_stays_linked_when_a_caption_is_reworded(tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    whole, unit, rest = whole_and_units("Adults; Children")
    content = describe_kept([whole, unit], release_together([whole, unit], audience="publish"))
    (tmp_path / name_kept(content)).write_bytes(content)
    reworded(monkeypatch)
    kept = read_kept(tmp_path)
    shown = release(rest, audience="publish")
    report = attack_release({"now": shown}, {"now": rest}, earlier=kept)
    assert not report.passed
    assert report.unlinked == ()
    assert attack_release({"now": release(rest, audience="publish", earlier=kept)}, {"now": rest}, earlier=kept).passed


def test_a_release_kept_by_its_sentences_is_read_by_the_catalogue_and_says_so(tmp_path: Path) -> None:
    """Format 1 of the files, as an earlier version wrote it."""
    whole, unit, rest = whole_and_units("Adults; Children")
    given = json.loads(describe_kept([whole, unit], release_together([whole, unit], audience="publish")))
    old = [{"cycle": one["subject"]["cycle"], "as_of": one["subject"]["as_of"], "n": one["n"], "facts": {},
            "measure": result.about.measure, "population": result.about.population, "counts_what": "posts",
            "rounded_to": 0, "tables": one["tables"]}
           for one, result in zip(given["results"], (whole, unit), strict=True)]
    (tmp_path / "release-1.json").write_text(json.dumps({"format": 1, "results": old}), "utf-8")
    kept = read_kept(tmp_path)
    assert [one.about.subject for one in kept.values()] == [whole.about.subject, unit.about.subject]
    assert all("earlier version" in one.note for one in kept.values())
    assert not attack_release({"now": release(rest, audience="publish")}, {"now": rest}, earlier=kept).passed


def test_a_fact_that_is_not_declared_is_refused_for_every_audience() -> None:
    result = Result(about(), {"map": by_box([8, 38, 71])}, {"n_odd": 3})
    for audience in ("analyst", "publish"):
        with pytest.raises(DisclosureError, match="undeclared facts: n_odd") as refused:
            release(result, audience=audience)
        assert "declared={" in refused.value.hints[0]


def facts_of(facts: dict, declared: dict, n: int = 100, hidden: set[float] | None = None) -> dict:
    return suppress_facts(Result(about(n=n), {}, facts, declared), hidden or set(), DisclosureSettings())


def test_a_fact_is_withheld_for_what_it_is_and_not_for_its_name() -> None:
    facts = {"starters": 3, "n_pages": 3, "posts": 40, "n_all": 25}
    declared = {"starters": Fact("people"), "n_pages": LABEL, "posts": Fact("posts"), "n_all": Fact("people")}
    assert facts_of(facts, declared) == {**facts, "starters": None}
    assert facts_of(facts, declared, hidden={25.0}) == {**facts, "starters": None, "n_all": None}


def test_parts_of_a_known_number_are_not_had_by_subtraction() -> None:
    declared = parts_of("everyone", "people", "here", "joined", "left")
    assert facts_of({"here": 80, "joined": 2, "left": 12}, declared) == {"here": 80, "joined": None, "left": None}


def test_an_estimate_goes_with_a_hidden_whole_and_stays_with_a_hidden_part() -> None:
    declared = {"whole": Fact("people"), "part": Fact("people", part_of="whole"), "mean": ESTIMATE,
                "share": Fact(follows=("part",)), "limit": LABEL}
    facts = {"whole": 60, "part": 2, "mean": .4, "share": .03, "limit": .1}
    assert facts_of(facts, declared) == {**facts, "part": None, "share": None}
    assert facts_of({**facts, "whole": 3}, declared) == {**facts, "whole": None, "part": None, "mean": None,
                                                        "share": None}


def test_a_number_cannot_be_put_into_a_heading() -> None:
    with pytest.raises(TypeError, match="n_all must be text"):
        describe("profile", as_of=date(2025, 3, 31), n_all=25)
    withheld = replace(about(n=25), n=None)
    assert "2024/25 H2" in withheld.population  # 25 posts withheld once made "2024/[c]" of the cycle
    assert TOTAL not in withheld.title
