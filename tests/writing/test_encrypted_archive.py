"""An encrypted zip: read back by the format's own rules, with the standard library's primitives and nothing of ours."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib

import pytest

pytest.importorskip("cryptography")

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from my121_analytics.writing.encrypted_archive import encrypt_archive

PASSWORD = "three random words"
FILES = {"guide.html": b"<p>Personal</p>" * 400, "preparation/é.html": b"x", "empty": b"", "odd": bytes(range(256)) * 9}


def open_archive(content, password):
    """Decrypt every file as the specification of AE-2 says; a wrong password or a changed byte raises."""
    found = {}
    for entry in zipfile.ZipFile(io.BytesIO(content)).infolist():
        assert (entry.compress_type, entry.flag_bits & 1, entry.CRC) == (99, 1, 0)
        assert struct.unpack("<HHH2sBH", entry.extra) == (0x9901, 7, 2, b"AE", 3, 8)
        header = content[entry.header_offset:]
        start = 30 + sum(struct.unpack("<HH", header[26:30]))
        data = header[start:start + entry.compress_size]
        salt, check, hidden, seal = data[:16], data[16:18], data[18:-10], data[-10:]
        keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
        if keys[64:] != check or hmac.new(keys[32:64], hidden, "sha1").digest()[:10] != seal:
            raise ValueError("not the password, or a changed byte")
        encryptor = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
        mask = b"".join(encryptor.update(i.to_bytes(16, "little")) for i in range(1, len(hidden) // 16 + 2))
        found[entry.filename] = zlib.decompress(bytes(a ^ b for a, b in zip(hidden, mask, strict=False)), wbits=-15)
    return found


def test_every_file_comes_back_with_the_password():
    assert open_archive(encrypt_archive(FILES, PASSWORD), PASSWORD) == FILES


def test_another_password_or_a_changed_byte_opens_nothing():
    content = encrypt_archive({"guide.html": FILES["guide.html"]}, PASSWORD)
    with pytest.raises(ValueError, match="not the password"):
        open_archive(content, "three other words")
    spoilt = bytearray(content)
    spoilt[80] ^= 1
    with pytest.raises(ValueError, match="not the password"):
        open_archive(bytes(spoilt), PASSWORD)


def test_nothing_of_the_content_can_be_read_and_no_two_archives_are_alike():
    first, second = (encrypt_archive(FILES, PASSWORD) for _ in range(2))
    assert b"Personal" not in first
    assert first != second
    with pytest.raises((RuntimeError, NotImplementedError)):
        zipfile.ZipFile(io.BytesIO(first)).read("guide.html")
