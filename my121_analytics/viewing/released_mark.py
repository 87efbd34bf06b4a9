"""How an output says that it has passed the gate for the reader at hand."""

PASSED = "<!-- released -->"
"""First in the HTML of what was let through; a printed notebook keeps no other HTML for readers but the analyst."""
