"""What a notebook shows: results, records and intakes as short pages, tables under human headings, pictures with words.

Everything of a result passes the gate first, for the reader at hand: the analyst, or the audience that a notebook is
printed for.
"""
