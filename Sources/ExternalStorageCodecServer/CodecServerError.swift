//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why a codec server cannot be made or started.
public struct CodecServerError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    ///
    /// Minor releases may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidConfiguration
            case cannotListen
        }

        private let base: Base

        private init(_ base: Base) {
            self.base = base
        }

        /// The name of the code.
        public var description: String { self.base.rawValue }

        /// The settings contradict each other, or are not safe; the message names them.
        public static let invalidConfiguration = Self(.invalidConfiguration)
        /// The address cannot be listened on: it is in use, is not one of this machine, or needs rights.
        public static let cannotListen = Self(.cannotListen)
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what to do next.
    public var message: String
    /// What the system said.
    public var cause: (any Error)?

    /// The message.
    public var description: String { self.message }

    static func invalidConfiguration(_ message: String) -> Self {
        Self(code: .invalidConfiguration, message: message)
    }
}
