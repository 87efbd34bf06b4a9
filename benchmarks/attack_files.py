"""Random councils published in files, and the files attacked by an outsider who shares nothing with the gate.

    python -m benchmarks.attack_files --councils 20 --seed 1
    python -m benchmarks.attack_files --councils 3 --papers report,profile      without the packs, which take longest
    python -m benchmarks.attack_files --councils 3 --list                       every count that is known too well
    python -m benchmarks.attack_files --councils 150 --results out.jsonl        in pieces: what the file has is not done
                                                                                again (--seconds N begins none later)
    python -m benchmarks.attack_files --staff 211 --seed 211                    councils of one size
    python -m benchmarks.attack_files --methods round                           rounded; "round,suppress": then withheld

Each council is published twice: a report by random groupings, packs, and a profile by another grouping; then, after
somebody left, somebody came and a rating was corrected, all of them again. The second publication is proved together
with what was kept of the first. Files are attacked, never tables in memory; the truth comes from the same papers
written with nothing withheld.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from my121_analytics.cli.plan import write_papers
from my121_analytics.cli.profile import write_profile
from my121_analytics.disclosure.attacker import find_nesting
from my121_analytics.errors import My121Error
from my121_analytics.improvement.plan.outcomes import measure_outcomes
from my121_analytics.improvement.plan.reading import Plan, read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.improvement.plan.statistic_readings import Measurer
from my121_analytics.publication import Publication
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.runs.outputs import keep_release
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import AUDIENCES, Audience, DisclosureSettings, ReportSettings, Settings
from my121_analytics.workforce.record import Workforce
from my121_analytics.writing.staging import staged_run
from tests.attacker.folders import attack_editions, measure_use
from tests.attacker.programs import Found, ModelError
from tests.attacker.rounded import attack_rounded_editions

PAPERS = ("report", "profile", "pack", "plan")
GROUPINGS = ("directorate", "service", "grade", "role", "tenure_band", "contract", "team")
SMALLEST, LARGEST = 60, 800
OPEN = {**AUDIENCES, "publish": Audience(names=False, protected=True, scope="council", suppress=False)}
"""The audience of a publication with nothing withheld: the same papers, for the truth."""


@dataclass(frozen=True)
class Design:
    """One random council and what is published of it."""

    n_employees: int
    seed: int
    report_by: tuple[str, ...]
    profile_by: str
    papers: tuple[str, ...] = PAPERS
    editions: int = 2
    sections: tuple[str, ...] = ()
    """Of the report; none: all."""
    methods: tuple[str, ...] = ("suppress",)
    """How small counts are hidden: ``suppress`` or ``round``; the last also of the editions that follow."""

    def method_of(self, edition: int) -> Literal["suppress", "round"]:
        """Give how small counts of an edition are hidden, counted from 0."""
        return "round" if self.methods[min(edition, len(self.methods) - 1)] == "round" else "suppress"


def draw_design(rng: np.random.Generator, seed: int, *, papers: tuple[str, ...] = PAPERS, editions: int = 2,
                smallest: int = SMALLEST, largest: int = LARGEST, methods: tuple[str, ...] = ("suppress",)) -> Design:
    """Draw how large a council is and what it groups its papers by."""
    by = rng.choice(GROUPINGS[:-1], size=int(rng.integers(1, 4)), replace=False)
    return Design(int(rng.integers(smallest, largest + 1)), seed, tuple(map(str, by)),
                  str(rng.choice(GROUPINGS)), papers, editions, methods=methods)


def make_records(design: Design) -> list[Workforce]:
    """Make the record, and the one after somebody left, somebody came and a rating was corrected."""
    after = make_sample(design.n_employees, seed=design.seed).workforce
    if design.editions == 1:
        return [after]
    rng = np.random.default_rng([design.seed, 7])
    latest = after.placements["cycle"].astype("str") == after.latest_cycle
    rated = after.placements.loc[latest & (after.placements["source"].astype("str") == "manager"), "employee_id"]
    leaver, joiner, corrected = rng.choice(rated.astype("str").unique(), size=3, replace=False)
    before = _correct(_without(after, joiner), corrected)
    return [before, _let_go(after, leaver)]


def _without(record: Workforce, person: str) -> Workforce:
    """Take somebody out of the record: they had not come yet."""
    names = ("employees", "posts", "placements", "conversations", "objectives", "development_actions", "successors")
    tables = {name: getattr(record, name) for name in names}
    return dataclasses.replace(record, **{
        name: table[table["employee_id"].astype("str") != person].reset_index(drop=True)
        for name, table in tables.items()})


def _correct(record: Workforce, person: str) -> Workforce:
    """Give somebody's latest placement the box and rating beside it, as they stood before a correction."""
    placements = record.placements.copy()
    rows = (placements["employee_id"].astype("str") == person) & (
        placements["cycle"].astype("str") == record.latest_cycle) & (placements["source"].astype("str") == "manager")
    level = placements.loc[rows, "performance"].astype("float").fillna(2)
    placements.loc[rows, "performance"] = np.where(level == 2, 3, 2).astype("int32")
    placements.loc[rows, "box"] = np.where(level == 2, 4, 5).astype("int32")
    placements.loc[rows, "potential"] = 2
    return dataclasses.replace(record, placements=placements)


def _let_go(record: Workforce, person: str) -> Workforce:
    """End somebody's posts before the cycle does; the placement made before that stays."""
    gone = record.cycle_end(record.latest_cycle) - pd.Timedelta(days=20)
    employees, posts = record.employees.copy(), record.posts.copy()
    employees.loc[employees["employee_id"].astype("str") == person, "left_on"] = gone
    posts.loc[posts["employee_id"].astype("str") == person, "valid_to"] = gone
    return dataclasses.replace(record, employees=employees, posts=posts)


def publish(record: Workforce, design: Design, folder: Path, settings: Settings) -> None:
    """Write the papers of one edition, each into a folder of its own."""
    kept = settings.disclosure.kept_releases
    if "report" in design.papers:
        made = build_report(record, settings=settings,
                            report=ReportSettings(audience="publish", by=list(design.report_by),
                                                  sections=list(design.sections)))
        for name, content in made.files.items():
            path = folder / "report" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        keep_release(made.kept, kept)
    if "profile" in design.papers:
        with redirect_stdout(StringIO()):
            write_profile(record, folder / "profile", by=design.profile_by, cycle=None, audience="publish",
                          settings=settings)
    if "pack" in design.papers:
        build_pack(record, settings=settings, audience="publish", out=folder / "pack",
                   progress=lambda done, total, what: None)
    if "plan" in design.papers:
        publish_plan(record, draw_statistics(record, design.seed), folder / "plan", settings)


def publish_plan(record: Workforce, statistics: Sequence[str], folder: Path, settings: Settings) -> None:
    """Write the papers of an improvement plan, each of whose actions names a figure of the record."""
    anchor = record.cycle_end(record.previous_cycle(record.latest_cycle)).date()
    plan = _make_plan(statistics, anchor)
    review = review_plan(plan, as_of=record.as_of, settings=settings)
    outcomes = measure_outcomes(record, plan, as_of=record.as_of, settings=settings)
    with redirect_stdout(StringIO()), staged_run(folder, private=False, command="plan") as stage:
        write_papers({"review": review, "outcomes": outcomes, "evidence": None, "findings": None}, stage,
                     Publication("publish", settings, nesting=find_nesting(record.posts_in_cycle(record.latest_cycle))))


def _make_plan(statistics: Sequence[str], anchor: date) -> Plan:
    rows = pd.DataFrame({"Action": [f"Improve figure {number}" for number in range(1, len(statistics) + 1)],
                         "Timescale": "24 months", "Statistic": list(statistics)})
    with tempfile.TemporaryDirectory() as folder:
        rows.to_csv(Path(folder) / "plan.csv", index=False)
        return read_plan(Path(folder) / "plan.csv", anchor=anchor)


def draw_statistics(record: Workforce, seed: int, n: int = 10) -> list[str]:
    """Draw figures that actions name, of as many tables, of the whole council or of a part of it."""
    rng = np.random.default_rng([seed, 11])
    names = Measurer(record).list_names(record.latest_cycle)["statistic"].astype("str")
    # A model of managers takes long to fit, and counts nobody.
    names = names[~names.str.match(r"patterns|spread|conversations$|.*(fte|span|turnover|kappa|per_year)")]
    kinds = names.str.extract(r"^([a-z_]+(?:\.[a-z_]+)?)(?=\.)", expand=False).fillna("short")
    chosen = rng.choice(kinds.unique(), size=n, replace=False)
    return [str(rng.choice(names[kinds == kind])) for kind in chosen]


def attack_council(design: Design, folder: Path) -> tuple[Found, Mapping[str, float], float, float]:
    """Publish a council and attack it; gives what was found, use, and the seconds to publish and to attack."""
    published, truth, publishing = [], [], 0.0
    for number, record in enumerate(make_records(design)):
        closed = Settings(disclosure=DisclosureSettings(method=design.method_of(number),
                                                        kept_releases=str(folder / "kept")))
        started = time.perf_counter()
        publish(record, design, folder / f"published {number}", closed)
        publishing += time.perf_counter() - started
        publish(record, design, folder / f"truth {number}", Settings(disclosure=DisclosureSettings(audiences=OPEN)))
        published.append(sorted(path for path in (folder / f"published {number}").iterdir()))
        truth.append(sorted(path for path in (folder / f"truth {number}").iterdir()))
    started = time.perf_counter()
    bases = [closed.disclosure.round_to if design.method_of(number) == "round" else 0
             for number in range(design.editions)]
    found = attack_rounded_editions(published, truth, bases=bases) if any(bases) else attack_editions(published, truth)
    return found, measure_use(published[-1], truth[-1]), publishing, time.perf_counter() - started


def describe(design: Design, found: Found, use: Mapping[str, float], publishing: float, attacking: float) -> str:
    """Put one council into one line."""
    n_exact, n_outside = int(found.hidden["is_exact"].sum()), int(found.hidden["is_outside"].sum())
    rounded = "" if set(design.methods) == {"suppress"} else f", {' then '.join(design.methods)}"
    return (f"council {design.seed}: {design.n_employees} staff, by {'+'.join(design.report_by)}, profile by "
            f"{design.profile_by}{rounded}: {len(found.hidden):,} hidden, {found.n_narrow} narrow, {n_exact} exactly, "
            f"{found.n_known} large and known from another edition, {n_outside} truth outside, "
            f"{len(found.broken)} laws broken, {len(found.small)} small shown, "
            f"{len(found.contradictions)} contradictions; {use['cells']:.0%} of cells and {use['people']:.0%} of "
            f"people shown; {publishing:.0f} s to publish, {attacking:.0f} s to attack")


def run(designs: Iterable[Design], *, listed: bool = False, results: Path | None = None,
        seconds: float = math.inf) -> pd.DataFrame:
    """Attack councils one after the other, and print a line for each and one for all.

    Parameters
    ----------
    designs
        Of the councils.
    listed
        Also print every count that is known too well.
    results
        File with one line of JSON for each council that was attacked: those are not attacked again, and each further
        one is added as soon as it is done, so that a run that was cut off is taken up by the next.
    seconds
        After these no further council is begun.
    """
    done = {} if results is None or not results.exists() else {
        _name(row): row for row in map(json.loads, results.read_text("utf-8").splitlines())}
    rows, begun = [], time.perf_counter()
    for design in designs:
        row = done.get(_name(dataclasses.asdict(design)))
        if row is None:
            if time.perf_counter() - begun > seconds:
                break
            row = attack_one(design, listed=listed)
            if results is not None:
                with results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, sort_keys=True) + "\n")
        rows.append(row)
    frame = pd.DataFrame(rows)
    print(describe_all(frame))
    return frame


def attack_one(design: Design, *, listed: bool = False) -> dict[str, object]:
    """Attack one council and print what was found; gives its design and figures, or why it could not be published."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found, use, publishing, attacking = attack_council(design, Path(folder))
        except (My121Error, ModelError) as problem:
            print(f"council {design.seed}: {design.n_employees} staff: {problem}", flush=True)
            return {**dataclasses.asdict(design), "stopped": str(problem)}
    print(describe(design, found, use, publishing, attacking), flush=True)
    narrow = found.hidden[found.hidden["is_narrow"]]
    findings = [f"{row.quantity}: {row.least:.0f} to {row.most:.0f}, is {row.truth:.0f} ({row.place})"
                for row in narrow.itertuples()] + [*found.broken, *found.small, *found.contradictions]
    if listed:
        print("".join(f"    {line}\n" for line in findings), end="", flush=True)
    return {**dataclasses.asdict(design), "hidden": len(found.hidden), "narrow": found.n_narrow,
            "exact": int(found.hidden["is_exact"].sum()), "known": found.n_known,
            "outside": int(found.hidden["is_outside"].sum()), "broken": len(found.broken), "small": len(found.small),
            "contradictions": len(found.contradictions), **use, "publishing": publishing, "attacking": attacking,
            "findings": findings}


def describe_all(councils: pd.DataFrame) -> str:
    """Put all councils into one line."""
    if "hidden" not in councils:
        return f"{len(councils)} councils, none of them attacked."
    attacked = councils[councils["hidden"].notna()]
    total = attacked[["hidden", "narrow", "exact", "outside", "broken", "small", "contradictions"]].sum()
    n_stopped = len(councils) - len(attacked)
    return (f"{len(attacked)} councils of {attacked['n_employees'].min():.0f} to {attacked['n_employees'].max():.0f} "
            f"staff{f' ({n_stopped} more could not be published or attacked)' if n_stopped else ''}: "
            f"{total['hidden']:,.0f} hidden, {total['narrow']:,.0f} narrow in {int((attacked['narrow'] > 0).sum())} "
            f"councils, {total['exact']:,.0f} exactly, {total['outside']:.0f} truth outside, "
            f"{total['broken']:.0f} laws broken, {total['small']:.0f} small shown, "
            f"{total['contradictions']:.0f} contradictions; median "
            f"{attacked['cells'].median():.0%} of cells and {attacked['people'].median():.0%} of people shown; "
            f"{attacked['publishing'].sum():.0f} s to publish, {attacked['attacking'].sum():.0f} s to attack")


def _name(design: Mapping[str, object]) -> str:
    return json.dumps({field.name: design.get(field.name) for field in dataclasses.fields(Design)}, sort_keys=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--councils", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", default=",".join(PAPERS), help=f"of {', '.join(PAPERS)}")
    parser.add_argument("--editions", type=int, default=2, choices=(1, 2))
    parser.add_argument("--methods", default="suppress",
                        help="how small counts are hidden, in each edition: suppress, round, or 'round,suppress'")
    parser.add_argument("--smallest", type=int, default=SMALLEST)
    parser.add_argument("--largest", type=int, default=LARGEST)
    parser.add_argument("--staff", type=int, default=0, help="this many in every council")
    parser.add_argument("--list", action="store_true", dest="listed")
    parser.add_argument("--results", type=Path, help="file of what was done already, and is added to")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no council after these")
    asked = parser.parse_args()
    smallest, largest = (asked.staff, asked.staff) if asked.staff else (asked.smallest, asked.largest)
    rng = np.random.default_rng(asked.seed)
    run((draw_design(rng, asked.seed * 1_000 + number, papers=tuple(asked.papers.split(",")),
                     editions=asked.editions, smallest=smallest, largest=largest,
                     methods=tuple(asked.methods.split(",")))
         for number in range(asked.councils)), listed=asked.listed, results=asked.results, seconds=asked.seconds)


if __name__ == "__main__":
    main()
