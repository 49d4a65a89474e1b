//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TOMLKit
import TemporalNative

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file with profiles, or what would stand in one.
struct ProfileFile {
    /// The file in the texts of errors.
    let place: String
    /// Nil if there is no file.
    private let bytes: [UInt8]?

    /// Finds and reads the file.
    init(_ source: ClientProfile.Source?, environment: [String: String]) throws(TemporalError) {
        switch source ?? .path(Self.path(environment)) {
        case .data(let bytes):
            self.place = "the given text"
            self.bytes = bytes
        case .path(let path):
            self.place = path
            guard FileManager.default.fileExists(atPath: path) else {
                self.bytes = nil
                return
            }
            do {
                self.bytes = Array(try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw .profile("\(path) cannot be read", cause: error)
            }
        }
    }

    /// Where the file is if nobody says so.
    private static func path(_ environment: [String: String]) -> String {
        if let path = environment["TEMPORAL_CONFIG_FILE"], !path.isEmpty { return path }
        let home =
            environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? FileManager.default.homeDirectoryForCurrentUser.path
        #if os(macOS)
        let settings = home + "/Library/Application Support"
        #else
        // As the specification of that variable says, a relative path does not count.
        let settings = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        #endif
        return settings + "/temporalio/temporal.toml"
    }

    /// The profiles in it.
    func profiles(isStrict: Bool) throws(TemporalError) -> [String: ClientProfile] {
        guard let bytes else { return [:] }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .profile("\(self.place) is no text in UTF-8")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let position = error.source.begin
            throw .profile("\(self.place), line \(position.line), column \(position.column): \(error.description)")
        } catch {
            throw .profile("\(self.place) is no TOML", cause: error)
        }
        let root = ProfileTable(table: table, path: [], place: self.place)
        if isStrict { try root.refuseKeys(except: ["profile"]) }
        guard let profiles = try root.table("profile") else { return [:] }
        var found: [String: ClientProfile] = [:]
        for name in profiles.keys {
            if let profile = try profiles.table(name) { found[name] = try ClientProfile(profile, isStrict: isStrict) }
        }
        return found
    }
}

/// A table in a file, and where it stands.
private struct ProfileTable {
    let table: TOMLTable
    let path: [String]
    let place: String

    var keys: [String] { self.table.keys.sorted() }

    func table(_ key: String) throws(TemporalError) -> Self? {
        guard let value = self.table[key] else { return nil }
        guard let table = value.table else { throw self.refusal(key, "a table") }
        return Self(table: table, path: self.path + [key], place: self.place)
    }

    func string(_ key: String) throws(TemporalError) -> String? {
        guard let value = self.table[key] else { return nil }
        guard value.type == .string, let text = value.string else { throw self.refusal(key, "a string") }
        return text
    }

    func bool(_ key: String) throws(TemporalError) -> Bool? {
        guard let value = self.table[key] else { return nil }
        guard value.type == .bool, let truth = value.bool else { throw self.refusal(key, "true or false") }
        return truth
    }

    /// A path or a text; a text that is empty is none.
    func source(_ key: String) throws(TemporalError) -> ClientProfile.Source? {
        let (path, data) = (try self.string("\(key)_path"), try self.string("\(key)_data"))
        if path != nil, data != nil {
            let name = self.name(key)
            throw self.error("\"\(name)_path\" and \"\(name)_data\" are both set; leave one of them out")
        }
        return path.map { .path($0) } ?? data.flatMap { $0.isEmpty ? nil : .data(Array($0.utf8)) }
    }

    func refuseKeys(except known: [String]) throws(TemporalError) {
        guard let key = self.keys.first(where: { !known.contains($0) }) else { return }
        throw self.error("\"\(self.name(key))\" is not known; here are \(known.joined(separator: ", "))")
    }

    /// The value is not shown: it may be a secret.
    private func refusal(_ key: String, _ expected: String) -> TemporalError {
        self.error("\"\(self.name(key))\" must be \(expected)")
    }

    private func name(_ key: String) -> String { (self.path.dropFirst(2) + [key]).joined(separator: ".") }

    private func error(_ message: String) -> TemporalError {
        .profile("\(self.place)\(self.path.dropFirst().first.map { ", profile \"\($0)\"" } ?? ""): \(message)")
    }
}

extension ClientProfile {
    fileprivate init(_ table: ProfileTable, isStrict: Bool) throws(TemporalError) {
        if isStrict {
            try table.refuseKeys(except: ["address", "namespace", "api_key", "tls", "codec", "grpc_meta"])
        }
        self.init()
        self.address = try table.string("address")
        self.namespace = try table.string("namespace")
        self.apiKey = try table.string("api_key")
        if let tls = try table.table("tls") { self.tls = try TLS(tls, isStrict: isStrict) }
        if let codec = try table.table("codec") {
            if isStrict { try codec.refuseKeys(except: ["endpoint", "auth"]) }
            var values = Codec()
            values.endpoint = try codec.string("endpoint")
            values.authorization = try codec.string("auth")
            self.codec = values
        }
        if let headers = try table.table("grpc_meta") {
            for name in headers.keys { self.headers[Self.headerName(name)] = try headers.string(name) }
        }
    }
}

extension ClientProfile.TLS {
    fileprivate init(_ table: ProfileTable, isStrict: Bool) throws(TemporalError) {
        if isStrict {
            try table.refuseKeys(except: [
                "disabled", "client_cert_path", "client_cert_data", "client_key_path", "client_key_data",
                "server_ca_cert_path", "server_ca_cert_data", "server_name", "disable_host_verification",
            ])
        }
        self.init()
        self.isDisabled = try table.bool("disabled")
        self.clientCertificate = try table.source("client_cert")
        self.clientKey = try table.source("client_key")
        self.serverCACertificate = try table.source("server_ca_cert")
        self.serverName = try table.string("server_name")
        self.disablesHostVerification = try table.bool("disable_host_verification") ?? false
    }
}
