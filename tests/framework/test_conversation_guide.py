"""The conversation guide is complete as packaged, and a council's own is held to the same standard."""

from __future__ import annotations

import re
import tomllib

import pytest

from my121_analytics.errors import SettingsError
from my121_analytics.framework.conversation_guide import HISTORY, build_guide, packaged_text
from my121_analytics.workforce.schema import RECORD_PARTS


def test_the_packaged_guide_speaks_of_every_box_level_and_reason():
    guide = build_guide()
    assert set(guide.boxes) == set(range(1, 10))
    assert len(guide.performance) == len(guide.potential) == 3
    assert set(guide.history) == set(HISTORY)
    for box in guide.boxes.values():
        assert len(box.definition) >= 4
        assert len(box.questions) >= 9
        assert len(box.development) >= 4
    assert [number for number, box in guide.boxes.items() if not box.leadership] == [9]
    assert guide.boxes[9].care


def test_the_toolkits_own_numbers_are_kept():
    guide = build_guide()
    assert len(guide.purposes) == 11
    assert len(guide.stages) == 5
    assert len(guide.preparation["manager"]) == 8  # the toolkit's seven steps, and personal needs
    assert [len(guide.boxes[number].interventions) for number in range(1, 10)] == [9] * 8 + [17]
    assert {part.column for part in guide.record} == set(RECORD_PARTS)
    assert set(guide.outcomes) == {"maintain", "address", "prepare"}
    assert "twelve months" in " ".join(guide.boxes[3].development)


def test_every_question_is_asked_somewhere_and_stands_once():
    given = tomllib.loads(packaged_text())
    asked = {code for box in given["boxes"].values() for kind in ("questions", "leadership") for code in box[kind]}
    assert asked == set(given["questions"])
    texts = list(given["questions"].values())
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(("?", ".")) for text in texts)


def test_the_guide_judges_nobody():
    assert not re.search(r"(?i)\b(bias|biased|poor performer|low performer|problem employee)\b", packaged_text())


def test_a_guide_written_out_and_read_back_is_the_same(tmp_path):
    path = tmp_path / "guide.toml"
    path.write_text(packaged_text(), "utf-8")
    assert build_guide(path) == build_guide()


def test_all_faults_of_a_councils_guide_are_said_at_once(tmp_path):
    text = packaged_text().replace('"values", "expectations"', '"valeus", "expectations"', 1)
    text = text.replace("no_plan =", "no_plna =").replace('interventions = "improve"', 'interventions = "imrpove"')
    text = text.replace("[boxes.8]", "[boxes.10]")
    path = tmp_path / "guide.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"guide\.toml: the conversation guide has 6 faults") as refused:
        build_guide(path)
    for said in ("'valeus' is not among [questions]", "history.no_plan", "history.no_plna", "'imrpove'",
                 "boxes.8: there is no entry", "boxes.10: the map has no such box"):
        assert any(said in hint for hint in refused.value.hints), said


def test_faults_of_form_are_said_with_their_place(tmp_path):
    path = tmp_path / "guide.toml"
    path.write_text(packaged_text().replace('after = "', 'aftre = "', 1), "utf-8")
    with pytest.raises(SettingsError, match="2 faults") as refused:
        build_guide(path)
    assert any(hint.startswith("after: field required") for hint in refused.value.hints)


def test_a_scale_of_four_needs_four_descriptions(tmp_path):
    path = tmp_path / "guide.toml"
    path.write_text(packaged_text(), "utf-8")
    with pytest.raises(SettingsError) as refused:
        build_guide(path, n_performance=4)
    assert refused.value.hints == ("performance.4: there is no text for this level",)


@pytest.mark.parametrize("content", [b"purposes = [", b"\xff\xfe\x00"])
def test_what_is_no_toml_is_refused_with_a_remedy(tmp_path, content):
    path = tmp_path / "guide.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read") as refused:
        build_guide(path)
    assert "UTF-8" in refused.value.hints[0]


def test_a_missing_guide_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match="no such conversation guide") as refused:
        build_guide(tmp_path / "none.toml")
    assert "my121 init --framework" in refused.value.hints[0]
