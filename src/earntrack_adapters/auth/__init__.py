"""Auth: slow password hashes, signed tokens and the keys for them."""
