//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// The requests in which the answer to a workflow task is sent: one, or pages where one would be larger than a server takes.
///
/// A server keeps the commands of pages, and nothing else of them, until the last one comes; it joins the commands in the
/// order of the pages' numbers.
struct CompletionPages {
    /// What a namespace says of pages.
    struct Limits: Sendable {
        var arePagesTaken = false
        /// The most bytes of all pages together; zero if nobody said.
        var total = 0
        /// The most bytes of a page.
        var pageSize = CompletionPages.pageSize
    }

    /// Servers take messages of 4 MiB; what is left is for what stands around the commands.
    static let pageSize = 4 * 1_048_576 - 512 * 1_024

    /// Sent first, in any order.
    private(set) var first: [WorkflowTaskCompletion] = []
    /// What the server acts upon.
    private(set) var last: WorkflowTaskCompletion
    /// The bytes of all of it.
    let size: Int

    /// Divides an answer, if that helps.
    ///
    /// Sizes are those before storage: with it, pages may be smaller than they could be. A command that is larger than a
    /// page has one of its own.
    ///
    /// - Parameters:
    ///   - completion: The answer.
    ///   - pageSize: The most bytes of a page.
    /// - Throws: What serializing throws.
    init(_ completion: WorkflowTaskCompletion, pageSize: Int = Self.pageSize) throws {
        self.last = completion
        self.size = try completion.serializedData().count
        guard self.size > pageSize, completion.commands.count > 1 else { return }
        var (pages, sizes): ([[API.Command]], [Int]) = ([[]], [0])
        for command in completion.commands {
            let size = try Self.size(of: command)
            if !pages[pages.count - 1].isEmpty, sizes[sizes.count - 1] + size > pageSize {
                pages.append([])
                sizes.append(0)
            }
            pages[pages.count - 1].append(command)
            sizes[sizes.count - 1] += size
        }
        self.last.commands = []
        let rest = try self.last.serializedData().count
        if rest + sizes[sizes.count - 1] <= pageSize { self.last.commands = pages.removeLast() }
        self.last.pageNumber = Int32(clamping: pages.count)
        self.first = pages.enumerated().map { number, commands in
            .with { page in
                page.taskToken = completion.taskToken
                page.namespace = completion.namespace
                page.identity = completion.identity
                page.commands = commands
                page.pageNumber = Int32(clamping: number)
                page.intermediatePage = true
            }
        }
    }

    /// The size of a command as a field of the answer.
    private static func size(of command: API.Command) throws -> Int {
        // The number of the field, and the length.
        try command.serializedData().count + 6
    }
}

extension CompletionPages {
    /// What fails a task whose answer is too large to be sent.
    ///
    /// - Parameters:
    ///   - completion: The answer.
    ///   - reason: What the server or the transport says.
    ///   - cause: What the server is told.
    /// - Returns: The failure, which names the largest commands.
    static func tooLarge(
        _ completion: WorkflowTaskCompletion,
        _ reason: String,
        cause: API.TaskFailedCause = .grpcMessageTooLarge
    ) -> WorkflowTaskFailure {
        // What cannot be serialized has not become too large.
        let sizes = completion.commands.map { (try? Self.size(of: $0)) ?? 0 }
        let total = (try? completion.serializedData().count) ?? 0
        let largest = sizes.indices.sorted { sizes[$0] > sizes[$1] }.prefix(3).map { index in
            "\(completion.commands[index].title) \(sizes[index]) bytes"
        }
        var text = "the answer to the workflow task is too large (\(reason)): \(total) bytes in \(sizes.count) commands"
        if !largest.isEmpty { text += ", the largest \(largest.joined(separator: ", "))" }
        let rest = total - sizes.reduce(0, +)
        if rest > Self.pageSize / 2 { text += "; answers to queries and updates \(rest) bytes" }
        text += """
            . External storage takes large values out of it; of many small ones, have the workflow start fewer at a time, \
            and wait in between
            """
        return WorkflowTaskFailure(cause: cause, message: text)
    }
}

extension API.Command {
    /// What it is, in a few words.
    fileprivate var title: String {
        switch self.attributes {
        case .scheduleActivityTaskCommandAttributes(let activity):
            "activity \(activity.activityID) of type \(activity.activityType.name)"
        case .startChildWorkflowExecutionCommandAttributes(let child):
            "child workflow \(child.workflowID) of type \(child.workflowType.name)"
        case .signalExternalWorkflowExecutionCommandAttributes(let signal): "signal \(signal.signalName)"
        case .recordMarkerCommandAttributes(let marker): "marker \(marker.markerName)"
        case .scheduleNexusOperationCommandAttributes(let nexus): "Nexus operation \(nexus.operation)"
        case .completeWorkflowExecutionCommandAttributes: "result of the workflow"
        case .failWorkflowExecutionCommandAttributes: "failure of the workflow"
        case .continueAsNewWorkflowExecutionCommandAttributes: "input of the next run"
        case .modifyWorkflowPropertiesCommandAttributes: "memo"
        case .upsertWorkflowSearchAttributesCommandAttributes: "search attributes"
        default: "\(self.commandType)"
        }
    }
}

extension WorkflowWorker {
    /// How often all pages are sent if the server loses them.
    private static let pageTries = 8
    /// How many pages are under way at a time.
    private static let pagesAtOnce = 3

    /// Sends an answer, in pages if it is large and the server takes them.
    func complete(
        _ request: WorkflowTaskCompletion,
        of run: KeptRun
    ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
        let limits = self.paging.withLockedValue { $0 }
        // Where no pages are taken none are made.
        let pages = try CompletionPages(request, pageSize: limits.arePagesTaken ? limits.pageSize : .max)
        run.noteSent(pages.size)
        guard !pages.first.isEmpty else { return try await self.service.complete(request) }
        // With storage it is smaller when it arrives.
        if limits.total > 0, pages.size > limits.total, self.payloads.externalStorage == nil {
            let reason = "the namespace takes \(limits.total)"
            throw CompletionPages.tooLarge(request, reason, cause: .requestTooLarge)
        }
        var (tries, delay) = (1, Duration.milliseconds(100))
        while true {
            do {
                try await self.send(pages.first)
                return try await self.service.complete(pages.last)
            } catch let error as TemporalError where error.saysPagesAreLost && tries < Self.pageTries {
                self.logger.info("Pages of an answer were lost, and are sent again", metadata: ["tries": "\(tries)"])
                try await self.clock.sleep(for: delay)
                (tries, delay) = (tries + 1, min(delay * 2, .seconds(5)))
            }
        }
    }

    private func send(_ pages: [WorkflowTaskCompletion]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, page) in pages.enumerated() {
                if index >= Self.pagesAtOnce { try await group.next() }
                group.addTask { _ = try await self.service.complete(page) }
            }
            try await group.waitForAll()
        }
    }
}

extension TemporalError {
    /// Whether the server has no pages any more that it had taken.
    fileprivate var saysPagesAreLost: Bool {
        (self.cause as? RPCError).map { ErrorDetail.saysPagesAreLost($0) } ?? false
    }
}
