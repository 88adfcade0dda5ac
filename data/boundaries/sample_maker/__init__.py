"""The parts of the maker of the shipped sample; `make_sample.py` beside this folder runs them."""
