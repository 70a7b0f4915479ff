"""Files to send: opened late, read piece by piece, encoded as forms, checked on the way.

Knows the codec and the errors.
"""
