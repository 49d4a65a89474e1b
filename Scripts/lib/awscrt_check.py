#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Signs requests with AWS's own C runtime and prints what it hashed and signed, as test vectors.

    python -m pip install awscrt==0.38.1
    python Scripts/lib/awscrt_check.py > Tests/Vectors/aws-crt/signing.json
    python Scripts/lib/awscrt_check.py --check     compare with the committed file instead

The canonical request and the string to sign are taken from the runtime's own log. Signatures of SigV4A are random, so
they are left out of the comparison; those in the file verify with the public key of the access key.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import awscrt
import awscrt.auth as auth
import awscrt.http as http
import awscrt.io as io

VECTORS = Path(__file__).resolve().parents[2] / "Tests" / "Vectors"
OUTPUT = VECTORS / "aws-crt" / "signing.json"
KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+/w=="
TIME = datetime.datetime(2026, 11, 24, 12, 34, 56, tzinfo=datetime.timezone.utc)
HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
HOSTS = {
    "sigv4": "payloads.s3.eu-central-1.amazonaws.com",
    "sigv4a": "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com",
}


def cases():
    """Every key of the key vectors as a PUT, and the other requests the client makes."""
    source = json.loads((VECTORS / "storage-keys" / "python-1.35.0.json").read_text())
    keys = sorted({case["s3_key"] for case in source["cases"]})
    keys += [".", "..", "a//b", "/lead", "trail/", "a b", "é/日本語/🚀", "cafe\u0301", "%2F%zz", "!'()*~", "+=&?#"]
    write = [
        ("Content-Type", "application/octet-stream"),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ("If-None-Match", "*"),
    ]
    for key in keys:
        yield {"key": key, "method": "PUT", "query": [], "headers": write, "hash": HASH, "token": None, "expires": None}
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    reads = [
        ("GET", [], [("Range", "bytes=0-16777215")]),
        ("HEAD", [], []),
        ("POST", [["uploads", None]], [("x-amz-checksum-algorithm", "SHA256")]),
        ("PUT", [["partNumber", "2"], ["uploadId", "a+/=~-_. é"]], []),
        ("GET", [["list-type", "2"], ["prefix", "v0/ns/a b/"], ["continuation-token", "1+a=="], ["start-after", ""]], []),
        ("GET", [["lifecycle", None]], [("x-amz-expected-bucket-owner", "123456789012")]),
        ("PUT", [], [("x-amz-meta-a", "  lots   of   space  "), ("x-amz-tagging", "a=1&b=%20")]),
    ]
    for method, query, headers in reads:
        for token in (None, TOKEN):
            for expires in (None, 3600):
                body = "UNSIGNED-PAYLOAD" if expires else empty
                yield {
                    "key": "v0/d/sha256/a%2Fb c", "method": method, "query": query, "headers": headers,
                    "hash": body, "token": token, "expires": expires,
                }


def sign(case, algorithm):
    """One signature."""
    path = "/" + quote(case["key"], safe="-._~/")
    query = "&".join(quote(n, safe="-._~") + ("" if v is None else "=" + quote(v, safe="-._~")) for n, v in case["query"])
    headers = http.HttpHeaders([("Host", HOSTS[algorithm]), *case["headers"]])
    request = http.HttpRequest(case["method"], path + ("?" + query if query else ""), headers)
    is_query = case["expires"] is not None
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4 if algorithm == "sigv4" else auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS
        if is_query else auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(KEY_ID, SECRET, case["token"]),
        region="eu-central-1" if algorithm == "sigv4" else "*",
        service="s3",
        date=TIME,
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value=case["hash"],
        signed_body_header_type=auth.AwsSignedBodyHeaderType.NONE
        if is_query else auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
        expiration_in_seconds=case["expires"],
    )
    signed = auth.aws_sign_request(request, config).result(10)
    authorization = dict(signed.headers).get("Authorization", signed.path)
    signature = re.search(r"Signature=([0-9a-f]+)", authorization).group(1)
    return {**case, "algorithm": algorithm, "host": HOSTS[algorithm], "path": path, "signature": signature}


def sign_all(log):
    """The part that runs in a process of its own: the runtime's log is complete only when the process has ended."""
    io.init_logging(io.LogLevel.Info, log)
    json.dump([sign(case, algorithm) for case in cases() for algorithm in ("sigv4", "sigv4a")], sys.stdout)


def run():
    """Signs everything and adds to each case what the runtime logged, in the same order."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "runtime.log")
        command = [sys.executable, __file__, "--sign", log]
        results = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        text = Path(log).read_text(encoding="utf-8")
    found = re.findall(
        r"built canonical request for algorithm \w+, with contents \n(.*?)\n\n\[INFO\].*?"
        r"built string-to-sign via algorithm \w+, with contents \n(.*?)\n\n\[INFO\]",
        text,
        re.S,
    )
    for result, (canonical, string_to_sign) in zip(results, found, strict=True):
        result.update(canonical_request=canonical, string_to_sign=string_to_sign)
    return results


def main():
    if sys.argv[1:2] == ["--sign"]:
        sign_all(sys.argv[2])
        return 0
    results = run()
    document = {
        "source": f"made by Scripts/lib/awscrt_check.py with awscrt {awscrt.__version__}",
        "credentials": {"access_key_id": KEY_ID, "secret_access_key": SECRET},
        "timestamp": "20261124T123456Z",
        "cases": results,
    }
    if "--check" not in sys.argv[1:]:
        json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    committed = json.loads(OUTPUT.read_text())["cases"]
    ignored = {"signature"}
    differ = [
        ours["path"]
        for ours, theirs in zip(results, committed, strict=True)
        if {k: v for k, v in json.loads(json.dumps(ours)).items() if k not in ignored}
        != {k: v for k, v in theirs.items() if k not in ignored}
    ]
    print(f"{len(results)} cases, {len(differ)} differ {differ[:5]}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
