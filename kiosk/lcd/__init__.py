"""The parts of the picture on an LCD: head, notice, panel, emergency. Rules only; kiosk.led is its sister."""
