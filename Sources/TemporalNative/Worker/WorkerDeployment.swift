//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// A version of the program that workers run: a build of a deployment.
public struct DeploymentVersion: Hashable, Sendable {
    /// The deployment: what all builds of the program have in common, such as the name of the service.
    public var deploymentName: String
    /// The build, such as a version number or a commit.
    public var buildID: String

    /// Names a version.
    ///
    /// - Parameters:
    ///   - deploymentName: The deployment.
    ///   - buildID: The build.
    public init(deploymentName: String, buildID: String) {
        self.deploymentName = deploymentName
        self.buildID = buildID
    }
}

/// Which versions of a deployment go on with a run.
public enum VersioningBehavior: Hashable, Sendable {
    /// What the worker's default says.
    case unspecified
    /// The version on which the run began, to its end: its code never changes for a run.
    case pinned
    /// Whichever version is the current one: changes of the code need patches, as without versions.
    case autoUpgrade

    var message: Temporal_Api_Enums_V1_VersioningBehavior {
        switch self {
        case .unspecified: .unspecified
        case .pinned: .pinned
        case .autoUpgrade: .autoUpgrade
        }
    }
}

/// As which version a worker takes tasks.
public struct WorkerDeployment: Hashable, Sendable {
    /// The version of the program.
    public var version: DeploymentVersion
    /// Whether the server hands out tasks by version.
    ///
    /// If not, the worker takes tasks as one without a version does, and only says what it is.
    public var isVersioned: Bool
    /// What holds for workflows that say nothing of it: see ``WorkflowDefinition/versioningBehavior``.
    public var defaultVersioningBehavior: VersioningBehavior

    /// Names the version of a worker.
    ///
    /// - Parameters:
    ///   - version: The version of the program.
    ///   - isVersioned: Whether the server hands out tasks by version.
    ///   - defaultVersioningBehavior: What holds for workflows that say nothing of it.
    public init(
        version: DeploymentVersion,
        isVersioned: Bool = true,
        defaultVersioningBehavior: VersioningBehavior = .unspecified
    ) {
        self.version = version
        self.isVersioned = isVersioned
        self.defaultVersioningBehavior = defaultVersioningBehavior
    }

    var message: Temporal_Api_Deployment_V1_WorkerDeploymentOptions {
        .with { options in
            options.deploymentName = self.version.deploymentName
            options.buildID = self.version.buildID
            options.workerVersioningMode = self.isVersioned ? .versioned : .unversioned
        }
    }

    /// The behaviour to report for a workflow that has said one.
    func behavior(_ behavior: VersioningBehavior) -> VersioningBehavior {
        guard self.isVersioned else { return .unspecified }
        return behavior == .unspecified ? self.defaultVersioningBehavior : behavior
    }

    /// - Throws: ``TemporalError/Code/invalidConfiguration``.
    func validate(_ workflows: [any WorkflowDefinition.Type]) throws(TemporalError) {
        func refusal(_ message: String) -> TemporalError {
            TemporalError(code: .invalidConfiguration, message: message)
        }
        guard !self.version.deploymentName.isEmpty, !self.version.buildID.isEmpty else {
            throw refusal("a worker's deployment has a name and a build ID, and one of them is empty")
        }
        guard !self.version.deploymentName.contains(".") else {
            throw refusal("the name of a deployment has no dot, but is \"\(self.version.deploymentName)\"")
        }
        guard self.isVersioned else { return }
        for workflow in workflows where self.behavior(workflow.versioningBehavior) == .unspecified {
            throw refusal(
                """
                the workflow \(workflow.name) does not say how it takes new versions: it needs a versioningBehavior, or \
                the worker's deployment a defaultVersioningBehavior
                """
            )
        }
    }
}
