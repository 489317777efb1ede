"""Who gives a command."""

import getpass
import os


def user_name() -> str:
    """Return the system user's name; in a container without one, the number as ``uid 1000``."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
