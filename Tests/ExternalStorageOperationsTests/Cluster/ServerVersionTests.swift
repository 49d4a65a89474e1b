//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageOperations
import Testing

@Suite("The version of the server")
struct ServerVersionTests {
    @Test("ES-G1 P11 nothing is deleted by what a server says that is newer than the table, or does not say what it is")
    func obstacles() {
        let known = ServerVersion.newestKnown
        for text in ["\(known).0", "\(known).99-x", "v\(known).1", "\(known.major).\(known.minor - 1).7", "1.9.0"] {
            #expect(ServerVersion.obstacle(text) == nil, "\(text)")
        }
        for text in ["\(known.major).\(known.minor + 1).0", "\(known.major + 1).0.0", "\(known.major).100.0-1.2"] {
            #expect(ServerVersion.obstacle(text)?.contains("Update this command") == true, "\(text)")
        }
        for text in ["", "cloud", "1", "1.x", "-1.2.3", "1.", ".1"] {
            #expect(ServerVersion.obstacle(text)?.contains("version") == true, "\(text)")
        }
    }
}
