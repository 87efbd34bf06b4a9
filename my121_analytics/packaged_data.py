"""Facts kept as data beside the code: one way to read the TOML files that the package brings."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def read_packaged_toml(room: str, name: str) -> dict[str, Any]:
    """Read a TOML file of the package.

    Parameters
    ----------
    room
        Folder below ``my121_analytics`` with dots, such as ``ingest.reading``.
    name
        Name of the file in it.

    Returns
    -------
    dict
    """
    return tomllib.loads(resources.files(f"my121_analytics.{room}").joinpath(name).read_text("utf-8"))
