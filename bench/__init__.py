"""Measures beside their floors, taken in the same run: `make bench`."""
