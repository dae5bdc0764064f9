"""What this screen tells: the book of receipts, the count of what was shown, and their way out."""
