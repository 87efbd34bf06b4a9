"""PDF of a page by a browser that is already installed; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from my121_analytics.errors import UsageError

NAMES = ("msedge", "microsoft-edge", "microsoft-edge-stable", "google-chrome", "google-chrome-stable", "chrome",
         "chromium", "chromium-browser")
_WINDOWS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe",
            "Chromium/Application/chrome.exe")
_MAC = ("/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium")
SECONDS = 90
"""A page of this size prints in a few seconds; a browser that takes longer is stuck."""


def find_browser() -> Path | None:
    """Find Edge, Chrome or Chromium on the path or in its usual place.

    Returns
    -------
    Path or None
        None where none is installed.
    """
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    for place in _usual_places():
        if place.is_file():
            return place
    return None


def print_pdf(html: bytes, *, browser: Path) -> bytes:
    """Print a page to PDF.

    Parameters
    ----------
    html
        The page; it needs nothing from elsewhere.
    browser
        From :func:`find_browser`.

    Returns
    -------
    bytes
        The PDF; its bytes differ from run to run, since browsers write the time into it.

    Raises
    ------
    UsageError
        The browser gave no file.
    """
    with tempfile.TemporaryDirectory(prefix="my121-", ignore_cleanup_errors=True) as folder:
        page, pdf = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_bytes(html)
        command = [str(browser), *_options(Path(folder) / "profile"), f"--print-to-pdf={pdf}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
            return pdf.read_bytes()
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise UsageError(f"{browser.name} did not print the page to PDF.",
                             hints=["Open pack.html in a browser and print it to PDF from there.",
                                    "Or run again without --pdf."]) from problem


def _options(profile: Path) -> Sequence[str]:
    # a profile of its own: a browser that is open under the user's takes the page over and prints nothing
    options = ["--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
               "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
               f"--user-data-dir={profile}"]
    if sys.platform != "win32" and os.geteuid() == 0:
        options.append("--no-sandbox")  # a browser run by root refuses to start otherwise
    return options


def _usual_places() -> list[Path]:
    if sys.platform == "win32":
        roots = [os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")]
        return [Path(root) / place for place in _WINDOWS for root in roots if root]
    return [Path(place) for place in _MAC] if sys.platform == "darwin" else []
