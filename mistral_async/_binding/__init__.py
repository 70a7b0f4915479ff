"""Endpoints bound to what performs them: async, blocking, or not at all. Holds the portal that blocking calls run in.

Knows requests, the engine and results; knows no endpoint.
"""
