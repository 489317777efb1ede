import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources.environment import fill_environment, redact


def test_one_variable_can_hold_the_whole_url(monkeypatch):
    monkeypatch.setenv("SHOP_URL", "postgresql://a:b%40c@db/shop")
    filled = fill_environment("{{ env.SHOP_URL }}")
    assert filled.text == "postgresql://a:b%40c@db/shop"
    assert filled.values == ("postgresql://a:b%40c@db/shop",)


def test_a_password_is_encoded_and_a_host_is_not(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "a@b:c/d%e f+g")
    monkeypatch.setenv("SHOP_HOST", "db:5432")
    text = fill_environment("postgresql://r:{{env.SHOP_PASSWORD}}@{{  env.SHOP_HOST }}/s").text
    from sqlalchemy import make_url

    url = make_url(text)
    assert (url.password, url.host, url.port) == ("a@b:c/d%e f+g", "db", 5432)


def test_all_unset_variables_are_named_and_nothing_else(monkeypatch):
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    monkeypatch.setenv("SHOP_USER", "reader")
    with pytest.raises(DataError, match="got no SHOP_HOST, SHOP_PASSWORD;") as caught:
        fill_environment("pg://{{ env.SHOP_USER }}:{{ env.SHOP_PASSWORD }}x7@{{ env.SHOP_HOST }}/s")
    assert "reader" not in str(caught.value)
    assert "x7" not in str(caught.value)


def test_a_text_without_references_stays():
    assert fill_environment("sqlite:///shop.db?x={y}").text == "sqlite:///shop.db?x={y}"


def test_the_value_is_not_in_the_representation(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2")
    assert "hunter2" not in repr(fill_environment("pg://a:{{ env.SHOP_PASSWORD }}@b/c"))


def test_a_secret_within_a_secret_is_hidden_whole():
    assert redact("abc abcd", ["abc", "abcd", ""]) == "*** ***"
