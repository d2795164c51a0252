"""Durable jobs: the only package that knows the order of the stages."""
