"""How screens are let in: the village's certificate authority, who waits, and which place each is given."""
