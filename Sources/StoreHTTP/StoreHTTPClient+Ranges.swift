//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore
internal import NIOHTTP1

extension StoreHTTPClient {
    /// Reads an object or a part of it.
    ///
    /// - Parameters:
    ///   - call: Asks for the object.
    ///   - reading: How much of it, and where to.
    ///   - header: The header that asks for a range.
    /// - Returns: The part.
    /// - Throws: `StoreFailure`; `ExternalStorageError` if there is no room; `CancellationError`.
    package func read(_ call: StoreCall, _ reading: ObjectReading, header: String) async throws -> ObjectPart {
        var ranged = call
        ranged.maximumAnswerSize = reading.maximumSizeInBytes
        ranged.expectedAnswerSize = reading.maximumSizeInBytes
        ranged.assembly = reading.assembly
        ranged.room = reading.room
        if let range = reading.range, !range.isEmpty { ranged.ask(for: range, header: header) }
        let answer = try await self.send(ranged)
        switch answer.status {
        case 206: return ObjectPart(body: answer.body, sizeOfWhole: answer.sizeOfWhole)
        case 416 where ranged.rangeStart > 0:
            return ObjectPart(body: ByteBuffer(), sizeOfWhole: answer.sizeOfWhole)
        case 416:
            // An empty object has no range at all.
            var whole = reading
            whole.range = nil
            return try await self.read(call, whole, header: header)
        default:
            guard ranged.rangeStart == 0 || reading.assembly != nil else {
                throw StoreFailure(
                    .rejected,
                    operation: call.operation,
                    place: call.place,
                    message: "the store gave the whole object where a range was asked for"
                )
            }
            return ObjectPart(
                body: answer.body,
                sizeOfWhole: answer.headers.first(name: "Content-Length").flatMap { Int($0) }
            )
        }
    }
}
