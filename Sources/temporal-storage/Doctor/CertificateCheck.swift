//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOSSL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How long the certificates in the settings are still good.
enum CertificateCheck {
    /// - Throws: ``CommandError`` if a file cannot be read.
    static func run(_ settings: Settings, _ examination: Examination, now: Date = .now) throws {
        for setting in [
            Setting.listenTLSCertificate, .targetTLSCertificate, .targetTLSAuthority, .listenTLSClientAuthority,
        ] {
            guard let file = try TLSFile(setting, settings) else { continue }
            let certificates: [NIOSSLCertificate]
            do {
                certificates = try NIOSSLCertificate.fromPEMFile(file.path)
            } catch {
                examination.bad(setting.rawValue, "\(file.path) holds no PEM certificate")
                continue
            }
            let ends = certificates.map { Date(timeIntervalSince1970: Double($0.notValidAfter)) }
            let begins = certificates.map { Date(timeIntervalSince1970: Double($0.notValidBefore)) }
            guard let end = ends.min(), let begin = begins.max() else {
                examination.bad(setting.rawValue, "\(file.path) holds no PEM certificate")
                continue
            }
            let days = Int(end.timeIntervalSince(now) / 86_400)
            let text = "\(file.path) is good until \(end.formatted(.iso8601)) (\(days) days)"
            if begin > now {
                examination.bad(
                    setting.rawValue,
                    "\(file.path) is good from \(begin.formatted(.iso8601)) on, and not yet"
                )
            } else if end <= now {
                examination.bad(setting.rawValue, "\(file.path) expired at \(end.formatted(.iso8601)); replace it")
            } else if days < 14 {
                examination.doubtful(setting.rawValue, "\(text); replace it soon")
            } else {
                examination.good(setting.rawValue, text)
            }
        }
    }
}
