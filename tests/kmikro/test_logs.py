from kmikro.logs import mask


def test_secrets_are_masked_by_name_and_by_shape() -> None:
    event = {
        "password": "x", "api_token": "y", "csrf": "z", "voucher_code": "c", "status": 200,
        "text": "Authorization kmk_abcdefghijklmnop and redis://:hunter2@127.0.0.1", "event": "request",
    }  # fmt: skip
    masked = mask(None, "info", dict(event))
    text = repr(masked)
    assert not any(secret in text for secret in ("kmk_abc", "hunter2", "'x'", "'y'", "'z'", "'c'"))
    assert masked["status"] == 200 and masked["event"] == "request"
