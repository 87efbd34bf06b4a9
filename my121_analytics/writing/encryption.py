"""A workbook that opens with a password only."""

from __future__ import annotations

import io
import os
from typing import Any

from my121_analytics.errors import UsageError

PASSWORD_VARIABLE = "MY121_PACK_PASSWORD"
"""Environment variable that holds the password: a password in a settings file would travel with it."""
FEWEST_SIGNS = 12
"""Whoever has the file can try passwords for as long as they like; three random words are longer than this."""


def find_password(wanted_by: str = "The settings ask for an encrypted pack ([pack] encrypt = true)") -> str:
    """Give the password for encrypted files, before any work is done that would be in vain.

    Parameters
    ----------
    wanted_by
        Beginning of the sentence that says that none is set.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        None is set, it could be guessed, or the library that encrypts is not installed.
    """
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise UsageError(f"{wanted_by}, and no password is set.",
                         hints=[f"Set the environment variable {PASSWORD_VARIABLE} for this run."])
    if len(password.strip()) < FEWEST_SIGNS:
        raise UsageError(f"The password in {PASSWORD_VARIABLE} is too short; expected {FEWEST_SIGNS} characters or "
                         "more.", hints=["Take three random words, and tell it to readers by another way than the "
                                         "pack."])
    _load_library()
    return password


def encrypt_workbook(content: bytes, password: str) -> bytes:
    """Encrypt a workbook as Excel does (AES, opened with the password).

    Parameters
    ----------
    content
        An xlsx file.
    password
        What opens it.

    Returns
    -------
    bytes
        The encrypted file; its bytes differ from run to run.

    Raises
    ------
    UsageError
        The library that encrypts is not installed.
    """
    encrypted = io.BytesIO()
    _load_library()(io.BytesIO(content)).encrypt(password, encrypted)
    return encrypted.getvalue()


def _load_library() -> Any:
    try:
        from msoffcrypto.format.ooxml import OOXMLFile
    except ImportError as problem:
        raise UsageError("Encrypted packs need the extra 'secure'.",
                         hints=["pip install \"my121-analytics[secure]\""]) from problem
    return OOXMLFile
