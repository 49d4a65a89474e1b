//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

/// A directory that goes when the test is done.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "external-storage-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// The paths of all regular files, relative to the directory, sorted.
    var files: [String] {
        get throws {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: self.path)
            return paths.filter { path in
                let attributes = try? FileManager.default.attributesOfItem(atPath: self.path + "/" + path)
                return attributes?[.type] as? FileAttributeType == .typeRegular
            }.sorted()
        }
    }
}
