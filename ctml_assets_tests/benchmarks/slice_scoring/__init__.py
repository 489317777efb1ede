"""What slice scoring costs, beside its peers; run as a module, see `__main__`."""
