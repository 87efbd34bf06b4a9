"""The one gate to everything that is shown."""
