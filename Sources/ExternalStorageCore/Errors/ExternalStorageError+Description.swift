//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorageError: CustomStringConvertible {
    /// The driver, what it was asked for, what happened, and the code, fit for workflow history: without ``cause``.
    public var description: String {
        let code = self.code.hasTemporalCode ? "" : " (\(self.code))"
        guard let name = self.driverName, !self.message.contains("driver \"\(name)\"") else {
            return self.message + code
        }
        // Many drivers say themselves what they were asked for.
        guard let operation = self.operation, !self.message.hasPrefix("\(operation) failed: ") else {
            return "storage driver \"\(name)\": \(self.message)\(code)"
        }
        return "storage driver \"\(name)\": \(operation) failed: \(self.message)\(code)"
    }
}

extension ExternalStorageError: CustomDebugStringConvertible {
    /// ``description`` and the cause underneath, for your own logs.
    public var debugDescription: String {
        guard let cause = self.cause else { return self.description }
        return "\(self.description), caused by: \(String(reflecting: cause))"
    }
}
