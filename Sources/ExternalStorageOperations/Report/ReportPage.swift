//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The report as one page of HTML that needs nothing else: no network, no script.
///
/// Texts that come from keys and histories are escaped. Colours are chosen so that text has a contrast of 4.5 and more and
/// bars one of 3 and more, in both themes.
package struct ReportPage: Sendable {
    private let summaries: [NamespaceSummary]
    private let stores: [StoreCensus]
    private let title: String
    private var html = ""

    /// - Parameters:
    ///   - summaries: What was found in each namespace.
    ///   - stores: What was counted in each store.
    ///   - title: What stands at the top, such as the address of the server and the time.
    package init(_ summaries: [NamespaceSummary], _ stores: [StoreCensus], title: String) {
        self.summaries = summaries
        self.stores = stores
        self.title = title
    }

    /// The page.
    ///
    /// Pure.
    package func text() -> String {
        var page = self
        page.html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>External storage: \(Self.escaped(self.title))</title>
            <style>\(Self.style)</style></head><body>
            <header><h1>External storage</h1><p>\(Self.escaped(self.title))</p></header><main>

            """
        page.addSummary()
        page.addFindings()
        for store in self.stores { page.add(store) }
        page.addReferences()
        page.html += "</main></body></html>\n"
        return page.html
    }

    // MARK: Sections

    private mutating func addSummary() {
        let all = self.stores.reduce(into: StoreCensus.Count()) { $0.add($1.all) }
        let referenced = self.stores.reduce(into: StoreCensus.Count()) { $0.add($1.referenced) }
        let orphans = self.stores.reduce(into: StoreCensus.Count()) { $0.add($1.orphans) }
        let total = self.summaries.reduce(into: PartResult()) { $0.add($1.result) }
        let bytes = total.tallies.values.reduce(into: PartResult.Tally()) { $0.add($1) }.bytes
        let isComplete = self.summaries.allSatisfy(\.isComplete)
        var figures = [
            ("Objects", "\(all.objects)", Self.size(all.bytes)),
            ("References", "\(total.references)", "in \(total.items) executions and the like"),
        ]
        if isComplete {
            figures.append(("Orphans", "\(orphans.objects)", Self.size(orphans.bytes)))
            // What the same values would take if every reference had an object of its own.
            let (saved, overflow) = bytes.subtractingReportingOverflow(referenced.bytes)
            figures.append(
                ("Saved by sharing", Self.size(overflow ? 0 : max(0, saved)), "several references, one object")
            )
        } else {
            figures.append(("Orphans", "not known", "not everything could be read"))
        }
        figures.append(("Findings", "\(total.findingCount)", "\(total.problemCount) problems"))
        self.html += "<section aria-label=\"Summary\"><dl class=\"figures\">\n"
        for (name, value, note) in figures {
            self.html += "<div><dt>\(name)</dt><dd><strong>\(value)</strong><span>\(note)</span></dd></div>\n"
        }
        self.html += "</dl></section>\n"
    }

    private mutating func addFindings() {
        let findings = self.summaries.flatMap(\.result.findings)
        let problems = self.summaries.flatMap(\.result.problems)
        guard !findings.isEmpty || !problems.isEmpty else { return }
        self.html += "<section><h2>Findings</h2>\n"
        self.addTable(
            ["What", "Where", "Event", "Details"],
            findings.prefix(200).map { finding in
                let event = finding.place?.eventID.map(String.init) ?? "–"
                return [finding.kind.rawValue, finding.item.id, event, finding.text]
            }
                + problems.prefix(200).map { problem in
                    let event = problem.problem.place?.eventID.map(String.init) ?? "–"
                    return [
                        problem.problem.kind.rawValue, problem.item?.id ?? problem.kind.rawValue, event,
                        problem.problem.text,
                    ]
                }
        )
        self.html += "</section>\n"
    }

    private mutating func add(_ store: StoreCensus) {
        let name = store.container.isEmpty ? store.driver : "\(store.driver): \(store.container)"
        self.html += "<section><h2>\(Self.escaped(name))</h2><div class=\"charts\">\n"
        self.addBars(
            "What it is for",
            [("referenced", store.referenced), ("orphans", store.orphans), ("not known", store.unknown)]
        )
        self.addBars("Size of objects", zip(StoreCensus.sizeClasses, store.bySize).map { ($0.name, $1) })
        self.addBars("Age, since written", zip(StoreCensus.ageClasses, store.byAge).map { ($0.name, $1) })
        self.addBars(
            "Type of workflow",
            store.byType.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }.prefix(12).map {
                ($0.key, $0.value)
            }
        )
        self.addGrowth(store.growth)
        self.html += "</div>\n"
        if !store.largest.isEmpty {
            self.html += "<h3>The largest</h3>\n"
            self.addTable(
                ["Size", "Referenced", "Key"],
                store.largest.map { [Self.size($0.sizeInBytes), $0.isReferenced ? "yes" : "no", $0.key] }
            )
        }
        self.html += "</section>\n"
    }

    private mutating func addReferences() {
        self.html += "<section><h2>References</h2>\n"
        for summary in self.summaries where !summary.result.tallies.isEmpty {
            self.html += "<h3>Namespace \(Self.escaped(summary.identity.name))</h3>\n"
            let rows = summary.result.tallies.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }.prefix(50)
            self.addTable(
                ["Type", "References", "Bytes"],
                rows.map { [$0.key.isEmpty ? "(none)" : $0.key, "\($0.value.references)", Self.size($0.value.bytes)] }
            )
        }
        self.html += "</section>\n"
    }

    // MARK: Parts

    /// Bars, one per row, with the text beside them: at any width, texts keep their size.
    private mutating func addBars(_ title: String, _ rows: [(name: String, count: StoreCensus.Count)]) {
        let most = Double(max(1, rows.map(\.count.bytes).max() ?? 1))
        self.html += "<figure><figcaption>\(title)</figcaption><ul class=\"bars\">\n"
        for (name, count) in rows {
            let width = (Double(count.bytes) / most * 1_000).rounded() / 10
            let text = "\(Self.size(count.bytes)), \(count.objects) objects"
            self.html += """
                <li><span class="name">\(Self.escaped(name))</span><span class="value">\(text)</span>\
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="track" width="100" height="8"/><rect class="bar" width="\(width)" height="8"/></svg></li>

                """
        }
        self.html += "</ul></figure>\n"
    }

    /// A column per day.
    private mutating func addGrowth(_ days: [StoreCensus.Count]) {
        let most = Double(max(1, days.map(\.bytes).max() ?? 1))
        let total = days.reduce(into: StoreCensus.Count()) { $0.add($1) }
        let label = "Written in the last \(days.count) days and still there: \(Self.size(total.bytes))"
        self.html += "<figure><figcaption>Growth</figcaption>"
        self.html +=
            "<svg class=\"columns\" viewBox=\"0 0 \(days.count * 10) 100\" preserveAspectRatio=\"none\" role=\"img\" "
            + "aria-label=\"\(label)\">\n"
        for (index, day) in days.enumerated() {
            let height = day.bytes == 0 ? 0 : max(1, (Double(day.bytes) / most * 1_000).rounded() / 10)
            self.html +=
                "<rect class=\"bar\" x=\"\(index * 10 + 1)\" y=\"\(100 - height)\" width=\"8\" height=\"\(height)\">"
                + "<title>\(days.count - 1 - index) days ago: \(Self.size(day.bytes))</title></rect>\n"
        }
        self.html += "</svg><p class=\"axis\"><span>\(days.count) days ago</span><span>today</span></p>"
        self.html += "<p>\(label); at most \(Self.size(Int(most))) on one day.</p></figure>\n"
    }

    private mutating func addTable(_ header: [String], _ rows: [[String]]) {
        self.html +=
            "<div class=\"scroll\" role=\"region\" aria-label=\"\(header.joined(separator: ", "))\" tabindex=\"0\">"
        self.html += "<table><thead><tr>\(header.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead><tbody>\n"
        for row in rows {
            self.html += "<tr>\(row.map { "<td>\(Self.escaped($0))</td>" }.joined())</tr>\n"
        }
        self.html += "</tbody></table></div>\n"
    }

    // MARK: Texts

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default:
                let isVisible = scalar.properties.generalCategory != .control
                result.unicodeScalars.append(isVisible ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// Sizes as people read them.
    package static func size(_ bytes: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        guard unit > 0 else { return "\(bytes) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    private static let style = """
        :root{color-scheme:light dark;--page:#fff;--text:#1b1b1f;--soft:#55555f;--line:#d5d5dc;--track:#ececf1;--bar:#3457c8}
        @media (prefers-color-scheme:dark){:root{--page:#16161a;--text:#ececf1;--soft:#b0b0bb;--line:#3a3a44;\
        --track:#2a2a32;--bar:#8ea6ff}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:clamp(.75rem,2vw,3rem);max-width:min(100rem,100%);background:var(--page);color:var(--text);\
        font:clamp(1rem,.85rem + .35vw,1.75rem)/1.5 system-ui,sans-serif}
        h1,h2,h3{line-height:1.2;margin:1.5em 0 .5em}h1{margin-top:0}header p,figure p,.figures span,.value{color:var(--soft)}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:1rem;margin:0}
        .figures div{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
        dd{margin:0}dd strong,dd span{display:block}dd strong{font-size:1.6em;line-height:1.2}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem}
        figure{margin:0;break-inside:avoid;min-width:0}figcaption{font-weight:600;margin-bottom:.5rem}
        .bars{list-style:none;margin:0;padding:0}.bars li{display:flex;flex-wrap:wrap;justify-content:space-between;\
        gap:0 1rem;margin-bottom:.5rem}.name{overflow-wrap:anywhere}
        svg{display:block;width:100%;height:.6rem}.columns{height:9rem;border-bottom:1px solid var(--soft)}
        .track{fill:var(--track)}.bar{fill:var(--bar)}
        .axis{display:flex;justify-content:space-between;margin:.25rem 0}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
        td:last-child{overflow-wrap:anywhere;min-width:12rem}
        @media print{:root{--page:#fff;--text:#000;--soft:#333;--line:#999;--track:#eee;--bar:#3457c8}\
        body{padding:0;max-width:none;font-size:10pt}.scroll{overflow:visible}\
        *{print-color-adjust:exact}section{break-inside:auto}}
        """
}

extension StoreCensus.Count {
    fileprivate mutating func add(_ other: Self) {
        self.objects += other.objects
        let (sum, overflow) = self.bytes.addingReportingOverflow(other.bytes)
        self.bytes = overflow ? .max : sum
    }
}
