"""The clients: settings and the tree of resources."""
