"""Commands to this screen: may it be done, doing it, and the picture that was asked for."""
