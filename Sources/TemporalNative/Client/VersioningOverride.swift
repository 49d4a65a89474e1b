//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// Which versions of a deployment go on with a run, whatever its workflow and its workers say.
public struct VersioningOverride: Hashable, Sendable {
    private enum Base: Hashable {
        case pinned(DeploymentVersion)
        case autoUpgrade
    }

    private let base: Base

    /// One version, to the end of the run.
    ///
    /// - Parameter version: The version; it need not be the current one.
    /// - Returns: The override.
    public static func pinned(_ version: DeploymentVersion) -> Self { Self(base: .pinned(version)) }

    /// Whichever version is the current one.
    public static let autoUpgrade = Self(base: .autoUpgrade)

    var message: Temporal_Api_Workflow_V1_VersioningOverride {
        .with { message in
            switch self.base {
            case .pinned(let version):
                message.pinned = .with {
                    $0.behavior = .pinned
                    $0.version.deploymentName = version.deploymentName
                    $0.version.buildID = version.buildID
                }
            case .autoUpgrade:
                message.autoUpgrade = true
            }
        }
    }

    /// Nil if there is none, or one of a kind that is not known here.
    init?(_ message: Temporal_Api_Workflow_V1_VersioningOverride) {
        switch message.override {
        case .pinned(let pinned):
            let version = pinned.version
            self = .pinned(DeploymentVersion(deploymentName: version.deploymentName, buildID: version.buildID))
        case .autoUpgrade(true): self = .autoUpgrade
        default: return nil
        }
    }

    private init(base: Base) {
        self.base = base
    }
}

extension WorkflowHandle {
    /// Changes which versions of a deployment go on with the workflow while it runs.
    ///
    /// Its next workflow task goes to a worker of such a version.
    ///
    /// - Parameter versioningOverride: Which versions; nil for what the workflow and its workers say.
    /// - Returns: What holds now.
    /// - Throws: ``TemporalError``: `notFound` if the workflow is over. `CancellationError` if cancelled.
    @discardableResult
    public func updateOptions(versioningOverride: VersioningOverride?) async throws -> VersioningOverride? {
        var request = WorkflowService.UpdateWorkflowExecutionOptions.Input()
        request.namespace = self.connection.namespace
        request.identity = self.connection.identity
        request.workflowExecution = self.execution
        request.workflowExecutionOptions = .init()
        if let versioningOverride {
            request.workflowExecutionOptions.versioningOverride = versioningOverride.message
        }
        request.updateMask = Google_Protobuf_FieldMask(protoPaths: "versioning_override")
        let response = try await self.connection.call(WorkflowService.UpdateWorkflowExecutionOptions.self, request)
        return VersioningOverride(response.workflowExecutionOptions.versioningOverride)
    }
}
