//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@Suite("Runs that wait", .timeLimit(.minutes(2)))
struct WaitingRunTests {
    enum Operation: CaseIterable {
        case activity
        case child
        case nexus

        /// Starts one with a value that nobody else has.
        func start(in run: WorkflowRun, watching isKept: Box<Bool>) async throws {
            switch self {
            case .activity:
                _ = try await run.executeActivity(
                    .with {
                        $0.activityType.name = "a"
                        $0.input.payloads = [payload(isKept)]
                    },
                    cancellation: .tryCancel
                )
            case .child:
                _ = try await run.startChild(
                    .with {
                        $0.workflowType.name = "c"
                        $0.input.payloads = [payload(isKept)]
                    },
                    cancellation: .tryCancel
                )
            case .nexus:
                _ = try await run.startNexusOperation(
                    .with {
                        $0.operation = "o"
                        $0.input = payload(isKept)
                    },
                    cancellation: .tryCancel
                )
            }
        }
    }

    @Test("What an operation was given leaves memory with the answer that sends it", arguments: Operation.allCases)
    func input(_ operation: Operation) async throws {
        let wasKept = try await onThread { () -> [Bool] in
            let isKept = Box(false)
            let server = FakeServer(
                TestProgram { run, _ in
                    try await operation.start(in: run, watching: isKept)
                    return ""
                }
            )
            var wasKept: [Bool] = []
            server.work { wasKept.append(isKept.value) }
            wasKept.append(isKept.value)
            return wasKept
        }
        #expect(wasKept == [true, false])
    }
}

/// A value that notes that it is in memory, until it is not.
private func payload(_ isKept: Box<Bool>) -> API.Payload {
    let size = 1_000
    isKept.value = true
    // Nothing but the data has the bytes, and nothing but its end frees them.
    let data = unsafe Data(
        bytesNoCopy: .allocate(byteCount: size, alignment: 1),
        count: size,
        deallocator: .custom { bytes, _ in
            unsafe bytes.deallocate()
            isKept.value = false
        }
    )
    return .with { $0.data = data }
}
