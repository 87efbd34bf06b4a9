# ruff: noqa: E402 - linear algebra must be told to use one thread before numpy is loaded
"""Results made by hand in the analyses' own columns, so that the pack can be tested apart from them."""

from __future__ import annotations

import contextlib
import gc
import io
import os

# Threads of linear algebra wait by keeping a core busy: beside other tests that took four times as long.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis import movement
from my121_analytics.analysis.rating_patterns import severity
from my121_analytics.disclosure.release import release
from my121_analytics.disclosure.secondary.pattern import draft_pattern
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.theme import figure, render_png, render_svg
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.reports.pack import calibration_pack
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.picture import Picture

# The loaded libraries are a million objects: looked through every 700 new ones they take a thirtieth of the time.
gc.set_threshold(50_000, 20, 50)

AS_OF = date(2024, 9, 30)
CYCLE = "2024/25 H1"
ABOUT = describe("profile", population="people_in_post", counts="posts", source="manager", as_of=AS_OF, cycle=CYCLE,
                 n=44)
HOSTILE = ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "@SUM(1)", "+44 1", "-2", "http://example.org/x",
           "O'Brien \"Q\" & Söhne", "\u202eegdirB", "😀 Müller", "x" * 300, "{{ 7 * 7 }}", "a\x00b\x0bc"]


def profile_result() -> Result:
    framework = build_framework()
    n = np.array([3, 5, 2, 4, 12, 3, 4, 6, 1, 4])
    boxes = [*framework.boxes]
    frame = pd.DataFrame({"box": [b.number for b in boxes] + [0],
                          "box_name": [b.name for b in boxes] + ["No placement"],
                          "performance": [b.performance for b in boxes] + [0],
                          "potential": [b.potential for b in boxes] + [0], "n": n})
    base = np.where(frame["box"] == 0, 44, 40)
    frame = frame.assign(share=n / base, lower=np.maximum(n / base - .05, 0), upper=n / base + .05, base=base)
    follows = ("share", "lower", "upper")
    groups = pd.concat([frame.assign(service=service, n=frame["n"] // part)
                        for service, part in (("Homes", 1), ("Visits", 2), ("All", 1))])
    groups = groups.assign(directorate="Care")[["service", "box", "box_name", "n", *follows, "base", "directorate"]]
    return Result(ABOUT, {
        "map": Table(frame, ("box",), "n", "base", follows, sums=("box",)),
        "map_by_group": Table(groups.reset_index(drop=True), ("service", "box"), "n", "base", follows,
                              unit_columns=("service", "directorate"), sums=("service", "box"))})


def movement_result() -> Result:
    frame = profile_result().frame("map").query("box > 0")
    change = frame[["box", "box_name"]].assign(n_before=frame["n"] + 1, n_after=frame["n"], share_before=.1,
                                               share_after=.08, change=-.02, lower=-.06, upper=.02, base=40)
    moves = pd.DataFrame({"before": [5, 5], "after": [4, 5], "before_name": "Solid and Adaptable",
                          "after_name": ["Pivotal and Flexible", "Solid and Adaptable"], "n": [2, 10]})
    facts: dict[str, float | int | str | None] = {
        "n_both": 40, "n_joined": 4, "n_left": 2, "n_placed_both": 38, "cycle_before": "2023/24 H2",
        "cycle_after": CYCLE}
    follows = ("share_before", "share_after", "change")
    return Result(ABOUT, {"change": Table(change, ("box",), "n_after", "base", follows),
                          "moves": Table(moves, ("before", "after"), "n")}, facts, movement.FACTS)


def severity_result(names: list[str]) -> Result:
    verdicts = ["pattern", "watch", "in line", "cannot tell"]
    n = len(names)
    frame = pd.DataFrame({
        "rater_id": [f"{100 + i:06d}" for i in range(n)], "n_ratings": [12 + i for i in range(n)], "n_employees": 6,
        "mean_rating": 2.4, "expected_rating": 2.1, "estimate": np.linspace(1.6, -1, n),
        "lower": np.linspace(.7, -2, n), "upper": np.linspace(2.5, .3, n), "probability": np.linspace(.97, .1, n),
        "verdict": [verdicts[i % 4] for i in range(n)], "detectable": 1.1,
        "caveat": "leniency_or_quality", "name": names,
        "directorate": ["Care" if i < n - 1 else "Roads" for i in range(n)], "service": "Homes", "team": "A"})
    units = ("directorate", "service", "team")
    listed = frame.loc[frame["verdict"] == "pattern", ["rater_id", "name", *units]].reset_index(drop=True)
    firm = listed.assign(tipping_sd=.3, text="This name would leave the list if teams differed by 0.30 logits.")
    readings = pd.DataFrame({"scenario": ["main", "unrecorded .3"], "text": ["As reported.", "If teams differed."],
                             "n_managers": n, "n_listed": [5, 2], "n_joined": 0, "n_left": [0, 3],
                             "expected_wrong": [.4, .2], "main_wrong": [.4, 1.6]})
    people = ("rater_id", "name")
    return Result(replace(ABOUT, subject=replace(ABOUT.subject, cycle="2022/23 H1 to 2024/25 H1")), {
        "managers": Table(frame, ("rater_id",), people=people, unit_columns=units),
        "robustness": Table(firm, ("rater_id",), people=people, unit_columns=units),
        "sensitivity": Table(readings, ("scenario",), count="n_managers", parts=("n_listed", "n_joined", "n_left"),
                             follows=("expected_wrong", "main_wrong")),
        "summary": Table(pd.DataFrame({"line": ["spread"], "value": [.4], "text": ["Ratings differ."]}), ("line",))},
        {"sd": .4, "expected_wrong": .2, "n_listed": 2}, severity.FACTS)


def coverage_result(names: list[str]) -> Result:
    groups = pd.DataFrame({
        "service": ["Homes", "Visits", "All"], "n_people": [20, 22, 42], "n_posts": [20, 22, 42],
        "n_with_placement": [19, 19, 38], "n_without_placement": [1, 3, 4], "n_agreed": [10, 12, 22],
        "n_with_enough": [15, 13, 28], "n_too_few": [5, 9, 14], "n_with_any": [18, 20, 38],
        "estimate": [.75, .59, 2 / 3], "lower": [.53, .39, .52], "upper": [.89, .77, .79], "base": [20, 22, 42],
        "directorate": "Care"})
    managers = pd.DataFrame({"rater_id": ["000100", "000101"], "name": names[:2], "directorate": "Care",
                             "service": "Homes", "team": "A", "n_team": [6, 7], "n_without_placement": [1, 0],
                             "n_without_conversation": [2, 0]})
    missing = pd.DataFrame({"employee_id": ["000007"], "name": names[2], "manager_id": "000100", "directorate": "Care",
                            "service": "Homes", "team": "A", "missing": "placement"})
    units = ("directorate", "service", "team")
    return Result(ABOUT, {
        "by_group": Table(groups, ("service",), "n_people", "base", unit_columns=("service", "directorate")),
        "managers": Table(managers, ("rater_id",), people=("rater_id", "name"), unit_columns=units),
        "missing": Table(missing, ("employee_id",), people=("employee_id", "name", "manager_id"), unit_columns=units)})


def agenda_result(names: list[str]) -> Result:
    n = len(names)
    people = pd.DataFrame({
        "position": range(1, n + 1), "employee_id": [f"{i:06d}" for i in range(n)], "name": names,
        "post_id": [f"P{i:05d}" for i in range(n)], "rater_id": "000100", "rater_name": names[0], "directorate": "Care",
        "service": "Homes", "team": "A", "role": "Officer", "box": [1 + i % 9 for i in range(n)],
        "box_name": "x", "performance": [3 - i % 3 for i in range(n)], "potential": 2, "reasons": "self_apart",
        "n_reasons": 1, "question": "What would show that the rating and the box say the same?", "minutes": 4,
        "in_meeting": [i < 8 for i in range(n)]})
    return Result(ABOUT, {"people": Table(people, ("employee_id", "post_id"), people=(
        "employee_id", "name", "rater_id", "rater_name"), unit_columns=("directorate", "service", "team"))})


def roster_result(names: list[str]) -> Result:
    agenda = agenda_result(names).frame("people")
    frame = agenda[["employee_id", "name", "post_id", "directorate", "service", "team", "role", "rater_id",
                    "rater_name", "performance", "potential", "box", "box_name"]].assign(cycle=CYCLE)
    return Result(ABOUT, {"people": Table(frame, ("employee_id", "post_id"), people=("employee_id", "name", "rater_id"),
                                          unit_columns=("directorate", "service", "team"))})


@cache
def picture(name: str) -> Picture:
    axes = figure(3, 2).subplots()
    axes.bar([1, 2], [3, 4], hatch="//")
    axes.set_title(f"<b>{name}</b> & more", loc="left")
    alt = "Box 5 holds 12 of 44 posts."
    return Picture(name, "Posts by box", alt, render_svg(axes, title="Posts by box", description=alt),
                   render_png(axes, dpi=50))


def make_meeting(names: Sequence[str] | None = None, *, audience: str = "panel", unit: str = "Care",
                 without: tuple[str, ...] = ()) -> Meeting:
    return _meeting(tuple(names or [f"Person {letter}" for letter in "ABCDEFGHIJKLM"]), audience, unit, without)


@cache
def _meeting(given: tuple[str, ...], audience: str, unit: str, without: tuple[str, ...]) -> Meeting:
    names = list(given)
    results = {"profile": profile_result(), "movement": movement_result(), "severity": severity_result(names),
               "coverage": coverage_result(names), "agenda": agenda_result(names), "roster": roster_result(names)}
    released = {}
    for subject, result in results.items():
        if subject not in without:
            released[subject] = release(result, audience=audience, unit=unit)
    files = pd.DataFrame({"file": ["a.xlsx", "b.csv"], "sheet": ["Data", ""], "rows_read": [100, 20],
                          "rows_accepted": [90, 18], "rows_quarantined": [3, 1], "rows_set_aside": [7, 1]})
    findings = pd.DataFrame({"code": ["spelling_repaired"], "severity": ["info"], "n": [2]})
    return Meeting(unit=unit, by="directorate", finer="service", cycle=CYCLE, as_of=AS_OF, audience=audience,
                   settings=Settings(), framework=build_framework(), results=released,
                   problems={subject: f"No {subject} here." for subject in without},
                   pictures={"map": picture("map"), "change": picture("change"), "managers": picture("managers")},
                   quality={"reconciliation": files, "findings": findings, "unreadable": pd.DataFrame({"file": []})})


@pytest.fixture(name="make_meeting")
def _make_meeting() -> Callable[..., Meeting]:
    return make_meeting


@pytest.fixture
def hostile_names() -> list[str]:
    return list(HOSTILE)


@pytest.fixture(scope="module", autouse=True)
def _gate_that_searches_less(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spare the quick suite the gate's integer programs, which show a few counts more and cost most of its time.

    What the gate hides is as safe without them. Its own tests, the attacks, and the slow suite have them.
    """
    options = draft_pattern.__kwdefaults__
    most_exact = options["most_exact"]
    if request.config.getoption("-m") == "not slow" and not {"disclosure", "attacker"} & set(request.path.parts):
        options["most_exact"] = 0
    yield
    options["most_exact"] = most_exact


@pytest.fixture
def bare_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build packs without pictures and without the comparison of managers, where neither is the point."""
    def refuse(*_: object, **__: object) -> None:
        raise DataUnusableError("Managers are not compared here.")

    monkeypatch.setattr(calibration_pack, "estimate_severity", refuse)
    monkeypatch.setattr(calibration_pack, "draw_pictures", lambda *_, **__: {})


class _Captured(io.TextIOWrapper):
    """A stream of text that can be read after what wrapped it has let it go."""

    def __init__(self) -> None:
        self.kept = io.BytesIO()
        super().__init__(self.kept, encoding="utf-8", newline="\n", write_through=True)

    @property
    def text(self) -> str:
        return self.kept.getvalue().decode("utf-8")


def run_my121(*words: object, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process would be run, without starting one: loading the libraries costs a second."""
    from my121_analytics.cli.app import main

    output, errors, code = _Captured(), _Captured(), 0
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["my121", *map(str, words)])
        for name, value in (environment or {}).items():
            patch.setitem(os.environ, name, value)
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(errors))
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
    return subprocess.CompletedProcess(list(map(str, words)), code, output.text, errors.text)


@pytest.fixture(scope="session", name="my121")
def _my121() -> Callable[..., subprocess.CompletedProcess[str]]:
    return run_my121


@pytest.fixture(scope="session")
def small_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of a small council with a settings file; to be read, never changed."""
    from my121_analytics.sample_council.council import make_sample

    folder = tmp_path_factory.mktemp("small council") / "exports"
    make_sample(120, seed=5, folder=folder)
    return folder


@pytest.fixture(scope="session")
def one_cycle_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file of sixty ratings by six managers in one cycle: the least that every command can work on."""
    rows = ["Employee ID,Employee name,Directorate,Service,Manager ID,Review period,Review date,Performance rating,"
            "Potential rating"]
    for number in range(60):
        manager, place = divmod(number, 10)
        units = "Care,Homes" if manager < 3 else "Place,Roads"
        performance = ("Meets", "Exceeds", "Partially meets")[(place * place + manager) % 3]
        potential = ("Moderate", "High", "Low")[(place + manager) % 3]
        rows.append(f"{1000 + number},Person {1000 + number},{units},{900 + manager},2023/24 H2,01/03/2024,"
                    f"{performance},{potential}")
    folder = tmp_path_factory.mktemp("one cycle") / "exports"
    folder.mkdir()
    (folder / "ratings.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
