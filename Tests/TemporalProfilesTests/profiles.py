"""What Temporal's own SDK makes of files and variables: reads cases as JSON, prints an outcome for each.

    profiles.py <CASES

A case has "environment" (variables beside none), and perhaps "file" (text in Base64), "profile", "readsFile",
"readsEnvironment" and "isStrict". An outcome is the profile as a dictionary, or null where the SDK raises.
"""

import base64
import json
import os
import sys

from temporalio.bridge.temporal_sdk_bridge import envconfig


def source(value):
    if value is None:
        return None
    return {"path": value["path"]} if "path" in value else {"data": base64.b64encode(bytes(value["data"])).decode()}


def load(case):
    # The variables of the process, not a dictionary: the default place of the file depends on them, too.
    os.environ.clear()
    os.environ.update(case["environment"])
    file = case.get("file")
    try:
        found = envconfig.load_client_connect_config(
            profile=case.get("profile"),
            path=None,
            data=None if file is None else base64.b64decode(file),
            disable_file=not case.get("readsFile", True),
            disable_env=not case.get("readsEnvironment", True),
            config_file_strict=case.get("isStrict", False),
        )
    except Exception:
        return None
    tls, codec = found.get("tls"), found.get("codec")
    outcome = {"address": found.get("address"), "namespace": found.get("namespace"), "apiKey": found.get("api_key")}
    outcome["headers"] = found.get("grpc_meta") or {}
    outcome["codec"] = None if codec is None else {"endpoint": codec.get("endpoint"), "auth": codec.get("auth")}
    outcome["tls"] = None if tls is None else {
        "disabled": tls["disabled"],
        "clientCert": source(tls.get("client_cert")),
        "clientKey": source(tls.get("client_key")),
        "serverCACert": source(tls.get("server_ca_cert")),
        "serverName": tls.get("server_name"),
        "disableHostVerification": tls["disable_host_verification"],
    }
    return outcome


print(json.dumps([load(case) for case in json.load(sys.stdin)]))
