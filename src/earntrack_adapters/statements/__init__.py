"""Statements: what platforms, banks and timers export, read."""
