"""Python types as JSON Schema: what a type is in JSON, and how JSON is read as a value of it.

A compiler turns an annotation into a tree of type codecs, one for each kind of type; each gives its schema and reads
its values. Follows https://json-schema.org/draft/2020-12.
"""
