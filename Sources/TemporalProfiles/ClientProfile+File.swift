//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import TemporalNative

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClientProfile {
    /// Loads a profile from a file, and changes what variables say.
    ///
    /// ```swift
    /// try await TemporalClient.connect(profile: .load(), externalStorage: storage) { client in
    ///     print(try await client.countWorkflows().count)
    /// }
    /// ```
    ///
    /// The file is `source`, or the one that `TEMPORAL_CONFIG_FILE` names, or `temporalio/temporal.toml` where the system
    /// keeps settings (`~/.config` and `XDG_CONFIG_HOME`, on macOS `~/Library/Application Support`). One that is not there has
    /// no profiles. The profile is `name`, or the one that `TEMPORAL_PROFILE` names, or `default`, which need not be there.
    ///
    /// - Parameters:
    ///   - name: The profile.
    ///   - source: The file, or what stands in it.
    ///   - readsFile: Whether files are read.
    ///   - readsEnvironment: Whether variables choose and change the profile. `TEMPORAL_CONFIG_FILE` counts without it, too.
    ///   - isStrict: Whether keys that are not known are errors; otherwise they are passed over.
    ///   - environment: Variables by name; those of the process by default.
    /// - Returns: The profile.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``, with file, profile and key: a file that cannot be read or is no
    ///   TOML, a profile that is not there, a value of another type, the path and the text of one certificate.
    public static func load(
        _ name: String? = nil,
        from source: Source? = nil,
        readsFile: Bool = true,
        readsEnvironment: Bool = true,
        isStrict: Bool = false,
        environment: [String: String] = Self.processEnvironment
    ) throws(TemporalError) -> Self {
        guard readsFile || readsEnvironment else {
            throw .profile("a profile can come from a file, from variables or from both, and here neither is read")
        }
        var profile = Self()
        if readsFile {
            let file = try ProfileFile(source, environment: environment)
            let profiles = try file.profiles(isStrict: isStrict)
            let variable = readsEnvironment ? environment["TEMPORAL_PROFILE"].flatMap { $0.isEmpty ? nil : $0 } : nil
            let chosen = name ?? variable
            if let found = profiles[chosen ?? "default"] {
                profile = found
            } else if let chosen {
                let others = profiles.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
                throw .profile(
                    "\(file.place) has no profile \"\(chosen)\"; it has \(others.isEmpty ? "none" : others)"
                )
            }
        }
        if readsEnvironment { try profile.apply(environment) }
        return profile
    }

    /// Loads all profiles of a file; variables change none of them.
    ///
    /// - Parameters:
    ///   - source: The file, or what stands in it; by default as in
    ///     ``load(_:from:readsFile:readsEnvironment:isStrict:environment:)``.
    ///   - isStrict: Whether keys that are not known are errors.
    ///   - environment: Variables by name, for the place of the file.
    /// - Returns: Profiles by name; none if there is no file.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``, with file, profile and key.
    public static func all(
        from source: Source? = nil,
        isStrict: Bool = false,
        environment: [String: String] = Self.processEnvironment
    ) throws(TemporalError) -> [String: Self] {
        try ProfileFile(source, environment: environment).profiles(isStrict: isStrict)
    }
}
