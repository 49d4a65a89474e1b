//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TemporalNative
import TemporalProfiles

/// Files and variables that Temporal's own SDK and this one have to read alike.
struct ProfileCase: Codable, Sendable {
    var environment: [String: String]
    /// The file, for JSON as Base64.
    var file: Data?
    var profile: String?
    var readsFile = true
    var readsEnvironment = true
    var isStrict = false

    init(
        _ file: String? = nil,
        _ environment: [String: String] = [:],
        profile: String? = nil,
        readsFile: Bool = true,
        readsEnvironment: Bool = true,
        isStrict: Bool = false
    ) {
        self.file = file.map { Data($0.utf8) }
        self.environment = environment
        self.profile = profile
        self.readsFile = readsFile
        self.readsEnvironment = readsEnvironment
        self.isStrict = isStrict
    }

    func load() throws(TemporalError) -> ClientProfile {
        try .load(
            self.profile,
            from: self.file.map { .data(Array($0)) },
            readsFile: self.readsFile,
            readsEnvironment: self.readsEnvironment,
            isStrict: self.isStrict,
            environment: self.environment
        )
    }
}

/// What a profile says, as both sides write it.
struct ProfileOutcome: Codable, Hashable, Sendable {
    struct TLS: Codable, Hashable {
        var disabled: Bool?
        var clientCert: Source?
        var clientKey: Source?
        var serverCACert: Source?
        var serverName: String?
        var disableHostVerification: Bool
    }
    struct Source: Codable, Hashable {
        var path: String?
        var data: Data?

        init(_ source: ClientProfile.Source) {
            switch source {
            case .path(let path): self.path = path
            case .data(let bytes): self.data = Data(bytes)
            }
        }
    }
    struct Codec: Codable, Hashable {
        var endpoint: String?
        var auth: String?
    }

    var address: String?
    var namespace: String?
    var apiKey: String?
    var headers: [String: String]
    var codec: Codec?
    var tls: TLS?

    init(_ profile: ClientProfile) {
        self.address = profile.address
        self.namespace = profile.namespace
        self.apiKey = profile.apiKey
        self.headers = profile.headers
        self.codec = profile.codec.map { Codec(endpoint: $0.endpoint, auth: $0.authorization) }
        self.tls = profile.tls.map {
            TLS(
                disabled: $0.isDisabled,
                clientCert: $0.clientCertificate.map(Source.init),
                clientKey: $0.clientKey.map(Source.init),
                serverCACert: $0.serverCACertificate.map(Source.init),
                serverName: $0.serverName,
                disableHostVerification: $0.disablesHostVerification
            )
        }
    }
}

extension ProfileCase {
    /// A file with everything.
    static let full = """
        [profile.default]
        address = "default:7233"
        namespace = "ns"
        api_key = "key"
        [profile.default.tls]
        disabled = false
        client_cert_path = "/cert.pem"
        client_key_data = "KEY"
        server_ca_cert_data = "CA"
        server_name = "name"
        disable_host_verification = true
        [profile.default.codec]
        endpoint = "https://codec"
        auth = "Bearer x"
        [profile.default.grpc_meta]
        Some_Header = "one"
        other-header = "two"
        [profile.prod]
        address = 'prod:7233'
        """

    /// Everything that variables can say.
    static let variables = [
        "TEMPORAL_ADDRESS": "env:1", "TEMPORAL_NAMESPACE": "env-ns", "TEMPORAL_API_KEY": "env-key",
        "TEMPORAL_TLS": "true", "TEMPORAL_TLS_CLIENT_CERT_PATH": "/env/cert",
        "TEMPORAL_TLS_CLIENT_KEY_PATH": "/env/key", "TEMPORAL_TLS_SERVER_CA_CERT_DATA": "ENV-CA",
        "TEMPORAL_TLS_SERVER_NAME": "env-name", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION": "1",
        "TEMPORAL_CODEC_ENDPOINT": "env-codec", "TEMPORAL_CODEC_AUTH": "env-auth",
        "TEMPORAL_GRPC_META_SOME_HEADER": "env-one", "TEMPORAL_GRPC_META_NEW": "env-new",
    ]

    private static func tls(_ line: String) -> String { "[profile.default.tls]\n\(line)\n" }

    /// The table.
    ///
    /// `directory` has the files that variables name.
    static func all(_ directory: String) -> [ProfileCase] {
        let files = ["XDG_CONFIG_HOME": "\(directory)/settings"]
        var cases = [
            // Where the file comes from, and which profile.
            ProfileCase(), Self(nil, files), Self(nil, ["HOME": "\(directory)/home"]),
            Self(nil, ["XDG_CONFIG_HOME": "settings", "HOME": "\(directory)/home"]),
            Self(nil, ["TEMPORAL_CONFIG_FILE": "\(directory)/own.toml"].merging(files) { $1 }),
            Self(nil, ["TEMPORAL_CONFIG_FILE": ""].merging(files) { $1 }),
            Self(nil, ["TEMPORAL_CONFIG_FILE": "\(directory)/none.toml"].merging(files) { $1 }),
            Self(nil, ["TEMPORAL_CONFIG_FILE": directory]),
            Self(nil, ["TEMPORAL_CONFIG_FILE": "\(directory)/none.toml", "TEMPORAL_PROFILE": "default"]),
            Self(nil, ["TEMPORAL_CONFIG_FILE": "\(directory)/own.toml"], readsEnvironment: false),
            Self(nil, ["TEMPORAL_CONFIG_FILE": "\(directory)/own.toml"], readsFile: false),
            Self(nil, files, readsFile: false, readsEnvironment: false),
            Self(Self.full), Self(Self.full, profile: "prod"), Self(Self.full, profile: "other"),
            Self(Self.full, profile: ""), Self(Self.full, ["TEMPORAL_PROFILE": "prod"]),
            Self(Self.full, ["TEMPORAL_PROFILE": ""]), Self(Self.full, ["TEMPORAL_PROFILE": "other"]),
            Self(Self.full, ["TEMPORAL_PROFILE": "other"], readsFile: false),
            Self(Self.full, ["TEMPORAL_PROFILE": "other"], profile: "prod"),
            Self(Self.full, ["TEMPORAL_PROFILE": "prod"], readsEnvironment: false),
            Self("", ["TEMPORAL_PROFILE": "prod"]), Self("[profile.prod]", profile: "default"),
            // Variables over files.
            Self(nil, Self.variables, readsFile: false), Self("", Self.variables),
            Self(Self.full, Self.variables), Self(Self.full, Self.variables, readsEnvironment: false),
            Self("[profile.default.tls]\nserver_name = 'n'", Self.variables),
            Self(Self.full, Self.variables, profile: "prod"),
            // Empty ones.
            Self(Self.full, Self.variables.mapValues { _ in "" }, profile: "prod"),
            Self(nil, Self.variables.mapValues { _ in "" }, readsFile: false),
            Self(Self.full, ["TEMPORAL_GRPC_META_SOME_HEADER": "", "TEMPORAL_GRPC_META_NEVER": ""]),
            Self(Self.full, ["TEMPORAL_GRPC_META_": "x", "TEMPORAL_GRPC_METADATA": "y", "temporal_grpc_meta_a": "z"]),
            // Paths and texts.
            Self(nil, ["TEMPORAL_TLS_CLIENT_KEY_PATH": "/k", "TEMPORAL_TLS_CLIENT_KEY_DATA": "k"], readsFile: false),
            Self(nil, ["TEMPORAL_TLS_CLIENT_CERT_PATH": "", "TEMPORAL_TLS_CLIENT_CERT_DATA": ""], readsFile: false),
            Self(nil, ["TEMPORAL_TLS_SERVER_CA_CERT_PATH": "/", "TEMPORAL_TLS_SERVER_CA_CERT_DATA": ""]),
        ]
        for part in ["client_cert", "client_key", "server_ca_cert"] {
            let variable = "TEMPORAL_TLS_\(part.uppercased())"
            let values: [(String?, String?)] = [
                ("/p", nil), (nil, "d"), ("/p", "d"), ("", nil), (nil, ""), ("", ""),
            ]
            for (path, data) in values {
                let lines = [path.map { "\(part)_path = '\($0)'" }, data.map { "\(part)_data = '\($0)'" }]
                let file = Self.tls(lines.compactMap { $0 }.joined(separator: "\n"))
                cases += [Self(file), Self(file, ["\(variable)_PATH": "/q"]), Self(file, ["\(variable)_DATA": "e"])]
            }
        }
        // Truths.
        for text in ["true", "TRUE", "1", "false", "False", "0", "yes", "no", "", " true", "2"] {
            let variables = ["TEMPORAL_TLS": text, "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION": text]
            cases += [Self("", variables), Self(Self.tls("disabled = true"), variables), Self(Self.full, variables)]
        }
        // Single variables bring their part of the profile about.
        cases += Self.variables.map { Self("[profile.default]", [$0.key: $0.value]) }
        // Files that are wrong, or strange, or have what is not known; strictly read and not.
        let broken = Data([0x61, 0x3D, 0x22, 0xFF, 0x22])
        let texts = [
            "", "  \n\t", "# nothing", "\u{FEFF}[profile.default]\naddress = 'a'", "a = 1", "[other]\nx = 1",
            "profile = 1",
            "[profile]", "[profile]\nx = 1", "profile.default = {}", "profile.default = { address = 'inline' }",
            "[profile.default]\naddress = 1", "[profile.default]\nnamespace = true",
            "[profile.default]\napi_key = ['k']",
            "[profile.default]\ntls = true", "[profile.default]\ntls = {}", "[profile.default]\ncodec = 'c'",
            "[profile.default]\ncodec = {}", "[profile.default]\ngrpc_meta = 'x'", "[profile.default]\ngrpc_meta = {}",
            "[profile.default.grpc_meta]\na = 1", "[profile.default.grpc_meta]\na = ''",
            "[profile.default.grpc_meta]\nA_B = 'x'", "[profile.default]\naddress = 'a'\naddress = 'b'",
            "[profile.default]\n[profile.default]", "[profile.default]\naddress = ", "[profile.default\n", "x",
            "[profile.default]\naddress = \"\"\"\nmany\nlines\"\"\"", "[profile.\"with space\"]\naddress = 'a'",
            "[profile.default]\naddress = \"\\u00e9\"", "[profile.default]\nunknown = { a = [1, 2.5, 1979-05-27] }",
            "[profile.default.codec]\nother = 1", "[profile.default.codec]\nendpoint = 7", Self.tls("other = 1"),
            Self.tls("disabled = 'true'"), Self.tls("disabled = 1"), Self.tls("disable_host_verification = 'true'"),
            Self.tls("server_name = ''"), Self.tls("client_cert = '/p'"), "[[profile]]\naddress = 'a'",
            "[profile.other]\naddress = 1", "[profile.default]\nAddress = 'upper'", Self.full,
        ]
        for isStrict in [false, true] {
            cases += texts.map { Self($0, isStrict: isStrict) }
            cases.append(Self("", isStrict: isStrict))
            cases[cases.endIndex - 1].file = broken
            cases.append(Self("[profile.\"with space\"]\naddress = 'a'", profile: "with space", isStrict: isStrict))
        }
        return cases
    }
}
