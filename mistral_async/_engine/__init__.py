"""One call: described, paced, sent, retried, decoded, accounted."""
