//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageOperations
import Foundation
import NIOCore
import SwiftProtobuf
import TemporalAPI
import Testing

@Suite("The namespaces of a cluster")
struct ClusterNamesTests {
    /// A server with one namespace on each page.
    private struct Server: TemporalCaller {
        let names: [String]

        func call(_ method: String, _ request: ByteBuffer) async throws -> ByteBuffer {
            let bytes = Array(request.readableBytesView)
            let request = try Temporal_Api_Workflowservice_V1_ListNamespacesRequest(serializedBytes: bytes)
            let page = Int(String(decoding: request.nextPageToken, as: UTF8.self)) ?? 0
            return try Temporal_Api_Workflowservice_V1_ListNamespacesResponse.with { response in
                response.namespaces = [.with { $0.namespaceInfo.name = self.names[page] }]
                if page + 1 < self.names.count { response.nextPageToken = Data("\(page + 1)".utf8) }
            }.buffer
        }
    }

    @Test("ES-G1 P13 all of them are read, those of later pages too")
    func pages() async throws {
        #expect(try await ClusterNames.namespaces(by: Server(names: ["c", "a", "b"])) == ["a", "b", "c"])
    }
}
