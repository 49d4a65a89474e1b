//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What is read of the machine: environment variables and files.
///
/// The variables may hold secrets, so no description shows them.
public struct AWSEnvironment: Sendable {
    /// The environment variables by name.
    public var variables: [String: String]

    /// How files are read.
    public var files: any AWSFiles

    /// Creates an environment of the caller's choice.
    ///
    /// - Parameters:
    ///   - variables: The environment variables by name.
    ///   - files: How files are read.
    public init(variables: [String: String], files: any AWSFiles = LocalAWSFiles()) {
        self.variables = variables
        self.files = files
    }

    /// The environment variables of this process as they are now, and the files of this machine.
    ///
    /// - Returns: A copy; later changes of the variables are not seen.
    public static func process() -> Self {
        Self(variables: ProcessInfo.processInfo.environment)
    }

    /// A variable's value without the white space around it; nil if nothing else is there.
    ///
    /// The SDKs of AWS treat a blank variable as one that is not set.
    func value(_ name: String) -> String? {
        guard let value = self.variables[name]?.trimmingASCIIWhitespace(), !value.isEmpty else { return nil }
        return value
    }

    /// A variable that says true or false; nil if it is not set.
    func flag(_ name: String) throws(AWSCredentialsError) -> Bool? {
        guard let value = self.value(name) else { return nil }
        return try Self.flag(value, name: name)
    }

    static func flag(_ value: String, name: String) throws(AWSCredentialsError) -> Bool {
        switch value.lowercased() {
        case "true": return true
        case "false": return false
        default:
            throw AWSCredentialsError(.invalidConfiguration, source: name, "the value must be true or false")
        }
    }
}

extension AWSEnvironment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many variables there are.
    public var description: String { "AWSEnvironment(\(self.variables.count) variables)" }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
