//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import NIOCore
import TemporalNative

/// Activities over files that are larger than memory.
struct FileActivities: ActivityContainer {
    /// Stores a file of this machine, and returns a reference to its content.
    func upload(_ path: String) async throws -> Stored<ByteBuffer> {
        try await .store(contentsOf: path)
    }

    /// What ``seal(_:)`` appends.
    static let seal = Data("sealed\n".utf8)

    /// Appends a seal: reads a stored value in chunks, and stores what it wrote.
    func seal(_ input: Stored<ByteBuffer>) async throws -> Stored<ByteBuffer> {
        try await TemporaryFile.with { file in
            for try await chunk in input.bytes {
                try file.append(Data(chunk.readableBytesView))
                ActivityContext.current?.heartbeat()
            }
            try file.append(Self.seal)
            return try await .store(contentsOf: file.path)
        }
    }

    var activities: [Activity] {
        Activity("upload", self.upload)
        Activity("seal", self.seal)
    }
}
