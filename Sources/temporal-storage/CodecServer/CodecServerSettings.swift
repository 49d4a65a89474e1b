//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCodecServer
import ExternalStorageConfiguration
import Groundwork

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The codec server as the settings describe it, checked.
struct CodecServerSettings: Sendable {
    var configuration = CodecServer.Configuration()
    var listening: ListeningSettings

    /// - Throws: ``CommandError``.
    init(from settings: Settings) throws {
        self.listening = try ListeningSettings(from: settings, defaultPort: self.configuration.port)
        self.configuration.host = self.listening.address.host
        self.configuration.port = self.listening.address.port
        if let drain = self.listening.drain { self.configuration.timeouts.drain = drain }
        try self.readTLS(settings)
        try self.readAccess(settings)
        try self.readReferences(settings)
        try self.readLimits(settings)
        if self.configuration.authenticator == nil, !self.configuration.allowsAnyone,
            !HostName.isLoopback(self.configuration.host)
        {
            throw CommandError.usage(
                "\(Setting.listen.flag) is not loopback, so that whoever can reach it could decode everything: set "
                    + "\(Setting.authKeys.flag), or \(Setting.allowAnyone.flag) if something in front checks who calls"
            )
        }
    }

    private mutating func readTLS(_ settings: Settings) throws {
        guard let (certificate, key) = try TLSFile.pair(.listenTLSCertificate, .listenTLSKey, settings) else { return }
        do throws(CodecServerError) {
            self.configuration.certificates = try CodecServer.CertificateFiles(
                certificateChain: certificate.path,
                privateKey: key.path
            )
        } catch {
            throw CommandError.usage("\(certificate.origin) and \(key.origin): \(error.message)")
        }
    }

    private mutating func readAccess(_ settings: Settings) throws {
        self.configuration.crossOrigin.origins = Set(try settings.list(.corsOrigins).map(\.text))
        self.configuration.crossOrigin.allowsCredentials = try settings.bool(.corsCredentials)
        self.configuration.allowsAnyone = try settings.bool(.allowAnyone)
        self.configuration.readsNamespaceFromPath = try settings.bool(.namespaceInPath)
        let dependents: [Setting] = [
            .authIssuer, .authAudience, .authPermissionsClaim, .authReadRoles, .authWriteRoles,
        ]
        guard let keys = try settings.text(.authKeys) else {
            for setting in dependents {
                if let value = try settings.text(setting) {
                    throw CommandError.usage("\(value.origin) needs \(Setting.authKeys.flag)")
                }
            }
            return
        }
        guard !self.configuration.allowsAnyone else {
            throw CommandError.usage("\(Setting.allowAnyone.flag) contradicts \(keys.origin); give one of them")
        }
        var tokens = JWTAuthenticator.Configuration(
            keys: keys.text,
            issuers: Set(try settings.list(.authIssuer).map(\.text)),
            audiences: Set(try settings.list(.authAudience).map(\.text))
        )
        guard !tokens.issuers.isEmpty, !tokens.audiences.isEmpty else {
            throw CommandError.usage(
                "\(keys.origin) needs \(Setting.authIssuer.flag) and \(Setting.authAudience.flag): without them tokens "
                    + "for any service would do"
            )
        }
        if let claim = try settings.text(.authPermissionsClaim) { tokens.permissionsClaim = claim.text }
        let readers = try settings.list(.authReadRoles).map(\.text)
        let writers = try settings.list(.authWriteRoles).map(\.text)
        if !readers.isEmpty { tokens.readingRoles = Set(readers.map { $0.lowercased() }) }
        if !writers.isEmpty { tokens.writingRoles = Set(writers.map { $0.lowercased() }) }
        do throws(CodecServerError) {
            self.configuration.authenticator = try JWTAuthenticator(configuration: tokens)
        } catch {
            throw CommandError.usage("\(keys.origin): \(error.message)")
        }
    }

    private mutating func readReferences(_ settings: Settings) throws {
        var places: Set<CodecServer.ReferencePolicy.Place> = []
        if let storage = try StorageSettings.configuration(from: settings) {
            do {
                for bucket in try storage.places() { places.insert(.init(bucket: bucket)) }
            } catch {
                throw CommandError.usage(error.message)
            }
        }
        for entry in try settings.list(.allowBuckets).map(\.text) {
            // The resource of an ARN has a slash of its own: arn:aws:s3:region:account:accesspoint/name.
            let start = entry.hasPrefix("arn:") ? entry.firstIndex(of: "/").map(entry.index(after:)) : entry.startIndex
            guard let start, let slash = entry[start...].firstIndex(of: "/") else {
                places.insert(.init(bucket: entry))
                continue
            }
            let prefix = String(entry[entry.index(after: slash)...])
            places.insert(.init(bucket: String(entry[..<slash]), prefix: prefix))
        }
        self.configuration.references.places = places
        self.configuration.references.acceptsKeysWithoutNamespace = try settings.bool(.allowKeysWithoutNamespace)
    }

    private mutating func readLimits(_ settings: Settings) throws {
        if let bytes = try settings.integer(.maxBodyBytes, in: 1_024...1_073_741_824) {
            self.configuration.limits.bodySizeInBytes = bytes
            self.configuration.limits.payloadSizeInBytes = bytes
            self.configuration.limits.requestMemoryInBytes = max(32 * 1_048_576, 4 * bytes)
        }
        if let bytes = try settings.integer(.maxResolvedBytes, in: 1_024...1_073_741_824) {
            self.configuration.limits.resolvedSizeInBytes = bytes
        }
        if let bytes = try settings.integer(.responseMemoryBytes, in: 1_048_576...68_719_476_736) {
            self.configuration.limits.responseMemoryInBytes = bytes
        }
        if let rate = try settings.integer(.rateLimit, in: 0...1_000_000) {
            self.configuration.rateLimit = rate == 0 ? nil : .init(requestsPerSecond: Double(rate), burst: 4 * rate)
        }
    }

    /// Says where the server listens.
    func announce(_ port: Int) throws {
        let scheme = self.configuration.certificates == nil ? "http" : "https"
        let address = HostAndPort(host: self.configuration.host, port: port)
        try self.listening.announce(port: port, "listening on \(scheme)://\(address)")
    }
}
