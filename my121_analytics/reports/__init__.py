"""Workbooks, pages and their manifest."""
