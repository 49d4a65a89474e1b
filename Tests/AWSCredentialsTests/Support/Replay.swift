//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import CredentialExchange
import Synchronization

@testable import AWSCredentials

/// Recorded HTTP exchanges, played back to whoever asks the same questions.
final class Replay: Sendable {
    struct Recording: Decodable, Sendable {
        struct Event: Decodable, Sendable {
            struct Action: Decodable, Sendable {
                var request: Asked?
                var response: Answered?
                var data: Body?

                enum CodingKeys: String, CodingKey {
                    case request = "Request"
                    case response = "Response"
                    case data = "Data"
                }
            }

            struct Asked: Decodable, Sendable {
                struct Request: Decodable, Sendable {
                    var uri: String
                    var method: String
                    var headers: [String: [String]]
                }

                var request: Request
            }

            struct Answered: Decodable, Sendable {
                struct Response: Decodable, Sendable {
                    struct Head: Decodable, Sendable { var status: Int }

                    var head: Head

                    enum CodingKeys: String, CodingKey { case head = "Ok" }
                }

                var response: Response
            }

            struct Body: Decodable, Sendable {
                struct Text: Decodable, Sendable {
                    var text: String

                    enum CodingKeys: String, CodingKey { case text = "Utf8" }
                }

                var data: Text
                var direction: String
            }

            var connectionID: Int
            var action: Action

            enum CodingKeys: String, CodingKey {
                case connectionID = "connection_id"
                case action
            }
        }

        var events: [Event]
    }

    private struct Exchange {
        var uri = ""
        var method = ""
        var headers: [String: String] = [:]
        var requestBody = ""
        var status = 0
        var answer = ""
    }

    private let exchanges: [Exchange]
    private let state: Mutex<(next: Int, problems: [String], known: [String])>

    /// Prepares a recording.
    ///
    /// - Parameters:
    ///   - recording: What was recorded.
    ///   - known: The texts from which keys may come, besides the answers given.
    init(_ recording: Recording, known: [String]) {
        self.state = Mutex((0, [], known))
        var exchanges: [Int: Exchange] = [:]
        for event in recording.events {
            var exchange = exchanges[event.connectionID] ?? Exchange()
            if let request = event.action.request?.request {
                exchange.uri = request.uri
                exchange.method = request.method
                for (name, values) in request.headers { exchange.headers[name.lowercased()] = values.first }
            }
            if let response = event.action.response?.response { exchange.status = response.head.status }
            if let body = event.action.data {
                if body.direction == "Request" {
                    exchange.requestBody += body.data.text
                } else {
                    exchange.answer += body.data.text
                }
            }
            exchanges[event.connectionID] = exchange
        }
        self.exchanges = exchanges.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What did not match, and what was not asked.
    var problems: [String] {
        self.state.withLock { state in
            let missing = self.exchanges.count - state.next
            return state.problems + (missing > 0 ? ["\(missing) exchanges were not asked for"] : [])
        }
    }

    /// The next answer; the last one is given again to a request that is repeated.
    func answer(_ request: TestServer.Request) -> TestServer.Answer {
        self.state.withLock { state in
            guard !self.exchanges.isEmpty else {
                state.problems.append("unexpected \(request.method) \(request.target)")
                return .init(status: 418)
            }
            let exchange = self.exchanges[min(state.next, self.exchanges.count - 1)]
            state.next += 1
            state.problems += Self.differences(exchange, request)
            state.problems += Self.strangers(request, state.known)
            state.known.append(exchange.answer)
            return .init(status: exchange.status, body: exchange.answer)
        }
    }

    private static func differences(_ exchange: Exchange, _ request: TestServer.Request) -> [String] {
        var problems: [String] = []
        func compare(_ what: String, _ got: String?, _ expected: String?) {
            if got != expected { problems.append("\(what): got \(got ?? "none"), expected \(expected ?? "none")") }
        }
        let url = ServiceURL(exchange.uri)
        compare("method", request.method, exchange.method)
        compare("scheme", request.header("x-test-scheme"), url?.scheme)
        compare("host", request.header("host"), url?.authority)
        compare("target", Self.sortedTarget(request.target), Self.sortedTarget(url?.target ?? ""))
        for name in [
            "accept", "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds", "x-amz-sso_bearer_token",
            "content-type",
        ] {
            compare(name, request.header(name), exchange.headers[name])
        }
        compare(
            "signed",
            String(request.method == "POST" && request.header("authorization") != nil),
            String(exchange.method == "POST" && exchange.headers["authorization"] != nil)
        )
        let action = request.body.split(separator: "&").prefix(2).joined(separator: "&")
        compare("action", action, exchange.requestBody.split(separator: "&").prefix(2).joined(separator: "&"))
        return problems
    }

    /// Keys and tokens of a signed request that nobody has given.
    ///
    /// The recordings were edited by hand: what signs there is not always what was given before.
    private static func strangers(_ request: TestServer.Request, _ known: [String]) -> [String] {
        guard request.method == "POST", let authorization = request.header("authorization") else { return [] }
        let keyID = authorization.split(separator: "=").dropFirst().first?.prefix { $0 != "/" } ?? ""
        let values = [String(keyID), request.header("x-amz-security-token")].compactMap { $0 }
        return values.filter { value in value.isEmpty || !known.contains { $0.contains(value) } }
            .map { "nobody gave the key or token \($0)" }
    }

    private static func sortedTarget(_ target: String) -> String {
        let parts = target.split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return target }
        return parts[0] + "?" + parts[1].split(separator: "&").sorted().joined(separator: "&")
    }
}
