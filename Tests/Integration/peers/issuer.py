# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""An issuer of JSON Web Tokens with a key set on loopback, and a certificate for loopback. Nothing but Python and openssl."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAME = "https://issuer.example.com"
AUDIENCE = "codec"


def openssl(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True).stdout


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Certificate:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, as PEM files."""

    def __init__(self, directory: Path) -> None:
        self.chain, self.key = directory / "chain.pem", directory / "key.pem"
        openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(self.key), "-out", str(self.chain),
        )  # fmt: skip
        self.fingerprint = base64.b64encode(
            hashlib.sha256(openssl("pkey", "-in", str(self.key), "-pubout", "-outform", "DER")).digest()
        ).decode()
        """Of its public key, as browsers want it."""


class Issuer:
    """Signs tokens with a key that it publishes, or with one that it does not."""

    def __init__(self, directory: Path) -> None:
        self.url = ""
        self._keys = {}
        for name in ("published", "other"):
            self._keys[name] = directory / f"{name}.pem"
            openssl("genrsa", "-out", str(self._keys[name]), "2048")

    def token(self, *, key: str = "published", seconds: float = 300, **claims: Any) -> str:
        """A token that is good, but for what is said otherwise."""
        body = {
            "iss": NAME, "aud": AUDIENCE, "sub": "ann", "exp": int(time.time() + seconds),
            "permissions": ["default:read"],
        }  # fmt: skip
        parts = [{"alg": "RS256", "kid": "k1", "typ": "JWT"}, body | claims]
        signed = ".".join(unpadded(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{unpadded(openssl('dgst', '-sha256', '-sign', str(self._keys[key]), given=signed.encode()))}"

    @property
    def key_set(self) -> bytes:
        modulus = openssl("rsa", "-in", str(self._keys["published"]), "-noout", "-modulus").decode()
        number = bytes.fromhex(modulus.strip().removeprefix("Modulus="))
        key = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": unpadded(number), "e": "AQAB"}
        return json.dumps({"keys": [key]}).encode()

    @contextmanager
    def published(self) -> Iterator[str]:
        """Serves the key set for as long as the block runs, and yields its URL."""
        key_set = self.key_set

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(key_set)))
                self.end_headers()
                self.wfile.write(key_set)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
