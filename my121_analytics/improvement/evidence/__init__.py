"""Evidence of an assessment: requirements, award levels, findings, and who is heard."""
