//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Crypto
import Foundation
import Testing

/// One folder of AWS's signing test suite.
struct SuiteCase: CustomTestStringConvertible, Sendable {
    struct Context: Decodable {
        struct Credentials: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var token: String?
        }
        var credentials: Credentials
        var expirationInSeconds: Int
        var normalize: Bool
        var region: String
        var service: String
        var signBody: Bool
        var timestamp: String
        var omitSessionToken: Bool?
    }

    var folder: String
    var testDescription: String { self.folder }

    /// The folders that hold expectations; two of the 4A suite are upstream leftovers without any.
    static func all(in suite: String) -> [Self] {
        let url = Vectors.folder.appending(path: suite)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.sorted().map { Self(folder: "\(suite)/\($0)") }
            .filter {
                FileManager.default.fileExists(
                    atPath: Vectors.folder.appending(path: $0.folder + "/header-string-to-sign.txt").path
                )
            }
    }

    func context() throws -> Context { try Vectors.decode(self.folder + "/context.json") }

    func text(_ name: String) throws -> String { try Vectors.text(self.folder + "/" + name) }

    func signer() throws -> RequestSigner {
        let context = try self.context()
        return RequestSigner(
            credentials: AWSCredentials(
                accessKeyID: context.credentials.accessKeyId,
                secretAccessKey: context.credentials.secretAccessKey,
                sessionToken: context.credentials.token
            ),
            pathRule: context.normalize ? .normalized : .encoded,
            tokenPlacement: context.omitSessionToken == true ? .appended : .signed,
            addsContentHash: context.signBody
        )
    }

    func scope(_ algorithm: (String) -> SigningScope.Algorithm) throws -> SigningScope {
        let context = try self.context()
        guard let time = SigningTime(rfc3339: context.timestamp) else { throw VectorError(context.timestamp) }
        return SigningScope(algorithm(context.region), service: context.service, time: time)
    }

    /// The request of `request.txt`.
    ///
    /// Its lines may be folded, and its path is not always encoded.
    func request() throws -> SignableRequest {
        var lines = try self.text("request.txt").split(separator: "\n", omittingEmptySubsequences: false)[...]
        let start = lines.removeFirst()
        guard let space = start.firstIndex(of: " "), let last = start.lastIndex(of: " ") else {
            throw VectorError(start)
        }
        let target = start[start.index(after: space)..<last]
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        var headers: [SignableRequest.Header] = []
        while let line = lines.popFirst(), !line.isEmpty {
            if line.first == " " {
                headers[headers.count - 1].value += "\n" + line
            } else {
                let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                headers.append(.init(String(pair[0]), String(pair[1])))
            }
        }
        let body = lines.joined(separator: "\n")
        return SignableRequest(
            method: String(start[..<space]),
            path: String(target[..<mark]),
            query: Vectors.query(target[mark...].dropFirst()),
            headers: headers,
            payloadHash: .sha256(SHA256.hash(data: Data(body.utf8)))
        )
    }
}

struct VectorError: Error {
    var text: String
    init(_ text: some StringProtocol) { self.text = String(text) }
}
