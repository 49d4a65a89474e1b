//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The JSON that containers, instances and commands answer with.
struct MetadataCredentials: Decodable {
    /// `Success`, or why there are none; only instances have it.
    var code: String?
    /// Only commands have it.
    var version: Int?
    private var accessKeyID: String?
    private var secretAccessKey: String?
    private var token: String?
    private var expiration: String?

    enum CodingKeys: String, CodingKey {
        case code = "Code"
        case version = "Version"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case sessionToken = "SessionToken"
        case expiration = "Expiration"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.code = try container.decodeIfPresent(String.self, forKey: .code)
        self.version = try container.decodeIfPresent(Int.self, forKey: .version)
        self.accessKeyID = try container.decodeIfPresent(String.self, forKey: .accessKeyID)
        self.secretAccessKey = try container.decodeIfPresent(String.self, forKey: .secretAccessKey)
        self.token =
            try container.decodeIfPresent(String.self, forKey: .token)
            ?? container.decodeIfPresent(String.self, forKey: .sessionToken)
        self.expiration = try container.decodeIfPresent(String.self, forKey: .expiration)
    }

    /// Nil if the bytes are not such JSON; they are quoted nowhere, for they may hold a secret.
    static func decode(_ bytes: [UInt8]) -> Self? {
        try? JSONDecoder().decode(Self.self, from: Data(bytes))
    }

    /// The credentials; nil if something is missing or the expiration cannot be read.
    var credentials: AWSCredentials? {
        guard let keyID = self.accessKeyID, let secret = self.secretAccessKey, !keyID.isEmpty, !secret.isEmpty else {
            return nil
        }
        var credentials = AWSCredentials(accessKeyID: keyID, secretAccessKey: secret, sessionToken: self.token)
        if let expiration {
            guard let time = SigningTime(rfc3339: Self.normalized(expiration)) else { return nil }
            credentials.expiration = time.secondsSince1970
        }
        return credentials
    }

    /// Commands written in Python like to write `+00:00` for `Z`.
    private static func normalized(_ text: String) -> String {
        text.hasSuffix("+00:00") ? text.dropLast(6) + "Z" : text
    }
}
