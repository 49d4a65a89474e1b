//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

typealias MarkerEvent = Temporal_Api_History_V1_MarkerRecordedEventAttributes
typealias MarkerCommand = Temporal_Api_Command_V1_RecordMarkerCommandAttributes

/// The marker of a patch, as the SDKs on sdk-core write it.
struct PatchMarker: Codable, Hashable, Sendable {
    static let name = "core_patch"
    private static let key = "patch-data"

    var id: String
    var deprecated: Bool

    init(id: String, deprecated: Bool) {
        self.id = id
        self.deprecated = deprecated
    }

    /// Reads a marker; nil if it is another one.
    ///
    /// The first SDKs wrote the parts as raw bytes.
    init?(_ marker: MarkerEvent) {
        guard marker.markerName == Self.name else { return nil }
        if let data = marker.details[Self.key]?.payloads.first?.data {
            guard let value = try? JSONDecoder().decode(Self.self, from: data) else { return nil }
            self = value
        } else if let id = marker.details["patch_id"]?.payloads.first?.data {
            let deprecated = marker.details["deprecated"]?.payloads.first?.data ?? Data()
            self.init(id: String(decoding: id, as: UTF8.self), deprecated: deprecated == Data([1]))
        } else {
            return nil
        }
    }

    var command: MarkerCommand {
        get throws {
            let payload = try API.Payload.json(self)
            return .with { marker in
                marker.markerName = Self.name
                marker.details[Self.key] = .with { $0.payloads = [payload] }
            }
        }
    }
}

/// The marker of a side effect, as the Go SDK writes it.
struct SideEffectMarker: Sendable {
    static let name = "SideEffect"

    var id: Int64
    var value: API.Payloads

    init(id: Int64, value: API.Payloads) {
        self.id = id
        self.value = value
    }

    /// Reads a marker; nil if it is another one.
    init?(_ marker: MarkerEvent) {
        guard marker.markerName == Self.name,
            let data = marker.details["side-effect-id"]?.payloads.first?.data,
            let id = try? JSONDecoder().decode(Int64.self, from: data)
        else { return nil }
        self.init(id: id, value: marker.details["data"] ?? .init())
    }

    var command: MarkerCommand {
        get throws {
            let id = try API.Payload.json(self.id)
            return .with { marker in
                marker.markerName = Self.name
                marker.details["side-effect-id"] = .with { $0.payloads = [id] }
                marker.details["data"] = self.value
            }
        }
    }
}

extension API.Payload {
    /// A value as `json/plain`, with sorted keys.
    static func json(_ value: some Encodable) throws -> Self {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(value)
        return .with { payload in
            payload.metadata["encoding"] = Data("json/plain".utf8)
            payload.data = data
        }
    }
}
