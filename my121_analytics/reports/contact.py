"""Whom readers of a paper may ask: the settings' contact, else in general words."""

from __future__ import annotations

from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say


def name_contact(settings: Settings) -> str:
    """Name whom readers turn to with questions.

    Parameters
    ----------
    settings
        Of the council.

    Returns
    -------
    str
        ``[council] contact``, or words for whoever sent the paper where there is none.
    """
    return settings.council.contact or say("contact", "unknown")


def contact_line(settings: Settings) -> tuple[str, str]:
    """Give the line of a cover that names whom to ask: its label, and the contact."""
    return say("contact", "label"), name_contact(settings)
