"""Councils whose staff stay, with what can part a manager from a team, and councils that record ratings unevenly.

Where the same staff stay with the same managers and some move, ratings show manager and team together: the usual
council. ``detection.py`` judges these with the rest.
"""

from __future__ import annotations

from benchmarks.councils import Council


def staying(name: str, cycles: int, mobility: float, **more: float | str) -> Council:
    """A council of 300 managers whose staff stay: leniency sd .6, team sd .3, people's sd 1."""
    base = {"managers": 300, "fresh": False, "people_sd": 1.0, "leniency_sd": 0.6, "shifted": 0.0}
    return Council(name, cycles, mobility=mobility, **{**base, **more})  # type: ignore[arg-type]


COUNCILS = [
    staying("4 cycles, nobody moves", 4, 0.0),
    *(staying(f"team sd {sd}, {100 * mobility:.0f} % move", 4, mobility, quality_sd=sd)
      for sd in (0.3, 0.5, 0.6) for mobility in (0.05, 0.10, 0.25)),
    *(staying(f"10 % move, objectives of reliability {reliability}", 4, 0.10, objectives=reliability)
      for reliability in (0.3, 0.5, 0.7)),
    *(staying(f"team sd {sd}, 10 % move, objectives .5", 4, 0.10, quality_sd=sd, objectives=0.5) for sd in (0.5, 0.6)),
    *(staying(f"10 % move, a fifth before a panel, {words}", 4, 0.10, calibrated=0.2, panel_keeps=keeps)
      for words, keeps in (("rated afresh", 0.0), ("half kept", 0.5))),
    staying("10 % move, all before a panel, half kept", 4, 0.10, calibrated=1.0, panel_keeps=0.5),
    staying("10 % move, second rater for 10 %", 4, 0.10, second_raters=0.1),
    staying("team sd 0.6, 10 % move, second rater for 10 %", 4, 0.10, quality_sd=0.6, second_raters=0.1),
    staying("8 cycles, 10 % move, a fifth before a panel, half kept", 8, 0.10, calibrated=0.2, panel_keeps=0.5),
    staying("8 cycles, 10 % move, second rater for 10 %", 8, 0.10, second_raters=0.1),
    staying("8 cycles, 10 % move", 8, 0.10),
    staying("8 cycles, 10 % move, objectives .5", 8, 0.10, objectives=0.5),
    staying("heavy tails, 10 % move, objectives .5", 4, 0.10, shape="heavy", objectives=0.5),
    staying("90 % of ratings in the middle, 10 % move", 4, 0.10, thresholds=(-3.6, 3.4)),  # type: ignore[arg-type]
    staying("teams of 2-4, 10 % move, objectives .5", 4, 0.10, sizes="2-4", objectives=0.5),
    Council("teams of 2-4, new staff", 4, managers=300, sizes="2-4"),
    Council("90 % of ratings in the middle, new staff", 4, managers=300, thresholds=(-3.4, 3.0)),
    Council("thresholds by directorate, in the case mix", 4, managers=300, thresholds_by_directorate=0.4,
            within_directorates=True),
    Council("thresholds by directorate, not in the case mix", 4, managers=300, thresholds_by_directorate=0.4),
    Council("half leave low ratings out, 1 cycle", 1, managers=300, leave_out_low=0.5),
    Council("half leave low ratings out", 4, managers=300, leave_out_low=0.5),
    Council("a fifth leave low ratings out", 4, managers=300, leave_out_low=0.2),
    Council("half keep quotas, 1 cycle", 1, managers=300, quota=0.5),
    Council("half keep quotas", 4, managers=300, quota=0.5),
    Council("a fifth keep quotas", 4, managers=300, quota=0.2),
    staying("half leave low ratings out, 10 % move, objectives .5", 4, 0.10, leave_out_low=0.5, objectives=0.5),
    staying("half keep quotas, 10 % move, objectives .5", 4, 0.10, quota=0.5, objectives=0.5),
]
