//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How fast a pass gets on, and how long what is left of its stage will take.
///
/// Pure: whoever shows it says what time it is.
package struct PassPace: Sendable {
    private var stage = ""
    private var began = Duration.zero
    private var start = PassProgress.Snapshot()

    package init() {}

    /// What there is to say.
    ///
    /// - Parameters:
    ///   - snapshot: How far the pass is.
    ///   - elapsed: The time since the pass began; never less than the time before.
    /// - Returns: A line without its end.
    package mutating func line(_ snapshot: PassProgress.Snapshot, after elapsed: Duration) -> String {
        if snapshot.stage != self.stage {
            (self.stage, self.began, self.start) = (snapshot.stage, elapsed, snapshot)
        }
        let seconds = (elapsed - self.began) / .seconds(1)
        var text = "\(snapshot.stage): "
        let (done, all): (Int, Int)
        if snapshot.objectsExpected > 0 {
            text += "\(snapshot.objects) of \(snapshot.objectsExpected) objects"
            (done, all) = (snapshot.objects - self.start.objects, snapshot.objectsExpected - self.start.objects)
        } else {
            text += "\(snapshot.itemsRead) of \(snapshot.itemsListed) read, \(snapshot.references) references"
            if snapshot.objects > 0 { text += ", \(snapshot.objects) objects" }
            (done, all) = (snapshot.itemsRead - self.start.itemsRead, snapshot.itemsListed - self.start.itemsRead)
        }
        // The first look at a stage knows no rate, and the first seconds say nothing about the rest.
        if seconds > 0 {
            let rate = Double(done) / seconds
            text += ", \(Int(rate.rounded()))/s"
            if seconds >= 3, done > 0, all > done { text += ", \(Self.words(Double(all - done) / rate)) left" }
        }
        if snapshot.problems > 0 { text += ", \(snapshot.problems) problems" }
        return text
    }

    private static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds.rounded(.up))) s"
        case ..<5_400: "\(Int((seconds / 60).rounded(.up))) min"
        default: "\((seconds / 360).rounded(.up) / 10) h"
        }
    }
}
