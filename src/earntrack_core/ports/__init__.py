"""What the core needs from the outside; protocols only."""
