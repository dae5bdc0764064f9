"""Benchmarks: figures with something to compare them to, measured in one run. `make bench` prints the tables.

Nothing here asserts a time: the machines that run it are shared and noisy. Read the ratios.
"""
