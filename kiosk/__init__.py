"""The firmware of one screen: an agent (network and disk) and a player (pixels). See README.md."""
