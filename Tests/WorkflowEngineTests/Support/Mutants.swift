//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension MutantTests {
    /// Every change, and what a replay says of it.
    static let mutants: [Mutant] = [
        Mutant(
            .patchForgotten,
            "a patch forgotten",
            5,
            "MarkerRecorded(marker: core_patch, patch: limit)",
            "UpsertWorkflowSearchAttributes"
        ),
        Mutant(
            .patchRenamed,
            "a patch with another name",
            5,
            "MarkerRecorded(marker: core_patch, patch: limit)",
            "UpsertWorkflowSearchAttributes"
        ),
        Mutant(
            .searchAttributesRemoved,
            "search attributes no longer set",
            7,
            "UpsertWorkflowSearchAttributes",
            "WorkflowPropertiesModified"
        ),
        Mutant(
            .memoRemoved,
            "a memo no longer set",
            8,
            "WorkflowPropertiesModified",
            "MarkerRecorded(marker: SideEffect, id: 1)"
        ),
        Mutant(
            .memoBeforeSearchAttributes,
            "memo and search attributes in the other order",
            7,
            "UpsertWorkflowSearchAttributes",
            "WorkflowPropertiesModified"
        ),
        Mutant(
            .sideEffectRemoved,
            "a side effect removed",
            9,
            "MarkerRecorded(marker: SideEffect, id: 1)",
            "TimerStarted(id: 1)"
        ),
        Mutant(
            .sideEffectAdded,
            "a side effect added",
            10,
            "no side effect 2",
            "one"
        ),
        Mutant(
            .timerRemoved,
            "a timer removed",
            10,
            "TimerStarted(id: 1)",
            "ActivityTaskScheduled(type: reserve, id: 1)"
        ),
        Mutant(
            .timerInsteadOfActivity,
            "a timer in place of an activity",
            12,
            "ActivityTaskScheduled(type: charge, id: 2)",
            "TimerStarted(id: 2)"
        ),
        Mutant(
            .timerNotCancelled,
            "a timer no longer cancelled, and waited for",
            21,
            "a local activity(number: 3, type: total, id: 3)",
            "no local activity of this number"
        ),
        Mutant(
            .activityRemoved,
            "an activity removed",
            11,
            "ActivityTaskScheduled(type: reserve, id: 1)",
            "ActivityTaskScheduled(type: charge, id: 1)"
        ),
        Mutant(
            .activityAdded,
            "an activity added",
            13,
            "no more commands",
            "ActivityTaskScheduled(type: thank, id: 3)"
        ),
        Mutant(
            .activityRenamed,
            "an activity of another type",
            11,
            "ActivityTaskScheduled(type: reserve, id: 1)",
            "ActivityTaskScheduled(type: hold, id: 1)"
        ),
        Mutant(
            .activityWithOtherID,
            "an activity with an id of its own",
            11,
            "ActivityTaskScheduled(type: reserve, id: 1)",
            "ActivityTaskScheduled(type: reserve, id: first)"
        ),
        Mutant(
            .activitiesSwapped,
            "two activities in the other order",
            11,
            "ActivityTaskScheduled(type: reserve, id: 1)",
            "ActivityTaskScheduled(type: charge, id: 1)"
        ),
        Mutant(
            .activityLater,
            "an activity after another one, no longer beside it",
            12,
            "ActivityTaskScheduled(type: charge, id: 2)",
            "nothing"
        ),
        Mutant(
            .localActivityRenamed,
            "a local activity of another type",
            21,
            "a local activity(number: 3, type: total, id: 3)",
            "a local activity(number: 3, type: sum, id: 3)"
        ),
        Mutant(
            .localActivityRemoved,
            "a local activity removed",
            21,
            "a local activity(number: 3, type: total, id: 3)",
            "no local activity of this number"
        ),
        Mutant(
            .localActivityMadeRemote,
            "an activity in place of a local one",
            21,
            "a local activity(number: 3, type: total, id: 3)",
            "no local activity of this number"
        ),
        Mutant(
            .childRenamed,
            "a child workflow of another type",
            22,
            "StartChildWorkflowExecutionInitiated(type: Shipping, id: ship-1)",
            "StartChildWorkflowExecutionInitiated(type: Delivery, id: ship-1)"
        ),
        Mutant(
            .childWithOtherID,
            "a child workflow with another id",
            22,
            "StartChildWorkflowExecutionInitiated(type: Shipping, id: ship-1)",
            "StartChildWorkflowExecutionInitiated(type: Shipping, id: ship-2)"
        ),
        Mutant(
            .childMadeActivity,
            "an activity in place of a child workflow",
            22,
            "StartChildWorkflowExecutionInitiated(type: Shipping, id: ship-1)",
            "ActivityTaskScheduled(type: Shipping, id: 4)"
        ),
        Mutant(
            .signalRemoved,
            "a signal to another workflow removed",
            28,
            "SignalExternalWorkflowExecutionInitiated(signal: shipped, workflow: warehouse)",
            "RequestCancelExternalWorkflowExecutionInitiated(workflow: reservation)"
        ),
        Mutant(
            .signalRenamed,
            "another signal to it",
            28,
            "SignalExternalWorkflowExecutionInitiated(signal: shipped, workflow: warehouse)",
            "SignalExternalWorkflowExecutionInitiated(signal: sent, workflow: warehouse)"
        ),
        Mutant(
            .signalToAnother,
            "the signal to yet another workflow",
            28,
            "SignalExternalWorkflowExecutionInitiated(signal: shipped, workflow: warehouse)",
            "SignalExternalWorkflowExecutionInitiated(signal: shipped, workflow: depot)"
        ),
        Mutant(
            .cancellationRemoved,
            "the cancellation of another workflow removed",
            33,
            "RequestCancelExternalWorkflowExecutionInitiated(workflow: reservation)",
            "ActivityTaskScheduled(type: remind, id: 4)"
        ),
        Mutant(
            .cancellationOfAnother,
            "the cancellation of yet another workflow",
            33,
            "RequestCancelExternalWorkflowExecutionInitiated(workflow: reservation)",
            "RequestCancelExternalWorkflowExecutionInitiated(workflow: offer)"
        ),
        Mutant(
            .updateRemoved,
            "the handler of an update removed",
            42,
            "WorkflowExecutionUpdateAccepted(update: confirmation)",
            "a rejection: there is no such update"
        ),
        Mutant(
            .updateWithoutActivity,
            "an activity in it removed",
            43,
            "ActivityTaskScheduled(type: confirm, id: 5)",
            "WorkflowExecutionUpdateCompleted(update: confirmation)"
        ),
        Mutant(
            .updateWithTimerFirst,
            "a timer before that activity",
            43,
            "ActivityTaskScheduled(type: confirm, id: 5)",
            "TimerStarted(id: 2)"
        ),
        Mutant(
            .activityNotCancelled,
            "an activity left alone that was cancelled",
            50,
            "ActivityTaskCancelRequested(scheduled: 38)",
            "WorkflowExecutionCompleted"
        ),
        Mutant(
            .failure,
            "failure in place of completion",
            51,
            "WorkflowExecutionCompleted",
            "WorkflowExecutionFailed"
        ),
        Mutant(
            .continueAsNew,
            "a new run in place of completion",
            51,
            "WorkflowExecutionCompleted",
            "WorkflowExecutionContinuedAsNew(type: Test)"
        ),
        Mutant(
            .activityAtTheEnd,
            "an activity more at the end",
            51,
            "WorkflowExecutionCompleted",
            "ActivityTaskScheduled(type: archive, id: 6)"
        ),
        Mutant(
            .signalAwaitedAtTheEnd,
            "a signal awaited at the end",
            51,
            "WorkflowExecutionCompleted",
            "nothing"
        ),
    ]
}
