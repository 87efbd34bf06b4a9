"""When an action is due, read from the words of a plan."""
