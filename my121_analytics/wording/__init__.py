"""Codes to sentences, one catalogue per language."""
