//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TestSupport
import Testing

@Suite("Fuzzer")
struct FuzzFindingTests {
    @Test("What the fuzzer found once is found no more", arguments: try FuzzFindingTests.findings())
    func finding(_ file: URL) throws {
        try WireInvariants.check(Array(Data(contentsOf: file)))
    }

    private static func findings() throws -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../FuzzTesting/FailCases")
        return try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil,
            options: .skipsHiddenFiles
        )
    }
}
