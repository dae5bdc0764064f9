"""Chinese text: what belongs together, where a line may end, how wide and high it is."""
