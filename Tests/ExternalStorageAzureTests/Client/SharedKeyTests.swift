//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import FakeStores
import Foundation
import Groundwork
import Testing

@testable import ExternalStorageAzure

@Suite("Shared keys: requests captured from azure-storage-blob 12.31.1 and rclone 1.75.2")
struct SharedKeyTests {
    struct File: Decodable {
        struct Request: Decodable {
            var method: String
            var path: String
            var query: String
            var headers: [[String]]
            var stringToSign: String
        }
        var account: String
        var key: String
        var requests: [Request]
    }

    @Test("The text that is signed, and the signature")
    func captured() throws {
        let file: File = try Vectors.decode("azure-sharedkey/captured.json")
        #expect(file.requests.count == 23)
        let key = try #require(SharedKey(account: file.account, key: file.key))
        for request in file.requests {
            let headers = request.headers.map { (name: $0[0], value: $0[1]) }
            let query = request.query.split(separator: "&").map { item -> (name: String, value: String?) in
                let parts = item.split(separator: "=", maxSplits: 1).map {
                    String(decoding: PercentEncoding.decode($0), as: UTF8.self)
                }
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }
            let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
            let text = key.stringToSign(
                method: request.method,
                path: request.path,
                query: query,
                headers: headers,
                contentLength: length
            )
            #expect(text == request.stringToSign, "\(request.method) \(request.path)?\(request.query)")
            let sent = headers.first { $0.name.lowercased() == "authorization" }?.value
            #expect(key.authorization(for: text) == sent, "\(request.method) \(request.path)?\(request.query)")
        }
    }

    @Test("Nothing of the key is shown; what is no Base64 is no key")
    func secrecy() throws {
        let key = try #require(SharedKey(account: "a", key: "c2VjcmV0"))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("c2VjcmV0"))
        #expect(SharedKey(account: "a", key: "no base64!") == nil)
        #expect(SharedKey(account: "a", key: "") == nil)
    }

    @Test(
        "Dates as HTTP has them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_795_946_410, "Sun, 29 Nov 2026 10:00:10 GMT"),
            (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        ]
    )
    func date(_ time: Int64, _ text: String) {
        #expect(HTTPDate.text(secondsSince1970: time) == text)
        #expect(HTTPDate.secondsSince1970(text) == time)
    }
}
