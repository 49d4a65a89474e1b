//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// Calls that are known to have one request.
///
/// Such a call is forwarded by one task, and its request is sent together with its end.
enum UnaryMethods {
    /// The method as the transport should see it: with its type, where that is known.
    static func typed(_ descriptor: MethodDescriptor) -> MethodDescriptor {
        var descriptor = descriptor
        if descriptor.type == nil, Self.contains(descriptor) { descriptor.type = .unary }
        return descriptor
    }

    /// All of Temporal's public API is unary, and what is added to it: clients of all languages rely on that.
    private static func contains(_ descriptor: MethodDescriptor) -> Bool {
        let service = descriptor.service.fullyQualifiedService
        return service.hasPrefix("temporal.api.")
            || (service == "grpc.health.v1.Health" && descriptor.method == "Check")
    }
}
