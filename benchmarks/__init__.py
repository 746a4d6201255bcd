"""Benchmarks: what EarnTrack costs, as ratios to the least possible."""
