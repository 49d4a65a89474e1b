//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import CryptoExtras
import FakeStores
import Foundation
import Groundwork
import NIOCore
import Synchronization

@testable import ExternalStorageGCS

/// Google's token endpoints: verifies assertions with the public key, exchanges and impersonates.
final class FakeGoogle: Sendable {
    static let email = "worker@project.iam.gserviceaccount.com"
    static let key = {
        // A key of our own: nothing that was ever good for anything.
        try! _RSA.Signing.PrivateKey(keySize: .bits2048)
    }()

    private struct State {
        var tokens = 0
        var refusals: [LoopbackServer.Reply] = []
        var lifetime = 3599
        var universe: String?
    }

    private let state = Mutex(State())

    /// What the next request gets instead of a token.
    func refuse(_ status: Int, _ json: String, headers: [(name: String, value: String)] = []) {
        self.state.withLock { $0.refusals.append(.json(json, status: status, headers: headers)) }
    }

    /// What the metadata server says of the cloud's domain; nil if it does not know such a question.
    func set(universe: String?) { self.state.withLock { $0.universe = universe } }

    /// How long tokens are good for, in seconds.
    func set(lifetime: Int) { self.state.withLock { $0.lifetime = lifetime } }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let refusal = self.state.withLock { $0.refusals.isEmpty ? nil : $0.refusals.removeFirst() }
        if let refusal { return refusal }
        switch request.path {
        case "/token": return self.token(request)
        case "/sts": return self.exchange(request)
        case "/v1/projects/-/serviceAccounts/\(Self.email):generateAccessToken": return self.impersonate(request)
        case "/subject": return self.subject(request)
        case "/":
            return LoopbackServer.Reply(200, headers: [("Metadata-Flavor", "Google")])
        case "/computeMetadata/v1/instance/service-accounts/default/token":
            guard request.header("Metadata-Flavor") == "Google" else { return .init(403) }
            return .json(self.next("metadata"), headers: [("Metadata-Flavor", "Google")])
        case "/computeMetadata/v1/universe/universe-domain":
            let universe = self.state.withLock { $0.universe }
            return LoopbackServer.Reply(
                universe == nil ? 404 : 200,
                headers: [("Metadata-Flavor", "Google")],
                body: ByteBuffer(string: universe ?? "")
            )
        case "/imds/token":
            return request.method == "PUT" ? .init(200, body: ByteBuffer(string: "session")) : .init(405)
        case "/imds/zone", "/imds/role", "/imds/role/worker":
            guard request.header("X-aws-ec2-metadata-token") == "session" else { return .init(401) }
            let answers = [
                "/imds/zone": "eu-central-1b", "/imds/role": "worker",
                "/imds/role/worker": #"{"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"secret","Token":"t"}"#,
            ]
            return .init(200, body: ByteBuffer(string: answers[request.path] ?? ""))
        default: return .init(404)
        }
    }

    static func form(_ request: LoopbackServer.Request) -> [String: String] {
        var fields: [String: String] = [:]
        for item in request.text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map {
                String(decoding: PercentEncoding.decode($0), as: UTF8.self)
            }
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return fields
    }

    private func next(_ name: String) -> String {
        self.state.withLock { state in
            state.tokens += 1
            return
                #"{"access_token":"\#(name)-\#(state.tokens)","expires_in":\#(state.lifetime),"token_type":"Bearer"}"#
        }
    }

    private func token(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let form = Self.form(request)
        switch form["grant_type"] {
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            do {
                try Self.verify(form["assertion"] ?? "", audience: "http://\(request.header("Host") ?? "")/token")
                return .json(self.next("account"))
            } catch {
                return .json(#"{"error":"invalid_grant","error_description":"\#(error)"}"#, status: 400)
            }
        case "refresh_token":
            guard form["client_id"] == "client", form["client_secret"] == "hush", form["refresh_token"] == "1//r" else {
                return .json(#"{"error":"invalid_client"}"#, status: 401)
            }
            return .json(self.next("user"))
        default: return .json(#"{"error":"unsupported_grant_type"}"#, status: 400)
        }
    }

    enum Refusal: Error {
        case form, signature, header
        case claims(String)
    }

    /// Verifies an assertion as the real endpoint does: signature first.
    static func verify(_ jwt: String, audience: String) throws {
        let parts = jwt.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Self.decode(parts[2]) else { throw Refusal.form }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard
            Self.key.publicKey.isValidSignature(
                .init(rawRepresentation: signature),
                for: SHA256.hash(data: signed),
                padding: .insecurePKCS1v1_5
            )
        else { throw Refusal.signature }
        let header = try JSONValue(parsing: Self.decode(parts[0]) ?? [])
        guard header["alg"]?.string == "RS256", header["typ"]?.string == "JWT", header["kid"]?.string == "key-1" else {
            throw Refusal.header
        }
        let claims = try JSONValue(parsing: Self.decode(parts[1]) ?? [])
        let times = [claims["iat"]?.integer, claims["exp"]?.integer]
        guard claims["iss"]?.string == Self.email, claims["aud"]?.string == audience,
            claims["scope"]?.string?.hasPrefix("https://www.googleapis.com/auth/") == true,
            times == [GCSHarness.now, GCSHarness.now + 3600]
        else { throw Refusal.claims(claims.text) }
    }

    /// What an assertion says, without a look at its signature.
    static func claims(of jwt: String?) -> JSONValue? {
        let parts = (jwt ?? "").split(separator: ".")
        guard parts.count == 3 else { return nil }
        return try? JSONValue(parsing: Self.decode(parts[1]) ?? [])
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        var base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
        while base64.count % 4 != 0 { base64 += "=" }
        return Data(base64Encoded: base64).map { Array($0) }
    }

    private func exchange(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let form = Self.form(request)
        guard form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange",
            form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token",
            form["audience"] == "//iam.googleapis.com/pool", form["subject_token"]?.isEmpty == false
        else { return .json(#"{"error":"invalid_request"}"#, status: 400) }
        return .json(self.next("exchanged"))
    }

    private func impersonate(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        guard request.header("Authorization")?.hasPrefix("Bearer ") == true,
            let body = try? JSONValue(parsing: request.body.readableBytesView), body["scope"]?.elements?.count == 1
        else { return .json(#"{"error":{"message":"no"}}"#, status: 403) }
        return .json(#"{"accessToken":"impersonated","expireTime":"2026-11-29T11:00:00Z"}"#)
    }

    private func subject(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        request.header("X-Identity") == "me" ? .json(#"{"value":"from-url"}"#) : .init(403)
    }
}
