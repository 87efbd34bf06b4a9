"""The conversation as data: what each box means, which questions open it, what a My 1:1 is for and what is recorded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from my121_analytics.errors import SettingsError
from my121_analytics.packaged_data import read_packaged_toml

FILE = "conversation_guide.toml"
HISTORY = ("first_conversation", "new_to_role", "changed_role", "long_in_box", "settling", "past_settling",
           "plan_agreed", "no_plan", "own_view_higher", "own_view_lower", "objectives_met", "objectives_missed",
           "actions_open", "no_placement")
"""Reasons, found in the record, for which a guide must hold a question."""


@dataclass(frozen=True)
class BoxGuide:
    """What a guide says of one box.

    Parameters
    ----------
    number
        Of the box; a label.
    tag
        The box in one line.
    definition
        What is likely to be seen.
    questions, leadership
        Opening questions, and those for people who lead or might.
    development
        What to consider.
    interventions
        What can be offered.
    care
        What to mind before asking; empty where nothing.
    """

    number: int
    tag: str
    definition: tuple[str, ...]
    questions: tuple[str, ...]
    leadership: tuple[str, ...]
    development: tuple[str, ...]
    interventions: tuple[str, ...]
    care: str = ""


@dataclass(frozen=True)
class ConversationStage:
    """One stage of a conversation in a coaching style."""

    name: str
    does: tuple[str, ...]


@dataclass(frozen=True)
class RecordPart:
    """One part of the record of a conversation; ``column`` is the flag of the record that says it is filled."""

    name: str
    column: str
    asks: str


@dataclass(frozen=True)
class ConversationGuide:
    """All that a guide says.

    Parameters
    ----------
    purposes
        What a My 1:1 is for.
    initiating, not_prescriptive, choosing, after, consistency
        One paragraph each: who may ask for one, how to take the map, how to choose questions, what to do afterwards,
        and how managers keep to one standard.
    preparation
        ``manager`` and ``employee``: what to do beforehand.
    stages
        Of the conversation, in order.
    record
        Parts of the record, in order.
    outcomes
        ``maintain``, ``address``, ``prepare``: what an action is for.
    performance, potential
        What each level looks like, lowest first.
    boxes
        By number.
    history
        Question for each reason in ``HISTORY``.
    open_questions
        Questions that suit anybody, for the other side's preparation.
    """

    purposes: tuple[str, ...]
    initiating: str
    not_prescriptive: str
    choosing: str
    after: str
    consistency: str
    preparation: Mapping[str, tuple[str, ...]]
    stages: tuple[ConversationStage, ...]
    record: tuple[RecordPart, ...]
    outcomes: Mapping[str, str]
    performance: tuple[str, ...]
    potential: tuple[str, ...]
    boxes: Mapping[int, BoxGuide]
    history: Mapping[str, str]
    open_questions: tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_min_length=1)


class _Stage(_Strict):
    name: str
    does: list[str] = Field(min_length=1)


class _Part(_Strict):
    name: str
    column: str
    asks: str


class _Preparation(_Strict):
    manager: list[str] = Field(min_length=1)
    employee: list[str] = Field(min_length=1)


class _Outcomes(_Strict):
    maintain: str
    address: str
    prepare: str


class _Box(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tag: str = Field(min_length=1)
    definition: list[str] = Field(min_length=1)
    questions: list[str] = Field(min_length=1)
    leadership: list[str] = Field(default_factory=list)
    development: list[str] = Field(min_length=1)
    interventions: str = Field(min_length=1)
    care: str = ""


class _File(_Strict):
    purposes: list[str] = Field(min_length=1)
    initiating: str
    not_prescriptive: str
    choosing: str
    after: str
    consistency: str
    preparation: _Preparation
    stages: list[_Stage] = Field(min_length=1)
    record: list[_Part] = Field(min_length=1)
    outcomes: _Outcomes
    performance: dict[str, str]
    potential: dict[str, str]
    interventions: dict[str, list[str]]
    questions: dict[str, str]
    history: dict[str, str]
    open_questions: list[str] = Field(min_length=1)
    boxes: dict[str, _Box]


def build_guide(path: Path | None = None, *, n_performance: int = 3, n_potential: int = 3,
                boxes: Sequence[int] = tuple(range(1, 10))) -> ConversationGuide:
    """Give the packaged guide, or a council's own.

    Parameters
    ----------
    path
        The council's file; None for the guide that comes with the package.
    n_performance, n_potential
        Levels of the council's scales: each needs a description. The packaged guide describes three of each and is
        silent on other scales.
    boxes
        Numbers of the council's map; each needs an entry.

    Returns
    -------
    ConversationGuide

    Raises
    ------
    SettingsError
        The file cannot be read, or has faults: all are listed.
    """
    guide_table = read_packaged_toml("framework", FILE) if path is None else _load(path)
    where = "the packaged guide" if path is None else path.name
    try:
        content = _File.model_validate(guide_table)
    except ValidationError as problem:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}" for fault in problem.errors()]
        raise SettingsError(f"{where}: the conversation guide has {_count(faults)}.", hints=faults) from problem
    own_scale = path is not None
    faults = _check(content, n_performance if own_scale else 3, n_potential if own_scale else 3,
                    boxes if own_scale else tuple(range(1, 10)))
    if faults:
        raise SettingsError(f"{where}: the conversation guide has {_count(faults)}.", hints=faults)
    return _assemble(content)


def packaged_text() -> str:
    """Give the packaged guide as text, to be written out and edited."""
    return resources.files("my121_analytics.framework").joinpath(FILE).read_text("utf-8")


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as problem:
        raise SettingsError(f"{path}: there is no such conversation guide.",
                            hints=["Write one to start from with my121 init --framework FILE, or take the key "
                                   "[framework] guide out of the settings."]) from problem
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SettingsError(f"{path.name}: the conversation guide cannot be read: {problem}.",
                            hints=["Save it as UTF-8 text. Texts stand between straight double quotes."]) from problem


def _count(faults: Sequence[str]) -> str:
    return "a fault" if len(faults) == 1 else f"{len(faults)} faults"


def _check(content: _File, n_performance: int, n_potential: int, boxes: Sequence[int]) -> list[str]:
    """List what hangs in the air: questions without a text, levels and boxes without a description."""
    faults = []
    for axis, n, levels in (("performance", n_performance, content.performance),
                            ("potential", n_potential, content.potential)):
        wanted = {str(level) for level in range(1, n + 1)}
        faults += [f"{axis}.{level}: there is no text for this level" for level in sorted(wanted - set(levels))]
        faults += [f"{axis}.{level}: the scale has no such level" for level in sorted(set(levels) - wanted)]
    numbers = {str(number) for number in boxes}
    faults += [f"boxes.{number}: there is no entry for this box" for number in sorted(numbers - set(content.boxes))]
    faults += [f"boxes.{number}: the map has no such box" for number in sorted(set(content.boxes) - numbers)]
    for number, box in content.boxes.items():
        for kind in ("questions", "leadership"):
            faults += [f"boxes.{number}.{kind}: '{code}' is not among [questions]"
                       for code in getattr(box, kind) if code not in content.questions]
        if box.interventions not in content.interventions:
            faults.append(f"boxes.{number}.interventions: '{box.interventions}' is not among [interventions]")
    faults += [f"open_questions: '{code}' is not among [questions]" for code in content.open_questions
               if code not in content.questions]
    faults += [f"history.{code}: there is no question for this reason" for code in HISTORY
               if code not in content.history]
    faults += [f"history.{code}: this reason is not known" for code in content.history if code not in HISTORY]
    return faults


def _assemble(content: _File) -> ConversationGuide:
    boxes = {int(number): BoxGuide(
        int(number), box.tag, tuple(box.definition), tuple(content.questions[code] for code in box.questions),
        tuple(content.questions[code] for code in box.leadership), tuple(box.development),
        tuple(content.interventions[box.interventions]), box.care) for number, box in content.boxes.items()}
    return ConversationGuide(
        tuple(content.purposes), content.initiating, content.not_prescriptive, content.choosing, content.after,
        content.consistency, {"manager": tuple(content.preparation.manager),
                              "employee": tuple(content.preparation.employee)},
        tuple(ConversationStage(stage.name, tuple(stage.does)) for stage in content.stages),
        tuple(RecordPart(part.name, part.column, part.asks) for part in content.record),
        content.outcomes.model_dump(), _by_level(content.performance), _by_level(content.potential), boxes,
        dict(content.history), tuple(content.questions[code] for code in content.open_questions))


def _by_level(texts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(texts[level] for level in sorted(texts, key=int))
