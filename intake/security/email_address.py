"""One form for every way an e-mail address is written."""

import re
import unicodedata

LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3: a path is 256 octets with its brackets

_ADDRESS = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@[^\s@<>\",;:\\()\[\]]{1,190}")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


def normalise_email(text: str) -> str | None:
    """The address without case, width or surrounding space, or None if it is not an address.

    Only for finding the same person again: mail is sent to what the person wrote.
    """
    if len(text) > 2 * LONGEST_ADDRESS:
        return None
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(folded) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(folded):
        return None
    if any(unicodedata.category(char)[0] == "C" for char in folded):
        return None
    local, _, domain = folded.partition("@")
    labels = domain.removesuffix(".").split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return f"{local}@{'.'.join(labels)}"
