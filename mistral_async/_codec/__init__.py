"""Bytes to values and back, without I/O.

JSON, types as JSON Schema, open unions, event streams, header fields, what must not be shown.

Knows nothing of the package.
"""
