//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto

/// Signature version 4: an HMAC with a key that is good for one day, one region and one service.
public enum SigV4 {
    /// The key that signs for one day, region and service.
    ///
    /// Worth keeping: it costs four HMACs.
    public struct Key: Sendable, CustomStringConvertible, CustomReflectable {
        private let key: SymmetricKey

        /// Derives the key.
        ///
        /// - Parameters:
        ///   - secretAccessKey: The secret of the credentials.
        ///   - date: The day as `yyyyMMdd` (``SigningTime/date``).
        ///   - region: The region of the scope.
        ///   - service: The service of the scope.
        public init(secretAccessKey: String, date: String, region: String, service: String) {
            var key = SymmetricKey(data: Array("AWS4\(secretAccessKey)".utf8))
            for part in [date, region, service, "aws4_request"] {
                key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
            }
            self.key = key
        }

        /// Signs.
        ///
        /// - Parameter stringToSign: The text of ``SigningScope/stringToSign(_:)``.
        /// - Returns: The signature, 64 lower-case hexadecimal digits.
        public func signature(for stringToSign: String) -> String {
            Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: self.key))
        }

        /// Verifies in constant time.
        ///
        /// - Parameters:
        ///   - signature: The signature to check, hexadecimal.
        ///   - stringToSign: The text that was signed.
        /// - Returns: Whether this key made the signature.
        public func isValid(_ signature: String, for stringToSign: String) -> Bool {
            guard let bytes = Hex.decode(signature) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(
                bytes,
                authenticating: Array(stringToSign.utf8),
                using: self.key
            )
        }

        /// Shows nothing of the key.
        public var description: String { "SigV4.Key" }

        /// Shows nothing of the key.
        public var customMirror: Mirror { Mirror(self, children: []) }
    }
}
