//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WorkflowRun {
    /// The search attribute that lists the patches of a run.
    private static let changeVersion = "TemporalChangeVersion"

    /// Search attributes of patches may not be larger, in bytes; then they stay as they are.
    private static let changeVersionLimit = 2_048

    /// Whether to take the new way at a place where code was changed.
    ///
    /// - Parameters:
    ///   - id: The name of the change.
    ///   - deprecated: Whether no run is left that takes the old way.
    /// - Returns: True if the run got here after the change. The same for an id throughout the run.
    /// - Throws: ``WorkflowRunEvicted``, ``WorkflowContextMisuse``.
    package func patched(_ id: String, deprecated: Bool = false) throws -> Bool {
        try self.enter()
        if let known = self.patches[id] { return known }
        let result = deprecated || !self.isReplaying || self.notifiedPatches.contains(id)
        self.patches[id] = result
        guard result else { return false }
        var command = API.Command()
        command.commandType = .recordMarker
        command.recordMarkerCommandAttributes = try PatchMarker(id: id, deprecated: deprecated).command
        self.add(PendingCommand(command, kind: .patch(id: id, deprecated: deprecated)))
        self.recordedPatches.insert(id)
        // The first SDKs wrote no search attributes, and their histories have no event for them.
        if !self.isReplaying || self.flags.core.contains(2) { try self.upsertPatches() }
        return true
    }

    private func upsertPatches() throws {
        var payload = try API.Payload.json(self.recordedPatches.sorted())
        guard payload.data.count < Self.changeVersionLimit else { return }
        payload.metadata["type"] = Data("KeywordList".utf8)
        self.upsert(.with { $0.indexedFields[Self.changeVersion] = payload })
    }

    private func upsert(_ attributes: API.SearchAttributes) {
        var command = API.Command()
        command.commandType = .upsertWorkflowSearchAttributes
        command.upsertWorkflowSearchAttributesCommandAttributes = .with { $0.searchAttributes = attributes }
        self.add(PendingCommand(command))
        for (name, value) in attributes.indexedFields {
            self.searchAttributes[name] = value.data.isEmpty ? nil : value
        }
    }

    /// Changes search attributes; a payload without data removes one.
    ///
    /// - Throws: ``WorkflowContextMisuse``, also for the search attribute of patches.
    package func upsertSearchAttributes(_ attributes: API.SearchAttributes) throws {
        try self.enter()
        guard attributes.indexedFields[Self.changeVersion] == nil else {
            throw WorkflowContextMisuse(description: "\(Self.changeVersion) lists the patches of the run; use patches")
        }
        guard !attributes.indexedFields.isEmpty else { return }
        self.upsert(attributes)
    }

    /// Changes the memo; a payload without data removes a value.
    package func upsertMemo(_ fields: [String: API.Payload]) throws {
        try self.enter()
        guard !fields.isEmpty else { return }
        var command = API.Command()
        command.commandType = .modifyWorkflowProperties
        command.modifyWorkflowPropertiesCommandAttributes = .with { $0.upsertedMemo.fields = fields }
        self.add(PendingCommand(command))
        for (name, value) in fields {
            let isNull = value.metadata["encoding"] == Data("binary/null".utf8)
            self.memo[name] = isNull ? nil : value
        }
    }

    /// A value that is made once, and read from history in every replay.
    ///
    /// - Parameter make: Makes the value. It is not called in a replay.
    /// - Returns: The value.
    /// - Throws: What `make` throws; ``WorkflowRunEvicted``, ``WorkflowContextMisuse``.
    package func sideEffect(_ make: () throws -> API.Payloads) throws -> API.Payloads {
        try self.enter()
        self.lastIDs.sideEffect += 1
        let id = self.lastIDs.sideEffect
        let value: API.Payloads
        if let known = self.sideEffects.removeValue(forKey: id) {
            value = known
        } else if self.isReplaying {
            // What comes next of what the code makes stands behind the start and the end of the task.
            let failure = WorkflowTaskFailure.nondeterminism(
                at: self.lastEventID + 2 + Int64(self.unconfirmed.count - self.sentCount),
                expected: "no side effect \(id)",
                found: "one"
            )
            self.fail(failure)
            throw failure
        } else {
            value = try self.readingOnly(make)
        }
        var command = API.Command()
        command.commandType = .recordMarker
        command.recordMarkerCommandAttributes = try SideEffectMarker(id: id, value: value).command
        self.add(PendingCommand(command))
        return value
    }
}
