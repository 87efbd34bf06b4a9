from pathlib import Path

import my121_analytics
from my121_analytics.wording.catalogue import codes
from my121_analytics.workforce.counted import LAWS
from my121_analytics.workforce.verdicts import PATTERN, VERDICTS

PACKAGE = Path(my121_analytics.__file__).parent


def test_every_verdict_has_a_sentence_and_every_sentence_a_verdict():
    assert list(VERDICTS) == list(codes("verdict"))
    assert [verdict.order for verdict in VERDICTS.values()] == [0, 1, 2, 3]


def test_verdicts_are_told_apart_by_shape_alone():
    assert len({(verdict.marker, verdict.is_filled) for verdict in VERDICTS.values()}) == 4
    assert len({verdict.symbol for verdict in VERDICTS.values()}) == 4


def test_only_the_listed_are_to_discuss():
    assert [code for code, verdict in VERDICTS.items() if verdict.is_to_discuss] == [PATTERN]


def test_the_codes_of_verdicts_stand_in_one_place():
    spelled = [path.name for path in PACKAGE.rglob("*.py") if '"watch"' in path.read_text("utf-8")]
    assert spelled == ["verdicts.py"]


def test_the_gates_law_knows_the_same_verdicts():
    parts = next(law.parts for law in LAWS if law.whole.what == "managers")
    assert [dict(part.where)["verdict"] for part in parts] == list(VERDICTS)
