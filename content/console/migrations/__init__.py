"""The database's history: every version is made from the one before."""
