"""One kind of table per file: run CSVs in, rows and their presentation out."""
