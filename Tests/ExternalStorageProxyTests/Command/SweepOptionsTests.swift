//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageOperations
import Testing

@testable import temporal_storage

@Suite("What commands that delete refuse")
struct SweepOptionsTests {
    private func isAccepted(_ flags: String...) -> Bool {
        (try? CollectCommand.parse(["--state", "s", "--namespace", "default"] + flags)) != nil
    }

    @Test("ES-G2 ES-G4 P15 the grace is a day and the hour for which processes remember, or more")
    func grace() throws {
        #expect(self.isAccepted() && self.isAccepted("--grace", "25") && self.isAccepted("--grace", "87600"))
        for hours in ["24", "0", "-1", "87601", "nan", "inf", "1e3", "9223372036854775807", "9223372036854775808"] {
            #expect(!self.isAccepted("--grace=\(hours)"), "\(hours)")
        }
        #expect(CollectionPlan.shortestGrace >= .seconds(25 * 3_600))
        for option in ["--grace-in-seconds-for-tests", "--renewal-margin-in-seconds-for-tests"] {
            for seconds in ["0", "-1", "86400"] {
                #expect(!self.isAccepted("\(option)=\(seconds)"), "\(option) \(seconds)")
            }
        }
    }

    @Test("ES-G2 P13 objects of namespaces that were not read are refused, unless their names are given")
    func unread() throws {
        let none = try SweepOptions.parse([])
        try none.check(unread: [String](), in: "bucket")
        let error = #expect(throws: OperationsError.self) {
            try none.check(unread: ["staging", "ghost"], in: "bucket")
        }
        #expect(error?.code == .refused && error?.message.contains("\"ghost\", \"staging\"") == true)
        let one = try SweepOptions.parse(["--unrelated-namespace", "ghost"])
        try one.check(unread: ["ghost"], in: "bucket")
        #expect(throws: OperationsError.self) { try one.check(unread: ["ghost", "staging"], in: "bucket") }
    }

    @Test("ES-G3 what may be deleted is named, and marking and leaving it to the store exclude each other")
    func contradictions() {
        #expect((try? CollectCommand.parse(["--state", "s"])) == nil)
        #expect((try? CollectCommand.parse(["--namespace", "default"])) == nil)
        #expect(!self.isAccepted("--quarantine", "--tag-only"))
        #expect((try? PurgeCommand.parse(["--state", "s", "--workflow-id", "w", "--delete-workflow"])) == nil)
        #expect((try? PurgeCommand.parse(["--state", "s", "--workflow-id", ""])) == nil)
    }
}
