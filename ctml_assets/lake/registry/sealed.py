"""Registry documents carry a digest of themselves: a changed digit is found, not believed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from ctml_assets.errors import LakeError, RegistryError
from ctml_assets.lake.documents import decode_document, encode_document

_SEAL = "seal"


def sealed(document: Mapping[str, Any], key: str) -> bytes:
    """Return the document as JSON with the sha256 of everything else under ``seal``.

    The seal guards against damage and slips of hand, not against somebody who may write.
    """
    return encode_document({**document, _SEAL: _digest(document, key)}, key)


def unsealed(data: bytes, key: str) -> dict[str, Any]:
    """Return the document without its seal.

    Raises
    ------
    RegistryError
        If it is no JSON object or the seal does not fit; the message names the key.
    """
    try:
        document = decode_document(data, key)
    except LakeError as error:
        raise RegistryError(str(error)) from error
    came = document.pop(_SEAL, None)
    if came != _digest(document, key):
        raise RegistryError(
            f"{key}: seal must fit the content, got {came!r}; the file was damaged or edited, "
            "restore it from a backup"
        )
    return document


def _digest(document: Mapping[str, Any], key: str) -> str:
    return hashlib.sha256(encode_document(document, key)).hexdigest()
