"""The pure core: frames and numbers in, frozen results out. No Dagster, no I/O, no clock."""
