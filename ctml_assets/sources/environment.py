"""Environment variables in a URL, and keeping their values out of messages."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from ctml_assets.errors import DataError

_REFERENCE = re.compile(r"\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


@dataclass(frozen=True)
class FilledText:
    """A text with its references replaced; it may hold secrets, so neither field is printed.

    Attributes
    ----------
    text
        The text with values in place of references.
    values
        The values that were put in.
    """

    text: str = field(repr=False)
    values: tuple[str, ...] = field(repr=False)


def fill_environment(url: str, where: str = "sql source") -> FilledText:
    """Replace every ``{{ env.NAME }}`` by the environment variable's value.

    Before the URL's ``@`` (user and password) values are percent-encoded, so variables hold a
    password as it is. Elsewhere, and in a URL without ``@``, they are put in unchanged, so one
    variable can hold the whole URL.

    Parameters
    ----------
    url
        The text, whatever its references stand for.
    where
        Whose URL it is, for the error.

    Raises
    ------
    ctml_assets.errors.DataError
        A variable is not set. The message names it and shows nothing of the URL.

    Examples
    --------
    >>> import os
    >>> os.environ["DOCTEST_PASSWORD"] = "p@ss/word"
    >>> fill_environment("postgresql://reader:{{ env.DOCTEST_PASSWORD }}@db/shop").text
    'postgresql://reader:p%40ss%2Fword@db/shop'
    >>> del os.environ["DOCTEST_PASSWORD"]
    """
    values = {name: os.environ.get(name) for name in _REFERENCE.findall(url)}
    unset = sorted(name for name, value in values.items() if value is None)
    if unset:
        raise DataError(
            f"{where}: environment variables of its url must be set, got no {', '.join(unset)}; "
            "export them where Dagster runs"
        )
    known = {name: value for name, value in values.items() if value is not None}
    credentials, at, rest = url.rpartition("@")
    text = (
        _REFERENCE.sub(lambda match: quote(known[match[1]], safe="+"), credentials)
        + at
        + _REFERENCE.sub(lambda match: known[match[1]], rest)
    )
    return FilledText(text, tuple(known.values()))


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret, plain or URL-encoded, replaced by ``***``.

    Examples
    --------
    >>> redact("no route to db for p@ss (p%40ss)", ["p@ss"])
    'no route to db for *** (***)'
    """
    forms = {
        form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))
    }
    for form in sorted(forms - {""}, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
