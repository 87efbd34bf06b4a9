"""The calibration pack: one file for each chapter, and the papers put together."""
