"""Rates: fixed ones, and those of the European Central Bank."""
