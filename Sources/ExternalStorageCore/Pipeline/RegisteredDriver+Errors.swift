//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension RegisteredDriver {
    /// - Throws: `driverContract` if the driver returned another number of results (ES-P2).
    func check(count: Int, of results: String, for expected: Int, _ inputs: String) throws(ExternalStorageError) {
        guard count != expected else { return }
        throw ExternalStorageError(
            code: .driverContract,
            message: "driver \"\(self.name)\" returned \(count) \(results) for \(expected) \(inputs)",
            driverName: self.name
        )
    }

    /// The error to throw for one that the driver threw: our own with the driver's name and the operation, and anything
    /// else as the cause of `driverFailed`.
    ///
    /// To be called in the task that called the driver. Whether that is cancelled decides whether this is a cancellation,
    /// whatever was thrown (ES-P13).
    func classified(_ error: any Error, operation: StorageOperation) -> any Error {
        if Task.isCancelled { return CancellationError() }
        switch error {
        case var error as ExternalStorageError:
            error.driverName = error.driverName ?? self.name
            error.operation = error.operation ?? operation
            return error
        default:
            let reason = error is CancellationError ? "it was cancelled, but not by its caller" : "\(error)"
            return ExternalStorageError(
                code: .driverFailed,
                message: "\(operation) failed: \(reason)",
                driverName: self.name,
                operation: operation,
                cause: error
            )
        }
    }
}
