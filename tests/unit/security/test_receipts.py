"""Signed receipts: one canonical text, one signature, and no way around it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.security import keyring
from intake.security.keyring import Keyring, new_key_line
from intake.security.receipts import (
    LARGEST_INTEGER,
    ReceiptFault,
    canonical_json,
    sign_receipt,
    verify_receipt,
)

RING = keyring.from_settings(new_key_line(), new_key_line())
STRANGER = keyring.from_settings(new_key_line(), new_key_line())
PAYLOAD = {
    "number": "20261122000001",
    "received_at": "2026-11-22T07:00:00Z",
    "text_sha256": "00" * 32,
    "photos": 2,
    "anonymous": False,
    "place": None,
}


def signed(payload: dict[str, str | int | bool | None], ring: Keyring = RING) -> str:
    return sign_receipt(payload, *ring.receipt_key)


def test_a_receipt_holds_and_gives_back_what_was_signed() -> None:
    verdict = verify_receipt(signed(PAYLOAD), RING.receipt_public_keys())
    assert verdict.valid
    assert verdict.reason is None
    assert verdict.payload == PAYLOAD


def test_the_order_of_names_and_the_spacing_do_not_matter() -> None:
    receipt = json.loads(signed(PAYLOAD))
    receipt["payload"] = dict(reversed(receipt["payload"].items()))
    assert verify_receipt(json.dumps(receipt, indent=3), RING.receipt_public_keys()).valid


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", "20261122000002"), ("photos", 3), ("photos", "2"), ("photos", True),
     ("anonymous", 0), ("place", ""), ("extra", 1)],
)  # fmt: skip
def test_a_changed_payload_is_noticed(name: str, value: str | int) -> None:
    receipt = json.loads(signed(PAYLOAD))
    receipt["payload"][name] = value
    verdict = verify_receipt(json.dumps(receipt), RING.receipt_public_keys())
    assert (verdict.valid, verdict.reason) == (False, ReceiptFault.ALTERED)
    assert verdict.payload is None


def test_every_changed_bit_of_the_signature_is_noticed() -> None:
    receipt = json.loads(signed(PAYLOAD))
    signature = base64.urlsafe_b64decode(receipt["signature"] + "==")
    for bit in range(len(signature) * 8):
        altered = bytearray(signature)
        altered[bit // 8] ^= 1 << bit % 8
        receipt["signature"] = base64.urlsafe_b64encode(altered).rstrip(b"=").decode()
        assert not verify_receipt(json.dumps(receipt), RING.receipt_public_keys()).valid


def test_a_strangers_receipt_does_not_hold_even_under_our_key_id() -> None:
    verdict = verify_receipt(signed(PAYLOAD, STRANGER), RING.receipt_public_keys())
    assert verdict.reason is ReceiptFault.UNKNOWN_KEY
    forged = sign_receipt(PAYLOAD, RING.receipt_key[0], STRANGER.receipt_key[1])
    assert verify_receipt(forged, RING.receipt_public_keys()).reason is ReceiptFault.ALTERED


def test_a_receipt_of_a_retired_key_still_holds() -> None:
    old, new = new_key_line(), new_key_line()
    receipt = signed(PAYLOAD, keyring.from_settings(new_key_line(), old))
    after = keyring.from_settings(new_key_line(), f"{new},{old}")
    assert verify_receipt(receipt, after.receipt_public_keys()).valid


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "null", "{}", '{"payload": {}}', "[" * 100_000, "1" * 10_000, "NaN",
     '{"key_id": 1, "payload": {}, "signature": ""}',
     '{"key_id": "a", "payload": [], "signature": ""}',
     '{"key_id": "a", "payload": {"x": {}}, "signature": ""}',
     '{"key_id": "a", "payload": {"x": 1.0}, "signature": ""}',
     '{"key_id": "a", "payload": {"x": "\\ud800"}, "signature": ""}',
     '{"key_id": "a", "payload": {}, "signature": "!"}',
     '{"key_id": "a", "payload": {}, "signature": "\u4e2d"}',
     '{"key_id": "a", "payload": {}, "signature": "AB"}',
     '{"key_id": "a", "payload": {"x": 1, "x": 2}, "signature": ""}',
     '{"key_id": "a", "payload": {}, "signature": "", "more": 1}',
     '{"key_id": "a", "payload": {"x": 99999999999999999999}, "signature": ""}'],
)  # fmt: skip
def test_what_is_not_a_receipt_is_said_to_be_unreadable(text: str) -> None:
    verdict = verify_receipt(text, RING.receipt_public_keys())
    assert (verdict.valid, verdict.reason) == (False, ReceiptFault.UNREADABLE)


@given(st.text())
def test_verifying_never_fails(text: str) -> None:
    assert not verify_receipt(text, RING.receipt_public_keys()).valid


def test_a_cut_signature_is_altered_not_an_error() -> None:
    receipt = json.loads(signed(PAYLOAD))
    receipt["signature"] = ""
    verdict = verify_receipt(json.dumps(receipt), RING.receipt_public_keys())
    assert verdict.reason is ReceiptFault.ALTERED


def test_the_canonical_form_of_rfc_8785() -> None:
    """Names by UTF-16 units (a supplementary character sorts before U+FB33), short escapes."""
    payload = {"\ufb33": 1, "\U0001f600": 2, "b": 'é"\\\n\x01', "a": None, "t": True}
    assert canonical_json(payload) == (
        '{"a":null,"b":"é\\"\\\\\\n\\u0001","t":true,"\U0001f600":2,"\ufb33":1}'.encode()
    )


@pytest.mark.parametrize(
    "payload", [{"x": 1.5}, {"x": {}}, {"x": []}, {"x": b""}, {1: "x"}, {"x": "\ud800"},
                {"\udfff": 1}, {"x": LARGEST_INTEGER + 1}],
)  # fmt: skip
def test_values_without_one_form_are_not_signed(payload: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="receipt"):
        signed(dict(payload))


VALUES = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXTS, VALUES | TEXTS))
def test_any_payload_survives_signing_and_reading(
    payload: dict[str, str | int | bool | None],
) -> None:
    assert verify_receipt(signed(payload), RING.receipt_public_keys()).payload == payload
    assert json.loads(canonical_json(payload)) == payload
