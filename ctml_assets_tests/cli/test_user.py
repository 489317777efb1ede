import getpass
import os

import pytest

from ctml_assets.cli.user import user_name


def test_the_system_user_is_named(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    assert user_name() == "ada"


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 1000"), OSError("none")])
def test_a_user_without_a_name_is_a_number(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(getpass, "getuser", fail)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert user_name() == "uid 1000"
