"""Facts as data: the map, the rating scale, the Investors in People frameworks."""
