"""The plan: its actions as data, where each stands, what changed and what comes next."""
