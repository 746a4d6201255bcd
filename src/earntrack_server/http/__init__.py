"""What every door of the server is made of; knows no feature."""
