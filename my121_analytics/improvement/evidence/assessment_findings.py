"""Strengths and development areas, linked to requirements and actions by reference: many to many, never by position."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.improvement.evidence.award import NOT_MET
from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.improvement.plan.reading import REFUSAL_COLUMNS
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.cycles import UNDATED
from my121_analytics.workforce.results import Result, Table, count_of_things, describe

STRENGTH, AREA = "strength", "development area"
COLUMNS = ("finding_id", "kind", "finding", "directorate", "requirement_id", "action_id")
FACTS = {"n_strengths": count_of_things("findings"), "n_areas": count_of_things("findings"),
          "n_refusals": count_of_things("refusals")}
_ORIGIN = ("file", "sheet", "row")
_LIST = re.compile(r"[;,\n|]|\s{2,}")


@dataclass(frozen=True, repr=False)
class FindingsResult(Result):
    """Findings and what they are linked to.

    Notes
    -----
    Tables: ``findings`` (``finding_id``, ``kind``, ``finding``, ``directorate``, ``n_requirements``, ``n_actions``),
    ``finding_requirements`` and ``finding_actions`` (one row per link: two ids), ``unlinked`` (``what``, ``id``,
    ``reason``, ``sentence``) and ``refusals``.
    """


def link_findings(findings: pd.DataFrame | Path | str, *, requirements: pd.DataFrame | None = None,
                  actions: pd.DataFrame | None = None, settings: Settings | None = None,
                  as_of: date | None = None) -> FindingsResult:
    """Link strengths and development areas to the requirements they speak to and the actions that answer them.

    Parameters
    ----------
    findings
        A file or a frame with ``finding_id`` and, where known, ``kind`` (strength or development area), ``finding``
        (the text), ``directorate``, ``requirement_id`` and ``action_id``. A finding may stand in several rows, one a
        link, and a cell may list several references (separated by commas, semicolons or lines). A file may keep the
        findings and their links on sheets of their own.
    requirements
        The ``requirements`` table of :func:`~my121_analytics.improvement.evidence.assess_evidence`, to check
        references against and to find requirements not met that no area speaks to; None checks none.
    actions
        The plan's actions with ``action_id``, likewise.
    settings
        The council's name, and ``[exports] columns`` for headings the synonym table lacks.
    as_of
        Day of the findings; default ``[exports] extract_date``, else 1 January 1900.

    Returns
    -------
    FindingsResult
        A reference that is not known is listed in ``refusals`` and its link left out; nothing is matched by the order
        of rows or by words in common.

    Raises
    ------
    DataUnusableError
        The file has no table of findings.
    UsageError
        A frame has no column ``finding_id``.
    """
    settings = settings or Settings()
    written = _from_frame(findings) if isinstance(findings, pd.DataFrame) else _from_file(findings, settings)
    refusals: list[tuple[Any, ...]] = []
    rows = _with_reference(written, refusals)
    listed = _list_findings(rows, refusals)
    links = {}
    for column, table in (("requirement_id", requirements), ("action_id", actions)):
        known = None if table is None else set(table[column].astype("str"))
        links[column] = _list_links(rows[rows["finding_id"].isin(listed["finding_id"])], column, known, refusals)
    for column, name in (("requirement_id", "n_requirements"), ("action_id", "n_actions")):
        counted = links[column].groupby("finding_id").size()
        listed[name] = counted.reindex(listed["finding_id"]).fillna(0).astype("int64").to_numpy()
    unlinked = _find_unlinked(listed, links, requirements, actions)
    about = describe("findings", counts="findings", n=len(listed), council=settings.council.name,
                     as_of=as_of or settings.exports.extract_date or UNDATED)
    return FindingsResult(about, {
        "findings": Table(listed, keys=("finding_id",), about_people=False),
        "finding_requirements": Table(links["requirement_id"], keys=("finding_id", "requirement_id"),
                                      about_people=False),
        "finding_actions": Table(links["action_id"], keys=("finding_id", "action_id"), about_people=False),
        "unlinked": Table(unlinked, keys=("what", "id"), about_people=False),
        "refusals": Table(pd.DataFrame(refusals, columns=list(REFUSAL_COLUMNS)), keys=("row",), people=("value",)),
    }, {"n_strengths": int((listed["kind"] == STRENGTH).sum()), "n_areas": int((listed["kind"] == AREA).sum()),
        "n_refusals": len(refusals)}, FACTS, settings)


def find_at_risk(findings: Result, late_actions: Iterable[str]) -> list[str]:
    """List the requirements that late actions put at risk, through the development areas the actions answer.

    Parameters
    ----------
    findings
        Of :func:`link_findings`.
    late_actions
        Ids of actions that are overdue.

    Returns
    -------
    list of str
        Requirements in order, for ``assess_evidence(at_risk=...)``: those that a development area speaks to of which
        an action is late. One that is not met already has nothing left to lose, and is left to the levels to ignore.
    """
    late = {str(action) for action in late_actions}
    listed, answered = findings.frame("findings"), findings.frame("finding_actions")
    areas = set(listed.loc[listed["kind"] == AREA, "finding_id"])
    at_risk = set(answered.loc[answered["action_id"].isin(late), "finding_id"]) & areas
    speaks_to = findings.frame("finding_requirements")
    return sorted(set(speaks_to.loc[speaks_to["finding_id"].isin(at_risk), "requirement_id"]))


# Reading --------------------------------------------------------------------------------------------------------


def _from_frame(frame: pd.DataFrame) -> pd.DataFrame:
    if "finding_id" not in frame.columns:
        raise UsageError(say("findings", "no_column", column="finding_id"))
    kept = frame.reindex(columns=list(COLUMNS)).astype("str").fillna("")
    return kept.assign(file="", sheet="", row=np.arange(1, len(kept) + 1)).reset_index(drop=True)


def _from_file(path: Path | str, settings: Settings) -> pd.DataFrame:
    """Read every sheet that names findings by reference, be it a list of findings or of links."""
    parts = []
    for sheet in read_sheets(path):
        header, columns = _find_header(sheet, settings)
        if header >= 0:
            part = pd.DataFrame({name: [str(cell).strip() for cell in sheet.columns[j][header + 1:]]
                                 for name, j in columns.items()}, dtype="str")
            part = part.reindex(columns=list(COLUMNS)).astype("str").fillna("")
            parts.append(part.assign(file=sheet.file, sheet=sheet.name,
                                     row=np.arange(header + 2, sheet.n_rows + 1)))
    if not parts:
        raise DataUnusableError(say("findings", "no_table", file=Path(path).name),
                                hints=[say("findings", "no_table_remedy")])
    return pd.concat(parts, ignore_index=True)


def _find_header(sheet: SourceSheet, settings: Settings) -> tuple[int, dict[str, int]]:
    known = {plain(heading): name for heading, name in settings.exports.columns.items()}
    for name, synonyms in spellings("findings").items():
        known |= {spelling: name for spelling in synonyms if spelling not in known}
    for position in range(sheet.n_rows):
        columns = {name: j for j, cell in reversed(list(enumerate(sheet.row(position))))
                   if (name := known.get(plain(cell), "")) in COLUMNS}
        if "finding_id" in columns and len(columns) > 1:
            return position, columns
    return -1, {}


def _with_reference(written: pd.DataFrame, refusals: list[tuple[Any, ...]]) -> pd.DataFrame:
    rows = written[written[list(COLUMNS)].ne("").any(axis="columns")]
    loose = rows[rows["finding_id"].str.strip().eq("")]
    for row in loose.itertuples():
        _refuse(refusals, row, "finding_id", str(row.finding or row.requirement_id or row.action_id), "no_finding")
    kept = rows.drop(index=loose.index)
    return kept.assign(finding_id=kept["finding_id"].str.strip())


def _list_findings(rows: pd.DataFrame, refusals: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Give one row per finding; rows that only link need a finding listed elsewhere."""
    kinds = {spelling: kind for kind, known in spellings("finding_kinds").items() for spelling in known}
    listed: dict[str, dict[str, str]] = {}
    for row in rows[(rows["kind"] != "") | (rows["finding"] != "")].itertuples():
        kind = kinds.get(plain(str(row.kind)), "")
        if row.kind and not kind:
            _refuse(refusals, row, "kind", str(row.kind), "unknown_kind")
        entry = {"finding_id": str(row.finding_id), "kind": kind, "finding": str(row.finding),
                 "directorate": str(row.directorate)}
        first = listed.setdefault(entry["finding_id"], dict(entry))
        if any(first[name] and entry[name] and first[name] != entry[name] for name in ("kind", "finding")):
            _refuse(refusals, row, "finding_id", str(row.finding or row.kind), "two_texts")
        listed[entry["finding_id"]] = {name: first[name] or entry[name] for name in entry}
    for row in rows[~rows["finding_id"].isin(listed)].itertuples():
        _refuse(refusals, row, "finding_id", str(row.finding_id), "unknown_finding")
    return pd.DataFrame(list(listed.values()), columns=["finding_id", "kind", "finding", "directorate"])


def _list_links(rows: pd.DataFrame, column: str, known: set[str] | None,
                refusals: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Give each pair of ids once, in the order of the rows; references that are not known are listed."""
    pairs: dict[tuple[str, str], None] = {}
    for row in rows.itertuples():
        for target in filter(None, (part.strip() for part in _LIST.split(str(getattr(row, column))))):
            if known is not None and target not in known:
                _refuse(refusals, row, column, target, f"unknown_{column.removesuffix('_id')}")
                continue
            pairs[str(row.finding_id), target] = None
    return pd.DataFrame(list(pairs), columns=["finding_id", column], dtype="str")


def _refuse(refusals: list[tuple[Any, ...]], row: Any, column: str, value: str, code: str) -> None:
    words = {"value": value, "finding": row.finding_id}
    refusals.append((row.file, row.sheet, int(row.row), column, value, code, say("findings_refused", code, **words),
                     say("findings_remedy", code)))


def _find_unlinked(listed: pd.DataFrame, links: dict[str, pd.DataFrame], requirements: pd.DataFrame | None,
                   actions: pd.DataFrame | None) -> pd.DataFrame:
    areas = listed[listed["kind"] == AREA]
    of_areas = {column: set(table.loc[table["finding_id"].isin(areas["finding_id"]), column])
                for column, table in links.items()}
    gaps = [("finding", str(name), "area_without_action") for name in areas.loc[areas["n_actions"] == 0, "finding_id"]]
    gaps += [("finding", str(name), "area_without_requirement")
             for name in areas.loc[areas["n_requirements"] == 0, "finding_id"]]
    if actions is not None:
        gaps += [("action", name, "action_without_area") for name in actions["action_id"].astype("str")
                 if name not in of_areas["action_id"]]
    if requirements is not None:
        not_met = requirements.loc[requirements["result"] == NOT_MET, "requirement_id"].astype("str")
        gaps += [("requirement", name, "requirement_without_area") for name in not_met
                 if name not in of_areas["requirement_id"]]
    return pd.DataFrame([(*gap, say("findings_open", gap[2])) for gap in gaps],
                        columns=["what", "id", "reason", "sentence"])
