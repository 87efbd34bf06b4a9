"""Notebooks run without anybody there and saved as one page for one audience."""

from __future__ import annotations

import html
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from my121_analytics.disclosure.release import publish_together, show_to
from my121_analytics.errors import DisclosureError, UsageError
from my121_analytics.viewing.reader import ANALYST, show_for
from my121_analytics.viewing.released_mark import PASSED
from my121_analytics.wording.catalogue import say

_SECONDS = 1800
_GUARD = "from my121_analytics.runs.notebook_pages import guard_display\n\nguard_display({folder!r}, {audience!r})"
_CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def print_notebook(path: Path, *, source: Path, settings_file: Path, audience: str,
                   publication: Path | None = None) -> bytes:
    """Run a notebook from top to bottom and save it as one page that asks nothing of the network.

    Parameters
    ----------
    path
        The notebook. A cell tagged ``parameters`` sets ``exports``, ``settings_file`` and ``audience``, which are
        replaced here.
    source
        Folder of the exports.
    settings_file
        The settings.
    audience
        Who will read the page.
    publication
        Folder that holds what else goes out to the same readers (kept releases); default: the page goes out alone.

    Returns
    -------
    bytes
        UTF-8 HTML.

    Raises
    ------
    UsageError
        The notebook stops with an error, takes no parameters, or the extra for notebooks is not installed.
    DisclosureError
        What it releases could be worked out from all that it releases.

    Notes
    -----
    Code is left out. For anybody but the analyst, a cell's output is kept only if it is a picture (the product's own
    take released results only) or a released result; frames, printed lines and all else are left out with a word.
    All that the notebook releases without names is one publication: each release is proved together with those before.
    """
    with tempfile.TemporaryDirectory() as alone:
        notebook = execute_notebook(path, {"exports": str(source), "settings_file": str(settings_file),
                                           "audience": audience}, publication=publication or Path(alone))
    return save_page(notebook, audience)


def execute_notebook(path: Path, parameters: Mapping[str, str], *, publication: Path) -> Any:
    """Run a notebook from top to bottom for one audience.

    Parameters
    ----------
    path
        The notebook, with a cell tagged ``parameters``.
    parameters
        What that cell sets -> its value here; ``audience`` says who will read it.
    publication
        Folder for what is released without names.

    Returns
    -------
    nbformat.NotebookNode
        With its outputs.

    Raises
    ------
    UsageError, DisclosureError
        As :func:`print_notebook`.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError
    except ImportError as problem:
        raise UsageError(say("run", "notebook_needs"), hints=[say("run", "notebook_needs_hint")]) from problem
    notebook = nbformat.read(path, as_version=4)
    places = [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
    if not places:
        raise UsageError(say("run", "notebook_no_parameters", notebook=path.name),
                         hints=[say("run", "notebook_no_parameters_hint")])
    notebook.cells.insert(places[0] + 1, nbformat.v4.new_code_cell("\n".join(
        f"{name} = {value!r}" for name, value in parameters.items())))
    guard = _GUARD.format(folder=str(publication.absolute()), audience=parameters.get("audience", ANALYST))
    notebook.cells.insert(0, nbformat.v4.new_code_cell(guard))
    client = NotebookClient(notebook, timeout=_SECONDS, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError) as problem:
        if getattr(problem, "ename", "") == DisclosureError.__name__:
            raise DisclosureError(say("run", "notebook_discloses", notebook=path.name),
                                  hints=[say("run", "notebook_discloses_hint")]) from problem
        raise UsageError(say("run", "notebook_failed", notebook=path.name),
                         hints=[say("run", "notebook_failed_hint")]) from problem
    return notebook


def guard_display(publication: str = "", audience: str = ANALYST) -> None:
    """Show a notebook's results as one audience may see them, and no progress; called in its first cell.

    Parameters
    ----------
    publication
        Folder for what is released without names, so that all of it is proved together.
    audience
        Who will read the page: results, their tables and their pictures are released for it.
    """
    if publication:
        publish_together(publication)
    show_for(audience)
    if audience != ANALYST:  # who may see everything may also write papers for others
        show_to(audience)
    os.environ["TQDM_DISABLE"] = "1"  # nobody watches, and a page would keep every step


def save_page(notebook: Any, audience: str) -> bytes:
    """Turn an executed notebook into a page of our own frame: the exporter's own one fetches scripts from the network.

    Parameters
    ----------
    notebook
        Of :func:`execute_notebook`.
    audience
        Who it was executed for.

    Returns
    -------
    bytes
        UTF-8 HTML.
    """
    from nbconvert import HTMLExporter

    notebook.cells = notebook.cells[1:]
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"^#+\s*(.+)$", cell.source, flags=re.MULTILINE)
            heading = found[-1] if found else heading
        elif cell.cell_type == "code":
            shown = [_one_output(output, audience) for output in cell.outputs]
            cell.outputs = [_with_words(output, heading) for output in shown if output is not None]
    exporter = HTMLExporter(template_name="basic", exclude_input=True, exclude_output_prompt=True,
                            exclude_input_prompt=True, exclude_anchor_links=True)
    body, _ = exporter.from_notebook_node(notebook)
    body = re.sub(r"<script\b.*?</script>", "", body, flags=re.DOTALL | re.IGNORECASE)
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    title = re.sub(r"^#+\s*", "", first.splitlines()[0]) if first else "Notebook"
    return (f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"><title>{html.escape(title)}</title>'
            f"<style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n").encode()


def _one_output(output: Any, audience: str) -> Any:
    """Keep what passed the gate: pictures and released results. The analyst's own page keeps everything."""
    from nbformat.v4 import new_output

    is_progress = output.get("name") == "stderr" or any("widget" in kind for kind in output.get("data", {}))
    if is_progress:
        return None
    if audience == ANALYST:
        return output
    data = output.get("data", {})
    kept = {kind: content for kind, content in data.items() if kind.startswith("image/")}
    if str(data.get("text/html", "")).startswith(PASSED):
        kept["text/html"] = data["text/html"]
    if kept:
        return new_output("display_data", data=kept)
    return new_output("stream", name="stdout", text=say("run", "output_withheld"))


def _with_words(output: Any, heading: str) -> Any:
    """Give a picture the heading that it stands under as its text alternative."""
    for kind in output.get("data", {}):
        if kind.startswith("image/"):
            output.metadata.setdefault(kind, {})["alt"] = say("run", "picture_alt", heading=heading)
    return output


_STYLE = """
body{font:1rem/1.5 Arial,Helvetica,sans-serif;color:#111;background:#fff;max-width:72rem}
body{margin:2rem auto;padding:0 1rem}
table.dataframe{border:0}table.dataframe th,table.dataframe td{border-width:0 0 1px}
h1{font-size:1.8rem}h2{font-size:1.4rem}table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.3rem .6rem;border-bottom:1px solid #bbb;text-align:left}img{max-width:100%;height:auto}
pre{white-space:pre-wrap}a{color:#12436D}.jp-Cell,.cell{margin:.75rem 0}
"""
