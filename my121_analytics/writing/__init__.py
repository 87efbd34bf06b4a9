"""How a file is written, whatever it says: workbooks, pages, CSV, PDF, staging and the manifest."""
