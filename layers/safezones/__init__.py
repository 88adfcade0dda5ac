"""Community-safety models and cameras: reading and checking files of them."""
