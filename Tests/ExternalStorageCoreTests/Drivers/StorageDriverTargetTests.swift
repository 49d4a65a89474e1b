//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Testing

@Suite("Targets")
struct StorageDriverTargetTests {
    @Test("ES-T A target is of one kind, and tells what it is")
    func kinds() {
        let workflow = StorageDriverTarget.workflow(namespace: "n", id: "i", runID: "r", type: "t")
        #expect(workflow.workflow?.id == "i" && workflow.activity == nil && workflow.nexus == nil)
        let activity = StorageDriverTarget.activity(namespace: "n", id: "i")
        #expect(activity.activity?.runID == nil && activity.workflow == nil && activity.nexus == nil)
        let nexus = StorageDriverTarget.nexus(endpoint: "e", service: "s", operation: "o")
        #expect(nexus.nexus?.service == "s" && nexus.workflow == nil && nexus.activity == nil)
        let namespace = StorageDriverTarget.namespace("n")
        #expect(namespace.namespaceAlone == "n" && workflow.namespaceAlone == nil)
        #expect(namespace.workflow == nil && namespace.activity == nil && namespace.nexus == nil)
        #expect(StorageDriverTarget.workflow(namespace: "n", id: "i") != .activity(namespace: "n", id: "i"))
    }
}
