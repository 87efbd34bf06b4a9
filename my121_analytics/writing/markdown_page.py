"""A text in Markdown as one page of HTML that asks nothing of the network."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from markdown_it import MarkdownIt

_CSP = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'"
_WIDE = '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>'
_STYLE = """
body{font:1.05rem/1.55 Arial,Helvetica,sans-serif;color:#0b0c0c;background:#fff;margin:0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.3rem}
header{background:#12436d;color:#fff;padding:.7rem 1rem}header a{color:#fff;font-weight:bold}
main{max-width:56rem;margin:1.2rem auto;padding:0 1rem}
h1{font-size:1.9rem;line-height:1.2}h2{font-size:1.35rem;margin-top:2rem}h3{font-size:1.1rem}
a{color:#12436d}a:focus,pre:focus,div.wide:focus{outline:3px solid #f46a25;outline-offset:2px}
code{overflow-wrap:anywhere}
code{font-family:Consolas,"DejaVu Sans Mono",monospace;font-size:.92em;background:#f3f2f1;padding:0 .2em}
pre{background:#f3f2f1;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;border-left:4px solid #12436d}
pre code{padding:0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0}
th,td{border-bottom:1px solid #b1b4b6;padding:.35rem .8rem .35rem 0;text-align:left;vertical-align:top}
img{max-width:100%;height:auto;border:1px solid #b1b4b6}
footer{max-width:56rem;margin:2rem auto;padding:1rem;border-top:1px solid #b1b4b6;font-size:.95rem}
@media print{header,footer,.skip{display:none}}
"""


def make_markdown_page(text: str, *, links: Mapping[str, str], last_line: str) -> str:
    """Turn a text into a page that stands alone.

    Parameters
    ----------
    text
        Markdown, its first line the title. HTML in it is shown as text.
    links
        File name -> words, for the line at the top of every page.
    last_line
        Printed below the text.

    Returns
    -------
    str
        HTML. A link to another text (``name.md``) leads to its page (``name.html``); a link that leaves the folder of
        the texts is taken off, since what it leads to is not beside the page.
    """
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = re.sub(r'href="(?!https?:)([\w/]+)\.md(#[\w-]+)?"', r'href="\1.html\2"', body)
    body = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", body, flags=re.DOTALL)
    body = body.replace("<table>", _WIDE).replace("</table>", "</table></div>")
    body = body.replace("<th>", '<th scope="col">').replace("<pre>", '<pre tabindex="0">')
    title = html.escape(text.splitlines()[0].lstrip("# "))
    top = " &nbsp; ".join(f'<a href="{html.escape(name)}">{html.escape(words)}</a>' for name, words in links.items())
    return (f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"><title>{title}</title>'
            f"<style>{_STYLE}</style></head>\n"
            f'<body><a class="skip" href="#main">Skip to the content</a><header>{top}</header>\n'
            f'<main id="main">\n{body}</main>\n<footer>{html.escape(last_line)}</footer></body></html>\n')
