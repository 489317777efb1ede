"""Detection delay and false alarms, beside river's detectors; run as a module, see `__main__`."""
