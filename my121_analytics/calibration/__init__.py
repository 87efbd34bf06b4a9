"""The senior team meeting: what to talk about."""
