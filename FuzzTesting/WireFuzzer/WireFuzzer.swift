//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import TestSupport

/// The entry point of libFuzzer: one input, checked against what holds for every message.
///
/// A violation stops the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe UnsafeBufferPointer(start: start, count: count)
    do throws(WireInvariants.Violation) {
        try unsafe WireInvariants.check(input.span)
    } catch {
        fatalError("\(error)")
    }
    return 0
}
