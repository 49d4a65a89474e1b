# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""`temporal-storage doctor`: every line of it once good and once bad, with real services and with stores that misbehave.

    doctor.py --binary TEMPORAL-STORAGE --server HOST:PORT

Wants the variables of `Scripts/dev-services env`, and AZURE_STORAGE_CONNECTION_STRING. The last line is a tally.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from issuer import Certificate, openssl

# What nobody is to find by chance.
NO_CLOUD = {
    name: None
    for name in (
        "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN",
        "STORAGE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS",
    )
}

BUCKET = os.environ["S3_BUCKET"]
ENDPOINT = os.environ["S3_ENDPOINT"]


class Stand(BaseHTTPRequestHandler):
    """A store of S3's protocol that keeps no checksums, and whatever else it is told to get wrong."""

    protocol_version = "HTTP/1.1"
    ahead = 0
    knows_conditions = True
    corrupts = False
    has_bucket = True
    objects: dict[str, bytes]

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() + self.ahead, usegmt=True)

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.has_bucket:
            return self.answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        if self.knows_conditions and self.headers["If-None-Match"] and self.path in self.objects:
            return self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        self.objects[self.path] = body
        self.answer(200)

    def do_GET(self) -> None:
        body = self.objects.get(self.path.split("?")[0])
        if body is None:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        self.answer(200, body[:-1] + b"X" if self.corrupts else body)

    do_HEAD = do_GET

    def do_CONNECT(self) -> None:
        # Whatever is asked for through this proxy is here.
        self.send_response(200)
        self.end_headers()


class Codec(BaseHTTPRequestHandler):
    """Something that is no codec server, or one that wants something."""

    status, body = 200, b"<html>"

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], **settings: object) -> Iterator[str]:
    """The address of a server of a kind of its own."""
    kind = type("Handler", (handler,), {"objects": {}, **settings})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class Doctor:
    binary: str
    server: str
    passed: int = 0
    failed: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def run(self, *arguments: str, environment: dict[str, str | None] | None = None) -> tuple[int, list[str], str]:
        variables = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_STORAGE_")}
        # Nothing of this machine's own.
        variables |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "HOME": "/nonexistent"}
        variables |= {"AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        for key, value in (environment or {}).items():
            variables.pop(key, None)
            if value is not None:
                variables[key] = value
        done = subprocess.run(
            [self.binary, "doctor", *arguments], env=variables, capture_output=True, text=True, timeout=120
        )
        return done.returncode, done.stdout.splitlines(), done.stderr

    def expect(
        self,
        title: str,
        *arguments: str,
        code: int,
        lines: list[tuple[str, str, str, str]],
        environment: dict[str, str | None] | None = None,
    ) -> None:
        """Runs it, and looks for lines: outcome, subject, check, and a part of the text."""
        status, output, errors = self.run(*arguments, environment=environment)
        problems = [] if status == code else [f"exit code {status} instead of {code}"]
        for outcome, subject, check, part in lines:
            start = f"{outcome:<4}  {subject}: {check}: "
            found = [line for line in output if line.startswith(start) and part in line]
            if not found:
                problems.append(f"no line {start!r} with {part!r}")
            self.seen.add((check, "good" if outcome == "ok" else "bad"))
        if code == 0 and any(line.startswith("FAIL") for line in output):
            problems.append("a line says FAIL")
        print(f"{'FAILED' if problems else 'ok'}  {title}", flush=True)
        if problems:
            self.failed += 1
            print("\n".join(["  " + problem for problem in problems] + ["  | " + line for line in output] + [errors]))
        else:
            self.passed += 1


def cases(doctor: Doctor, directory: Path) -> None:
    s3 = ["--driver", "s3", "--bucket", BUCKET, "--endpoint-url", ENDPOINT, "--region", "us-east-1"]
    target = ["--target", doctor.server]
    none = ["--driver", "none"]
    certificate = Certificate(directory)
    expired, soon = directory / "expired.pem", directory / "soon.pem"
    for path, days in ((soon, "5"), (expired, "1")):
        openssl("req", "-x509", "-key", str(certificate.key), "-days", days, "-subj", "/CN=a", "-out", str(path))
    long_lived = directory / "long.pem"
    openssl("req", "-x509", "-key", str(certificate.key), "-days", "90", "-subj", "/CN=a", "-out", str(long_lived))

    port_file = directory / "port"
    codec = subprocess.Popen(
        [doctor.binary, "codec-server", *none, "--listen", "127.0.0.1:0", "--port-file", str(port_file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert codec.stdout
        codec.stdout.readline()
        endpoint = f"http://127.0.0.1:{port_file.read_text().strip()}"
        doctor.expect(
            "All is well, with SeaweedFS, the development server and a codec server",
            *s3, *target, "--codec-endpoint", endpoint, "--listen-tls-cert", str(long_lived), "--listen-tls-key",
            str(certificate.key),
            code=0,
            lines=[
                ("ok", "configuration", "read", "1 driver, 0 rules"),
                ("ok", "aws.s3driver", "region", "us-east-1, --region"),
                ("ok", "aws.s3driver", "credentials", "the environment, key development"),
                ("ok", "aws.s3driver", "connection", ENDPOINT),
                ("ok", "aws.s3driver", "clock", "the store"),
                ("ok", "aws.s3driver", "write", "v0/ns/default/d/sha256/"),
                ("ok", "aws.s3driver", "read", "SHA-256"),
                ("ok", "aws.s3driver", "conditional write", "If-None-Match"),
                ("ok", "temporal", "server", "version 1."),
                ("ok", "temporal", "namespace", "default, retention"),
                ("ok", "temporal", "limits", "bytes per payload"),
                ("ok", "codec server", "decode", endpoint),
                ("ok", "tls", "listen-tls-cert", "89 days"),
            ],
        )
        configuration = directory / "storage.yaml"
        store = directory / "store"
        store.mkdir()
        configuration.write_text(
            f"""
target: {doctor.server}
codec-endpoint: {endpoint}
drivers:
  - {{name: primary, type: s3, bucket: {BUCKET}, region: us-east-1, endpointURL: "{ENDPOINT}", pathStyle: true}}
  - {{name: archive, type: local-disk, root: "{store}"}}
rules:
  - {{namespace: [billing, audit*], sizeAtLeast: 10000, driver: archive}}
default: primary
"""
        )
        doctor.expect(
            "Two drivers and a rule, in YAML",
            "--config",
            str(configuration),
            code=0,
            lines=[
                ("ok", "configuration", "read", "2 drivers, 1 rule"),
                ("ok", "primary", "read", "SHA-256"),
                ("ok", "archive", "read", "SHA-256"),
            ],
        )
    finally:
        codec.terminate()
        codec.wait()
    doctor.expect(
        "No credentials",
        *s3, *target,
        code=1,
        environment={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        lines=[("FAIL", "aws.s3driver", "credentials", "tried"), ("ok", "temporal", "server", "")],
    )
    doctor.expect(
        "A secret that is wrong",
        *s3, *target,
        code=1,
        environment={"AWS_SECRET_ACCESS_KEY": "wrong"},
        lines=[("FAIL", "aws.s3driver", "write", BUCKET)],
    )
    doctor.expect(
        "An endpoint where nobody is",
        *s3, *target, "--endpoint-url", f"http://127.0.0.1:{free_port()}",
        code=1,
        lines=[("FAIL", "aws.s3driver", "connection", "does not answer")],
    )
    doctor.expect(
        "A region that nothing names",
        "--driver", "s3", "--bucket", BUCKET, "--endpoint-url", ENDPOINT, *target,
        code=64,
        environment={"AWS_REGION": None, "AWS_DEFAULT_REGION": None},
        lines=[],
    )
    for title, settings, code, lines in (
        ("a clock that is off", {"ahead": 7200}, 1, [("FAIL", "clock", "NTP")]),
        ("a clock that is a little off", {"ahead": 300}, 0, [("warn", "clock", "NTP")]),
        (
            "a store without conditions and checksums",
            {"knows_conditions": False},
            0,
            [("warn", "conditional write", "existenceCheck"), ("warn", "checksum", "by itself"), ("ok", "read", "")],
        ),
        ("a bucket that is not there", {"has_bucket": False}, 1, [("FAIL", "write", "misconfigured")]),
        ("a store that loses bits", {"corrupts": True}, 1, [("FAIL", "read", "corrupted")]),
    ):
        with serving(Stand, **settings) as address:
            doctor.expect(
                f"A stand-in: {title}",
                *s3, *target, "--endpoint-url", address,
                code=code,
                lines=[(outcome, "aws.s3driver", check, part) for outcome, check, part in lines],
            )
    with serving(Stand) as proxy:
        doctor.expect(
            "A bucket in the host's name, behind a proxy",
            "--driver", "s3", "--bucket", "payloads", "--region", "us-east-1", "--path-style", "false",
            "--endpoint-url", "http://objects.example.test", *target,
            code=0,
            environment={"HTTP_PROXY": proxy, "http_proxy": None, "NO_PROXY": None, "no_proxy": None},
            lines=[
                ("ok", "aws.s3driver", "connection", "http://payloads.objects.example.test/"),
                ("ok", "aws.s3driver", "write", "v0/ns/default/d/sha256/"),
                ("ok", "aws.s3driver", "read", "SHA-256"),
            ],
        )
    profile, script = directory / "profile", directory / "credentials.sh"
    script.write_text(
        'printf \'{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}\' '
        f"{os.environ['AWS_ACCESS_KEY_ID']} {os.environ['AWS_SECRET_ACCESS_KEY']}\n"
    )
    profile.write_text(f"[default]\ncredential_process = sh {script}\n")
    for allowed, code, line in (
        ("true", 0, ("ok", "primary", "credentials", f"key {os.environ['AWS_ACCESS_KEY_ID']}")),
        ("false", 1, ("FAIL", "primary", "credentials", "not allowed")),
    ):
        configuration.write_text(
            f"""
drivers:
  - {{name: primary, type: s3, bucket: {BUCKET}, region: us-east-1, endpointURL: "{ENDPOINT}", pathStyle: true,
      allowsCredentialProcess: {allowed}}}
"""
        )
        doctor.expect(
            f"A command for credentials, allowed: {allowed}",
            "--config", str(configuration), *target,
            code=code,
            environment={
                "AWS_CONFIG_FILE": str(profile), "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
            },
            lines=[line],
        )
    doctor.expect(
        "No Temporal server",
        *none, "--target", f"127.0.0.1:{free_port()}",
        code=1,
        lines=[("FAIL", "temporal", "server", "--target")],
    )
    doctor.expect(
        "TLS where there is none",
        *none, *target, "--target-tls",
        code=1,
        lines=[("FAIL", "temporal", "server", "--target")],
    )
    doctor.expect(
        "A namespace that is not there",
        *none, *target, "--namespace", "nobody",
        code=1,
        lines=[("FAIL", "temporal", "namespace", "temporal operator namespace create")],
    )
    doctor.expect(
        "No codec server",
        *none, *target, "--codec-endpoint", f"http://127.0.0.1:{free_port()}",
        code=1,
        lines=[("FAIL", "codec server", "decode", "does not answer")],
    )
    for status, part in ((200, "no codec server"), (401, "--codec-auth"), (403, "refuses"), (404, "path")):
        with serving(Codec, status=status) as address:
            doctor.expect(
                f"A codec endpoint that answers with {status}",
                *none, *target, "--codec-endpoint", address,
                code=1,
                lines=[("FAIL", "codec server", "decode", part)],
            )
    doctor.expect(
        "A certificate that ends soon",
        *none, *target, "--listen-tls-cert", str(soon), "--listen-tls-key", str(certificate.key),
        code=0,
        lines=[("warn", "tls", "listen-tls-cert", "replace it soon")],
    )
    doctor.expect("A codec endpoint that is no URL", *none, "--codec-endpoint", "codec", code=64, lines=[])
    doctor.expect("Options that are wrong", "--driver", "tape", code=64, lines=[])


def clouds(doctor: Doctor, directory: Path) -> None:
    """Google Cloud Storage and Azure, on fake-gcs-server and the double of Azure."""
    gcs, azure = ["--driver", "gcs", "--bucket"], ["--driver", "azure", "--bucket", "payloads"]
    target = ["--target", doctor.server]
    connection = os.environ["AZURE_STORAGE_CONNECTION_STRING"]
    key = next(part for part in connection.split(";") if part.startswith("AccountKey="))
    for driver, arguments, text in (
        ("gcp.gcsdriver", [*gcs, os.environ["GCS_BUCKET"]], "anonymous"),
        ("azure.blobdriver", azure, "the key of the account"),
    ):
        doctor.expect(
            f"All is well with {driver}",
            *arguments, *target,
            code=0,
            lines=[
                ("ok", driver, "credentials", text),
                ("ok", driver, "connection", "http://127.0.0.1"),
                ("ok", driver, "clock", "the store"),
                ("ok", driver, "write", "v0/ns/default/d/sha256/"),
                ("ok", driver, "read", "SHA-256"),
                ("ok", driver, "conditional write", "keeps what is there"),
            ],
        )
    doctor.expect(
        "Google Cloud Storage: a bucket that is not there",
        *gcs, "nowhere", *target,
        code=1,
        lines=[("FAIL", "gcp.gcsdriver", "write", "name of the bucket")],
    )
    nothing = NO_CLOUD | {"NO_GCE_CHECK": "true"}
    doctor.expect(
        "Google Cloud Storage: no credentials",
        *gcs, "payloads", *target,
        code=1,
        environment=nothing,
        lines=[("FAIL", "gcp.gcsdriver", "credentials", "GOOGLE_APPLICATION_CREDENTIALS is not set")],
    )
    foreign = directory / "foreign.json"
    foreign.write_text(
        '{"type":"authorized_user","client_id":"a","client_secret":"hush","refresh_token":"b","token_uri":"https://x.example/"}'
    )
    doctor.expect(
        "Google Cloud Storage: a credential file that leads elsewhere",
        *gcs, "payloads", *target,
        code=1,
        environment=nothing | {"GOOGLE_APPLICATION_CREDENTIALS": str(foreign)},
        lines=[("FAIL", "gcp.gcsdriver", "credentials", "x.example")],
    )
    doctor.expect(
        "Azure: a key that is wrong",
        *azure, *target,
        code=1,
        environment={"AZURE_STORAGE_CONNECTION_STRING": connection.replace(key, "AccountKey=d3Jvbmc=")},
        lines=[("FAIL", "azure.blobdriver", "write", "AuthenticationFailed")],
    )
    signature = connection.replace(key, "SharedAccessSignature=sv=2024-11-04&se=2020-01-02&sp=rc&sig=x")
    doctor.expect(
        "Azure: a shared access signature that has ended",
        *azure, *target,
        code=1,
        environment={"AZURE_STORAGE_CONNECTION_STRING": signature},
        lines=[("FAIL", "azure.blobdriver", "credentials", "2020-01-02T00:00:00Z")],
    )
    doctor.expect(
        "Azure: no credentials",
        *azure, *target,
        code=1,
        environment=NO_CLOUD
        | {
            "AZURE_STORAGE_ACCOUNT": "myaccount",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{free_port()}",
        },
        lines=[("FAIL", "azure.blobdriver", "credentials", "AZURE_CLIENT_SECRET")],
    )
    doctor.expect("Azure: no account", *azure, *target, code=64, environment=NO_CLOUD, lines=[])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--server", required=True)
    arguments = parser.parse_args()
    doctor = Doctor(arguments.binary, arguments.server)
    with tempfile.TemporaryDirectory() as directory:
        cases(doctor, Path(directory))
        clouds(doctor, Path(directory))
    print(f"{doctor.passed} passed, {doctor.failed} failed")


if __name__ == "__main__":
    main()
