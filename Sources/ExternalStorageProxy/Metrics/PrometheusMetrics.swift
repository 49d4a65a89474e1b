//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Metrics
import NIOConcurrencyHelpers

/// Keeps metrics in memory and writes them in the text format that Prometheus reads.
///
/// Counters get the suffix `_total`, timers are histograms in seconds with the suffix `_seconds`, meters and recorders
/// without aggregation are gauges, recorders with aggregation are histograms.
///
/// Made for the command: as many metrics as there are, for as long as the process lives. The number of label sets of a
/// metric is bounded all the same, because some labels come from outside.
package final class PrometheusMetrics: MetricsFactory {
    /// How many label sets one metric has before all further ones share a series with the label `overflow="true"`.
    package static let seriesLimit = 2_000

    private let families: NIOLockedValueBox<[String: PrometheusFamily]> = NIOLockedValueBox([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(PrometheusText.name(label, suffix: "_total"), dimensions, .counter) { PrometheusCounter() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.series(PrometheusText.name(label), dimensions, .gauge) { PrometheusGauge() }
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return self.series(PrometheusText.name(label), dimensions, .gauge) { PrometheusGauge() }
        }
        return self.series(PrometheusText.name(label), dimensions, .histogram) {
            PrometheusHistogram(bounds: PrometheusHistogram.sizes)
        }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.series(PrometheusText.name(label, suffix: "_seconds"), dimensions, .histogram) {
            PrometheusHistogram(bounds: PrometheusHistogram.seconds)
        }
    }

    // A series is shared by all handles with its name and labels, so it outlives each of them.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// All metrics, by name, as text.
    package func text() -> String {
        let families = self.families.withLockedValue { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        return text
    }

    /// The series with these labels, made at the first request.
    ///
    /// A name that is taken by another kind of metric gets a series that is not written: there is no right way to.
    private func series<Series: PrometheusSeries>(
        _ name: String,
        _ dimensions: [(String, String)],
        _ kind: PrometheusFamily.Kind,
        _ make: () -> Series
    ) -> Series {
        self.families.withLockedValue { families in
            var labels = PrometheusText.labels(dimensions)
            var family = families[name] ?? PrometheusFamily(kind: kind)
            if family.series[labels] == nil, family.series.count >= Self.seriesLimit {
                labels = PrometheusText.labels([("overflow", "true")])
            }
            if let existing = family.series[labels] { return existing as? Series ?? make() }
            guard family.kind == kind else { return make() }
            let made = make()
            family.series[labels] = made
            families[name] = family
            return made
        }
    }
}

/// All series of one metric.
private struct PrometheusFamily {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    var kind: Kind
    var series: [String: any PrometheusSeries] = [:]
}
