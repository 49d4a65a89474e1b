//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Foundation

/// Where the vectors lie, and how they are read.
enum Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors")

    static func decode<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: self.folder.appending(path: path)))
    }

    static func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: self.folder.appending(path: path)), as: UTF8.self)
    }

    /// Splits a query string into items that are not encoded.
    static func query(_ text: some StringProtocol) -> [SignableRequest.QueryItem] {
        text.split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: URIEncoding.decode(pair[0]), as: UTF8.self)
            return .init(name, pair.count == 2 ? String(decoding: URIEncoding.decode(pair[1]), as: UTF8.self) : nil)
        }
    }
}
