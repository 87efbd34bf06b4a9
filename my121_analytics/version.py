"""The version, for manifests and covers."""

__version__ = "0.1.0"
