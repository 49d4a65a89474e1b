//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Lets what an object is made of name the object.
///
/// - Note: `@unchecked` because the reference is set once, before anyone else knows of either.
final class WeakReference<Object: AnyObject>: @unchecked Sendable {
    weak var object: Object?
}
