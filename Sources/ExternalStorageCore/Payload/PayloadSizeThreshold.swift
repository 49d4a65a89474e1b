//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The smallest serialized size of a payload that is offered to external storage.
///
/// "At least": a payload of exactly this size is stored (ES-P1).
public struct PayloadSizeThreshold: Hashable, Sendable {
    /// Smallest size that is stored, in bytes.
    ///
    /// Negative if it was made of a negative number; ``ExternalStorage`` refuses that.
    public let sizeInBytes: Int

    private init(sizeInBytes: Int) {
        self.sizeInBytes = sizeInBytes
    }

    /// 256 KiB (262,144 bytes), the default of all Temporal SDKs.
    public static let `default` = Self(sizeInBytes: 262_144)

    /// Everything that has at least one byte.
    ///
    /// A payload without any byte stays inline: a reference to it is larger.
    public static let all = Self(sizeInBytes: 1)

    /// A size in bytes.
    ///
    /// As in the Go SDK, 0 means ``default``, and 1 means ``all``. A negative number is refused when the
    /// ``ExternalStorage`` is created (ES-P1).
    ///
    /// - Parameter sizeInBytes: The smallest size that is stored.
    /// - Returns: The threshold.
    public static func bytes(_ sizeInBytes: Int) -> Self {
        sizeInBytes == 0 ? .default : Self(sizeInBytes: sizeInBytes)
    }
}
