"""Runs of conversations: the model asks, functions answer, until it is done."""
