"""Exchange: what money in one currency was worth in another, on a day."""
