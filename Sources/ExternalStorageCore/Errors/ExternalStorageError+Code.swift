//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorageError {
    /// The kind of a failure.
    ///
    /// Minor releases may add codes, so a `switch` over them needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case notFound
            case notReplicated
            case forbidden
            case corrupted
            case throttled
            case unavailable
            case payloadTooLarge
            case messageTooLarge
            case messageUnreadable
            case misconfigured
            case invalidClaim
            case driverNotRegistered
            case notConfigured
            case undecodableReference
            case invalidReference
            case invalidConfiguration
            case driverContract
            case malformedPayload
            case driverFailed
            case selectorFailed
            case codecFailed
        }

        private let base: Base

        private init(_ base: Base) {
            self.base = base
        }

        /// The name of the code, for logs and the label of metrics.
        public var description: String { self.base.rawValue }

        /// No object there: never stored, or deleted since.
        public static let notFound = Self(.notFound)
        /// No object in this place, and perhaps on its way from another: passes by itself, or was never stored.
        public static let notReplicated = Self(.notReplicated)
        /// The store refuses this identity.
        public static let forbidden = Self(.forbidden)
        /// The bytes do not match the digest in the claim, or are no payload.
        ///
        /// Retrying cannot help (ES-D3).
        public static let corrupted = Self(.corrupted)
        /// The store asks to slow down.
        public static let throttled = Self(.throttled)
        /// The store does not answer, or answers that it cannot at the moment.
        public static let unavailable = Self(.unavailable)
        /// One payload is larger than the driver is configured to take; nothing was uploaded (ES-P9).
        public static let payloadTooLarge = Self(.payloadTooLarge)
        /// A message with its payloads resolved is larger than its reader takes.
        public static let messageTooLarge = Self(.messageTooLarge)
        /// A message is nested too deep, or is too large, to be searched for payloads.
        public static let messageUnreadable = Self(.messageUnreadable)
        /// The store's own settings are wrong: region, bucket, directory.
        public static let misconfigured = Self(.misconfigured)
        /// A claim lacks what the driver needs, or names a place that the driver does not go to.
        public static let invalidClaim = Self(.invalidClaim)
        /// A reference or a selector names a driver that is not registered (ES-P4, ES-P8).
        public static let driverNotRegistered = Self(.driverNotRegistered)
        /// `[TMPRL1105]`: there is a reference, but no external storage (ES-P8).
        public static let notConfigured = Self(.notConfigured)
        /// `[TMPRL1106]`: a payload is marked as a reference, but no codec makes one of it (ES-W4).
        public static let undecodableReference = Self(.undecodableReference)
        /// A reference is not what a reference must be; the message names the field (ES-W3).
        public static let invalidReference = Self(.invalidReference)
        /// External storage cannot be created from this configuration (ES-P5).
        public static let invalidConfiguration = Self(.invalidConfiguration)
        /// A driver returned another number of results than it was asked for (ES-P2).
        public static let driverContract = Self(.driverContract)
        /// The bytes are not a serialized payload.
        public static let malformedPayload = Self(.malformedPayload)
        /// A driver threw an error of its own.
        public static let driverFailed = Self(.driverFailed)
        /// The selector threw an error.
        public static let selectorFailed = Self(.selectorFailed)
        /// The codec for references threw, or returned another number of payloads than it was given (ES-W4).
        public static let codecFailed = Self(.codecFailed)

        var isRetryable: Bool {
            switch self.base {
            case .notReplicated, .throttled, .unavailable, .notConfigured, .driverFailed, .selectorFailed, .codecFailed:
                true
            case .notFound, .forbidden, .corrupted, .payloadTooLarge, .messageTooLarge, .messageUnreadable,
                .misconfigured,
                .invalidClaim,
                .driverNotRegistered, .undecodableReference, .invalidReference, .invalidConfiguration,
                .driverContract, .malformedPayload:
                false
            }
        }

        /// Whether a message of this code starts with a code of Temporal's own, which then is enough.
        var hasTemporalCode: Bool { self == .notConfigured || self == .undecodableReference }
    }
}
