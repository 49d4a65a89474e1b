//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

@testable import AWSCredentials

/// Where the vectors lie, and how they are read.
enum Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors/aws-credential-chain")

    static func decode<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: self.folder.appending(path: name)))
    }

    /// What a file with one list named `tests` holds.
    struct Table<Row: Decodable>: Decodable {
        var tests: [Row]
    }
}

/// The result of a vector: a value, or a part of an error's text.
struct VectorResult<Value: Decodable & Sendable>: Decodable, Sendable {
    var value: Value?
    var error: String?

    enum CodingKeys: String, CodingKey {
        case value = "Ok"
        case error = "ErrorContains"
        case shortError = "Err"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.value = try container.decodeIfPresent(Value.self, forKey: .value)
        self.error =
            try container.decodeIfPresent(String.self, forKey: .error)
            ?? container.decodeIfPresent(String.self, forKey: .shortError)
    }
}
