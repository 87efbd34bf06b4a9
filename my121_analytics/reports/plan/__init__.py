"""The papers of an improvement plan."""
