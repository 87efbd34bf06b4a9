"""Build the pages of docs/ into one folder of HTML that asks nothing of the network.

Run ``python docs/make_site.py --out out/handbook`` and open ``out/handbook/index.html``; it takes a second.
"""

from __future__ import annotations

import argparse
import html
import inspect
import re
import shutil
from pathlib import Path

import typer
from markdown_it import MarkdownIt

import my121_analytics as my121
from my121_analytics.cli.app import COMMANDS, app

FOLDER = Path(__file__).parent
PICTURES = ("*.png", "*.svg", "gallery/*.png")
_CSP = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
_STYLE = """
body{font:1.05rem/1.55 Arial,Helvetica,sans-serif;color:#0b0c0c;background:#fff;margin:0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.3rem}
header{background:#12436d;color:#fff;padding:.7rem 1rem}header a{color:#fff;font-weight:bold}
main{max-width:56rem;margin:1.2rem auto;padding:0 1rem}
h1{font-size:1.9rem;line-height:1.2}h2{font-size:1.35rem;margin-top:2rem}h3{font-size:1.1rem}
a{color:#12436d}a:focus,pre:focus,div.wide:focus{outline:3px solid #f46a25;outline-offset:2px}
code{font-family:Consolas,"DejaVu Sans Mono",monospace;font-size:.92em;background:#f3f2f1;padding:0 .2em}
pre{background:#f3f2f1;padding:.8rem 1rem;overflow-x:auto;border-left:4px solid #12436d}pre code{padding:0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0}
th,td{border-bottom:1px solid #b1b4b6;padding:.35rem .8rem .35rem 0;text-align:left;vertical-align:top}
img{max-width:100%;height:auto;border:1px solid #b1b4b6}
footer{max-width:56rem;margin:2rem auto;padding:1rem;border-top:1px solid #b1b4b6;font-size:.95rem}
@media print{header,footer,.skip{display:none}}
"""


def build_pages() -> dict[str, str]:
    """Turn every page of docs/ into HTML, by file name."""
    names = sorted(path.stem for path in FOLDER.glob("*.md"))
    texts = {name: (FOLDER / f"{name}.md").read_text("utf-8") for name in names}
    texts |= {"commands": list_commands(), "python": list_names()}
    return {f"{name}.html": _page(text, name) for name, text in texts.items()}


def list_commands() -> str:
    """Give the page of all commands, from their own help."""
    group = typer.main.get_command(app)
    parts = ["# Commands", "`my121 COMMAND --help` says the same in the terminal."]
    for name in COMMANDS:
        command = group.commands[name]
        said, _, example = " ".join((command.help or "").split()).partition("For example: ")
        parts += [f"## my121 {name}", said.strip(), f"```sh\n{example}\n```",
                  "| argument or option | meaning |\n|---|---|\n" + "\n".join(
                      f"| `{'/'.join(each.opts)}` | {_one_line(getattr(each, 'help', ''))} |"
                      for each in command.params if not each.hidden)]
    return "\n\n".join(parts) + "\n"


def list_names() -> str:
    """Give the page of all public names, from their own help."""
    parts = ["# Python reference", "`help(my121)` gives the order of work, `help(my121.release)` explains one name."]
    for name in sorted(my121._PUBLIC):
        public = getattr(my121, name)
        parts += [f"## my121.{name}", f"```python\n{name}{inspect.signature(public)}\n```",
                  f"```text\n{inspect.getdoc(public)}\n```"]
    return "\n\n".join(parts) + "\n"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def write_site(out: Path) -> list[Path]:
    """Write the pages and the pictures they show.

    Parameters
    ----------
    out
        Made where missing; files of the same names are replaced.

    Returns
    -------
    list of pathlib.Path
        The pages.
    """
    out.mkdir(parents=True, exist_ok=True)
    pages = []
    for name, page in build_pages().items():
        (out / name).write_text(page, encoding="utf-8", newline="\n")
        pages.append(out / name)
    for pattern in PICTURES:
        for picture in FOLDER.glob(pattern):
            target = out / picture.relative_to(FOLDER)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(picture, target)
    return pages


def _page(text: str, name: str) -> str:
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    # A page of docs/ is a page here; what lies outside docs/ is not in the folder, so that its link is taken off.
    body = re.sub(r'href="(?!https?:)([\w/]+)\.md(#[\w-]+)?"', r'href="\1.html\2"', body)
    body = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", body, flags=re.DOTALL)
    body = body.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    body = body.replace("<th>", '<th scope="col">').replace("<pre>", '<pre tabindex="0">')
    title = html.escape(text.splitlines()[0].lstrip("# "))
    home = ('<a href="index.html">Handbook</a> &nbsp; <a href="commands.html">Commands</a> &nbsp; '
            '<a href="python.html">Python</a>')
    return (f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"><title>{title}</title>'
            f"<style>{_STYLE}</style></head>\n"
            f'<body><a class="skip" href="#main">Skip to the content</a><header>{home}</header>\n'
            f'<main id="main">\n{body}</main>\n<footer><a href="index.html">All pages</a></footer></body></html>\n')


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    print(f"{len(write_site(chosen.out))} pages. Open {chosen.out / 'index.html'}")
