"""The program: HTTP, pages, print and the command line over the domain in `layers`."""
