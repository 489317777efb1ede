# A code location for a daemon's process: it can be imported only with that process's environment.
collect_ignore = ["daemon_location.py"]
