"""Papers for the conversation itself: the manager's guide, the preparation sheet, and one person's record."""
