"""Files: kept in a directory of this machine."""
