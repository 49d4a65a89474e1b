//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StoreHTTP

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Whether a store answers at all, and by how much its clock and ours differ.
enum ClockCheck {
    /// - Parameters:
    ///   - url: The store's address; asked without credentials.
    ///   - lanes: The connections that the driver uses: its proxy, and the certificates that it trusts.
    ///   - examination: Where findings go.
    /// - Throws: `CancellationError`.
    static func run(_ url: String, by lanes: HTTPLanes, _ examination: Examination) async throws {
        let headers: HTTPHeaders
        do {
            headers = try await lanes.withLane { lane in
                var request = HTTPClientRequest(url: url)
                request.method = .HEAD
                return try await lane.httpClient.execute(request, timeout: .seconds(10)).headers
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            examination.bad(
                "connection",
                "\(url) does not answer: \(error); check the endpoint, the region and the network"
            )
            return
        }
        examination.good("connection", url)
        guard let text = headers.first(name: "Date"), let time = SigningTime(httpDate: text) else {
            examination.doubtful("clock", "the store does not say what time it is")
            return
        }
        let difference = Int64(Date.now.timeIntervalSince1970) - time.secondsSince1970
        let words = "\(abs(difference)) s \(difference < 0 ? "behind" : "ahead of") the store"
        switch abs(difference) {
        case ..<60: examination.good("clock", words)
        case ..<900: examination.doubtful("clock", "\(words); set the clock of this machine (NTP)")
        default:
            examination.bad(
                "clock",
                "\(words); signatures are refused beyond 900 s: set the clock of this machine (NTP)"
            )
        }
    }
}
