"""Evidence of an assessment as a table: one row per requirement and place, whatever the file calls things."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.framework.iip import IipFramework, build_iip_framework
from my121_analytics.improvement.evidence.award import CORE, UNSETTLED
from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import NOT_RECORDED

COUNCIL = "The council"
"""Directorate of a result that holds for the whole council."""
EXTENDED = "extended"
"""Tier of a requirement that is known to be no core one, where the level it counts for is not recorded."""
COLUMNS = ("requirement_id", "indicator", "tier", "directorate", "result", "sample_size")
HEARD = {"heard_staff": "staff", "heard_managers": "managers", "heard_members": "elected members",
         "heard_unions": "trade unions"}
"""Columns with the number of people heard, by who they are."""
ALL_COLUMNS = (*COLUMNS, "stage", "at_risk", *HEARD)
_KEYS = ({"requirement_id", "result"}, {"indicator", "stage"})
"""Headings that make a table evidence: requirements with a result, or indicators with a stage."""

Refusal = tuple[Any, ...]


def gather_rows(evidence: pd.DataFrame | Path | str, framework: str | IipFramework | None, *, settings: Settings,
                at_risk: Iterable[str]) -> tuple[pd.DataFrame, IipFramework, list[Refusal]]:
    """Read evidence and bring it to the words of the framework.

    Parameters
    ----------
    evidence
        A file or a frame, see :func:`~my121_analytics.improvement.evidence.assess_evidence`.
    framework
        Whose indicators, tiers and stages are meant; None tells it from the table.
    settings
        ``[exports] columns`` for headings the synonym table lacks.
    at_risk
        Requirements (or indicators, by number) at risk, beside those the table marks.

    Returns
    -------
    tuple
        One row per row read, with ``ALL_COLUMNS``, ``file``, ``sheet`` and ``row``; the framework; and the cells that
        could not be read, as rows of the ``refusals`` table.

    Raises
    ------
    DataUnusableError, UsageError
        There is no such table, or a frame lacks its columns.
    """
    written, refusals = _from_frame(evidence) if isinstance(evidence, pd.DataFrame) else _from_file(evidence, settings)
    version = framework if isinstance(framework, IipFramework) else build_iip_framework(framework or _tell(written))
    rows, unread = _tidy_rows(written, version)
    named = {text.strip() for text in at_risk}
    known = set(rows["requirement_id"].dropna()) | set(rows["indicator"].str.split(" ").str[0].str.lstrip("0"))
    missing = sorted(named - known)
    if missing:
        raise UsageError(say("evidence", "at_risk_unknown", given=", ".join(missing)),
                         hints=[suggest(missing[0], sorted(known))])
    number = rows["indicator"].str.split(" ").str[0].str.lstrip("0")
    by_stage = rows["requirement_id"].isna() & number.isin(named)
    rows["at_risk"] |= rows["requirement_id"].isin(named) | by_stage
    return rows, version, refusals + unread


def _tell(written: pd.DataFrame) -> str:
    """Tell the version: stages without requirements are of the framework that grades indicators."""
    graded = written["stage"].fillna("").ne("").any() and written["requirement_id"].fillna("").eq("").all()
    return "2015" if graded else "2009"


def _from_frame(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Refusal]]:
    if not any(keys <= set(frame.columns) for keys in _KEYS):
        missing = [column for column in ("requirement_id", "result") if column not in frame.columns]
        raise UsageError(f"The evidence has no column '{missing[0]}'.",
                         hints=[suggest(missing[0], [str(column) for column in frame.columns])])
    numbers = ("sample_size", "at_risk", *HEARD)
    kept = frame.reindex(columns=list(ALL_COLUMNS)).astype({c: "str" for c in ALL_COLUMNS if c not in numbers})
    return kept.assign(file="", sheet="", row=np.arange(1, len(kept) + 1)).reset_index(drop=True), []


def _from_file(path: Path | str, settings: Settings) -> tuple[pd.DataFrame, list[Refusal]]:
    """Read every sheet that has a table of evidence; rows without a requirement are listed."""
    parts: list[pd.DataFrame] = []
    refusals: list[Refusal] = []
    for sheet in read_sheets(path):
        header, columns = _find_header(sheet, settings)
        if header < 0:
            continue
        part, loose = _read_sheet(sheet, header, columns)
        parts.append(part)
        refusals += loose
    if not parts:
        raise DataUnusableError(say("evidence", "no_table", file=Path(path).name),
                                hints=[say("evidence", "no_table_remedy")])
    return pd.concat(parts, ignore_index=True), refusals


def _read_sheet(sheet: SourceSheet, header: int, columns: dict[str, int]) -> tuple[pd.DataFrame, list[Refusal]]:
    part = pd.DataFrame({name: [str(cell).strip() for cell in sheet.columns[j][header + 1:]]
                         for name, j in columns.items()}, dtype="str")
    part = part.reindex(columns=list(ALL_COLUMNS)).astype("str").assign(
        file=sheet.file, sheet=sheet.name, row=np.arange(header + 2, sheet.n_rows + 1))
    key, answer = ("requirement_id", "result") if "requirement_id" in columns else ("indicator", "stage")
    blank = part[[key, answer]].fillna("").eq("")
    loose = blank[key] & ~blank[answer]
    code = f"no_{key.removesuffix('_id')}"
    words = (say("evidence_refused", code), say("evidence_remedy", code))
    refusals: list[Refusal] = [(sheet.file, sheet.name, int(row), key, value, code, *words)
                               for row, value in part.loc[loose, ["row", answer]].itertuples(index=False)]
    # A footer stands in the first column alone; a requirement without a result has its other cells filled.
    rest = part.drop(columns=[key, "file", "sheet", "row"]).fillna("").eq("").all(axis="columns")
    return part[~blank[key] & ~(blank[answer] & rest)], refusals


def _find_header(sheet: SourceSheet, settings: Settings) -> tuple[int, dict[str, int]]:
    known = {plain(heading): name for heading, name in settings.exports.columns.items()}
    for name, synonyms in spellings("evidence").items():
        known |= {spelling: name for spelling in synonyms if spelling not in known}
    for position in range(sheet.n_rows):
        columns = {name: j for j, cell in reversed(list(enumerate(sheet.row(position))))
                   if (name := known.get(plain(cell), "")) in ALL_COLUMNS}
        if any(keys <= columns.keys() for keys in _KEYS):
            return position, columns
    return -1, {}


def _tidy_rows(rows_written: pd.DataFrame, framework: IipFramework) -> tuple[pd.DataFrame, list[Refusal]]:
    """Bring results, tiers, indicators and places to their own words; what cannot be read is listed."""
    rows = rows_written.assign(given_result=rows_written["result"].fillna(""))
    rows["requirement_id"] = rows["requirement_id"].str.strip().replace("", np.nan)
    is_requirement = rows["requirement_id"].notna()
    results = {spelling: name for name, known in spellings("results").items() for spelling in known}
    rows["result"] = rows["given_result"].map(plain).map(results).fillna(UNSETTLED).astype("str")
    rows["tier"] = _read_tiers(rows["tier"], framework)
    rows["indicator"] = _read_indicators(rows["indicator"], framework)
    rows["directorate"] = rows["directorate"].fillna("").str.strip().replace("", COUNCIL).astype("str")
    refused = [(is_requirement & (rows["result"] == UNSETTLED), "result")]
    stages = {plain(stage): stage for stage in framework.stages}
    stages |= {str(rank): stage for rank, stage in enumerate(framework.stages, start=1)}
    written = rows["stage"].fillna("").map(plain)
    rows["stage"] = written.map(lambda text: stages.get(text, "")).astype("str")
    if framework.stages:
        refused.append((written.ne("") & rows["stage"].eq(""), "stage"))
    rows["at_risk"], odd = _read_flags(rows_written["at_risk"])
    refused.append((odd, "at_risk"))
    for column in ("sample_size", *HEARD):
        rows[column], odd = _read_number(rows_written[column])
        refused.append((odd, column))
    heard = rows[list(HEARD)].sum(axis="columns", min_count=1)  # the groups share no one
    rows["sample_size"] = rows["sample_size"].fillna(heard)
    return rows, [entry for mask, column in refused for entry in _refusals(rows[mask], rows_written, column)]


def _read_tiers(tiers: pd.Series, framework: IipFramework) -> pd.Series:
    """Give ``core``, the award a requirement counts for, ``extended`` or empty: only the last may be a core one."""
    tier = tiers.fillna("").map(plain).replace({"standard": CORE, "not core": EXTENDED, "non core": EXTENDED,
                                                "extended framework": EXTENDED})
    return tier.where(tier.isin([CORE, EXTENDED, *(award.code for award in framework.awards)]), "").astype("str")


def _read_indicators(indicators: pd.Series, framework: IipFramework) -> pd.Series:
    found = {text: framework.find_indicator(text) for text in indicators.dropna().unique()}
    named = {text: f"{indicator.number:02d} {indicator.name}" for text, indicator in found.items()
             if indicator is not None}
    return indicators.astype("object").map({**named, np.nan: NOT_RECORDED}).astype("str").fillna(NOT_RECORDED)


def _read_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    number = pd.to_numeric(values, errors="coerce").astype("float64")
    is_given = values.notna() & (values.astype("str").str.strip() != "")
    odd = is_given & ~((number >= 0) & (number % 1 == 0))
    return number.mask(odd), odd


def _read_flags(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read yes and no; a flag that is neither is listed and counts as no."""
    text = values.map(lambda value: "" if pd.isna(value) else plain(str(value)))
    yes = text.isin(["yes", "y", "true", "1", "at risk", "x"])
    return yes, ~yes & ~text.isin(["", "no", "n", "false", "0", "not at risk"])


def _refusals(rows: pd.DataFrame, written: pd.DataFrame, column: str) -> list[Refusal]:
    source = rows["given_result"] if column == "result" else written[column]
    code = "unknown_sample_size" if column in HEARD else f"unknown_{column}"
    return [(row.file, row.sheet, int(row.row), column, str(source[row.Index]), code,
             say("evidence_refused", code, value=source[row.Index]), say("evidence_remedy", code))
            for row in rows.itertuples()]
