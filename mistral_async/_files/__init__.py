"""Files of this machine: what is in them and of which type, and files that appear whole or not at all.

Knows nothing of the package.
"""
