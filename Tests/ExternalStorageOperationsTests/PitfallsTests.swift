//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

/// The table of pitfalls says where each of them is shown; this is what keeps it true.
@Suite("The table of pitfalls")
struct PitfallsTests {
    private static let project = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../").standardizedFileURL

    private struct Row: Sendable {
        var number: Int
        var files: [String]
        var cells: [String]
    }

    private static func rows() throws -> [Row] {
        let article = Self.project.appending(path: "Sources/ExternalStorageOperations/Documentation.docc/Pitfalls.md")
        return try String(contentsOf: article, encoding: .utf8).split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, let match = cells[0].wholeMatch(of: /P([0-9]+)/), let number = Int(match.1) else {
                return nil
            }
            let files = cells[3].matches(of: /`([^`]+)`/).map { String($0.1) }
            return Row(number: number, files: files, cells: cells)
        }
    }

    @Test("Every pitfall from P1 to P36 has its row, with a test or with a reason")
    func complete() throws {
        let rows = try Self.rows()
        #expect(rows.map(\.number) == Array(1...36))
        for row in rows { #expect(row.cells.allSatisfy { !$0.isEmpty }, "P\(row.number)") }
        #expect(rows.filter(\.files.isEmpty).allSatisfy { $0.cells[3].hasSuffix(".") })
    }

    @Test("What the table names names the pitfall")
    func named() throws {
        for row in try Self.rows() {
            // The rules of payloads have names that end alike.
            let name = try Regex("(^|[^-A-Za-z0-9])P\(row.number)([^0-9]|$)")
            for file in row.files {
                let text = try String(contentsOf: Self.project.appending(path: "Tests/\(file)"), encoding: .utf8)
                #expect(text.contains(name), "P\(row.number) is not named in Tests/\(file)")
            }
        }
    }
}
