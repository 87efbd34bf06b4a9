"""What is installed is whole: the wheel brings the handbook, and a folder of wheels is enough without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = "Scripts" if os.name == "nt" else "bin"
NO_NETWORK = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PIP_NO_INDEX": "1",
              "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
"""A proxy where nobody listens: whoever asks the network is refused."""
pytestmark = pytest.mark.slow


def run(*command, cwd, **environment):
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=280,
                          env={**clean, **environment})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package's own wheel, built by the environment's own builder where it has one."""
    folder = tmp_path_factory.mktemp("wheel")
    alone = ["--no-build-isolation"] if find_spec("hatchling") else []
    built = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *alone, "-w", folder, ROOT, cwd=folder)
    if built.returncode != 0 and not alone:
        pytest.skip("hatchling is not installed and could not be fetched")
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_the_handbook_is_written_from_what_a_wheel_installs(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / BIN / "python"
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel,
                    cwd=tmp_path, **NO_NETWORK)
    assert installed.returncode == 0, installed.stderr
    own = next((tmp_path / "env").rglob("my121_analytics")).parent
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")  # the libraries, after the package itself
    done = run(tmp_path / "env" / BIN / "my121", "handbook", "--to", "handbook", "--no-open", cwd=tmp_path,
               **NO_NETWORK)
    assert done.returncode == 0, done.stderr
    where = run(python, "-c", "from my121_analytics.cli.handbook import find_texts; print(find_texts())", cwd=tmp_path)
    assert Path(where.stdout.strip()) == own / "my121_analytics" / "handbook"
    pages = list((tmp_path / "handbook").glob("*.html"))
    assert len(pages) == len(list((ROOT / "docs").glob("*.md"))) + 2
    missing = [f"{page.name}: {target}" for page in pages
               for target in re.findall(r'(?:href|src)="([^"#]+)[^"]*"', page.read_text("utf-8"))
               if not target.startswith("https://") and not (page.parent / target).exists()]
    assert missing == []


def test_a_folder_of_wheels_is_enough_for_a_laptop_without_a_network(tmp_path):
    gathered = run(sys.executable, "-m", "pip", "wheel", "-q", "-w", tmp_path / "wheels", ROOT, cwd=tmp_path)
    if gathered.returncode != 0 and re.search(r"(?i)connection|resolve|timed out|No matching", gathered.stderr):
        pytest.skip("no network to gather the wheels from")
    assert gathered.returncode == 0, gathered.stderr
    venv.create(tmp_path / "env", with_pip=True)
    installed = run(tmp_path / "env" / BIN / "python", "-m", "pip", "install", "-q", "--no-index", "--find-links",
                    tmp_path / "wheels", "my121-analytics", cwd=tmp_path, **NO_NETWORK)
    assert installed.returncode == 0, installed.stderr
    my121 = tmp_path / "env" / BIN / "my121"
    looked = run(my121, "doctor", "--out", "out", cwd=tmp_path, **NO_NETWORK)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert "Everything that is needed is there." in looked.stdout
    shown = run(my121, "demo", "--out", "demo", "--employees", "60", "--no-open", cwd=tmp_path, **NO_NETWORK)
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "demo" / "pack" / "council" / "pack.html").is_file()
    assert len(list((tmp_path / "demo" / "notebooks").glob("*.ipynb"))) == 8
