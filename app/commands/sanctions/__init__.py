"""Lists of sanctioned and politically exposed names: read, imported, searched."""
