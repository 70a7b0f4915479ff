"""Where pickles of 0.1 find what came over the wire."""
