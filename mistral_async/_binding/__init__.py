"""Endpoints bound to what performs them: async, blocking, or not at all."""
