"""Adapters: what the core needs from the outside, supplied."""
