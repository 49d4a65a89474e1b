//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import FakeStores
import Foundation

/// The double of Azure Blob Storage as a process, for programs that are not tests of ours.
///
///     AzureDouble
///
/// Listens on a free loopback port with an empty container `payloads`, and says on standard output with which connection
/// string. Runs until standard input ends.
@main
struct AzureDouble {
    /// The development account of Microsoft's emulator, whose key is published.
    private static let account = "devstoreaccount1"
    private static let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    static func main() async throws {
        let store = FakeAzure(account: Self.account, key: Self.key, pageSize: 5000)
        store.date(by: { Self.httpDate(Date()) })
        try await store.run { server in
            let text =
                "DefaultEndpointsProtocol=http;AccountName=\(Self.account);AccountKey=\(Self.key);"
                + "BlobEndpoint=\(server.url)/\(Self.account);\n"
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
            // Nothing but the server's own threads has anything to do meanwhile.
            _ = try FileHandle.standardInput.readToEnd()
        }
    }

    private static func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }
}
