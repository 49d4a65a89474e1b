//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

extension StoreCall {
    /// The query as it is sent and signed: names and values encoded, in their order.
    package var encodedQuery: String {
        self.query.map { item in
            let name = PercentEncoding.unreserved.encode(item.name)
            return item.value.map { "\(name)=\(PercentEncoding.unreserved.encode($0))" } ?? name
        }.joined(separator: "&")
    }

    /// Path and query.
    package var target: String {
        let query = self.encodedQuery
        return query.isEmpty ? self.path : "\(self.path)?\(query)"
    }

    /// Asks for a part of an object, in a header of that name.
    ///
    /// A range that begins behind the end is answered with 416: it is a result, of no bytes.
    package mutating func ask(for range: Range<Int>, header: String) {
        self.headers.append((header, "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        self.rangeStart = range.lowerBound
        self.expectedAnswerSize = range.count
        self.acceptedStatuses.insert(416)
    }
}
