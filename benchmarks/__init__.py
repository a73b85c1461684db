"""Measurements of this machine, not tests: `make bench`."""
