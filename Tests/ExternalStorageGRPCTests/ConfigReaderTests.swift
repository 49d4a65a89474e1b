//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import ExternalStorageGRPC
import Testing

@Suite("The transport's limits from configuration")
struct ConfigReaderTests {
    @Test("Every key arrives; what cannot be is refused by name")
    func keys() throws {
        let provider = InMemoryProvider(values: [
            "resolvedMessageLimit": 1, "errorDetailsLimit": 2, "rememberedParents": 0, "wrong.errorDetailsLimit": 0,
        ])
        let reader = ConfigReader(provider: provider)
        let limits = try ExternalStorageTransportConfiguration(configReader: reader)
        #expect([limits.resolvedMessageLimit, limits.errorDetailsLimit, limits.rememberedParents] == [1, 2, 0])
        let empty = try ExternalStorageTransportConfiguration(configReader: reader.scoped(to: "none"))
        #expect(empty.resolvedMessageLimit == Int(Int32.max) && empty.rememberedParents == 10_000)
        let error = #expect(throws: ExternalStorageError.self) {
            try ExternalStorageTransportConfiguration(configReader: reader.scoped(to: "wrong"))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("errorDetailsLimit") == true)
    }
}
