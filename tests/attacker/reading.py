"""Every declared number of a publication, whichever paper prints it."""

from __future__ import annotations

from tests.attacker.declarations import Statements, read_text, reader_of
from tests.attacker.packs import is_wordy, read_pack_text, reader_of_pack
from tests.attacker.plans import reader_of_plan
from tests.attacker.printed import Publication


def read_statements(publication: Publication) -> Statements:
    """Read every declared number of a publication; what no declaration names is listed as unread."""
    said = Statements()
    for table in publication.tables:
        reader = reader_of_pack(table) or reader_of_plan(table) or reader_of(table)
        if reader is not None:
            reader(table, publication, said)
        elif not is_wordy(table):
            said.unread.append(f"{publication.name}: {table.place}: {table.title}")
    for text in publication.texts:
        read_text(text, publication, said)
        read_pack_text(text, publication, said)
    return said
