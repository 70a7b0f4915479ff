"""Hooks and adapters for other libraries, each behind its extra. Users of the public names; nothing imports them."""
