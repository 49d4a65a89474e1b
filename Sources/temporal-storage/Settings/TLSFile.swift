//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file for TLS that can be read.
struct TLSFile: Sendable {
    var path: String
    /// The name of the setting that names it.
    var origin: String

    /// Nil if the setting is not set.
    ///
    /// - Throws: ``CommandError`` if the file cannot be read.
    init?(_ setting: Setting, _ settings: Settings) throws {
        guard let value = try settings.text(setting) else { return nil }
        do {
            _ = try Data(contentsOf: URL(filePath: value.text))
        } catch {
            let reason = FileFailure.reason(error)
            throw CommandError.usage("\(value.origin) is \"\(value.text)\", which cannot be read: \(reason)")
        }
        self.path = value.text
        self.origin = value.origin
    }

    /// A certificate chain and its private key; nil if neither is set.
    ///
    /// - Throws: ``CommandError``: one without the other, or a file that cannot be read.
    static func pair(
        _ certificate: Setting,
        _ key: Setting,
        _ settings: Settings
    ) throws -> (certificate: TLSFile, key: TLSFile)? {
        switch (try settings.text(certificate), try settings.text(key)) {
        case (nil, nil): return nil
        case (nil, let value?): throw CommandError.usage("\(value.origin) needs \(certificate.flag)")
        case (let value?, nil): throw CommandError.usage("\(value.origin) needs \(key.flag)")
        case (_?, _?): break
        }
        guard let certificate = try TLSFile(certificate, settings), let key = try TLSFile(key, settings) else {
            return nil
        }
        return (certificate, key)
    }
}
