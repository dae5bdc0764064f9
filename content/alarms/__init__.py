"""Alarms from outside, CAP 1.2 or JSON, and what becomes of them: alert files of ours."""
