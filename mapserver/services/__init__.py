"""What the program does, one module per group of verbs.

A service takes a store, a typed request, the moment and a source of chance, and returns a
result. It is the only place where storage meets analysis; page and command line call the same one.
"""
