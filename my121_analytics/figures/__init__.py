"""Released results in, Axes out."""
