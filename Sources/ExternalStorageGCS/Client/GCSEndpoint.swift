//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import ExternalStorageCore
internal import Groundwork

/// Where requests go.
struct GCSEndpoint: Sendable, Hashable {
    /// The domain of Google's public cloud.
    static let defaultUniverse = "googleapis.com"

    /// The address that was configured; nil for Google's own, in the universe of the credentials.
    var configured: ServiceURL?
    /// Whether it is an emulator, which knows no credentials.
    var isEmulator = false

    /// - Parameters:
    ///   - endpointURL: What the user configured.
    ///   - environment: The environment variables, for `STORAGE_EMULATOR_HOST`.
    /// - Throws: `invalidConfiguration`.
    init(endpointURL: String?, environment: [String: String]) throws(ExternalStorageError) {
        if let endpointURL {
            self.configured = try Self.url(endpointURL, named: "endpointURL")
        } else if let host = environment["STORAGE_EMULATOR_HOST"], !host.isEmpty {
            self.configured = try Self.url(
                host.contains("://") ? host : "http://\(host)",
                named: "STORAGE_EMULATOR_HOST"
            )
            self.isEmulator = true
        }
    }

    private static func url(_ text: String, named name: String) throws(ExternalStorageError) -> ServiceURL {
        guard var url = ServiceURL(text), !url.target.contains("?") else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "\(name) must be an absolute URL of http or https, but is \"\(text)\""
            )
        }
        while url.target.hasSuffix("/") { url.target.removeLast() }
        return url
    }

    /// Whether a token may be sent there: nobody on the way may read it.
    var isPrivate: Bool {
        guard let configured else { return true }
        return configured.scheme == "https" || configured.isLoopback
    }

    /// The address of a request.
    ///
    /// - Parameters:
    ///   - target: Path and query, encoded.
    ///   - universe: The domain of the credentials' cloud.
    /// - Returns: The whole URL.
    func url(_ target: String, universe: String) -> String {
        guard let configured else { return "https://storage.\(universe)\(target)" }
        return "\(configured)\(target)"
    }

    /// Scheme, host and port, for texts.
    var authority: String { self.configured?.authority ?? "storage.\(Self.defaultUniverse)" }

    static func path(bucket: String, object: String? = nil) -> String {
        let path = "/storage/v1/b/\(PercentEncoding.unreserved.encode(bucket))/o"
        return object.map { "\(path)/\(PercentEncoding.unreserved.encode($0))" } ?? path
    }
}
