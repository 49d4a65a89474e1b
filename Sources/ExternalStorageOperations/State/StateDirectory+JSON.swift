//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StateDirectory {
    /// Writes a value as JSON; see ``write(_:to:)``.
    package func save(_ value: some Encodable, to name: String) throws(OperationsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do {
            data = try encoder.encode(value)
        } catch {
            throw OperationsError(.state, "\(name) cannot be written as JSON: \(error)")
        }
        try self.write(ByteBuffer(bytes: data), to: name)
    }

    /// Reads a value; nil if there is no such file.
    ///
    /// - Throws: `OperationsError` if it is not what it should be: a state that is damaged is no state.
    package func load<Value: Decodable>(_ name: String) throws(OperationsError) -> Value? {
        guard let bytes = try self.read(name) else { return nil }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes.readableBytesView))
        } catch {
            throw OperationsError(
                .state,
                "the file \(self.path)/\(name) is damaged, or of another version; remove \(self.path) to begin afresh"
            )
        }
    }
}
