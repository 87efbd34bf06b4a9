"""The workforce report: one workbook a period, one file here for each of its sections."""
