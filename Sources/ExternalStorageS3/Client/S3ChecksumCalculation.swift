//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// When checksums are sent that a store compares with what arrived and keeps with the object.
///
/// The body's SHA-256 is signed in any case, so that bytes that were changed on the way are refused.
public struct S3ChecksumCalculation: Sendable, Hashable {
    private enum Base { case whenSupported, whenRequired }
    private let base: Base

    /// With everything that is written; a store that refuses them is noticed, and gets none from then on.
    public static let whenSupported = Self(base: .whenSupported)

    /// Only where a store demands one.
    public static let whenRequired = Self(base: .whenRequired)
}
