"""Results that stay open: streams, pages, downloads, and the polling of what is done elsewhere.

Knows the engine, and no endpoint.
"""
