"""An archive of files that opens with a password only: a zip with AES, as 7-Zip and WinZip read and write it."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from my121_analytics.errors import UsageError

_ITERATIONS, _SALT, _KEY, _CHECK, _SEAL = 1000, 16, 32, 2, 10
"""Of the AE-2 form of the zip format (WinZip's specification of 2003): AES with a key of 256 bits."""
_AES, _DEFLATED, _FLAGS = 99, 8, 0x0801
"""Method that stands for AES, the method inside it, and the flags: encrypted, names in UTF-8."""
_NEEDED, _FIRST_DAY, _BLOCK = 51, 0x21, 16
"""Version of the format that reads it; 1 January 1980, so that no time of day is told; bytes of a block of AES."""


def encrypt_archive(files: Mapping[str, bytes], password: str) -> bytes:
    """Put files into a zip in which each is encrypted with AES-256; their names are readable.

    Parameters
    ----------
    files
        Content by path in the archive.
    password
        What opens it; ``find_password`` refuses one that could be guessed.

    Returns
    -------
    bytes
        The bytes differ from run to run, since each file has a salt of its own.

    Raises
    ------
    UsageError
        The library that encrypts is not installed.
    """
    cipher = _load_cipher()
    body, directory = b"", b""
    for path, content in files.items():
        name = path.encode("utf-8")
        sealed = _seal(content, password, cipher)
        extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _DEFLATED)
        shared = struct.pack("<HHHHHIIIHH", _NEEDED, _FLAGS, _AES, 0, _FIRST_DAY, 0, len(sealed), len(content),
                             len(name), len(extra))
        place = struct.pack("<HHHII", 0, 0, 0, 0, len(body))
        directory += struct.pack("<4sH", b"PK\x01\x02", _NEEDED) + shared + place + name + extra
        body += b"PK\x03\x04" + shared + name + extra + sealed
    n = len(files)
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, n, n, len(directory), len(body), 0)


def _seal(content: bytes, password: str, cipher: Any) -> bytes:
    """Compress and encrypt one file: salt, two bytes that tell a wrong password, the data, and a seal over them."""
    salt = os.urandom(_SALT)
    keys = hashlib.pbkdf2_hmac("sha1", password.encode("utf-8"), salt, _ITERATIONS, 2 * _KEY + _CHECK)
    compressor = zlib.compressobj(wbits=-15)
    data = compressor.compress(content) + compressor.flush()
    hidden = _mask(data, cipher(keys[:_KEY]))
    seal = hmac.new(keys[_KEY:2 * _KEY], hidden, "sha1").digest()[:_SEAL]
    return salt + keys[2 * _KEY:] + hidden + seal


def _mask(data: bytes, encryptor: Any) -> bytes:
    """Mask data with the encrypted numbers 1, 2, 3 ..., lowest byte first, as the format has it."""
    n_blocks = -(-len(data) // _BLOCK)
    counters = np.zeros((n_blocks, 2), dtype="<u8")
    counters[:, 0] = np.arange(1, n_blocks + 1)
    mask = np.frombuffer(encryptor.update(counters.tobytes()), dtype="u1")[:len(data)]
    return bytes(np.frombuffer(data, dtype="u1") ^ mask)


def _load_cipher() -> Any:
    """Give a function from a key to what encrypts single blocks with it."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError as problem:
        raise UsageError("Encrypted files need the extra 'secure'.",
                         hints=["pip install \"my121-analytics[secure]\""]) from problem
    return lambda key: Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # blocks of a counter
