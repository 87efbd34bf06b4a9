"""Unattended runs: timetable, inbox, history and alerts."""
