"""A synthetic council with known truth: to try the library, to teach with, and to test it against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.errors import UsageError
from my121_analytics.sample_council.activity import (
    agree_development,
    assess_requirements,
    hold_conversations,
    name_successors,
    set_objectives,
)
from my121_analytics.sample_council.careers import Careers, hold_posts, play_cycles
from my121_analytics.sample_council.design import SampleDesign, list_cycles, sample_words, spawn_generators
from my121_analytics.sample_council.invented_people import People, describe_people, id_width, share_a_name
from my121_analytics.sample_council.planted_faults import (
    KEPT,
    QUARANTINED,
    locate_faults,
    plant_faults,
    spoil_placements,
)
from my121_analytics.sample_council.planted_ratings import Truth, draw_placements, list_exposures, plant_truth
from my121_analytics.sample_council.record_tables import describe_posts, number_posts, order_placements, tabulate_record
from my121_analytics.sample_council.structure import build_structure
from my121_analytics.settings import CouncilSettings, ExportSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce

FEWEST_EMPLOYEES = 30
"""Five layers with two people below each manager need about this many."""
MOST_EMPLOYEES = 120_000
"""Five layers with teams of ten and spans up to 25 hold no more."""


@dataclass(frozen=True)
class Sample:
    """A synthetic council.

    Parameters
    ----------
    workforce
        The record. It is what a perfect reader makes of the export files: the same employees, posts, placements,
        conversations, objectives, development actions, successors and evidence, row for row in the files' order,
        but for the faults planted in the files and the origin columns, which are empty here. Rows of ``truth
        ["faults"]`` that are ``in_record`` stand in the record as they are written (a box that disagrees with the
        ratings is kept); of the others, the record holds what should have been written.
    truth
        What was planted, as in the files of ``truth/``:

        - ``managers``: ``rater_id, leniency, team_quality`` (logits, larger is higher ratings), ``potential_leniency``
          (added to the leniency that carries over), ``shifted_by``, ``uses_middle``, ``has_halo``, ``forgets`` (share
          of placements), ``layer, directorate, service, team, first_cycle, last_cycle``.
        - ``employees``: ``employee_id, ability, promise, self_leniency``, and ``ability_1`` to ``ability_6``: the
          ability in each cycle.
        - ``planted``: ``kind, rater_id, employee_id, detail``.
        - ``faults``: ``file, sheet, row, column, fault, expected`` (repaired, quarantined, kept with finding),
          ``written, table, record_row`` (row of that table of ``workforce``), ``employee_id, post_id, cycle,
          in_record``.
    design
        The figures behind it.
    seed
        As given.
    files
        The files written, empty without a folder.
    """

    workforce: Workforce
    truth: Mapping[str, pd.DataFrame]
    design: SampleDesign
    seed: int
    files: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        return f"Sample({self.workforce!r}, seed={self.seed})"


def make_sample(n_employees: int = 600, *, seed: int = 121, folder: Path | str | None = None,
                design: SampleDesign | None = None) -> Sample:
    """Make up a council's staff, six half-yearly cycles of My 1:1s, and the truth behind the ratings.

    Parameters
    ----------
    n_employees
        People in the record, those who left included; 30 to 120,000.
    seed
        The same seed gives the same council, and the same bytes in every file.
    folder
        Where to write the export files, ``my121.toml`` and ``truth/``; None writes nothing. Made if missing; files
        of the same names are replaced.
    design
        Other figures than the usual ones.

    Returns
    -------
    Sample

    Raises
    ------
    UsageError
        Too few or too many employees, or a seed that is not a whole number from 0.

    Notes
    -----
    Ratings come from the cumulative logit model: ``logit P(y <= k) = threshold_k - (case mix + ability + team quality
    + leniency)``. Exceptions are planted and listed: managers who use only the middle (thresholds far apart), those
    with a halo (potential follows performance), people kept in box 3.

    Nobody is meant by a name, and no figure is a real council's.

    Examples
    --------
    >>> sample = make_sample(60, seed=7, folder="sample")
    >>> sample.workforce
    """
    _check(n_employees, seed)
    design = design or SampleDesign()
    rng = spawn_generators(seed)
    cycles = list_cycles(design.extract_date)
    structure = build_structure(_count_slots(n_employees, design), design, rng["structure"])
    careers = play_cycles(structure, n_employees, cycles, design, rng["turnover"], rng["moves"])
    holdings = hold_posts(careers, design, rng["second_posts"])
    people = describe_people(careers, design, rng)
    truth = plant_truth(careers, holdings, people.protected[design.gap_column], design, rng)
    facts = describe_posts(holdings, careers, rng["people"])
    exposure = list_exposures(careers, holdings)
    manager, own = draw_placements(careers, exposure, facts["grade"].to_numpy(), truth, design, rng)
    numbering = number_posts(people, holdings.n_posts)
    placements = order_placements(manager, own, structure.directorate, numbering.rank)
    placements, kept = spoil_placements(placements, truth.box3_long, design, rng["faults"])
    faults, giver, taker = plant_faults(placements, kept, truth.box3_long, people.ids, rng["faults"])
    people = share_a_name(people, giver, taker)
    activity = {
        "conversations": hold_conversations(careers, exposure, truth, design, rng),
        "objectives": set_objectives(exposure, truth, design, rng["objectives"]),
        "development_actions": agree_development(careers, manager, rng["development"]),
        "successors": name_successors(careers, exposure, manager, rng["succession"]),
        "evidence": assess_requirements(structure.directorates, rng["evidence"])}
    tables = tabulate_record(careers, holdings, people, numbering, placements, activity, cycles, facts)
    workforce = build_workforce(tables, settings=_settings(careers.n_people, design))
    faults = locate_faults(faults, placements, people.ids, numbering.posts.to_numpy(),
                           [cycle.label for cycle in cycles])
    faults = _name_the_ambiguous(faults, people, giver)
    faults = pd.concat([faults, _spoil_others(workforce, rng["faults"])], ignore_index=True)
    frames = {"managers": _tabulate_managers(careers, truth, people, [cycle.label for cycle in cycles]),
              "employees": _tabulate_people(truth, people, numbering.rank),
              "planted": _tabulate_planted(truth, people, design), "faults": faults}
    files = _write(Path(folder), workforce, people, frames, design, seed) if folder is not None else ()
    return Sample(workforce, frames, design, seed, files)


def _check(n_employees: int, seed: int) -> None:
    if isinstance(n_employees, bool) or not isinstance(n_employees, (int, np.integer)):
        raise UsageError(f"The number of employees is {n_employees!r}, which is no whole number.",
                         hints=[f"Give {FEWEST_EMPLOYEES} or more."])
    if not FEWEST_EMPLOYEES <= n_employees <= MOST_EMPLOYEES:
        raise UsageError(f"A synthetic council cannot have {n_employees:,} employees.",
                         hints=[f"Give a number from {FEWEST_EMPLOYEES} to {MOST_EMPLOYEES:,}: five layers of "
                                "management need some staff, and spans of 25 hold no more."])
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise UsageError(f"The seed is {seed!r}; it must be a whole number from 0.",
                         hints=["Leave it out for the usual council, or give another number for another one."])


def _count_slots(n_employees: int, design: SampleDesign) -> int:
    """Find how many posts there are at once, so that starters over six cycles bring the record to its size."""
    return max(24, round(n_employees / (1 + 6 * design.starters_per_cycle)))


def _settings(n_people: int, design: SampleDesign) -> Settings:
    council = sample_words()["council"]
    return Settings(council=CouncilSettings(name=council["name"], contact=council["contact"]),
                    exports=ExportSettings(extract_date=design.extract_date, employee_id_width=id_width(n_people)))


def _name_the_ambiguous(faults: pd.DataFrame, people: People, giver: int) -> pd.DataFrame:
    """Write the manager's name without the number, and mark what the record holds as written."""
    by_name = faults["column"] == "Appraiser"
    called = f"{people.surname[giver].upper()}, {people.forename[giver]}"
    return faults.assign(written=faults["written"].where(~by_name, called), in_record=faults["expected"] == KEPT)


def _spoil_others(workforce: Workforce, rng: np.random.Generator) -> pd.DataFrame:
    """Plant a faulty optional cell among the posts, and a conversation on a day that does not exist."""
    post = int(rng.integers(0, len(workforce.posts)))
    talk = int(rng.integers(0, len(workforce.conversations)))
    rows = [("itrent_people.xlsx", "People and posts", post + 5, "FTE", "letter in a number", KEPT, "0.8O", "posts",
             post, workforce.posts), ("conversations.csv", "", talk + 2, "Date held", "impossible date", QUARANTINED,
                                      "31-Jun-24", "conversations", talk, workforce.conversations)]
    return pd.DataFrame([(*row[:-1], str(row[-1]["employee_id"].iloc[row[-2]]), str(row[-1]["post_id"].iloc[row[-2]]),
                          "", False) for row in rows],
                        columns=["file", "sheet", "row", "column", "fault", "expected", "written", "table",
                                 "record_row", "employee_id", "post_id", "cycle", "in_record"])


def _tabulate_managers(careers: Careers, truth: Truth, people: People, labels: list[str]) -> pd.DataFrame:
    structure = careers.structure
    seats = careers.occupant[1:, :structure.n_teams]
    cycle, team = np.indices(seats.shape)
    spells = pd.DataFrame({"person": seats.ravel(), "team": team.ravel(), "cycle": cycle.ravel()})
    led = spells.groupby("person", sort=True).agg(team=("team", "last"), first=("cycle", "min"), last=("cycle", "max"))
    who, team_led = led.index.to_numpy(), led["team"].to_numpy()
    table = pd.DataFrame({
        "rater_id": people.ids[who], "leniency": truth.leniency[who].round(4),
        "team_quality": truth.team_quality[team_led].round(4),
        "potential_leniency": truth.potential_leniency[who].round(4), "shifted_by": truth.shifted[who],
        "uses_middle": truth.middle[who], "has_halo": truth.halo[who], "forgets": truth.forgets[who].round(4),
        "layer": structure.team_layer[team_led],
        "directorate": np.array(structure.directorates, object)[structure.directorate[team_led]],
        "service": structure.service[team_led], "team": structure.team[team_led],
        "first_cycle": [labels[c] for c in led["first"]], "last_cycle": [labels[c] for c in led["last"]]})
    return table.sort_values("rater_id").reset_index(drop=True)


def _tabulate_people(truth: Truth, people: People, rank: np.ndarray) -> pd.DataFrame:
    order = np.argsort(rank, kind="stable")
    by_cycle = truth.ability[:, None] + truth.wobble
    return pd.DataFrame({
        "employee_id": people.ids[order], "ability": truth.ability[order].round(4),
        "promise": truth.promise[order].round(4), "self_leniency": truth.self_leniency[order].round(4),
        **{f"ability_{c + 1}": by_cycle[order, c].round(4) for c in range(by_cycle.shape[1])}})


def _tabulate_planted(truth: Truth, people: People, design: SampleDesign) -> pd.DataFrame:
    """List what analyses should find: managers first, then people, then the gap between groups."""
    marks = (("shifted leniency", truth.shifted != 0), ("uses only the middle", truth.middle), ("halo", truth.halo))
    rows: list[tuple[str, str, str, str]] = []
    for kind, who in marks:
        rows += [(kind, person, "", f"{truth.shifted[at]:+.1f}" if kind == "shifted leniency" else "")
                 for person, at in sorted((people.ids[at], at) for at in np.flatnonzero(who))]
    rows += [("kept in box 3, long in post", "", person, "last three cycles")
             for person in sorted(people.ids[truth.box3_long])]
    rows.append(("potential gap at equal performance", "", "",
                 f"{design.gap_column} {design.gap_group}: {design.potential_gap:+.2f} logits"))
    return pd.DataFrame(rows, columns=["kind", "rater_id", "employee_id", "detail"])


def _write(folder: Path, workforce: Workforce, people: People, frames: Mapping[str, pd.DataFrame],
           design: SampleDesign, seed: int) -> tuple[Path, ...]:
    """Write the exports, the plan and the truth; the workbooks' library is loaded here and nowhere else."""
    from my121_analytics.sample_council.export_files import write_exports
    from my121_analytics.sample_council.improvement_plan import write_plan

    (folder / "truth").mkdir(parents=True, exist_ok=True)
    files = write_exports(folder, workforce, people, frames["faults"], _settings_text(workforce.settings))
    plan = folder / "improvement_plan.xlsx"
    write_plan(plan, workforce.settings.council.name, workforce.as_of)
    files.append(plan)
    for name, frame in frames.items():
        path = folder / "truth" / f"{name}.csv"
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        files.append(path)
    facts: dict[str, Any] = {"n_employees": len(workforce.employees), "seed": seed,
                             **asdict(design), "extract_date": design.extract_date.isoformat()}
    path = folder / "truth" / "settings.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8", newline="\n")
    return (*files, path)


def _settings_text(settings: Settings) -> str:
    return (f'# Settings of the synthetic council; every name and figure in this folder is invented.\n\n'
            f'[council]\nname = "{settings.council.name}"\ncontact = "{settings.council.contact}"\n\n'
            f'[exports]\nextract_date = {settings.exports.extract_date}\n'
            f'employee_id_width = {settings.exports.employee_id_width}\n')
