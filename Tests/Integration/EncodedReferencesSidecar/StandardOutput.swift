//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Standard output, unbuffered also where it is no terminal.
enum StandardOutput {
    static func write(_ text: String) {
        try? Data(text.utf8).write(to: URL(filePath: "/dev/stdout"))
    }
}
