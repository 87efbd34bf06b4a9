"""The synthetic council: its people, its ratings with known truth, and the exports its ERPs would write."""
