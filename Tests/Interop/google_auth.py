#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""What google-auth makes of the same input.

Reads one JSON document from standard input and writes one to standard output.

    {"verb": "verify", "jwt": J, "key": PEM (public)}           → {"claims": {…}}; fails if the signature is not good
    {"verb": "sign", "key": PEM (private), "text": T}           → {"signature": HEX}, RS256
    {"verb": "aws", "region": R, "url": U, "audience": A, "key_id": K, "secret": S, "token": T, "time": "…Z"}
        → {"authorization": …}, with the audience among the signed headers
"""

import json
import sys
from datetime import datetime
from unittest import mock

from google.auth import _helpers, aws, crypt, jwt

request = json.load(sys.stdin)
if request["verb"] == "verify":
    verifier = crypt.RSAVerifier.from_string(request["key"])
    header, payload, signed, signature = jwt._unverified_decode(request["jwt"])
    assert header["alg"] == "RS256"
    assert verifier.verify(signed, signature)
    answer = {"claims": payload}
elif request["verb"] == "sign":
    answer = {"signature": crypt.RSASigner.from_string(request["key"]).sign(request["text"].encode()).hex()}
else:
    credentials = aws.AwsSecurityCredentials(request["key_id"], request["secret"], request.get("token"))
    time = datetime.strptime(request["time"], "%Y-%m-%dT%H:%M:%SZ")
    with mock.patch.object(_helpers, "utcnow", return_value=time):
        options = aws.RequestSigner(request["region"]).get_request_options(
            credentials,
            request["url"],
            "POST",
            additional_headers={"x-goog-cloud-target-resource": request["audience"]},
        )
    answer = {"authorization": options["headers"]["Authorization"]}
json.dump(answer, sys.stdout)
