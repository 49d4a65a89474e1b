//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization

@testable import AWSCredentials

/// Files that a test has made up.
final class InMemoryFiles: AWSFiles {
    private let texts: Mutex<[String: String]>

    init(_ texts: [String: String] = [:]) { self.texts = Mutex(texts) }

    subscript(path: String) -> String? {
        get { self.texts.withLock { $0[path] } }
        set { self.texts.withLock { $0[path] = newValue } }
    }

    func contents(atPath path: String) async throws -> [UInt8]? { self[path].map { Array($0.utf8) } }

    func replace(atPath path: String, with bytes: [UInt8]) async throws {
        self[path] = String(decoding: bytes, as: UTF8.self)
    }
}
