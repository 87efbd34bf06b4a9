"""The due-regard paper: how outcomes differ by protected characteristic."""
