//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension CodecServer {
    /// The name of a namespace, which is its bytes.
    ///
    /// To `String` texts are equal if they look the same: `Kafka` with a KELVIN SIGN is `Kafka`. To a Temporal server they
    /// are two namespaces, and who may read the one may not read the other.
    public struct Namespace: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// The name.
        public var description: String

        /// A namespace.
        ///
        /// - Parameter name: The name, as it stands in requests.
        public init(_ name: String) {
            self.description = name
        }

        /// A namespace.
        ///
        /// - Parameter value: The name, as it stands in requests.
        public init(stringLiteral value: String) {
            self.init(value)
        }

        /// Whether both are the same bytes.
        ///
        /// - Parameters:
        ///   - left: One namespace.
        ///   - right: Another one.
        /// - Returns: True if no byte differs.
        public static func == (left: Self, right: Self) -> Bool { isSame(left.description, right.description) }

        /// Feeds the bytes of the name.
        ///
        /// - Parameter hasher: Takes them.
        public func hash(into hasher: inout Hasher) {
            for byte in self.description.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0xFF))
        }
    }
}

/// Whether two texts are the same bytes: a name that decides who may do what is compared like this, and never as a
/// `String`, to which texts are equal that look the same.
func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}
