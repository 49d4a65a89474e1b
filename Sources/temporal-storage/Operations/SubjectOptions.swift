//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import NIOCore

/// What an operator's command is about: a workflow, a schedule, an activity, or references that it is given.
struct SubjectOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The namespace.", valueName: "name"))
    var namespace = "default"

    @Option(help: ArgumentHelp("A workflow; all its runs, or the one of --run-id.", valueName: "id"))
    var workflowId: String?

    @Option(help: ArgumentHelp("One run of the workflow or of the activity.", valueName: "id"))
    var runId: String?

    @Option(help: ArgumentHelp("A schedule.", valueName: "id"))
    var scheduleId: String?

    @Option(help: ArgumentHelp("An activity that no workflow started.", valueName: "id"))
    var activityId: String?

    @Flag(
        name: .customLong("stdin"),
        help: "What is on standard input: the JSON of a reference, JSON with payloads in it, or a serialized payload."
    )
    var readsStandardInput = false

    func validate() throws {
        let given = [self.workflowId, self.scheduleId, self.activityId].compactMap(\.self)
        guard given.count + (self.readsStandardInput ? 1 : 0) == 1 else {
            throw ValidationError("give one of --workflow-id, --schedule-id, --activity-id and --stdin")
        }
        guard !self.readsStandardInput else {
            guard self.runId == nil else { throw ValidationError("what is on standard input has no --run-id") }
            return
        }
        guard !given[0].isEmpty else { throw ValidationError("the id is empty") }
        guard self.runId == nil || self.scheduleId == nil else { throw ValidationError("a schedule has no --run-id") }
    }

    /// What is to be read of the server.
    ///
    /// - Throws: ``CommandError`` if there is no such thing; what the server answers.
    func items(by reader: NamespaceReader) async throws -> [(item: RootItem, kind: RootKind)] {
        if let id = self.scheduleId { return [(RootItem(id: id), .schedules)] }
        if let id = self.activityId { return [(RootItem(id: id, runID: self.runId ?? ""), .activities)] }
        guard let id = self.workflowId else { return [] }
        if let runID = self.runId { return [(RootItem(id: id, runID: runID), .workflows)] }
        var runs = try await reader.runs(ofWorkflow: id)
        // What has just started is listed a little later.
        if runs.isEmpty, let current = try await reader.currentRun(ofWorkflow: id) {
            runs = [RootItem(id: id, runID: current)]
        }
        return runs.map { ($0, .workflows) }
    }

    /// Reads all of it; of the server only what stands there.
    ///
    /// - Throws: ``CommandError`` if there is no such thing; `OperationsError` if what is given is no reference; what the
    ///   server answers.
    func readings(
        by reader: NamespaceReader
    ) async throws -> [(item: RootItem, kind: RootKind, reading: NamespaceReader.Reading)] {
        guard !self.readsStandardInput else {
            let payloads = try GivenReferences.payloads(in: try await Self.standardInput())
            return [(RootItem(id: "-"), .workflows, .init(try await reader.finder.find(given: payloads)))]
        }
        var readings: [(item: RootItem, kind: RootKind, reading: NamespaceReader.Reading)] = []
        for (item, kind) in try await self.items(by: reader) {
            let reading = try await reader.read(item, of: kind)
            if reading.isThere { readings.append((item, kind, reading)) }
        }
        guard !readings.isEmpty else {
            let what =
                self.workflowId.map { "workflow \"\($0)\"" } ?? self.scheduleId.map { "schedule \"\($0)\"" }
                ?? "activity \"\(self.activityId ?? "")\""
            throw CommandError(
                message: "there is no \(what) in the namespace \"\(self.namespace)\", or not any more",
                exitCode: ExitCode(2)
            )
        }
        return readings
    }

    private static func standardInput() async throws -> ByteBuffer {
        guard !StandardStreams.inputIsTerminal else {
            throw CommandError.usage(
                "--stdin reads a reference from a pipe or a file, and standard input is a terminal"
            )
        }
        // One byte more than is accepted says that there is more.
        return try await BlockingWork.run {
            ByteBuffer(bytes: StandardStreams.read(atMost: GivenReferences.sizeLimit + 1))
        }
    }
}
