"""Investors in People evidence: what is met, what is not, and how far each award level is, or that one cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.framework.iip import IipFramework, build_iip_framework
from my121_analytics.improvement.evidence.award import (
    CORE,
    MET,
    NOT_MET,
    NOT_TESTED,
    UNSETTLED,
    judge_awards,
    judge_stages,
)
from my121_analytics.improvement.evidence.requirement_rows import (
    COUNCIL,
    EXTENDED,
    HEARD,
    NOT_RECORDED,
    Refusal,
    gather_rows,
)
from my121_analytics.improvement.plan.reading import REFUSAL_COLUMNS
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.cycles import UNDATED
from my121_analytics.workforce.results import LABEL, TOTAL, About, Result, Table, count_of_things, describe

RESULTS = (MET, NOT_MET, NOT_TESTED, UNSETTLED)
"""``unsettled``: places disagree and there is no result for the council, or the result cannot be read."""
RECORDED, AGREED, DISAGREED, UNTESTED = "recorded", "places agree", "places disagree", "not tested"
"""How a requirement came to its result for the council: only disagreement of places waits for a judgement."""
_COUNTS = ("n_requirements", "n_met", "n_not_met", "n_not_tested", "n_unsettled")
_OF_REQUIREMENTS = (*_COUNTS, "n_core", "n_core_met", "n_at_risk")
FACTS = {"framework": LABEL, "highest_reached": LABEL, "n_refusals": count_of_things("refusals"),
          "n_places_agree": count_of_things("requirements"),
          **{f"n_{result.replace(' ', '_')}": count_of_things("requirements") for result in RESULTS},
          **dict.fromkeys(("n_requirements", "n_at_risk"), count_of_things("requirements"))}
_HEARD = ("heard_min", "heard_median", "heard_max")


@dataclass(frozen=True, repr=False)
class EvidenceResult(Result):
    """Evidence requirements met, and the distance to each award level.

    Notes
    -----
    Tables of a framework that counts requirements: ``levels`` (one row per award level: ``award.LEVEL_COLUMNS``),
    ``by_indicator``, ``by_tier`` (core, each level's, extended), ``by_directorate``, ``by_indicator_and_directorate``
    (counts of requirements by result, with the smallest, middle and largest number of people heard for a
    requirement), ``heard`` (for how many of the requirements tested each kind of people was heard), ``requirements``
    (one row each, with ``basis``: how it came to its result) and ``refusals``.
    Of a framework with stages: ``levels``, ``indicators`` (``stage`` as recorded, ``basis``, ``at_risk``) and
    ``refusals``. People heard are never added over requirements: the same people speak to many of them.
    """


def assess_evidence(evidence: pd.DataFrame | Path | str, *, framework: str | IipFramework | None = None,
                    settings: Settings | None = None, as_of: date | None = None,
                    at_risk: Iterable[str] = ()) -> EvidenceResult:
    """Count the evidence requirements met, and say which award levels they reach.

    Parameters
    ----------
    evidence
        A file, or a frame with ``requirement_id``, ``result`` and, where known, ``indicator``, ``tier``,
        ``directorate`` (missing: the council), ``sample_size`` (people heard), ``heard_staff``, ``heard_managers``,
        ``heard_members``, ``heard_unions`` and ``at_risk``: one row per requirement and place. For a framework with
        stages ``indicator`` and ``stage``: one row per indicator and place.
    framework
        Version of the framework the assessment was made under, or the framework itself. Default: ``2015`` where the
        table gives stages of indicators and no requirements, else ``2009``.
    settings
        The council's name, and ``[exports] columns`` for headings the synonym table lacks.
    as_of
        Day of the assessment; default ``[exports] extract_date``, else 1 January 1900.
    at_risk
        Further requirements that may be lost (for a framework with stages, indicators by number), such as those
        whose actions are late.

    Returns
    -------
    EvidenceResult
        ``verdict`` of a level is ``reached``, ``not reached`` or ``cannot tell``.

    Raises
    ------
    DataUnusableError
        No requirement can be read, or more are listed than the framework has.
    UsageError
        A frame lacks its columns, or a requirement at risk is not among those listed.

    Notes
    -----
    A level is reached only where enough requirements are met *and* it is certain that every core one is. Where the
    tier of an unmet requirement is not known it may be a core one, so the verdict is ``cannot tell``, however large
    the total. A result recorded for the council counts before those of directorates; without one, a requirement is
    met where every place that tested it agrees, and unsettled where places disagree: no majority decides it.

    Examples
    --------
    >>> evidence = assess_evidence("exports/iip_evidence.csv")
    >>> evidence.table("levels")
    """
    settings = settings or Settings()
    rows, version, refusals = gather_rows(evidence, framework, settings=settings, at_risk=at_risk)
    as_of = as_of or settings.exports.extract_date or UNDATED
    if version.stages and rows["stage"].ne("").any():
        return _assess_stages(rows, version, refusals, settings, as_of)
    rows = rows[rows["requirement_id"].notna()].reset_index(drop=True)
    requirements = _settle(rows)
    _check_size(requirements, version)
    levels = judge_awards(requirements, version)
    tables = _tables(rows, requirements, levels, refusals)
    counted = {result: int((requirements["result"] == result).sum()) for result in RESULTS}
    return EvidenceResult(_about(version, len(requirements), levels, settings, as_of), tables, {
        "framework": version.version, "n_requirements": len(requirements), "highest_reached": _highest(levels),
        "n_refusals": len(refusals), "n_at_risk": int(levels["n_at_risk"].max()),
        "n_places_agree": int((requirements["basis"] == AGREED).sum()),
        **{f"n_{result.replace(' ', '_')}": n for result, n in counted.items()}}, FACTS, settings)


def assess_total(n_met: int, *, n_tested: int | None = None, core_met: int | None = None,
                 framework: str | IipFramework = "2009", settings: Settings | None = None,
                 as_of: date | None = None) -> EvidenceResult:
    """Say which award levels a total reaches, where a report gives the number met and no list.

    Parameters
    ----------
    n_met
        Requirements met.
    n_tested
        Requirements judged, those not met among them; default all of the framework.
    core_met
        Core requirements met; None where the report does not say, and then no level is certain.
    framework, settings, as_of
        As for :func:`assess_evidence`.

    Returns
    -------
    EvidenceResult
        With ``levels`` only.

    Raises
    ------
    UsageError
        The framework does not count requirements, or the numbers do not fit it.

    Examples
    --------
    >>> assess_total(185, core_met=39).table("levels")
    """
    settings = settings or Settings()
    version = framework if isinstance(framework, IipFramework) else build_iip_framework(framework)
    if version.requirements is None or version.core is None:
        raise UsageError(say("evidence", "no_total", framework=version.name))
    n_tested = version.requirements if n_tested is None else n_tested
    not_met_core = 0 if core_met is None else version.core - core_met
    if not 0 <= n_met <= n_tested <= version.requirements or not 0 <= not_met_core <= n_tested - n_met or (
            core_met is not None and not 0 <= core_met <= min(version.core, n_met)):
        raise UsageError(say("evidence", "total_unfit", n_met=n_met, n_tested=n_tested, known=version.requirements,
                             core=version.core))
    other = "" if core_met is None else EXTENDED
    tiers = [CORE] * (core_met or 0) + [other] * (n_met - (core_met or 0))
    tiers += [CORE] * not_met_core + [other] * (n_tested - n_met - not_met_core)
    rows = pd.DataFrame({"result": [MET] * n_met + [NOT_MET] * (n_tested - n_met), "tier": tiers, "at_risk": False})
    levels = judge_awards(rows, version)
    about = _about(version, n_tested, levels, settings, as_of or settings.exports.extract_date or UNDATED)
    return EvidenceResult(about, {"levels": Table(levels, keys=("level",), about_people=False)}, {
        "framework": version.version, "n_requirements": n_tested, "n_met": n_met, "n_not_met": n_tested - n_met,
        "highest_reached": _highest(levels)}, FACTS, settings)


def _about(framework: IipFramework, n: int, levels: pd.DataFrame, settings: Settings, as_of: date) -> About:
    """Say what it is about; where a core requirement may be open, that stands beside every total."""
    unsure = levels["reason"].isin(["core_unknown", "core_not_tested"]).any()
    return describe("evidence", counts="requirements", n=n, as_of=as_of, caveats=("iip_core",) if unsure else (),
                    council=settings.council.name, framework=framework.name)


def _highest(levels: pd.DataFrame) -> str:
    return str(([*levels.loc[levels["verdict"] == "reached", "level"]] or [""])[-1])


# Stages ---------------------------------------------------------------------------------------------------------


def _assess_stages(rows: pd.DataFrame, framework: IipFramework, refusals: list[Refusal], settings: Settings,
                   as_of: date) -> EvidenceResult:
    """Take the stage recorded for each indicator: the council's own, else what all places that record one agree on."""
    judged = rows[rows["stage"].ne("")]
    records = []
    for indicator in framework.indicators:
        name = f"{indicator.number:02d} {indicator.name}"
        own = judged[(judged["indicator"] == name)]
        recorded = own.loc[own["directorate"] == COUNCIL, "stage"].unique()
        places = own["stage"].unique()
        if len(recorded) == 1:
            stage, basis = recorded[0], RECORDED
        elif len(recorded) == 0 and len(places) == 1:
            stage, basis = places[0], AGREED
        else:
            stage, basis = "", DISAGREED if len(places) else UNTESTED
        at_risk = bool(rows.loc[rows["indicator"] == name, "at_risk"].any())
        records.append((name, indicator.principle, stage, basis, at_risk))
    indicators = pd.DataFrame(records, columns=["indicator", "principle", "stage", "basis", "at_risk"])
    levels = judge_stages(indicators, framework)
    return EvidenceResult(_about(framework, len(indicators), levels, settings, as_of), {
        "levels": Table(levels, keys=("level",), about_people=False),
        "indicators": Table(indicators, keys=("indicator",), about_people=False),
        "refusals": _refusal_table(refusals),
    }, {"framework": framework.version, "highest_reached": _highest(levels), "n_refusals": len(refusals)}, FACTS,
        settings)


# Counting -------------------------------------------------------------------------------------------------------


def _settle(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each requirement one result: the council's own, else what all places tested agree on."""
    if rows.empty:
        raise DataUnusableError(say("evidence", "no_rows"), hints=[say("evidence", "no_table_remedy")])
    own = rows[rows["directorate"] == COUNCIL]
    places = rows[rows["directorate"] != COUNCIL]
    result = pd.concat([_agree(own), _agree(places)])
    result = result[~result.index.duplicated()]  # the council's own stands first
    grouped = rows.groupby("requirement_id", sort=True)
    table = pd.DataFrame({"indicator": grouped["indicator"].agg(_only_one), "tier": grouped["tier"].agg(_only_one)})
    table["result"] = result.reindex(table.index)
    table["basis"] = np.select(
        [table.index.isin(own["requirement_id"]), table["result"] == UNSETTLED, table["result"] == NOT_TESTED],
        [RECORDED, DISAGREED, UNTESTED], AGREED)
    table["at_risk"] = grouped["at_risk"].any()
    met, not_met = (places[places["result"] == r].groupby("requirement_id").size() for r in (MET, NOT_MET))
    table["n_directorates_met"] = met.reindex(table.index).fillna(0).astype("int64")
    table["n_directorates_not_met"] = not_met.reindex(table.index).fillna(0).astype("int64")
    for column in ("sample_size", *HEARD):
        heard = own.groupby("requirement_id")[column].max()
        summed = places.groupby("requirement_id")[column].sum(min_count=1)
        table[column] = heard.reindex(table.index).fillna(summed.reindex(table.index)).astype("Int64")
    return table.rename(columns={"sample_size": "people_heard"}).reset_index()


def _agree(rows: pd.DataFrame) -> pd.Series:
    """Give one result per requirement; places where it was not tested do not count against it."""
    flags = pd.DataFrame({result: rows["result"] == result for result in RESULTS})
    has_result = flags.groupby(rows["requirement_id"]).any()
    unsettled = has_result[UNSETTLED] | (has_result[MET] & has_result[NOT_MET])
    values = np.select([unsettled, has_result[MET], has_result[NOT_MET]], [UNSETTLED, MET, NOT_MET], NOT_TESTED)
    return pd.Series(values, index=has_result.index, dtype="str", name="result")


def _only_one(values: pd.Series) -> str:
    """Give the one value that is known; rows of a requirement that disagree make it unknown."""
    known = [value for value in values.unique() if value not in ("", NOT_RECORDED)]
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
            refusals: list[Refusal]) -> Mapping[str, Table]:
    overall = requirements.rename(columns={"people_heard": "sample_size"})
    total = _count(overall.assign(indicator=TOTAL), ["indicator"])
    by_indicator = pd.concat([_count(overall, ["indicator"]), total], ignore_index=True)
    tiers = overall.assign(tier=overall["tier"].replace("", NOT_RECORDED))
    places = _one_per_place(rows)
    # Few people heard in one place could be known to colleagues, so sample sizes count as people.
    heard: dict[str, Any] = {"count": "heard_min", "follows": ("heard_median", "heard_max"), "things": _OF_REQUIREMENTS}
    unit: dict[str, Any] = {"unit_columns": ("directorate",)}
    return {
        "levels": Table(levels, keys=("level",), about_people=False),
        "by_indicator": Table(by_indicator, keys=("indicator",), **heard),
        "by_tier": Table(_count(tiers, ["tier"]), keys=("tier",), **heard),
        "by_directorate": Table(_count(places, ["directorate"]), keys=("directorate",), **heard, **unit),
        "by_indicator_and_directorate": Table(_count(places, ["indicator", "directorate"]),
                                              keys=("indicator", "directorate"), **heard, **unit),
        "heard": Table(_who_was_heard(overall, places), keys=("indicator", "directorate", "heard"), count="most_heard",
                       things=("n_requirements", "n_heard_for"), **unit),
        "requirements": Table(requirements, keys=("requirement_id",), count="people_heard", parts=tuple(HEARD),
                              things=("n_directorates_met", "n_directorates_not_met")),
        "refusals": _refusal_table(refusals),
    }


def _refusal_table(refusals: list[Refusal]) -> Table:
    return Table(pd.DataFrame(refusals, columns=list(REFUSAL_COLUMNS)), keys=("row",), people=("value",))


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
    flags["is_at_risk"] = rows["at_risk"] & flags["n_met"]
    heard = rows["sample_size"].astype("float64").mask(rows["result"] == NOT_TESTED)
    keys = [rows[column] for column in by]
    table = flags.groupby(keys, sort=True).sum().rename(
        columns={"is_core": "n_core", "is_core_met": "n_core_met", "is_at_risk": "n_at_risk"})
    table.insert(0, "n_requirements", flags.groupby(keys, sort=True).size())
    spread = heard.groupby(keys, sort=True).agg(["min", "median", "max"]).set_axis(list(_HEARD), axis="columns")
    table = table.join(spread.astype({"heard_min": "Int64", "heard_max": "Int64"}))
    return cast(pd.DataFrame, table.reset_index())


def _who_was_heard(overall: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Count for each kind of people the requirements tested for which some of them were heard.

    The first rows are of the council as a whole (``All`` in both keys), then by indicator, then by directorate.
    """
    parts = [(overall, {"indicator": TOTAL, "directorate": TOTAL}), (overall, {"directorate": TOTAL}),
             (places[places["directorate"] != COUNCIL], {"indicator": TOTAL})]
    frames = []
    for rows, fixed in parts:
        tested = rows[rows["result"].isin([MET, NOT_MET, UNSETTLED])].assign(**fixed)
        for column, who in HEARD.items():
            counted = tested[tested[column].notna()]
            if counted.empty:
                continue
            heard = counted[column].astype("int64").groupby([counted["indicator"], counted["directorate"]], sort=True)
            counts = {"n_requirements": heard.size(), "n_heard_for": heard.agg(lambda n: int((n > 0).sum())),
                      "most_heard": heard.max()}
            frames.append(pd.DataFrame(counts).assign(heard=who).reset_index())
    columns = ["indicator", "directorate", "heard", "n_requirements", "n_heard_for", "most_heard"]
    if not frames:
        return pd.DataFrame(columns=columns).astype({"n_requirements": "int64", "n_heard_for": "int64",
                                                     "most_heard": "int64"})
    return pd.concat(frames, ignore_index=True)[columns]
