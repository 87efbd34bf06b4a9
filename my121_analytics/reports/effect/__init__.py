"""The effect of a meeting: one page and one workbook."""
