//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct LocalAWSFilesTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("A file is replaced as a whole, for its owner alone, and nothing else is left")
    func replace() async throws {
        try await self.withFolder { folder in
            let files = LocalAWSFiles()
            let path = folder + "/token.json"
            #expect(try await files.contents(atPath: path) == nil)
            #expect(try await files.contents(atPath: path + "/below") == nil)
            for text in ["first, the longer one", "second"] {
                try await files.replace(atPath: path, with: Array(text.utf8))
                #expect(try await files.text(atPath: path) == text)
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["token.json"])
        }
    }

    @Test("A file of more than a mebibyte is not read, nor is one without an end")
    func size() async throws {
        try await self.withFolder { folder in
            let path = folder + "/big"
            try Data(count: 1_048_577).write(to: URL(filePath: path))
            await #expect(throws: LocalAWSFiles.Failure.self) { try await LocalAWSFiles().contents(atPath: path) }
            try Data(count: 1_048_576).write(to: URL(filePath: path))
            #expect(try await LocalAWSFiles().contents(atPath: path)?.count == 1_048_576)
        }
        await #expect(throws: LocalAWSFiles.Failure.self) { try await LocalAWSFiles().contents(atPath: "/dev/zero") }
        #expect(try await LocalAWSFiles().contents(atPath: "/dev/null") == [])
    }
}
