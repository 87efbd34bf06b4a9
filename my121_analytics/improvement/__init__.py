"""The Investors in People plan against its timescales, the evidence against its thresholds."""
