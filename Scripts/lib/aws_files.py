#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""What botocore makes of shared config and credentials files, as JSON.

    python Scripts/lib/aws_files.py CASES

CASES is Tests/Vectors/aws-files/cases.json. The tests of AWSCredentials run this and compare.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import botocore
import botocore.configprovider
import botocore.credentials
import botocore.session


def sso(session, profile):
    """What IAM Identity Center would be asked for; botocore's own reader, without the network."""
    provider = botocore.credentials.SSOProvider(lambda: session.full_config, None, profile or "default")
    found = provider._load_sso_config()
    if found is None:
        return None
    return {name: found[name] for name in ("sso_start_url", "sso_region", "sso_account_id", "sso_role_name")}


def read(case):
    profile = case.get("profile")
    session = botocore.session.Session(profile=profile)
    scoped = session.get_scoped_config()
    endpoint = botocore.configprovider.ConfiguredEndpointProvider(session.full_config, scoped, "s3", {}).provide()
    result = {
        "region": scoped.get("region"),
        "endpoint": endpoint,
        "fips": session.get_config_variable("use_fips_endpoint") or False,
        "dualStack": session.get_config_variable("use_dualstack_endpoint") or False,
        "bundle": scoped.get("ca_bundle"),
        "checksums": (session.get_config_variable("request_checksum_calculation") or "when_supported").lower(),
        "sso": sso(session, profile),
    }
    if result["sso"] is None:
        credentials = session.get_credentials()
        if credentials is None:
            raise LookupError("no credentials")
        frozen = credentials.get_frozen_credentials()
        result |= {"key": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token}
        expiration = getattr(credentials, "_expiry_time", None)
        result["expiration"] = None if expiration is None else int(expiration.timestamp())
    return result


def main(path):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    results = {}
    for case in json.loads(Path(path).read_text())["cases"]:
        with tempfile.TemporaryDirectory() as folder:
            for kind, variable in (("config", "AWS_CONFIG_FILE"), ("credentials", "AWS_SHARED_CREDENTIALS_FILE")):
                file = Path(folder) / kind
                file.write_bytes(case.get(kind, "").encode())
                os.environ[variable] = str(file)
            try:
                results[case["name"]] = read(case)
            except Exception as error:
                results[case["name"]] = {"error": type(error).__name__}
    json.dump({"version": botocore.__version__, "results": results}, sys.stdout, indent=1)


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
