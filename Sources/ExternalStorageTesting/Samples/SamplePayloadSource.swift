//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOConcurrencyHelpers
package import NIOCore

/// Bytes in memory as the source of a payload; can be told to change, to fail, or to be slow.
package final class SamplePayloadSource: PayloadSource {
    /// What happens from the second reading of the first byte on: when the payload is sent, not when it is hashed.
    package enum SecondReading: Sendable {
        case same
        /// The last byte is another one.
        case changed
        case fails(any Error)
        /// Waits for its task to be cancelled, and fires the event before.
        case waits(TestEvent)
    }

    private let bytes: ByteBuffer
    private let secondReading: SecondReading
    private let state = NIOLockedValueBox((readings: 0, largestRead: 0))

    package init(_ bytes: ByteBuffer, secondReading: SecondReading = .same) {
        self.bytes = bytes
        self.secondReading = secondReading
    }

    package var sizeInBytes: Int { self.bytes.readableBytes }

    /// The most bytes that were asked for at once.
    package var largestRead: Int { self.state.withLockedValue { $0.largestRead } }

    package func read(_ range: Range<Int>) async throws -> ByteBuffer {
        try Task.checkCancellation()
        let isSecond = self.state.withLockedValue { state in
            if range.lowerBound == 0 { state.readings += 1 }
            state.largestRead = max(state.largestRead, range.count)
            return state.readings > 1
        }
        var bytes = self.bytes.getSlice(at: self.bytes.readerIndex + range.lowerBound, length: range.count) ?? .init()
        // Not in the first chunk: what comes before has been sent by then.
        guard isSecond, range.upperBound == self.sizeInBytes else { return bytes }
        switch self.secondReading {
        case .same: return bytes
        case .changed:
            let index = bytes.writerIndex - 1
            bytes.setInteger(~(bytes.getInteger(at: index, as: UInt8.self) ?? 0), at: index)
            return bytes
        case .fails(let error): throw error
        case .waits(let event):
            event.fire()
            // Nobody fires this one.
            try await TestEvent().wait()
            return bytes
        }
    }
}
