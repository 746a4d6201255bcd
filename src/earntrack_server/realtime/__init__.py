"""What clients hear at once: numbered events, and who is there."""
