"""The machine under the program: card, partition, settings, network, panel's light, and how it stands with them."""
