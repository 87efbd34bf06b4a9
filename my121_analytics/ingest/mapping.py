"""The headings of exports and what they were read as, as a block of settings ready to edit."""

from __future__ import annotations

import json

import pandas as pd


def columns_block(mapping: pd.DataFrame) -> str:
    """Write the column mapping as ``[exports.columns]`` of the settings.

    Parameters
    ----------
    mapping
        ``heading``, ``column``, ``how`` of an intake.

    Returns
    -------
    str
        TOML; headings that were not used stand in comments.
    """
    lines = ["[exports.columns]"]
    for row in mapping.drop_duplicates("heading").itertuples():
        key = json.dumps(str(row.heading), ensure_ascii=False)
        lines.append(f'{key} = "{row.column}"' if row.column else f'# {key} = "ignore"')
    return "\n".join(lines) + "\n"
