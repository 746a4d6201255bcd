"""Earnings: what work on a platform brought in, and what is left of it."""
