"""The parts of a zipped workbook (xlsx, xlsm, xlsb, ods), read within bounds whatever the file claims of itself."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files.refusal import refuse

_LARGEST = 1_200_000_000
"""Bytes of all parts unpacked: a million rows of fifteen columns come to half of it."""
_SUSPECT = 40_000_000
_RATIO = 200
"""A part that is both larger than the one and packed tighter than the other is made to exhaust the machine: the
sheets of real exports shrink to a tenth, blank formatted ones to a hundredth."""
_LOCAL_HEADER = 30
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)


class Package:
    """A zip archive whose parts are checked before anyone reads them.

    Parameters
    ----------
    path
        The file, for messages.
    content
        Its bytes.

    Raises
    ------
    UnreadableFileError
        The archive is damaged, protected by a password, or made to exhaust the machine.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self._path, self._content = path, content
        try:
            members = zipfile.ZipFile(io.BytesIO(content)).infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as problem:
            raise self.damaged(str(problem)) from problem
        self._members = {_plain(member.filename): member for member in members if not member.is_dir()}
        if any(member.flag_bits & 1 for member in members):
            raise refuse(path, "password")
        if len(self._members) < sum(not member.is_dir() for member in members):
            raise self.damaged("two parts have one name")
        if sum(member.file_size for member in members) > _LARGEST or any(map(_is_bomb, members)):
            raise refuse(path, "zip_bomb")

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._members

    @property
    def names(self) -> list[str]:
        """Names of the parts, in small letters with forward slashes."""
        return list(self._members)

    def damaged(self, problem: str) -> UnreadableFileError:
        """Build the exception for a part that cannot be read."""
        return refuse(self._path, "damaged", problem=problem)

    def read(self, name: str) -> bytes:
        """Unpack one part.

        Parameters
        ----------
        name
            Of the part; case and the kind of slash do not matter.

        Returns
        -------
        bytes

        Raises
        ------
        UnreadableFileError
            The part is missing, damaged, or not of the size that the archive says.
        """
        member = self._members.get(_plain(name))
        if member is None:
            raise self.damaged(f"{name} is missing")
        start = member.header_offset
        header = self._content[start:start + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise self.damaged(f"{name} is not where it should be")
        start += _LOCAL_HEADER + sum(struct.unpack("<HH", header[26:30]))
        packed = self._content[start:start + member.compress_size]
        if member.compress_type == zipfile.ZIP_STORED:
            data = packed
        elif member.compress_type == zipfile.ZIP_DEFLATED:
            data = self._inflate(packed, member.file_size, name)
        else:
            raise self.damaged(f"{name} is packed in an unusual way")
        if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
            raise self.damaged(f"{name} is cut short or altered")
        return data

    def read_xml(self, name: str) -> bytes:
        """Unpack one part of XML; a document type, which no workbook has, is refused."""
        data = self.read(name)
        if b"!" in data and _DOCTYPE.search(data):  # most sheets hold none, and one byte is soonest looked for
            raise refuse(self._path, "doctype")
        return data

    def check(self) -> None:
        """Unpack every part once, for readers that would trust the sizes which the archive tells."""
        for name in self._members:
            self.read(name)

    def _inflate(self, packed: bytes, size: int, name: str) -> bytes:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = unpacker.decompress(packed, size + 1)  # never more than the archive says, and one to notice it
        except zlib.error as problem:
            raise self.damaged(f"{name}: {problem}") from problem
        if not unpacker.eof and len(data) <= size:
            try:
                data += unpacker.flush(1)
            except zlib.error as problem:
                raise self.damaged(f"{name}: {problem}") from problem
        if not unpacker.eof:
            raise self.damaged(f"{name} is larger than the archive says, or cut short")
        return data


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > _SUSPECT and member.file_size > _RATIO * max(member.compress_size, 1)
