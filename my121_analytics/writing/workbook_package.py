"""What XlsxWriter cannot write into the package of a workbook: its language, and names of styles."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence


def finish_package(content: bytes, language: str, *, styles: Mapping[str, Sequence[int]] | None = None) -> bytes:
    """Add what XlsxWriter cannot write: the document's language, and the built-in styles that formats stand for.

    Parameters
    ----------
    content
        The workbook as written.
    language
        Such as ``en-GB``.
    styles
        Numbers of the cell formats by the name of the built-in style that they stand for (``Title``, ``Heading 1``), so
        that programs that read headings aloud find them.

    Returns
    -------
    bytes
        The same content gives the same bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                tag = f"<dc:language>{language}</dc:language></cp:coreProperties>"
                data = data.replace(b"</cp:coreProperties>", tag.encode())
            elif entry.filename == "xl/styles.xml" and styles:
                data = _name_styles(data.decode("utf-8"), styles).encode("utf-8")
            target.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_BUILT_IN = {"Title": 15, "Heading 1": 16}
"""Numbers of Excel's own styles."""


def _name_styles(text: str, styles: Mapping[str, Sequence[int]]) -> str:
    """Make named styles of some cell formats: each gets a format of styles, which the cells' format then refers to."""
    formats = re.search(r"<cellXfs count=\"\d+\">(.*?)</cellXfs>", text, re.S)
    if formats is None:
        return text
    entries = re.findall(r"<xf [^>]*/>|<xf [^>]*[^/]>.*?</xf>", formats.group(1), re.S)
    of_styles, names = "", ""
    n_before = int(re.search(r"<cellStyleXfs count=\"(\d+)\"", text).group(1))  # type: ignore[union-attr]
    for place, (name, numbers) in enumerate(styles.items(), start=n_before):
        of_styles += re.sub(r' xfId="\d+"', "", entries[numbers[0]], count=1)
        for number in numbers:
            entries[number] = re.sub(r'xfId="\d+"', f'xfId="{place}"', entries[number], count=1)
        names += f'<cellStyle name="{name}" xfId="{place}" builtinId="{_BUILT_IN[name]}" customBuiltin="1"/>'
    text = text.replace(formats.group(1), "".join(entries))
    for part, added in (("cellStyleXfs", of_styles), ("cellStyles", names)):
        count = re.search(rf"<{part} count=\"(\d+)\"", text)
        if count is not None:
            text = text.replace(count.group(0), f'<{part} count="{int(count.group(1)) + len(styles)}"', 1)
            text = text.replace(f"</{part}>", f"{added}</{part}>", 1)
    return text
