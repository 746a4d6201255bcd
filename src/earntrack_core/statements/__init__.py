"""Statements: what platforms export, read exactly and booked once."""
