"""A workbook that opens with a password only."""

from __future__ import annotations

import io
import os

from my121_analytics.errors import UsageError

PASSWORD_VARIABLE = "MY121_PACK_PASSWORD"
"""Environment variable that holds the password: a password in a settings file would travel with it."""


def find_password() -> str:
    """Give the password for encrypted packs.

    Raises
    ------
    UsageError
        None is set.
    """
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise UsageError("The settings ask for an encrypted pack ([pack] encrypt = true), and no password is set.",
                         hints=[f"Set the environment variable {PASSWORD_VARIABLE} for this run."])
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
    try:
        from msoffcrypto.format.ooxml import OOXMLFile
    except ImportError as problem:
        raise UsageError("Encrypted packs need the extra 'secure'.",
                         hints=["pip install \"my121-analytics[secure]\""]) from problem
    encrypted = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, encrypted)
    return encrypted.getvalue()
