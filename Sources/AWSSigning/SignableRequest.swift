//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A request as it will be sent, without its body.
///
/// What is signed is what is sent, byte for byte: send ``path`` and ``encodedQuery`` as they stand here.
public struct SignableRequest: Sendable, Hashable {
    /// A name in the query, and its value.
    public struct QueryItem: Sendable, Hashable {
        /// The name, not encoded.
        public var name: String

        /// The value, not encoded; nil for a bare name as in `?lifecycle`, which is signed as `lifecycle=`.
        public var value: String?

        /// Creates an item.
        ///
        /// - Parameters:
        ///   - name: The name, not encoded.
        ///   - value: The value, not encoded.
        public init(_ name: String, _ value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// A header field.
    public struct Header: Sendable, Hashable {
        /// The name, in any case.
        public var name: String

        /// The value.
        public var value: String

        /// Creates a field.
        ///
        /// - Parameters:
        ///   - name: The name, in any case.
        ///   - value: The value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method in upper case.
    public var method: String

    /// The path as in the request line, already encoded (``URIEncoding/encodePath(_:)``), with its leading slash.
    public var path: String

    /// The query, in the order it is sent.
    ///
    /// Repeated names stay repeated.
    public var query: [QueryItem]

    /// The header fields to sign; `host` has to be among them.
    ///
    /// Others may be added to the request later.
    public var headers: [Header]

    /// What is signed in place of the body.
    public var payloadHash: PayloadHash

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - method: The method in upper case.
    ///   - path: The encoded path.
    ///   - query: The query.
    ///   - headers: The header fields to sign, `host` among them.
    ///   - payloadHash: What is signed in place of the body.
    public init(
        method: String,
        path: String,
        query: [QueryItem] = [],
        headers: [Header],
        payloadHash: PayloadHash = .empty
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }

    /// The query to send: names and values encoded, in order, without a leading `?`.
    public var encodedQuery: String {
        self.query.map { item in
            guard let value = item.value else { return URIEncoding.encode(item.name) }
            return URIEncoding.encode(item.name) + "=" + URIEncoding.encode(value)
        }.joined(separator: "&")
    }

    /// The value of the first header field of that name, whatever its case.
    ///
    /// - Parameter name: The name in lower case.
    /// - Returns: The value as given, or nil.
    public func header(_ name: String) -> String? {
        self.headers.first { $0.name.lowercased() == name }?.value
    }
}
