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

    /// The error to throw for one that the driver threw: a cancellation as it is, our own with the driver's name, and
    /// anything else as the cause of `driverFailed`.
    func classified(_ error: any Error, operation: String) -> any Error {
        switch error {
        case is CancellationError: return error
        case var error as ExternalStorageError:
            error.driverName = error.driverName ?? self.name
            return error
        default:
            return ExternalStorageError(
                code: .driverFailed,
                message: "\(operation) failed: \(error)",
                driverName: self.name,
                cause: error
            )
        }
    }
}
