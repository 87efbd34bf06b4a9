"""Investors in People evidence: what is met, what is not, and how far each award level is, or that one cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.iip import IipFramework, build_iip_framework
from my121_analytics.improvement.plan import REFUSAL_COLUMNS
from my121_analytics.improvement.spellings import plain, spellings
from my121_analytics.ingest.exports import Sheet, read_sheets
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.cycles import UNDATED
from my121_analytics.workforce.results import TOTAL, About, Result, Table

MET, NOT_MET, NOT_TESTED, UNSETTLED = "met", "not met", "not tested", "unsettled"
RESULTS = (MET, NOT_MET, NOT_TESTED, UNSETTLED)
"""``unsettled``: places disagree and there is no result for the council, or the result cannot be read."""
COUNCIL = "The council"
"""Directorate of a result that holds for the whole council."""
CORE = "core"
NOT_RECORDED = "Not recorded"
COLUMNS = ("requirement_id", "indicator", "tier", "directorate", "result", "sample_size")
_COUNTS = ("n_requirements", "n_met", "n_not_met", "n_not_tested", "n_unsettled")
_HEARD = ("heard_min", "heard_median", "heard_max")


@dataclass(frozen=True)
class EvidenceResult(Result):
    """Evidence requirements met, and the distance to each award level.

    Notes
    -----
    Tables: ``levels`` (one row per award level: ``level``, ``label``, ``needed``, ``n_met``, ``distance``, ``n_open``,
    ``core_needed``, ``core_met``, ``core_not_met``, ``verdict``, ``reason``, ``sentence``), ``by_indicator``,
    ``by_directorate``, ``by_indicator_and_directorate`` (counts of requirements by result, with the smallest, middle
    and largest number of people heard for a requirement), ``requirements`` (one row each) and ``refusals``.
    People heard are never added over requirements: the same people speak to many of them.
    """


def assess_evidence(evidence: pd.DataFrame | Path | str, *, framework: str | IipFramework = "2009",
                    settings: Settings | None = None, as_of: date | None = None) -> EvidenceResult:
    """Count the evidence requirements met, and say which award levels they reach.

    Parameters
    ----------
    evidence
        A file, or a frame with ``requirement_id``, ``result`` and, where known, ``indicator``, ``tier``,
        ``directorate`` (missing: the council) and ``sample_size`` (people heard): one row per requirement and place.
    framework
        Version of the framework the assessment was made under, or the framework itself.
    settings
        The council's name, and ``[exports] columns`` for headings the synonym table lacks.
    as_of
        Day of the assessment; default ``[exports] extract_date``, else 1 January 1900.

    Returns
    -------
    EvidenceResult
        ``verdict`` of a level is ``reached``, ``not reached`` or ``cannot tell``.

    Raises
    ------
    DataUnusableError
        No requirement can be read, or more are listed than the framework has.

    Notes
    -----
    A level is reached only where enough requirements are met *and* it is certain that every core one is. Where the
    tier of an unmet requirement is not known it may be a core one, so the verdict is ``cannot tell``, however large
    the total. A result for the council counts before those of directorates; without one, a requirement is met where
    it is met wherever it was tested, and unsettled where places disagree.
    """
    settings = settings or Settings()
    version = framework if isinstance(framework, IipFramework) else build_iip_framework(framework)
    given, refusals = _from_frame(evidence) if isinstance(evidence, pd.DataFrame) else _from_file(evidence, settings)
    rows, unread = _tidy_rows(given, version)
    refusals += unread
    requirements = _settle(rows)
    _check_size(requirements, version)
    levels = _assess_levels(requirements, version)
    about = About(title=say("evidence", "title", council=settings.council.name), measure=say("evidence", "measure"),
                  population=version.name, counts_what="requirements", cycle="", n=len(requirements),
                  as_of=as_of or settings.exports.extract_date or UNDATED)
    counted = {result: int((requirements["result"] == result).sum()) for result in RESULTS}
    reached = levels.loc[levels["verdict"] == "reached", "level"].tolist()
    return EvidenceResult(about, _tables(rows, requirements, levels, refusals), {
        "framework": version.version, "n_requirements": len(requirements), "highest_reached": (reached or [""])[-1],
        "n_refusals": len(refusals), **{f"n_{result.replace(' ', '_')}": n for result, n in counted.items()}})


# Reading --------------------------------------------------------------------------------------------------------


def _from_frame(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:
    missing = [column for column in ("requirement_id", "result") if column not in frame.columns]
    if missing:
        raise UsageError(f"The evidence has no column '{missing[0]}'.",
                         hints=[suggest(missing[0], [str(column) for column in frame.columns])])
    kept = frame.reindex(columns=list(COLUMNS)).astype({c: "str" for c in COLUMNS if c != "sample_size"})
    return kept.assign(file="", sheet="", row=np.arange(1, len(kept) + 1)).reset_index(drop=True), []


def _from_file(path: Path | str, settings: Settings) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:
    """Read every sheet that has a table of requirements; rows without a requirement are listed."""
    parts: list[pd.DataFrame] = []
    refusals: list[tuple[Any, ...]] = []
    for sheet in read_sheets(path):
        header, columns = _find_header(sheet, settings)
        if header < 0:
            continue
        part = pd.DataFrame({name: [str(cell).strip() for cell in sheet.columns[j][header + 1:]]
                             for name, j in columns.items()}, dtype="str")
        part = part.reindex(columns=list(COLUMNS)).assign(
            file=sheet.file, sheet=sheet.name, row=np.arange(header + 2, sheet.n_rows + 1))
        blank = part[["requirement_id", "result"]].fillna("").eq("")
        loose = blank["requirement_id"] & ~blank["result"]
        refusals += [(sheet.file, sheet.name, int(row), "requirement_id", value, "no_requirement",
                      say("evidence_refused", "no_requirement"), say("evidence_remedy", "no_requirement"))
                     for row, value in part.loc[loose, ["row", "result"]].itertuples(index=False)]
        # A footer stands in the first column alone; a requirement without a result has its other cells filled.
        footer = blank["result"] & part.drop(columns=["requirement_id", "file", "sheet", "row"]).fillna("").eq("").all(
            axis="columns")
        parts.append(part[~blank["requirement_id"] & ~footer])
    if not parts:
        raise DataUnusableError(say("evidence", "no_table", file=Path(path).name),
                                hints=[say("evidence", "no_table_remedy")])
    return pd.concat(parts, ignore_index=True), refusals


def _find_header(sheet: Sheet, settings: Settings) -> tuple[int, dict[str, int]]:
    known = {plain(heading): name for heading, name in settings.exports.columns.items()}
    for name, given in spellings("evidence").items():
        known |= {spelling: name for spelling in given if spelling not in known}
    for position in range(sheet.n_rows):
        columns = {name: j for j, cell in reversed(list(enumerate(sheet.row(position))))
                   if (name := known.get(plain(cell), "")) in COLUMNS}
        if {"requirement_id", "result"} <= columns.keys():
            return position, columns
    return -1, {}


def _tidy_rows(given: pd.DataFrame, framework: IipFramework) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:
    """Bring results, tiers, indicators and places to their own words; what cannot be read is listed."""
    rows = given.assign(given_result=given["result"].fillna(""))
    results = {spelling: name for name, known in spellings("results").items() for spelling in known}
    rows["result"] = rows["given_result"].map(plain).map(results).fillna(UNSETTLED).astype("str")
    tier = rows["tier"].fillna("").map(plain)
    rows["tier"] = tier.where(tier.isin([CORE, *(award.code for award in framework.awards)]), "")
    rows["tier"] = rows["tier"].replace("standard", CORE).astype("str")
    indicators = {text: framework.find_indicator(text) for text in rows["indicator"].dropna().unique()}
    named = {text: f"{found.number:02d} {found.name}" for text, found in indicators.items() if found is not None}
    rows["indicator"] = rows["indicator"].astype("object").map({**named, np.nan: NOT_RECORDED})
    rows["indicator"] = rows["indicator"].astype("str").fillna(NOT_RECORDED)
    rows["directorate"] = rows["directorate"].fillna("").str.strip().replace("", COUNCIL).astype("str")
    heard = pd.to_numeric(rows["sample_size"], errors="coerce")
    is_given = rows["sample_size"].notna() & (rows["sample_size"].astype("str").str.strip() != "")
    odd = is_given & ~((heard >= 0) & (heard % 1 == 0))
    rows["sample_size"] = heard.mask(odd)
    refused = [(rows["result"] == UNSETTLED, "result", "given_result"), (odd, "sample_size", "sample_size")]
    return rows, [entry for mask, column, shown in refused for entry in _refusals(rows[mask], given, column, shown)]


def _refusals(rows: pd.DataFrame, given: pd.DataFrame, column: str, shown: str) -> list[tuple[Any, ...]]:
    source = given["sample_size"] if shown == "sample_size" else rows[shown]
    return [(row.file, row.sheet, int(row.row), column, str(source[row.Index]), f"unknown_{column}",
             say("evidence_refused", f"unknown_{column}", value=source[row.Index]),
             say("evidence_remedy", f"unknown_{column}")) for row in rows.itertuples()]


# Counting -------------------------------------------------------------------------------------------------------


def _settle(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each requirement one result: the council's own, else what all places tested agree on."""
    if rows.empty:
        raise DataUnusableError(say("evidence", "no_rows"), hints=[say("evidence", "no_table_remedy")])
    own = rows[rows["directorate"] == COUNCIL]
    places = rows[rows["directorate"] != COUNCIL]
    result = _agree(places).to_frame("result")
    result = pd.concat([_agree(own).to_frame("result"), result])
    result = result[~result.index.duplicated()]  # the council's own stands first
    grouped = rows.groupby("requirement_id", sort=True)
    table = pd.DataFrame({"indicator": grouped["indicator"].agg(_only_one), "tier": grouped["tier"].agg(_only_one)})
    table["result"] = result["result"].reindex(table.index)
    met, not_met = (places[places["result"] == r].groupby("requirement_id").size() for r in (MET, NOT_MET))
    table["n_directorates_met"] = met.reindex(table.index).fillna(0).astype("int64")
    table["n_directorates_not_met"] = not_met.reindex(table.index).fillna(0).astype("int64")
    heard = own.groupby("requirement_id")["sample_size"].max()
    summed = places.groupby("requirement_id")["sample_size"].sum(min_count=1)
    table["people_heard"] = heard.reindex(table.index).fillna(summed.reindex(table.index)).astype("Int64")
    return table.reset_index()


def _agree(rows: pd.DataFrame) -> pd.Series:
    """Give one result per requirement; places where it was not tested do not count against it."""
    flags = pd.DataFrame({result: rows["result"] == result for result in RESULTS})
    seen = flags.groupby(rows["requirement_id"]).any()
    unsettled = seen[UNSETTLED] | (seen[MET] & seen[NOT_MET])
    values = np.select([unsettled, seen[MET], seen[NOT_MET]], [UNSETTLED, MET, NOT_MET], NOT_TESTED)
    return pd.Series(values, index=seen.index, dtype="str")


def _only_one(values: pd.Series) -> str:
    """Give the one value that is known; rows of a requirement that disagree make it unknown."""
    known = values[~values.isin(["", NOT_RECORDED])].unique()
    return str(known[0]) if len(known) == 1 else (NOT_RECORDED if values.name == "indicator" else "")


def _check_size(requirements: pd.DataFrame, framework: IipFramework) -> None:
    n, n_core = len(requirements), int((requirements["tier"] == CORE).sum())
    if framework.requirements is not None and n > framework.requirements:
        raise DataUnusableError(say("evidence", "too_many", n=n, known=framework.requirements,
                                    framework=framework.name), hints=[say("evidence", "too_many_remedy")])
    if framework.core is not None and n_core > framework.core:
        raise DataUnusableError(say("evidence", "too_many_core", n=n_core, known=framework.core,
                                    framework=framework.name), hints=[say("evidence", "too_many_remedy")])


def _tables(rows: pd.DataFrame, requirements: pd.DataFrame, levels: pd.DataFrame,
            refusals: list[tuple[Any, ...]]) -> Mapping[str, Table]:
    overall = requirements.rename(columns={"people_heard": "sample_size"})
    total = _count(overall.assign(indicator=TOTAL), ["indicator"])
    by_indicator = pd.concat([_count(overall, ["indicator"]), total], ignore_index=True)
    places = _one_per_place(rows)
    # Few people heard in one place could be known to colleagues, so sample sizes count as people.
    heard: dict[str, Any] = {"count": "heard_min", "follows": ("heard_median", "heard_max")}
    unit: dict[str, Any] = {"unit_columns": ("directorate",)}
    return {
        "levels": Table(levels, keys=("level",)),
        "by_indicator": Table(by_indicator, keys=("indicator",), **heard),
        "by_directorate": Table(_count(places, ["directorate"]), keys=("directorate",), **heard, **unit),
        "by_indicator_and_directorate": Table(_count(places, ["indicator", "directorate"]),
                                              keys=("indicator", "directorate"), **heard, **unit),
        "requirements": Table(requirements, keys=("requirement_id",), count="people_heard"),
        "refusals": Table(pd.DataFrame(refusals, columns=list(REFUSAL_COLUMNS)), keys=("row",), people=("value",)),
    }


def _one_per_place(rows: pd.DataFrame) -> pd.DataFrame:
    """Give one row per requirement and place, so that a repeated line is not counted twice."""
    keyed = rows.assign(requirement_id=rows["requirement_id"] + "\n" + rows["directorate"])
    first = rows.drop_duplicates(["requirement_id", "directorate"]).copy()
    settled = _agree(keyed)
    first["result"] = settled.reindex(first["requirement_id"] + "\n" + first["directorate"]).to_numpy()
    return first


def _count(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count requirements by result within groups, with the spread of the number of people heard where tested."""
    flags = pd.DataFrame({f"n_{result.replace(' ', '_')}": rows["result"] == result for result in RESULTS})
    flags["is_core"] = rows["tier"] == CORE
    flags["is_core_met"] = flags["is_core"] & flags["n_met"]
    heard = rows["sample_size"].astype("float64").mask(rows["result"] == NOT_TESTED)
    keys = [rows[column] for column in by]
    table = flags.groupby(keys, sort=True).sum().rename(columns={"is_core": "n_core", "is_core_met": "n_core_met"})
    table.insert(0, "n_requirements", flags.groupby(keys, sort=True).size())
    spread = heard.groupby(keys, sort=True).agg(["min", "median", "max"]).set_axis(list(_HEARD), axis="columns")
    table = table.join(spread.astype({"heard_min": "Int64", "heard_max": "Int64"}))
    return cast(pd.DataFrame, table.reset_index())


# Award levels ---------------------------------------------------------------------------------------------------


def _assess_levels(requirements: pd.DataFrame, framework: IipFramework) -> pd.DataFrame:
    core = requirements["tier"] == CORE
    may_be_core = core | (requirements["tier"] == "")
    result = requirements["result"]
    n_met, n_not_met = int((result == MET).sum()), int((result == NOT_MET).sum())
    core_met, core_not_met = int((core & (result == MET)).sum()), int((core & (result == NOT_MET)).sum())
    unlisted = max((framework.requirements or len(requirements)) - len(requirements), 0)
    n_open = len(requirements) - n_met - n_not_met + unlisted
    # Certain without knowing every tier: all are listed, and whatever is not met is known to be no core requirement.
    certain = core_met == framework.core or (unlisted == 0 and not (may_be_core & (result != MET)).any())
    untested_core = bool((core & result.isin([NOT_TESTED, UNSETTLED])).any())
    records = []
    for award in framework.awards:
        needed = award.requirements
        verdict, reason = _judge(needed, n_met, n_open, core_not_met, certain, untested_core)
        distance = None if needed is None else max(needed - n_met, 0)
        sentence = say("award_reason", reason, label=award.label, needed=needed, n_met=n_met, distance=distance,
                       n_open=n_open, core=framework.core, core_not_met=core_not_met, stage=award.stage)
        records.append((award.code, award.label, needed, n_met, distance, n_open, framework.core, core_met,
                        core_not_met, verdict, reason, sentence))
    names = ["level", "label", "needed", "n_met", "distance", "n_open", "core_needed", "core_met", "core_not_met",
             "verdict", "reason", "sentence"]
    return pd.DataFrame(records, columns=names).astype(dict.fromkeys(["needed", "distance", "core_needed"], "Int64"))


def _judge(needed: int | None, n_met: int, n_open: int, core_not_met: int, certain: bool,
           untested_core: bool) -> tuple[str, str]:
    """Give the verdict on one level and its reason: what holds however the open questions are answered."""
    if needed is None:
        return "cannot tell", "stages"
    if core_not_met:
        return "not reached", "core_not_met"
    if n_met + n_open < needed:
        return "not reached", "too_few"
    if n_met < needed:
        return "cannot tell", "not_tested"
    if certain:
        return "reached", "reached"
    return "cannot tell", "core_not_tested" if untested_core else "core_unknown"
