"""The demo's data and the script that makes it."""
