//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// The serialized form: a protobuf message of our own, so that a later version can add fields.
extension TaskContext {
    var serialized: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeField(1, varint: self.kind.rawValue)
        buffer.writeField(2, string: self.workflow.namespace)
        buffer.writeField(3, string: self.workflow.id)
        buffer.writeField(4, string: self.workflow.runID)
        buffer.writeField(5, string: self.workflowType)
        if let parent = self.parent {
            buffer.writeField(6, string: parent.namespace)
            buffer.writeField(7, string: parent.id)
            buffer.writeField(8, string: parent.runID)
        }
        buffer.writeField(9, string: self.activityID)
        buffer.writeField(10, string: self.activityType)
        buffer.writeField(11, string: self.activityRunID)
        buffer.writeField(12, string: self.endpoint)
        buffer.writeField(13, string: self.service)
        buffer.writeField(14, string: self.operation)
        buffer.writeField(15, varint: self.attempt)
        for (id, message) in self.failedQueries.sorted(by: { $0.key < $1.key }) {
            var entry = ByteBuffer()
            entry.writeField(1, string: id)
            entry.writeField(2, string: message)
            buffer.writeField(16, bytes: entry)
        }
        if self.parentIsUnknown { buffer.writeField(17, varint: 1) }
        return buffer
    }

    /// Reads the serialized form; nil if it is not one.
    init?(_ bytes: Span<UInt8>, in range: Range<Int>) {
        self.init(kind: .workflow)
        var (kind, parent): (Kind?, Execution) = (nil, Execution())
        do throws(WireError) {
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                if field.type == .varint {
                    if field.number == 1 { kind = Kind(rawValue: field.varint) }
                    if field.number == 15 { self.attempt = field.varint }
                    if field.number == 17 { self.parentIsUnknown = field.varint != 0 }
                    continue
                }
                guard field.type == .lengthDelimited else { continue }
                if field.number == 16 {
                    let id = try WireReader.string(1, in: field.body, of: bytes)
                    self.failedQueries[id] = try WireReader.string(2, in: field.body, of: bytes)
                    continue
                }
                let text = bytes.string(in: field.body)
                switch field.number {
                case 2: self.workflow.namespace = text
                case 3: self.workflow.id = text
                case 4: self.workflow.runID = text
                case 5: self.workflowType = text
                case 6: parent.namespace = text
                case 7: parent.id = text
                case 8: parent.runID = text
                case 9: self.activityID = text
                case 10: self.activityType = text
                case 11: self.activityRunID = text
                case 12: self.endpoint = text
                case 13: self.service = text
                case 14: self.operation = text
                default: break
                }
            }
        } catch {
            return nil
        }
        guard let kind else { return nil }
        self.kind = kind
        self.parent = parent.id.isEmpty ? nil : parent
    }
}
