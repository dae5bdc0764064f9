"""What screens tell: taken in, kept, judged, counted against what was published, and told to people."""
