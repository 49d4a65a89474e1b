//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import WorkflowEngine

extension WorkflowContext {
    /// The version of the worker that processes, or has processed, the current workflow task; nil if it has none.
    ///
    /// The same in every replay: it stands in history.
    public var currentDeploymentVersion: DeploymentVersion? { self.view.currentDeploymentVersion }

    /// Whether a new run would be on another version than this one is, so that a pinned workflow may want to continue
    /// as
    /// new; false on servers that do not say.
    public var isTargetDeploymentVersionChanged: Bool { self.view.isTargetDeploymentVersionChanged }
}

extension WorkflowContextView {
    /// The version of the worker that processes, or has processed, the current workflow task; nil if it has none.
    public var currentDeploymentVersion: DeploymentVersion? {
        self.run.deployment.map { DeploymentVersion(deploymentName: $0.name, buildID: $0.buildID) }
    }

    /// Whether a new run would be on another version than this one is; false on servers that do not say.
    public var isTargetDeploymentVersionChanged: Bool { self.run.task.isTargetDeploymentVersionChanged }
}
