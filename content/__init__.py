"""The language both sides speak, and the central side that publishes in it.

The leaf modules (errors, clock, place, notice, onair, manifest, signing, topics,
mqtt, files) are all that the firmware in `kiosk` may import. See README.md.
"""
