"""The papers of a check: the page, and the workbook of refused rows."""
