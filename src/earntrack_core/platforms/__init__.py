"""Platforms: where money is earned."""
