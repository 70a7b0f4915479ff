"""What a call gives that stays open: streams, pages, downloads, runs."""
