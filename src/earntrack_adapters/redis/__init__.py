"""Redis: a cache and a bell between processes, never the truth."""
