"""Which screen this is, how it gets its certificate, and where it hangs."""
