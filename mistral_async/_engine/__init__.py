"""One call, from the value that describes it to the answer: encoded, paced, sent, retried, decoded, accounted for.

`engine` and `sender` are the only places of the package that do I/O for a call. Knows the rooms that carry, pace and
decode; knows no endpoint.
"""
