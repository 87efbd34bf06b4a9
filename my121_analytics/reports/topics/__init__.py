"""Papers on one subject each, as a page to read and a workbook of tables: development, talent, coverage, movement."""
