"""The Investors in People frameworks, by version: indicators, award levels, and what each level asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from my121_analytics.errors import UsageError, suggest
from my121_analytics.packaged_data import read_packaged_toml


@dataclass(frozen=True)
class Indicator:
    """One indicator of a framework."""

    number: int
    name: str
    principle: str


@dataclass(frozen=True)
class Award:
    """One award level, and what it asks for.

    Parameters
    ----------
    code, label
        ``gold`` and ``Gold``.
    requirements
        Evidence requirements needed in total, the core ones among them; None where the framework does not count.
    stage
        The stage that the indicators must reach; empty where the framework counts requirements.
    """

    code: str
    label: str
    requirements: int | None
    stage: str


@dataclass(frozen=True)
class IipFramework:
    """One version of the framework.

    Parameters
    ----------
    version
        The year it came into use, as text.
    name
        In words.
    first_year, last_year
        Years in use; ``last_year`` is None while it is.
    indicators
        By number.
    awards
        Lowest first.
    stages
        Stages of an indicator, lowest first; empty where the framework counts requirements.
    requirements, core
        Evidence requirements in all, and those that must all be met at every level; None where it does not count.
    """

    version: str
    name: str
    first_year: int
    last_year: int | None
    indicators: tuple[Indicator, ...]
    awards: tuple[Award, ...]
    stages: tuple[str, ...]
    requirements: int | None
    core: int | None

    def award(self, code: str) -> Award:
        """Give one award level.

        Raises
        ------
        UsageError
            The framework has no such level; the hint names those it has.
        """
        for award in self.awards:
            if award.code == code.strip().lower():
                return award
        raise UsageError(f"The {self.version} framework has no award level '{code}'.",
                         hints=[suggest(code.lower(), [award.code for award in self.awards])])

    def find_indicator(self, text: str) -> Indicator | None:
        """Find the indicator that an export names by number, by name, or by both.

        Parameters
        ----------
        text
            ``3``, ``Indicator 3``, ``3. People management strategy``, ``People management strategy``.

        Returns
        -------
        Indicator or None
            None where nothing matches, and where the number and the name belong to two indicators.
        """
        plain = _plain(text)
        found = re.fullmatch(r"(?:indicator )?(?P<number>\d+)?(?P<name>.*)", plain)
        if found is None or not plain:
            return None
        number, name = found["number"], found["name"].strip()
        candidates = [indicator for indicator in self.indicators
                      if (not number or indicator.number == int(number))
                      and (not name or _plain(indicator.name) == name)]
        return candidates[0] if len(candidates) == 1 else None


def list_versions() -> tuple[str, ...]:
    """List the versions of the framework, oldest first."""
    return tuple(sorted(_facts()))


def build_iip_framework(version: str = "2009", *, pairing: Mapping[str, str] | None = None) -> IipFramework:
    """Give one version of the framework.

    Parameters
    ----------
    version
        ``2009`` (2009-2015: ten indicators, awards by number of evidence requirements) or ``2015`` (2015 onward: nine
        indicators, each at one of four stages); ``2009-2015`` and the like are understood.
    pairing
        Award code -> stage, to replace the usual pairing of a framework with stages.

    Returns
    -------
    IipFramework

    Raises
    ------
    UsageError
        No such version, award level or stage, or a pairing for a framework that has no stages.
    """
    key = _find_version(version)
    facts = _facts()[key]
    stages = tuple(facts.get("stages", ()))
    codes = [award["code"] for award in facts["awards"]]
    for code, stage in (pairing or {}).items():
        if not stages:
            raise UsageError(f"The {key} framework counts evidence requirements; it has no stages to pair with awards.")
        if code not in codes:
            raise UsageError(f"The {key} framework has no award level '{code}'.", hints=[suggest(code, codes)])
        if stage not in stages:
            raise UsageError(f"The {key} framework has no stage '{stage}'.", hints=[suggest(stage, stages)])
    stage_of = {award["code"]: award.get("stage", "") for award in facts["awards"]} | dict(pairing or {})
    awards = tuple(Award(a["code"], a["label"], a.get("requirements"), stage_of[a["code"]]) for a in facts["awards"])
    order = [stages.index(award.stage) for award in awards if award.stage]
    if order != sorted(order):
        raise UsageError("The pairing must not fall: a higher award asks for the same or a higher stage.")
    indicators = tuple(Indicator(i["number"], i["name"], i["principle"]) for i in facts["indicators"])
    return IipFramework(key, facts["name"], facts["first_year"], facts.get("last_year"), indicators, awards, stages,
                        facts.get("requirements"), facts.get("core"))


def _find_version(version: str) -> str:
    wanted = _plain(str(version))
    for key, facts in _facts().items():
        if wanted in {_plain(spelling) for spelling in (key, facts["name"], *facts["spellings"])}:
            return key
    raise UsageError(f"There is no Investors in People framework '{version}'.",
                     hints=[suggest(str(version), list_versions())])


def _plain(text: str) -> str:
    """Lower case, letters and digits only, so that dashes, dots and ampersands do not matter."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ").replace("'", "").replace("’", "")).strip()


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    return read_packaged_toml("framework", "iip.toml")
