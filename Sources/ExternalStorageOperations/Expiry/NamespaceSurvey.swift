//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// What a namespace says about how long its payloads are needed.
package struct NamespaceSurvey: Sendable, Codable, Hashable {
    package var identity: NamespaceIdentity
    package var runs = 0
    package var openRuns = 0
    /// How long the longest run took or is taking, in seconds; with the runs before it, as far as they are listed.
    package var longestInSeconds: Int64 = 0
    /// The workflow of that run.
    package var longestWorkflow: String?
    /// Open runs that continue one which is not listed any more: nobody can tell how old what they hand on is.
    package var chainsOfUnknownAge = 0
    /// Schedules with references: these are needed for as long as the schedules exist.
    package var schedulesWithReferences: [String] = []
    /// Why something is not known.
    package var problems: [ReadingProblem] = []

    init(identity: NamespaceIdentity) {
        self.identity = identity
    }
}

extension NamespaceReader {
    /// Lists all runs and reads all schedules, and tells how long what they refer to is needed.
    ///
    /// One request for each 1,000 runs and for each schedule; 100 bytes of memory for each chain of runs that is open.
    ///
    /// - Parameter now: The time, in seconds since 1970, up to which open runs count.
    /// - Returns: What the namespace says.
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func survey(now: Int64) async throws -> NamespaceSurvey {
        var survey = NamespaceSurvey(identity: try await self.identity())
        // When each run began; of a chain that is open, how long ago its first run did.
        var (starts, chains): ([String: Int64], [(firstRun: String, start: Int64, end: Int64, id: String)]) = ([:], [])
        var token = ByteBuffer()
        let listing = RootKind.workflows.listing
        repeat {
            let request = listing.request(namespace: self.namespace, pageSize: 1_000, token: token)
            let response = WireMessage(try await self.caller.call(listing.method, request))
            for entry in try response.all(listing.itemsField) {
                let item = try RootItem(entry, of: .workflows)
                let start = Int64(truncatingIfNeeded: try entry.message(3).varint(1))
                let closed = Int64(truncatingIfNeeded: try entry.message(4).varint(1))
                let first = try entry.string(21)
                let end = closed > 0 ? closed : now
                survey.runs += 1
                if closed <= 0 { survey.openRuns += 1 }
                survey.count(from: start, to: end, of: item.id)
                if !first.isEmpty, first != item.runID {
                    if closed <= 0 { chains.append((first, start, end, item.id)) }
                } else {
                    starts[item.runID] = start
                }
            }
            token = try response.message(listing.tokenField).bytes
        } while token.readableBytes > 0
        for chain in chains {
            guard let start = starts[chain.firstRun] else {
                survey.chainsOfUnknownAge += 1
                continue
            }
            survey.count(from: start, to: chain.end, of: chain.id)
        }
        try await self.addSchedules(to: &survey)
        return survey
    }

    private func addSchedules(to survey: inout NamespaceSurvey) async throws {
        var token = ByteBuffer()
        repeat {
            guard let page = try await self.page(of: .schedules, after: token) else {
                survey.problems.append(ReadingProblem(.beyondReach, "the server cannot list them"))
                return
            }
            for item in page.items {
                let reading = try await self.read(item, of: .schedules)
                survey.problems += reading.problems
                if !reading.sightings.isEmpty { survey.schedulesWithReferences.append(item.id) }
            }
            token = page.token
        } while token.readableBytes > 0
    }
}

extension NamespaceSurvey {
    fileprivate mutating func count(from start: Int64, to end: Int64, of id: String) {
        let (length, overflow) = end.subtractingReportingOverflow(start)
        guard start > 0, !overflow, length > self.longestInSeconds else { return }
        self.longestInSeconds = length
        self.longestWorkflow = id
    }
}
