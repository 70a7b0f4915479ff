"""Where pickles of 0.1 look for what has moved since: a module under each old name, with the old names in it.

The folder is on the package's `__path__`, so `_options.py` here is `mistral_async._options` to a pickle. Nothing else
imports it. Whoever renames something that a pickle names keeps the old name here (`import LazyExecutor as LazyFace`);
what else a pickle holds, such as the members of an enum and the attributes of an object, is read by the class itself.
`tests/written_before` has a pickle of everything. All of it goes with the next major version.
"""
