"""Compares two tables as a command: what it would scan first, then the macros' answer for people or programs."""
