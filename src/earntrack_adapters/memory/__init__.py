"""Memory: adapters that live and die with the process."""
