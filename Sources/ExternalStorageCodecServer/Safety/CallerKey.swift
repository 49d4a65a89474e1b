//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Who is counted, byte by byte: a subject of an issuer, or an address.
struct CallerKey: Hashable, Sendable {
    private let bytes: [UInt8]

    private init(_ parts: String...) {
        // Lengths, so that no two lists of parts are the same bytes.
        self.bytes = parts.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) }
    }

    static func address(_ address: String) -> Self { Self("address", address) }

    /// - Parameters:
    ///   - caller: Who was recognised.
    ///   - address: Counts for a caller without a name.
    init(_ caller: CodecServer.Caller, address: String) {
        guard let subject = caller.subject else {
            self = .address(address)
            return
        }
        self.init("subject", caller.issuer ?? "", subject)
    }
}
