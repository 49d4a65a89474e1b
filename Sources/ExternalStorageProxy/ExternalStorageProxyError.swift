//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why an ``ExternalStorageProxy`` cannot run.
public struct ExternalStorageProxyError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    ///
    /// Minor releases may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case addressInUse
            case cannotListen
            case invalidConfiguration
        }

        private let base: Base

        private init(_ base: Base) {
            self.base = base
        }

        /// The name of the code.
        public var description: String { self.base.rawValue }

        /// Another process listens on the address.
        public static let addressInUse = Self(.addressInUse)
        /// The address cannot be listened on: it is not one of this machine, or needs rights, or the certificate or the
        /// key for it cannot be used.
        public static let cannotListen = Self(.cannotListen)
        /// A setting is missing or wrong.
        public static let invalidConfiguration = Self(.invalidConfiguration)
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what to do next.
    public var message: String
    /// What the transport said.
    public var cause: (any Error)?

    /// The message.
    public var description: String { self.message }
}
