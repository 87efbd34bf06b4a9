"""Kept releases that a publication cannot be checked together with: refused until somebody has compared the two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from my121_analytics.errors import DisclosureError
from my121_analytics.settings import DisclosureSettings
from my121_analytics.wording.catalogue import say


def file_of(name: str) -> str:
    """Give the file of a result that was kept, by its name among the earlier ones (file without ending, and number)."""
    return f"{name.rpartition(' ')[0] or name}.json"


def require_looked_at(unlinked: Collection[str], rules: DisclosureSettings, as_of: date) -> None:
    """Refuse a publication beside kept releases that it could not be linked with, unless somebody has compared them.

    Parameters
    ----------
    unlinked
        Names of kept results that cannot be true together with what is about to be published.
    rules
        ``looked_at`` holds for each file the day of the extract that it was compared with.
    as_of
        Day of the extract that is about to be published: another one has to be compared anew.

    Raises
    ------
    DisclosureError
        Names every such file, with what to do and the lines for the settings.
    """
    files = [file for file in sorted({file_of(name) for name in unlinked}) if rules.looked_at.get(file) != as_of]
    if not files:
        return
    lines = "; ".join(f'"{file}" = {as_of.isoformat()}' for file in files)
    raise DisclosureError(say("kept_refused", "headline", releases=", ".join(files)),
                          hints=[say("kept_refused", "never_published"), say("kept_refused", "coarser"),
                                 say("kept_refused", "compare", lines=lines), say("kept_refused", "nothing_written")])
