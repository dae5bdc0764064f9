"""Room for the tools that build, flash and enrol SD cards. See README.md."""
