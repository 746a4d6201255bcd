"""Routes: what the API can do, one room for each feature."""
