//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a codec server as the CLI does.
struct CodecServerCheck: Sendable {
    private var endpoint: String
    private var authorization: String?

    /// Nil if none is named.
    ///
    /// - Throws: ``CommandError`` if it is no URL.
    init?(from settings: Settings) throws {
        guard let endpoint = try settings.text(.codecEndpoint) else { return nil }
        guard endpoint.text.hasPrefix("http://") || endpoint.text.hasPrefix("https://") else {
            throw endpoint.isNot("a URL, such as https://codec.example.com")
        }
        self.endpoint = endpoint.text
        self.authorization = try settings.text(.codecAuthorization)?.text
    }

    /// - Throws: `CancellationError`.
    func run(namespace: String, _ examination: Examination) async throws {
        let base = self.endpoint.replacing("{namespace}", with: namespace)
        var request = HTTPClientRequest(url: "\(base)/decode")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "X-Namespace", value: namespace)
        if let authorization = self.authorization { request.headers.add(name: "Authorization", value: authorization) }
        // json/plain, "ping"
        request.body = .bytes(
            ByteBuffer(string: #"{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"InBpbmci"}]}"#)
        )
        let (status, body): (HTTPResponseStatus, String)
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            status = response.status
            body = String(buffer: try await response.body.collect(upTo: 1_048_576))
        } catch let error as CancellationError {
            throw error
        } catch {
            examination.bad(
                "decode",
                "\(base) does not answer: \(error); check the URL, its certificate, and that it runs"
            )
            return
        }
        switch status.code {
        case 200 where body.contains("\"payloads\""): examination.good("decode", base)
        case 200:
            examination.bad("decode", "\(base) answers, but is no codec server; check the URL, and its path")
        case 401:
            examination.bad(
                "decode",
                "\(base) wants a token: --codec-auth \"Bearer …\", or its own is refused: \(body)"
            )
        case 403: examination.bad("decode", "\(base) refuses the caller in the namespace \(namespace): \(body)")
        case 404: examination.bad("decode", "\(base) has no /decode; check the path of the URL")
        default: examination.bad("decode", "\(base) answers with status \(status.code): \(body)")
        }
        if base.hasPrefix("http://"), self.authorization != nil {
            examination.doubtful("scheme", "tokens go over plain HTTP, and the Web UI sends none there; use https")
        }
    }
}
