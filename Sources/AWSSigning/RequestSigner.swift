//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Signs requests with one set of credentials and remembers the derived key.
///
/// A plain value: keep it in a variable, and the key of the day is derived once. Two copies are independent.
public struct RequestSigner: Sendable {
    /// Where the session token goes.
    public enum TokenPlacement: Sendable, Hashable {
        /// Sent and signed; what Amazon S3 demands.
        case signed

        /// Sent, not signed; some services want it so.
        case appended
    }

    /// A signed request: what to add to it, and how the signature came about.
    public struct Signed: Sendable {
        /// Header fields to add, in this order; none if the query was signed.
        public var headers: [SignableRequest.Header]

        /// Query items to append, in this order; none if the headers were signed.
        public var query: [SignableRequest.QueryItem]

        /// What was hashed.
        ///
        /// For diagnosis: holds no secret, but the session token if there is one.
        public var canonicalRequest: CanonicalRequest

        /// What was signed.
        public var stringToSign: String

        /// The signature as lower-case hexadecimal text.
        public var signature: String
    }

    /// What requests are signed with.
    public let credentials: AWSCredentials

    /// How paths are written in canonical requests.
    public let pathRule: CanonicalRequest.PathRule

    /// Where the session token goes.
    public let tokenPlacement: TokenPlacement

    /// Whether `x-amz-content-sha256` is added, which Amazon S3 demands.
    public let addsContentHash: Bool

    private var lastKey: (date: String, region: String, service: String, key: SigV4.Key)?
    private var asymmetricKey: SigV4A.Key?

    /// Creates a signer.
    ///
    /// - Parameters:
    ///   - credentials: What to sign with.
    ///   - pathRule: How paths are written; ``CanonicalRequest/PathRule/verbatim`` for Amazon S3.
    ///   - tokenPlacement: Where the session token goes.
    ///   - addsContentHash: Whether to add `x-amz-content-sha256`.
    public init(
        credentials: AWSCredentials,
        pathRule: CanonicalRequest.PathRule = .verbatim,
        tokenPlacement: TokenPlacement = .signed,
        addsContentHash: Bool = true
    ) {
        self.credentials = credentials
        self.pathRule = pathRule
        self.tokenPlacement = tokenPlacement
        self.addsContentHash = addsContentHash
    }

    /// Signs in the header fields.
    ///
    /// - Parameters:
    ///   - request: The request, with `host` among its headers.
    ///   - scope: Algorithm, region or regions, service and time.
    /// - Returns: The header fields to add; the last is `Authorization`.
    /// - Throws: ``SigningError``, and only for SigV4A.
    public mutating func sign(
        _ request: SignableRequest,
        scope: SigningScope
    ) throws(SigningError) -> Signed {
        var request = request
        var added: [SignableRequest.Header] = [.init("X-Amz-Date", scope.time.timestamp)]
        if let regionSet = scope.regionSet { added.append(.init("X-Amz-Region-Set", regionSet)) }
        if self.addsContentHash { added.append(.init("X-Amz-Content-Sha256", request.payloadHash.description)) }
        let token = self.credentials.sessionToken.map { SignableRequest.Header("X-Amz-Security-Token", $0) }
        if let token, self.tokenPlacement == .signed { added.append(token) }
        request.headers.append(contentsOf: added)

        let canonical = CanonicalRequest(request, pathRule: self.pathRule)
        let text = scope.stringToSign(canonical)
        let signature = try self.signature(for: text, scope: scope)
        if let token, self.tokenPlacement == .appended { added.append(token) }
        added.append(
            .init(
                "Authorization",
                "\(scope.algorithmName) Credential=\(self.credentials.accessKeyID)/\(scope), "
                    + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
            )
        )
        return Signed(
            headers: added,
            query: [],
            canonicalRequest: canonical,
            stringToSign: text,
            signature: signature
        )
    }

    /// Signs in the query: makes a link that works for a while without credentials.
    ///
    /// - Parameters:
    ///   - request: The request; for Amazon S3 with ``PayloadHash/unsigned``.
    ///   - scope: Algorithm, region or regions, service and time.
    ///   - seconds: How long the link works, 1 to 604,800 seconds from the scope's time.
    /// - Returns: The query items to append; the last is `X-Amz-Signature`.
    /// - Throws: ``SigningError``, and only for SigV4A.
    public mutating func presign(
        _ request: SignableRequest,
        scope: SigningScope,
        expiresInSeconds seconds: Int
    ) throws(SigningError) -> Signed {
        var request = request
        let names = CanonicalRequest(request, pathRule: self.pathRule).signedHeaders
        var added: [SignableRequest.QueryItem] = [
            .init("X-Amz-Algorithm", scope.algorithmName),
            .init("X-Amz-Credential", "\(self.credentials.accessKeyID)/\(scope)"),
            .init("X-Amz-Date", scope.time.timestamp),
            .init("X-Amz-Expires", String(seconds)),
            .init("X-Amz-SignedHeaders", names),
        ]
        if let regionSet = scope.regionSet { added.append(.init("X-Amz-Region-Set", regionSet)) }
        let token = self.credentials.sessionToken.map { SignableRequest.QueryItem("X-Amz-Security-Token", $0) }
        if let token, self.tokenPlacement == .signed { added.append(token) }
        request.query.append(contentsOf: added)

        let canonical = CanonicalRequest(request, pathRule: self.pathRule)
        let text = scope.stringToSign(canonical)
        let signature = try self.signature(for: text, scope: scope)
        if let token, self.tokenPlacement == .appended { added.append(token) }
        added.append(.init("X-Amz-Signature", signature))
        return Signed(
            headers: [],
            query: added,
            canonicalRequest: canonical,
            stringToSign: text,
            signature: signature
        )
    }

    private mutating func signature(for text: String, scope: SigningScope) throws(SigningError) -> String {
        switch scope.algorithm {
        case .sigV4(let region):
            let date = scope.time.date
            if let last = self.lastKey, last.date == date, last.region == region, last.service == scope.service {
                return last.key.signature(for: text)
            }
            let key = SigV4.Key(
                secretAccessKey: self.credentials.secretAccessKey,
                date: date,
                region: region,
                service: scope.service
            )
            self.lastKey = (date, region, scope.service, key)
            return key.signature(for: text)
        case .sigV4A:
            if let key = self.asymmetricKey { return try key.signature(for: text) }
            let key = try SigV4A.Key(
                accessKeyID: self.credentials.accessKeyID,
                secretAccessKey: self.credentials.secretAccessKey
            )
            self.asymmetricKey = key
            return try key.signature(for: text)
        }
    }
}
