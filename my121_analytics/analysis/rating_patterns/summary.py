"""What holds for the organisation, in sentences: spread, list, case mix, and the sources that were used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from my121_analytics.analysis.rating_patterns.movement_links import summarise_links
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors
from my121_analytics.analysis.rating_patterns.sources import SOURCES
from my121_analytics.analysis.rating_patterns.spells import count_movers, count_second_raters
from my121_analytics.analysis.rating_patterns.study import Study
from my121_analytics.inference.joint_levels import ALL
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, SAID_FIRST, VERDICTS, WATCH

A_THIRD, LEAST_SHOWN, NOTHING = 1 / 3, 0.01, 5e-4
"""Shares by which a range is shorter: for which managers are counted, below which no number is written, and below
which for all of them a source did nothing."""


def summarise_study(study: Study, counts: RatingCounts, n_unrated: int | None) -> pd.DataFrame:
    """Say in sentences what holds for the organisation.

    Parameters
    ----------
    study
        The main axis, adjusted.
    counts
        Its ratings.
    n_unrated
        People and posts without a rating in the latest cycle, if known.

    Returns
    -------
    pandas.DataFrame
        One row per line: ``line``, ``value`` (its main figure, if it has one), ``text``.
    """
    facts = study.facts
    lines: list[tuple[str, float | int | None, str]] = []

    def add(line: str, code: str, value: float | int | str | None, /, **values: object) -> None:
        number = None if isinstance(value, str) else value
        n = values.pop("n", None)
        text = say("severity", code, **values) if n is None else count_say("severity", code, int(str(n)), **values)
        lines.append((line, number, text))

    if facts["sd"] is None or study.evidence is None:
        add("nothing_to_compare", "listed_none", 0)
        return pd.DataFrame(lines, columns=["line", "value", "text"])
    lines += [(code, None, say("caveat", code)) for code in SAID_FIRST if facts[code]]
    add("spread", "no_spread" if facts["no_difference"] else "spread", facts["sd"], sd=facts["sd"],
        lower=facts["sd_lower"], upper=facts["sd_upper"])
    add("listed", "listed" if facts["n_listed"] else "listed_none", facts["n_listed"], n=facts["n_listed"],
        raters=facts["n_raters"], wrong=facts["expected_wrong"])
    for code, count in ((WATCH, facts["n_watch"]), (IN_LINE, facts["n_in_line"]),
                        (CANNOT_TELL, facts["n_cannot_tell"])):
        add(f"verdict {code}", "verdict_count", count, n=count, verdict=VERDICTS[code].sentence)
    for row in study.by_delta.itertuples():
        add(f"delta {row.delta:.2f}", "delta", row.n_listed, delta=row.delta, n=row.n_listed, wrong=row.expected_wrong)
    before, after = _mix_moved(study, float(facts["delta"] or 0))
    add("shift_in_points", "shift_in_points", facts["delta"], delta=facts["delta"], before=before, after=after)
    add("one_cycle", "one_cycle", facts["fair_share_one_cycle"], share=facts["fair_share_one_cycle"])
    add("case_mix", "case_mix" if facts["case_mix"] else "case_mix_none", None, columns=_words(facts["case_mix"]))
    if facts["case_mix_left_out"]:
        add("case_mix_left_out", "case_mix_left_out", None, columns=_words(facts["case_mix_left_out"]))
    if facts["sd_people"]:
        add("people", "people", facts["sd_people"], sd=facts["sd_people"])
    add("about", "about_leniency" if study.evidence.parts_leniency else "about_together", None)
    for name, code, value, values in source_lines(study.evidence, counts):
        add(name, code, value, **values)
    if n_unrated is not None:
        add("unrated", "unrated", n_unrated, n=n_unrated)
    return pd.DataFrame(lines, columns=["line", "value", "text"])


def _words(columns: object) -> str:
    """Write columns, given with commas between them, as a sentence has them."""
    *before, last = str(columns).replace("_", " ").split(", ")
    return f"{', '.join(before)} and {last}" if before else last


def _mix_moved(study: Study, delta: float) -> tuple[str, str]:
    """Write the average mix, and the mix of a manager higher by delta, in whole per cent."""
    mean = study.mix.groupby("level")["expected_share"].mean().to_numpy()
    at_most = np.cumsum(mean)[:-1].clip(1e-9, 1 - 1e-9)
    moved = 1 / (1 + np.exp(-(np.log(at_most / (1 - at_most)) - delta / study.attenuation)))
    after = np.diff(np.concatenate([[0.0], moved, [1.0]]))
    return tuple(" / ".join(f"{100 * s:.0f}" for s in shares) + " %" for shares in (mean, after))  # type: ignore[return-value]


def source_lines(evidence: Posteriors, counts: RatingCounts) -> Iterator[tuple[str, str, float, dict[str, object]]]:
    """Say of each source whether it was used, and what all of them did to the ranges.

    Yields
    ------
    tuple
        Name and code of the line, its main figure, and the figures of its sentence.
    """
    moved = count_movers(counts)
    if moved["n_movers"] is None:
        return
    n_people = int(counts.frame["employee"].nunique())
    unused = "linkage_too_large" if evidence.too_large else "linkage_unused"
    code = "linkage_nobody" if not moved["n_movers"] else "linkage" if evidence.linked else unused
    yield "linkage", code, moved["n_movers"], {"n": moved["n_movers"], "share": moved["n_movers"] / n_people}
    links = summarise_links(counts)
    if links is not None and moved["n_movers"]:
        yield "parts", "parts", links.n_largest, {"n": links.n_largest, "of": len(counts.raters),
                                                  "alone": links.n_alone, "bridges": links.n_bridges}
    if evidence.linked is None:
        return
    twice = count_second_raters(counts)
    if twice:
        yield "second_raters", "second_raters", twice, {"n": twice, "share": twice / n_people}
    for use in evidence.linked.uses:
        code = f"source_{use.name}" if use.loading > 0 else f"unused_{use.name}"
        yield f"source {use.name}", code, use.n_people, {"n": use.n_people, "share": use.n_people / n_people,
                                                         "reliability": use.reliability, "kept": use.kept or 0.0}
    yield from _shortened_lines(evidence)


def _shortened_lines(evidence: Posteriors) -> Iterator[tuple[str, str, float, dict[str, object]]]:
    """Say what each source used did to the ranges, and all of them together."""
    shorter = {source: evidence.shortened[source] for source in SOURCES if source in evidence.shortened}
    for source, by in shorter.items():
        typical, n_third = float(np.median(by)), int((by >= A_THIRD).sum())
        values: dict[str, object] = {"source": say("source_name", source), "by": _per_cent(typical)}
        if n_third:
            values["n"] = n_third
        code = "shortened_third" if n_third else "shortened" if by.max(initial=0.0) >= NOTHING else "shortened_none"
        yield f"shortened {source}", code, typical, values
    if ALL in evidence.shortened:
        together = float(np.median(evidence.shortened[ALL]))
        yield "sources", "sources_narrow" if together >= LEAST_SHOWN else "sources_little", together, {
            "share": together}


def _per_cent(share: float) -> str:
    return f"{share:.0%}" if share >= LEAST_SHOWN else say("severity", "under_one_per_cent")
