//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Changes to messages that are not about payloads in them, but about what is said of payloads.
enum Adjustments {
    /// Lifts the limits in a `DescribeNamespaceResponse` that an SDK applies to payloads before they are stored.
    ///
    /// Core-based SDKs read them once per worker and fail tasks whose payloads are larger, although storage would
    /// make them small; without a limit there is no check. Paging of completions goes too: pages are cut by the size
    /// before storage, where the worker knows of none. So do commands of the server to a worker: they name an activity by the server's own token, and the
    /// SDK knows it by the one that it was given, with our context behind it (``TaskToken``). It would not find the
    /// activity, and a cancellation would be lost; without the capability it comes with the next heartbeat.
    ///
    /// - Parameters:
    ///   - bytes: The response.
    ///   - keepsPaging: Whether the capability of paging stays, because the worker knows of storage.
    /// - Returns: The response without them.
    /// - Throws: `WireError` if it is no such message.
    static func liftNamespaceLimits(_ bytes: Span<UInt8>, keepsPaging: Bool) throws(WireError) -> ByteBuffer {
        let switchedOff = keepsPaging ? Self.capabilitiesSwitchedOff.subtracting([14]) : Self.capabilitiesSwitchedOff
        return try MessageEditor.edit(bytes, in: 0..<bytes.count) { field throws(WireError) in
            guard field.number == 1, field.type == .lengthDelimited else { return .keep }
            let info = try MessageEditor.edit(bytes, in: field.body) { field throws(WireError) in
                guard field.type == .lengthDelimited else { return .keep }
                switch field.number {
                case 7:
                    let capabilities = try MessageEditor.edit(bytes, in: field.body) { field in
                        switchedOff.contains(field.number) ? .remove : .keep
                    }
                    return .replace(capabilities)
                case 8:
                    let limits = try MessageEditor.edit(bytes, in: field.body) { field in
                        (1...3).contains(field.number) ? .remove : .keep
                    }
                    return .replace(limits)
                default:
                    return .keep
                }
            }
            return .replace(info)
        }
    }

    /// `worker_commands` and `workflow_task_completion_pagination` of `NamespaceInfo.Capabilities`.
    private static let capabilitiesSwitchedOff: Set<UInt32> = [10, 14]

    /// Adds driver types to the worker heartbeats that stand in field `number` of a message (ES-O3).
    ///
    /// A type that is there already is not added again.
    static func addDrivers(
        _ types: [String],
        toHeartbeatsIn number: UInt32,
        of bytes: Span<UInt8>
    ) throws(WireError) -> ByteBuffer {
        try MessageEditor.edit(bytes, in: 0..<bytes.count) { field throws(WireError) in
            guard field.number == number, field.type == .lengthDelimited else { return .keep }
            var present: Set<String> = []
            var reader = WireReader(field.body)
            while let part = try reader.next(in: bytes) {
                guard part.number == 24, part.type == .lengthDelimited else { continue }
                present.insert(try WireReader.string(1, in: part.body, of: bytes))
            }
            var heartbeat = ByteBuffer()
            heartbeat.write(bytes, in: field.body)
            for type in types where !present.contains(type) {
                var driver = ByteBuffer()
                driver.writeField(1, string: type)
                heartbeat.writeField(24, bytes: driver)
            }
            return .replace(heartbeat)
        }
    }
}
