"""Award levels of Investors in People: which are reached, by how much, and what falls if requirements at risk fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from my121_analytics.framework.iip import Award, IipFramework
from my121_analytics.wording.catalogue import say

MET, NOT_MET, NOT_TESTED, UNSETTLED = "met", "not met", "not tested", "unsettled"
CORE = "core"
REACHED, NOT_REACHED, CANNOT_TELL = "reached", "not reached", "cannot tell"
LEVEL_COLUMNS = ("level", "label", "needed", "n_met", "distance", "margin", "n_open", "core_needed", "core_met",
                 "core_not_met", "verdict", "reason", "sentence", "n_at_risk", "core_at_risk", "distance_if_lost",
                 "verdict_if_lost", "reason_if_lost", "sentence_if_lost")
_WHOLE = ("needed", "distance", "margin", "core_needed", "core_met", "core_not_met", "core_at_risk", "distance_if_lost")


@dataclass(frozen=True)
class _Standing:
    """How many requirements are met, not met and open, and what is known of the core ones."""

    n_met: int
    n_open: int
    core_met: int
    core_not_met: int
    core_is_certain: bool
    core_is_open: bool


def judge_awards(requirements: pd.DataFrame, framework: IipFramework) -> pd.DataFrame:
    """Say which award levels the requirements met reach, now and without those at risk.

    Parameters
    ----------
    requirements
        One row per requirement: ``result`` (met, not met, not tested, unsettled), ``tier`` (``core``, another tier,
        or empty where it is not known) and ``at_risk``.
    framework
        Version of the framework, one that counts requirements.

    Returns
    -------
    pandas.DataFrame
        One row per award level with ``LEVEL_COLUMNS``: ``distance`` requirements still needed, ``margin`` met beyond
        those needed, and the same ``_if_lost``, when every requirement at risk is counted as not met.

    Notes
    -----
    A level is reached only where enough requirements are met *and* every core one certainly is. Where the tier of a
    requirement that is not met is unknown it may be a core one, so the verdict is ``cannot tell``, however large the
    total.
    """
    at_risk = requirements["at_risk"] & (requirements["result"] == MET)
    lost = requirements.assign(result=requirements["result"].mask(at_risk, NOT_MET))
    now, then = _stand(requirements, framework), _stand(lost, framework)
    core_at_risk = int((at_risk & (requirements["tier"] == CORE)).sum())
    records = []
    for award in framework.awards:
        judged, judged_then = _judge(award, now, framework), _judge(award, then, framework)
        needed = award.requirements
        records.append((
            award.code, award.label, needed, now.n_met, _gap(needed, now.n_met), _over(needed, now.n_met), now.n_open,
            framework.core, now.core_met, now.core_not_met, *judged, int(at_risk.sum()), core_at_risk,
            _gap(needed, then.n_met), *judged_then))
    return _as_levels(records)


def judge_stages(indicators: pd.DataFrame, framework: IipFramework) -> pd.DataFrame:
    """Say which award levels the recorded stages of the indicators reach, now and one stage lower where at risk.

    Parameters
    ----------
    indicators
        One row per indicator of the framework: ``stage`` (empty where none is recorded or places disagree) and
        ``at_risk``.
    framework
        Version of the framework, one with stages.

    Returns
    -------
    pandas.DataFrame
        As :func:`judge_awards`, counting indicators instead of requirements: ``needed`` indicators at the award's
        stage or above, ``n_met`` of them recorded there, ``n_open`` without a recorded stage.

    Notes
    -----
    The judgement of an indicator's stage is the assessor's and is taken as recorded; nothing is counted up to it. An
    award is reached where every indicator is at its stage or above.
    """
    order = {stage: rank for rank, stage in enumerate(framework.stages, start=1)}
    rank = indicators["stage"].map(order).fillna(0).astype("int64")  # 0: not known
    at_risk = indicators["at_risk"] & (rank > 0)
    lower = rank.where(~at_risk, (rank - 1).clip(lower=0)).where(rank > 0, 0)
    records = []
    for award in framework.awards:
        asked = order[award.stage]
        n, n_open = len(rank), int((rank == 0).sum())
        n_met, n_then = int((rank >= asked).sum()), int((lower >= asked).sum())
        judged, judged_then = (_judge_stage(award, met, n, n_open) for met in (n_met, n_then))
        records.append((award.code, award.label, n, n_met, n - n_met, 0, n_open, None, None, None, *judged,
                        int(at_risk.sum()), None, n - n_then, *judged_then))
    return _as_levels(records)


def _as_levels(records: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(records, columns=list(LEVEL_COLUMNS)).astype(dict.fromkeys(_WHOLE, "Int64"))


def _gap(needed: int | None, n_met: int) -> int | None:
    return None if needed is None else max(needed - n_met, 0)


def _over(needed: int | None, n_met: int) -> int | None:
    return None if needed is None else max(n_met - needed, 0)


def _stand(requirements: pd.DataFrame, framework: IipFramework) -> _Standing:
    core = requirements["tier"] == CORE
    may_be_core = core | (requirements["tier"] == "")
    result = requirements["result"]
    n_met, n_not_met = int((result == MET).sum()), int((result == NOT_MET).sum())
    unlisted = max((framework.requirements or len(requirements)) - len(requirements), 0)
    core_met = int((core & (result == MET)).sum())
    # Certain without knowing every tier: all are listed, and whatever is not met is known to be no core requirement.
    certain = core_met == framework.core or (unlisted == 0 and not bool((may_be_core & (result != MET)).any()))
    return _Standing(n_met, len(requirements) - n_met - n_not_met + unlisted, core_met,
                     int((core & (result == NOT_MET)).sum()), certain,
                     bool((core & result.isin([NOT_TESTED, UNSETTLED])).any()))


def _judge(award: Award, standing: _Standing, framework: IipFramework) -> tuple[str, str, str]:
    """Give the verdict on one level, its reason and its sentence: what holds however open questions are answered."""
    verdict, reason = _decide(award.requirements, standing)
    needed = award.requirements
    sentence = say("award_reason", reason, label=award.label, needed=needed, n_met=standing.n_met,
                   distance=_gap(needed, standing.n_met), margin=_over(needed, standing.n_met),
                   n_open=standing.n_open, core=framework.core, core_not_met=standing.core_not_met, stage=award.stage)
    return verdict, reason, sentence


def _decide(needed: int | None, standing: _Standing) -> tuple[str, str]:
    if needed is None:
        return CANNOT_TELL, "stages"
    if standing.core_not_met:
        return NOT_REACHED, "core_not_met"
    if standing.n_met + standing.n_open < needed:
        return NOT_REACHED, "too_few"
    if standing.n_met < needed:
        return CANNOT_TELL, "not_tested"
    if standing.core_is_certain:
        return REACHED, "reached"
    return CANNOT_TELL, "core_not_tested" if standing.core_is_open else "core_unknown"


def _judge_stage(award: Award, n_met: int, n: int, n_open: int) -> tuple[str, str, str]:
    if n_met == n:
        verdict, reason = REACHED, "stages_reached"
    elif n_met + n_open < n:
        verdict, reason = NOT_REACHED, "stages_below"
    else:
        verdict, reason = CANNOT_TELL, "stages_open"
    return verdict, reason, say("award_reason", reason, label=award.label, stage=award.stage, n=n, n_met=n_met,
                                n_below=n - n_met - n_open, n_open=n_open)
