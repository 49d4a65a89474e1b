//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Groundwork

/// The JSON that containers, instances and commands answer with.
struct MetadataCredentials {
    /// `Success`, or why there are none; only instances have it.
    var code: String?
    /// Only commands have it.
    var version: Int64?
    private var accessKeyID: String?
    private var secretAccessKey: String?
    private var token: String?
    private var expiration: String?

    /// Nil if the bytes are not such JSON; they are quoted nowhere, for they may hold a secret.
    static func decode(_ bytes: [UInt8]) -> Self? {
        guard let answer = try? JSONValue(parsing: bytes), answer.members != nil else { return nil }
        return try? Self(answer)
    }

    private struct WrongType: Error {}

    private init(_ answer: JSONValue) throws(WrongType) {
        self.code = try Self.text("Code", in: answer)
        self.accessKeyID = try Self.text("AccessKeyId", in: answer)
        self.secretAccessKey = try Self.text("SecretAccessKey", in: answer)
        let token = try Self.text("Token", in: answer)
        let sessionToken = try Self.text("SessionToken", in: answer)
        self.token = token ?? sessionToken
        self.expiration = try Self.text("Expiration", in: answer)
        switch answer["Version"] {
        case nil, .null: break
        case let version?:
            guard let number = version.integer else { throw WrongType() }
            self.version = number
        }
    }

    private static func text(_ name: String, in answer: JSONValue) throws(WrongType) -> String? {
        switch answer[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw WrongType()
        }
    }

    /// The credentials; nil if something is missing or the expiration cannot be read.
    var credentials: AWSCredentials? {
        guard let keyID = self.accessKeyID, let secret = self.secretAccessKey, !keyID.isEmpty, !secret.isEmpty else {
            return nil
        }
        var credentials = AWSCredentials(accessKeyID: keyID, secretAccessKey: secret, sessionToken: self.token)
        if let expiration {
            guard let time = SigningTime(expiration: expiration) else { return nil }
            credentials.expiration = time.secondsSince1970
        }
        return credentials
    }
}
