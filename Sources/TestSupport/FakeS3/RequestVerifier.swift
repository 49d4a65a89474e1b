//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning
internal import Crypto

/// Verifies a request as the service does: rebuilds the canonical request from the raw target and compares.
///
/// Shares nothing with the signer but the canonical form itself; the rules about scope, dates, headers and body are
/// written again from the service's point of view. SigV4A signatures are verified with a public key that is derived
/// from the secret.
public struct RequestVerifier: Sendable {
    /// Why a request is refused: status, error code and words.
    public struct Refusal: Error, Sendable, Hashable {
        /// The status to answer with.
        public var status: Int

        /// The error code to answer with.
        public var code: String

        /// What is wrong.
        public var message: String
    }

    /// Whose signatures count.
    public var accounts: [AWSCredentials]

    /// The region a SigV4 signature has to be for; nil for any.
    public var region: String?

    /// Whether only SigV4A is accepted.
    public var demandsSigV4A: Bool

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - accounts: Whose signatures count.
    ///   - region: The region a SigV4 signature has to be for.
    ///   - demandsSigV4A: Whether only SigV4A is accepted.
    public init(accounts: [AWSCredentials], region: String? = nil, demandsSigV4A: Bool = false) {
        self.accounts = accounts
        self.region = region
        self.demandsSigV4A = demandsSigV4A
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: The target of the request line, untouched.
    ///   - headers: All header fields.
    ///   - body: The body.
    ///   - now: The service's clock, in seconds since 1970-01-01T00:00:00Z.
    /// - Throws: ``Refusal``.
    public func verify(
        method: String,
        target: String,
        headers: [SignableRequest.Header],
        body: some Sequence<UInt8>,
        now: Int64
    ) throws(Refusal) {
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
        guard let authorization = header("authorization").flatMap(Authorization.init) else {
            throw Refusal(status: 403, code: "AccessDenied", message: "no authorization")
        }
        let isSigV4A = authorization.algorithm == "AWS4-ECDSA-P256-SHA256"
        guard isSigV4A || (authorization.algorithm == "AWS4-HMAC-SHA256" && !self.demandsSigV4A) else {
            throw Refusal(status: 400, code: "InvalidRequest", message: "the algorithm is not supported")
        }
        guard let account = self.accounts.first(where: { $0.accessKeyID == authorization.keyID }) else {
            throw Refusal(status: 403, code: "InvalidAccessKeyId", message: "unknown access key")
        }
        guard header("x-amz-security-token") == account.sessionToken else {
            throw Refusal(status: 403, code: "InvalidToken", message: "the session token is not the key's")
        }
        guard let time = header("x-amz-date").flatMap({ SigningTime(timestamp: $0) }) else {
            throw Refusal(status: 403, code: "AccessDenied", message: "no x-amz-date")
        }
        guard (time.secondsSince1970 - now).magnitude <= 900 else {
            throw Refusal(status: 403, code: "RequestTimeTooSkewed", message: "the time differs too much")
        }
        try self.checkScope(authorization, isSigV4A: isSigV4A, date: time.date, regionSet: header("x-amz-region-set"))
        try Self.checkSignedHeaders(authorization.signedHeaders, headers)
        guard let hash = header("x-amz-content-sha256") else {
            throw Refusal(status: 400, code: "MissingSecurityHeader", message: "no x-amz-content-sha256")
        }

        let mark = target.firstIndex(of: "?") ?? target.endIndex
        let signed = Set(authorization.signedHeaders)
        let request = SignableRequest(
            method: method,
            path: String(target[..<mark]),
            query: Self.query(target[mark...].dropFirst()),
            headers: headers.filter { signed.contains($0.name.lowercased()) },
            payloadHash: .verbatim(hash)
        )
        let algorithm: SigningScope.Algorithm =
            isSigV4A ? .sigV4A(regionSet: "*") : .sigV4(region: authorization.scope[1])
        let service = authorization.scope[authorization.scope.count - 2]
        let scope = SigningScope(algorithm, service: service, time: time)
        let text = scope.stringToSign(CanonicalRequest(request))
        guard Self.isValid(authorization.signature, text, account, scope) else {
            throw Refusal(status: 403, code: "SignatureDoesNotMatch", message: "the signature does not match")
        }
        guard hash == PayloadHash.unsigned.description || hash == Hex.encode(SHA256.hash(data: Array(body))) else {
            throw Refusal(status: 400, code: "XAmzContentSHA256Mismatch", message: "the body is another one")
        }
    }

    private func checkScope(
        _ authorization: Authorization,
        isSigV4A: Bool,
        date: String,
        regionSet: String?
    ) throws(Refusal) {
        let scope = authorization.scope
        guard scope.count == (isSigV4A ? 3 : 4), scope[0] == date, scope.last == "aws4_request",
            scope[scope.count - 2] == "s3"
        else {
            throw Refusal(status: 400, code: "AuthorizationHeaderMalformed", message: "the scope is wrong")
        }
        if isSigV4A {
            guard regionSet == "*" else {
                throw Refusal(status: 400, code: "AuthorizationHeaderMalformed", message: "no region set")
            }
        } else if let region = self.region, scope[1] != region {
            throw Refusal(status: 400, code: "AuthorizationHeaderMalformed", message: "the region is wrong")
        }
    }

    /// `host`, every `x-amz-*` and `content-md5` that came has to be signed; the list has to be sorted.
    private static func checkSignedHeaders(
        _ signed: [String],
        _ headers: [SignableRequest.Header]
    ) throws(Refusal) {
        let names = headers.map { $0.name.lowercased() }
        let needed = names.filter { $0 == "host" || $0 == "content-md5" || $0.hasPrefix("x-amz-") }
        guard signed == signed.sorted(), signed.contains("host"), needed.allSatisfy(signed.contains) else {
            throw Refusal(
                status: 403,
                code: "AccessDenied",
                message: "There were headers present in the request which were not signed"
            )
        }
    }

    private static func isValid(
        _ signature: String,
        _ text: String,
        _ account: AWSCredentials,
        _ scope: SigningScope
    ) -> Bool {
        switch scope.algorithm {
        case .sigV4(let region):
            return SigV4.Key(
                secretAccessKey: account.secretAccessKey,
                date: scope.time.date,
                region: region,
                service: scope.service
            ).isValid(signature, for: text)
        case .sigV4A:
            let key = try? SigV4A.Key(accessKeyID: account.accessKeyID, secretAccessKey: account.secretAccessKey)
            return key?.publicKey.isValid(signature, for: text) ?? false
        }
    }

    static func query(_ text: some StringProtocol) -> [SignableRequest.QueryItem] {
        text.split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: URIEncoding.decode(pair[0]), as: UTF8.self)
            return .init(name, pair.count == 2 ? String(decoding: URIEncoding.decode(pair[1]), as: UTF8.self) : nil)
        }
    }
}

/// The parts of an `Authorization` header.
struct Authorization {
    var algorithm: String
    var keyID: String
    /// What follows the key in the credential: date, region unless SigV4A, service, terminator.
    var scope: [String]
    var signedHeaders: [String]
    var signature: String

    init?(_ value: String) {
        let halves = value.split(separator: " ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        var fields: [Substring: Substring] = [:]
        for part in halves[1].split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            fields[pair[0]] = pair[1]
        }
        guard let credential = fields["Credential"]?.split(separator: "/").map(String.init), credential.count > 3,
            let signedHeaders = fields["SignedHeaders"], let signature = fields["Signature"]
        else { return nil }
        self.algorithm = String(halves[0])
        self.keyID = credential[0]
        self.scope = Array(credential.dropFirst())
        self.signedHeaders = signedHeaders.split(separator: ";").map(String.init)
        self.signature = String(signature)
    }
}
