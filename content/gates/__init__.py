"""Gates before publishing: what is well-formed and would still not do at the doorway."""
