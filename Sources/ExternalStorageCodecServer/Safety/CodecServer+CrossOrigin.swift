//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import HTTPTypes

extension CodecServer {
    /// Which pages of browsers may call the server.
    public struct CrossOrigin: Hashable, Sendable {
        /// The origins, exactly as browsers send them, such as `https://temporal.example.com`.
        ///
        /// There is no wildcard. A request with another `Origin` is refused before anything else is looked at.
        public var origins: Set<String>
        /// Whether browsers may send cookies along ("Include cross-origin credentials" in the Web UI); false by default.
        public var allowsCredentials = false
        /// For how long a browser may remember the answer to a preflight, in whole seconds.
        public var maximumAge: Duration = .seconds(600)

        /// Pages of these origins may call the server.
        ///
        /// - Parameter origins: Scheme, host, and port if it is not the scheme's own.
        public init(origins: Set<String> = []) {
            self.origins = origins
        }
    }
}

extension CodecServer.CrossOrigin {
    /// What the Web UI sends.
    private static let requestFields = "Content-Type, X-Namespace, Authorization, Authorization-Extras"

    /// Whether a request with this `Origin` may be answered; one without is no page's.
    func allows(_ origin: String?) -> Bool {
        guard let origin else { return true }
        return self.origins.contains { isSame($0, origin) }
    }

    /// What every answer bears, errors included.
    func fields(for origin: String?) -> HTTPFields {
        var fields: HTTPFields = [.vary: "Origin"]
        guard let origin, self.allows(origin) else { return fields }
        fields[.accessControlAllowOrigin] = origin
        fields[.accessControlExposeHeaders] = "X-Request-Id, Retry-After"
        if self.allowsCredentials { fields[.accessControlAllowCredentials] = "true" }
        return fields
    }

    /// What the answer to a preflight bears besides.
    ///
    /// - Parameters:
    ///   - origin: Whose page asks.
    ///   - asksForPrivateNetwork: Whether the browser asks because the page is of a public address and the server is not.
    /// - Returns: The fields of every answer too.
    func preflightFields(for origin: String?, asksForPrivateNetwork: Bool = false) -> HTTPFields {
        var fields = self.fields(for: origin)
        guard fields[.accessControlAllowOrigin] != nil else { return fields }
        if asksForPrivateNetwork {
            fields[.accessControlAllowPrivateNetwork] = "true"
            fields[.vary] = "Origin, Access-Control-Request-Private-Network"
        }
        fields[.accessControlAllowMethods] = "POST, OPTIONS"
        fields[.accessControlAllowHeaders] = Self.requestFields
        fields[.accessControlMaxAge] = "\(self.maximumAge.components.seconds)"
        return fields
    }
}
