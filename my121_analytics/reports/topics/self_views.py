"""The paper on managers' placements beside people's own: how far they agree, where they differ, reasons."""

from __future__ import annotations

from my121_analytics.analysis.shares import SHARE
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import count, name_group, percent
from my121_analytics.figures.self_gap import describe_self_gap, plot_self_gap
from my121_analytics.reports.topics.papers import Topic, TopicChapter, TopicTable, draw_picture
from my121_analytics.wording.catalogue import say


def build_self_views(agreement: Released, detail: Released) -> Topic:
    """Set out how managers and employees place the same person; nobody is named.

    Parameters
    ----------
    agreement
        Of ``compare_self``.
    detail
        Of ``detail_agreement``.

    Returns
    -------
    Topic
    """
    agreement = require_released(agreement, wanted_by="build_self_views")
    detail = require_released(detail, wanted_by="build_self_views")
    by = str(detail.tables["agreement"].columns[0])
    words: dict[str, object] = {"by": name_group(by)}
    picture = draw_picture("self_gap", plot_self_gap, describe_self_gap, agreement)
    chapters = (
        TopicChapter("directions", (
            TopicTable(agreement, "steps", ("axis", "step", "n", *SHARE, "base")),
            TopicTable(agreement, "by_group", (by, "axis", "label", "n", *SHARE, "base"), is_folded=True,
                       words=words)), pictures=(picture,)),
        TopicChapter("agreement", (TopicTable(detail, "agreement", (
            by, "axis", "base", "n_same", *SHARE, "kappa", "kappa_lower", "kappa_upper"), words=words),)),
        TopicChapter("reasons", (TopicTable(detail, "reasons", (
            "label", "base", "n_manager", "n_self", "n_both", "n_none", *SHARE)),)))
    return Topic("self", agreement, tuple(say_agreement(agreement)), chapters)


def say_agreement(released: Released) -> list[str]:
    """Say how many made both placements, and for each axis how many are alike and how far beyond chance.

    Parameters
    ----------
    released
        Of ``compare_self``, for one audience.

    Returns
    -------
    list of str
        A sentence each; what is withheld is left out.
    """
    facts = require_released(released, wanted_by="say_agreement").facts
    lines = []
    if facts.get("n_pairs") is not None and facts.get("n_placed") is not None:
        lines.append(say("topic_lead", "self", n=count(facts["n_pairs"]), of=count(facts["n_placed"])))
    for axis in ("performance", "potential"):
        same, kappa = facts.get(f"share_same_{axis}"), facts.get(f"kappa_{axis}")
        if same is None:
            continue
        lines.append(say("topic_lead", "self_axis", share=percent(float(same)), axis=axis))
        lower, upper = facts.get(f"kappa_{axis}_lower"), facts.get(f"kappa_{axis}_upper")
        if kappa is not None and lower is not None and upper is not None:
            lines[-1] += " " + say("topic_lead", "self_kappa", kappa=float(kappa), lower=float(lower),
                                   upper=float(upper))
    return lines
