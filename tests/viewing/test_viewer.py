"""Results show themselves: to the analyst at once and marked so, to anybody else as released for them."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

import my121_analytics as my121
from my121_analytics.disclosure.released import Released
from my121_analytics.errors import DisclosureError, UsageError
from my121_analytics.figures.nine_box import plot_nine_box
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.viewing.gallery import GALLERY
from my121_analytics.viewing.headings import is_captioned, is_named, kind_of
from my121_analytics.viewing.reader import show_for
from my121_analytics.viewing.released_mark import PASSED
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result

MARK = say("notebook", "analyst_only")


@pytest.fixture(scope="module")
def results(intake):
    record = intake.workforce
    return {"groups": my121.profile_groups(record, by=["grade"]),
            "profile": my121.tabulate_profile(record, by="directorate"), "movement": my121.track_movement(record),
            "coverage": my121.measure_coverage(record), "self": my121.compare_self(record, by="directorate"),
            "succession": my121.measure_succession(record), "agenda": my121.build_agenda(record),
            "equality": my121.compare_groups(record, by="sex"), "talent": my121.review_talent(record),
            "development": my121.measure_development(record), "paths": my121.trace_movement(record),
            "outlook": my121.foresee_coverage(record), "agreement": my121.detail_agreement(record),
            "patterns": my121.estimate_severity(record, axes=["performance"], sensitivity=False)}


@pytest.fixture(scope="module")
def other_results(exports, intake, tmp_path_factory):
    """Results of the plan, the award and the meeting: what the public names give besides those of the record."""
    record = intake.workforce
    evidence = my121.assess_evidence(exports / "iip_evidence.csv", settings=record.settings)
    plan = my121.read_plan(exports / "improvement_plan.xlsx", anchor=date(2024, 6, 30), settings=record.settings)
    drawn = my121.draw_interviewees(record, n=12, seed=1)
    findings = pd.DataFrame([("F1", "development area", "Records are patchy", "ER001", "1.1")],
                            columns=["finding_id", "kind", "finding", "requirement_id", "action_id"])
    decided = _decide(record, tmp_path_factory.mktemp("decided") / "decisions.csv")
    return {"evidence": evidence, "status": my121.assess_status(plan, as_of=date(2025, 3, 31)),
            "findings": my121.link_findings(findings, requirements=evidence.frame("requirements")), "drawn": drawn,
            "heard": my121.compare_heard(record, drawn.frame("interviewees")["employee_id"].astype(str)),
            "effect": my121.measure_effect(record, decided), "gaps": my121.measure_gaps(record, decided),
            "extracts": my121.compare_extracts(record, decided.workforce)}


def _decide(record, path):
    """Let a meeting raise a third of the ratings of the latest cycle and let the others stand."""
    rows = record.placements[(record.placements["source"] == "manager")
                             & (record.placements["cycle"].astype(str) == record.latest_cycle)].copy()
    rows["outcome"] = ["Changed" if n % 3 == 0 and level < 3 else "Stands"
                       for n, level in enumerate(rows["performance"])]
    changed = rows["outcome"] == "Changed"
    rows["agreed_performance"] = (rows["performance"] + 1).where(changed)
    rows["agreed_potential"] = rows["potential"].where(changed)
    rows["decision_reason"], rows["agreed_by"] = changed.map({True: "Evidence heard", False: ""}), "Panel"
    rows[["employee_id", "post_id", "cycle", "performance", "potential", "box", "outcome", "agreed_performance",
          "agreed_potential", "decision_reason", "agreed_by"]].to_csv(path, index=False)
    decisions = my121.read_decisions(path, workforce=record)
    # one placement of the sample contradicts its own box, and a meeting cannot let it stand
    return my121.apply_decisions(record, decisions, agreed_on=record.as_of, only_good=True)


def texts_of(picture):
    return [text.get_text() for text in picture.figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_the_analyst_sees_a_picture_and_a_table_in_one_call_each_and_both_say_for_whom(results):
    picture, table = results["profile"].plot_map(), results["profile"].table("map")
    assert MARK in texts_of(picture)
    assert MARK in table._repr_html_()
    assert picture.alt.startswith("Map of nine boxes")
    assert f'alt="{picture.alt[:20]}' in picture._repr_html_()
    assert table.frame["n"].sum() == results["profile"].about.n


def test_chosen_columns_are_shown_in_their_order_and_a_wrong_one_is_named(results):
    page = results["profile"].table("map", columns=["n", "box_name"])._repr_html_()
    assert re.findall(r"<th [^>]*>([^<]+)</th>", page) == ["Posts", "Name of the box"]
    with pytest.raises(KeyError, match=r"no column \['boxes'\]"):
        results["profile"].table("map", columns=["boxes"])


def test_a_picture_released_for_others_does_not_say_analyst_only(results):
    released = my121.release(results["profile"], audience="publish")
    texts = texts_of(released.plot_map())
    assert MARK not in texts
    assert "Released for: publish." in texts


def test_the_mark_is_drawn_only_where_somebody_looks(results):
    drawn = plot_nine_box(my121.release(results["profile"], audience="analyst"))
    assert not [text for text in drawn.texts if text.get_gid() == "mark"]


def test_a_page_for_publication_shows_what_a_release_for_publication_holds(results):
    named = results["agenda"].frame("people")["name"].iloc[0]
    assert named in results["agenda"]._repr_html_()
    show_for("publish")
    page = results["agenda"]._repr_html_()
    assert named not in page
    assert page.startswith(PASSED)
    assert "not shown" in results["agenda"].table("people")._repr_html_()
    shown = results["profile"].table("map").frame
    expected = my121.release(results["profile"], audience="publish").tables["map"]
    assert np.array_equal(shown["n"], expected["n"], equal_nan=True)


def test_what_was_released_for_the_analyst_does_not_pass_on_anybody_elses_page(results):
    released = my121.release(results["profile"], audience="analyst")
    assert released._repr_html_().startswith(PASSED)
    show_for("publish")
    for shown in (released, released.table("map"), released.plot_map()):
        assert not shown._repr_html_().startswith(PASSED)


def test_records_and_intakes_are_the_analysts_alone(intake):
    for shown in (intake, intake.workforce):
        assert MARK in shown._repr_html_()
        assert not shown._repr_html_().startswith(PASSED)
        assert MARK in repr(shown)
    assert f"{int(intake.reconciliation['rows_read'].sum()):,} read" in repr(intake)


def test_a_summary_names_number_period_population_and_every_caution(results):
    for name, result in results.items():
        page = result._repr_html_()
        for caution in result.about.caveats:
            sentence = say("caveat", caution, **result.about.words)
            assert sentence.split("'")[0][:40] in page.replace("&#x27;", "'"), name
        assert result.about.cycle in page
        assert f"{result.about.n:,} " in page
        assert "<script" not in page
        assert not re.search(r"https?://", page)


def test_every_public_function_that_gives_a_result_is_among_those_looked_at(results, other_results):
    looked_at = {type(result).__name__ for result in (*results.values(), *other_results.values())}
    given = {name: inspect.signature(getattr(my121, name)).return_annotation for name in my121._PUBLIC}
    kinds = {kind.__name__ for kind in Result.__subclasses__()}
    assert {name: kind for name, kind in given.items() if kind in kinds - looked_at} == {}
    assert len(looked_at) == 22


def test_every_column_and_table_that_a_notebook_shows_is_named_in_the_catalogue(results, other_results):
    unnamed = []
    for result in (*results.values(), *other_results.values()):
        kind = type(result).__name__
        for name, table in result.tables.items():
            unnamed += [] if is_captioned(name, kind) else [(kind, name)]
            unnamed += [(kind, name, column) for column in table.frame.columns
                        if column != "marker" and not is_named(str(column), kind)]
    assert unnamed == []


def test_a_name_that_means_two_things_is_headed_by_what_it_means_here(results, other_results):
    def heading(result, table, column):
        return result.table(table).headings[column]

    assert heading(results["talent"], "box9_by_cycle", "n_moved") == "Moved out"
    assert heading(results["talent"], "cover", "n_none") == "Nobody named"
    assert heading(results["agreement"], "reasons", "n_none") == "By neither"
    assert heading(results["paths"], "leaving_by_manager", "n") == "Left"
    assert other_results["evidence"].table("by_directorate").caption == "Requirements by directorate"
    assert other_results["heard"].table("by_directorate").caption == "People heard by directorate"
    assert other_results["status"].table("by_directorate").caption == "Actions by directorate"
    assert "12 actions" in repr(other_results["status"])


def test_the_ends_of_a_range_are_written_as_what_they_are_the_range_of(results, other_results):
    followed = results["development"].tables["followed"].frame
    kinds = {name: kind_of(followed, name) for name in ("share", "lower", "upper", "difference", "difference_lower")}
    assert kinds == {"share": "share", "lower": "share", "upper": "share", "difference": "points",
                     "difference_lower": "points"}
    paths = results["paths"].tables["leaving_by_manager"].frame
    assert {kind_of(paths, name, "MovementPathsResult") for name in ("expected", "estimate", "estimate_lower")} == {
        "share"}
    rows = other_results["extracts"].tables["rows"].frame
    assert kind_of(rows, "difference", "ExtractComparison") == "integer"
    heard = other_results["heard"].tables["by_directorate"].frame
    assert kind_of(heard, "expected_lower", "HeardResult") == "integer"


def test_a_table_tells_its_story_and_says_how_much_it_leaves_out(results):
    managers = results["outlook"].table("managers")
    shown = re.findall(r"<th [^>]*>([^<]+)</th>", managers._repr_html_())
    assert shown == ["Manager", "People in the team", "Overdue", "No formal conversation on record", "Longest, days"]
    assert "Direction, code" not in results["agreement"].table("reasons")._repr_html_()
    assert "1 more column:" in results["agreement"].table("reasons")._repr_html_()
    assert "There are none." in results["talent"].table("acting")._repr_html_()


def test_headings_within_one_table_are_different(results):
    for result in results.values():
        for name in result.tables:
            headings = [*result.table(name).headings.values()]
            assert len(set(headings)) == len(headings), name


def test_every_picture_in_the_gallery_can_be_drawn_and_described():
    from importlib import import_module

    for methods in GALLERY.values():
        for module, what in methods.values():
            figures = import_module(f"my121_analytics.figures.{module}")
            assert callable(getattr(figures, f"plot_{what}"))
            assert callable(getattr(figures, f"describe_{what}"))


def test_a_kind_of_result_that_prints_itself_in_its_own_way_stays_short(results):
    @dataclass(frozen=True)
    class OtherResult(Result):
        """Decorated without repr=False."""

    profile = results["profile"]
    assert len(repr(OtherResult(profile.about, profile.tables, profile.facts))) < 1_000


def test_a_picture_that_a_result_does_not_have_is_named_with_those_it_has(results):
    with pytest.raises(AttributeError, match=r"no picture 'plot_funnel'. It has: plot_map, plot_by_group"):
        results["profile"].plot_funnel()
    with pytest.raises(AttributeError, match="no attribute 'speed'"):
        _ = results["profile"].speed
    with pytest.raises(KeyError, match=r"no table 'maps'\. It has: map,"):
        results["profile"].table("maps")
    assert "plot_map" in dir(results["profile"])


def test_settings_travel_from_the_record_to_the_gate(intake):
    strict = Settings(disclosure=DisclosureSettings(threshold=30))
    result = my121.tabulate_profile(intake.workforce).under(strict)
    shown = my121.release(result, audience="publish").tables["map"]["n"]
    assert not ((shown > 0) & (shown < 30)).any()
    loose = my121.release(result, audience="publish", settings=Settings()).tables["map"]["n"]
    assert ((loose > 0) & (loose < 30)).any(), "settings that are given go before those of the record"
    assert my121.tabulate_profile(intake.workforce).settings is intake.workforce.settings


def test_two_records_with_different_rules_are_not_released_together_without_a_word(intake):
    from my121_analytics.disclosure.release import release_together

    one = my121.tabulate_profile(intake.workforce)
    other = one.under(Settings(disclosure=DisclosureSettings(threshold=30)))
    with pytest.raises(UsageError, match="different rules"):
        release_together([one, other], audience="publish")


def test_writers_go_on_refusing_what_was_only_looked_at(results):
    with pytest.raises(DisclosureError, match="takes a released result"):
        plot_nine_box(results["profile"])
    assert not isinstance(results["profile"].table("map"), Released)


def test_an_error_in_a_notebook_is_what_went_wrong_and_how_to_mend_it(results):
    with pytest.raises(UsageError) as caught:
        my121.release(results["profile"], audience="pubish")
    assert caught.value._render_traceback_() == ["There is no audience 'pubish'.", "  - Did you mean 'publish'?"]


def test_a_long_table_can_be_searched_without_a_network(results):
    pytest.importorskip("itables")
    page = results["agenda"].table("people").browse().data
    assert not re.search(r"""(?:src|href|from|import)\s*\(?=?\s*["']https?://""", page)
    assert MARK in page


@pytest.mark.parametrize(("name", "table"), [("profile", "map"), ("movement", "moves")])
def test_no_placement_has_no_box_in_a_notebook_either(results, name, table):
    shown = results[name].table(table)._repr_html_()
    row = next(row for row in re.findall(r"<tr>(.*?)</tr>", shown) if "No placement" in row)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert "[z]" in cells
    assert "0" not in cells[:cells.index("No placement")]
    assert "[z] means not applicable" in shown
