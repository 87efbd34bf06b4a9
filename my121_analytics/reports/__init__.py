"""The papers, one folder each: what stands in them, and how they are put together."""
