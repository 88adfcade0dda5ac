"""The command line `antt`: one module per noun, each a thin shell over a service."""
