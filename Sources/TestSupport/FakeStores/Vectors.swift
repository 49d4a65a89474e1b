//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Foundation

/// Where the vectors lie, and how they are read.
package enum Vectors {
    /// `Tests/Vectors`.
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Tests/Vectors")

    package static func decode<Value: Decodable>(
        _ path: String,
        keys: JSONDecoder.KeyDecodingStrategy = .convertFromSnakeCase
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = keys
        return try decoder.decode(Value.self, from: Data(contentsOf: self.folder.appending(path: path)))
    }
}
