//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A value that is bytes and nothing else, so that the content of a file is one: see ``Stored/store(contentsOf:in:)``.
///
/// `[UInt8]`, `Data` and `ByteBuffer`: the types that ``BytesConverter`` knows.
public protocol BinaryValue: Sendable {}

extension [UInt8]: BinaryValue {}
extension Data: BinaryValue {}
extension ByteBuffer: BinaryValue {}
