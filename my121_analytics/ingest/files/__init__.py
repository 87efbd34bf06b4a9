"""Files as text cells, each in its place: one module for each format."""
