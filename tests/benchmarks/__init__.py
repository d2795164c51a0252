"""Benchmarks: each prints ratios of figures measured in one run, side by side, against the project's targets.

Not collected by pytest; run with `python -m tests.benchmarks`.
"""
