"""Counts in, frozen results out: profile, movement, severity, coverage, agreement."""
