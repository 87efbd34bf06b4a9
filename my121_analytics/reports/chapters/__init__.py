"""The chapters of a calibration pack, one file each: what a chapter says on the page and holds in the workbook."""
