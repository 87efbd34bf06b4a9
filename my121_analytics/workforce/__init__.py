"""What the record is, and the heavy counting over it."""
