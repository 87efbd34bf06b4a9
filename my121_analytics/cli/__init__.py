"""One file per command of ``my121``."""
