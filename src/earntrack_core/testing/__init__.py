"""What plugin authors and we test with: contracts, makers, strategies."""
