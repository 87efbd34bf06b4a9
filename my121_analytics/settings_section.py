"""What every part of the settings is: frozen, with no key that is not known, each field with its reason below it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from my121_analytics.errors import suggest


class SettingsSection(BaseModel):
    """One table of ``my121.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def check_codes(codes: list[str], known: tuple[str, ...], what: str) -> list[str]:
    """Refuse codes that do not exist, all at once."""
    faults = [f"there is no {what} '{code}'. {suggest(code, known)}" for code in dict.fromkeys(codes)
              if code not in known]
    if faults:
        raise ValueError(" ".join(faults))
    return codes


def check_values(values: dict[str, str], known: tuple[str, ...], what: str) -> dict[str, str]:
    """Refuse a value that is none of those known, naming the nearest."""
    for name, value in values.items():
        if value not in known:
            raise ValueError(f"'{value}' (of '{name}') is not {what}. {suggest(value, known)} "
                             f"Expected one of {', '.join(known)}.")
    return values
