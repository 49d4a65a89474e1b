//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC

extension Connection {
    /// As ``call(_:_:patience:)``, with references in the response that stay as they are.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - request: The request.
    ///   - patience: Deadline and retries; those of an ordinary call by default.
    ///   - kept: Which references stay: whoever calls hands them to ``PayloadContext/decode(_:as:)-([Payload],_)``, which
    ///     resolves those that no type wants as they are, in one batch. What fails then is an `ExternalStorageError`.
    /// - Returns: The response.
    /// - Throws: As ``call(_:_:patience:)``.
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        patience: Patience? = nil,
        keeping kept: KeptReferences
    ) async throws -> Method.Output {
        try await KeptReferences.$current.withValue(kept) {
            try await self.call(method, request, patience: patience)
        }
    }
}

extension KeptReferences {
    /// What stays in a call whose result becomes a value of a type: its result, if the type wants it as it is.
    static func results(as type: Any.Type) -> Self { type is any PayloadConvertible.Type ? .results : [] }
}
