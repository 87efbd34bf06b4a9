"""What the command line prints: lines for the user, and failures whose last line says why."""

from __future__ import annotations

import sys

from my121_analytics.errors import My121Error


def say(text: str = "") -> None:
    """Print one line for the user, whatever the terminal can encode."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def report_failure(problem: My121Error) -> None:
    """Print a known failure to standard error: hints first, the one-line reason last."""
    encoding = sys.stderr.encoding or "utf-8"
    for line in (*(f"  - {hint}" for hint in problem.hints), f"my121: {problem.headline}"):
        print(line.encode(encoding, "replace").decode(encoding), file=sys.stderr)
