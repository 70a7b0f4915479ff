"""Files to send: read piece by piece, as forms."""
