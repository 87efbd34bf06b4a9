"""``python -m my121_analytics`` is the same as ``my121``."""

from my121_analytics.cli.app import main

if __name__ == "__main__":
    main()
