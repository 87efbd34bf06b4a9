"""Rating patterns across managers: who rates higher or lower than expected, and how sure one can be."""
