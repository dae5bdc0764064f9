"""Promises that only the real parts together can keep: Mosquitto, HTTP, processes, kill -9."""
