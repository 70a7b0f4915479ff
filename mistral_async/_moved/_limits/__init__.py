"""Where pickles of 0.1 find rate limits."""
