"""Reading and writing: JSON, folders of CSV files, generated problems."""
