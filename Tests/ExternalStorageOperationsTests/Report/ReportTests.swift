//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Testing

@testable import ExternalStorageOperations

@Suite("The report")
struct ReportTests {
    private static func object(_ key: String, size: Int, time: Int64? = 1_000_000) -> StoredObject {
        StoredObject(
            location: StoredObjectLocation(container: "", key: key),
            sizeInBytes: size,
            lastModified: time,
            revision: "1"
        )
    }

    @Test("Each object is counted once in each division, and only what is surely waste is called so")
    func census() {
        var census = StoreCensus(driver: "local-disk", container: "")
        let now: Int64 = 1_000_000
        census.add(Self.object(Samples.key("a"), size: 100), isReferenced: true, ["default"], now)
        census.add(
            Self.object(Samples.key("b"), size: 300 << 10, time: now - 90_000),
            isReferenced: false,
            ["default"],
            now
        )
        census.add(Self.object(Samples.key("c"), size: 7, time: nil), isReferenced: false, ["other"], now)
        census.add(Self.object("v0/strange", size: 8), isReferenced: false, ["default"], now)
        census.add(Self.object(Samples.key("d"), size: 9), isReferenced: nil, ["default"], now)
        #expect(census.all.objects == 5)
        #expect(census.referenced.bytes == 100)
        #expect(census.orphans.objects == 1)
        #expect(census.unknown.objects == 3)
        #expect(census.bySize.map(\.objects) == [4, 1, 0, 0, 0, 0])
        #expect(census.byAge.map(\.objects) == [3, 1, 0, 0, 0, 0])
        #expect(census.growth.suffix(2).map(\.objects) == [1, 3])
        #expect(census.largest.map(\.sizeInBytes) == [300 << 10, 100, 9, 8, 7])
    }

    @Test("The largest stay the largest, however many there are")
    func largest() {
        var census = StoreCensus(driver: "local-disk", container: "")
        for size in (1...100).shuffled() {
            census.add(Self.object(Samples.key("\(size)"), size: size), isReferenced: true, ["default"], 1_000_000)
        }
        #expect(census.largest.map(\.sizeInBytes) == Array((81...100).reversed()))
    }

    @Test("Texts from keys and histories are texts on the page, and the page asks for nothing elsewhere")
    func escaping() {
        var census = StoreCensus(driver: "local-disk", container: "<script>alert(1)</script>")
        census.add(Self.object("v0/\"><img src=x>\u{1B}", size: 1), isReferenced: true, ["default"], 1_000_000)
        let page = ReportPage([], [census], title: "a & b").text()
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(!page.contains("\u{1B}"))
        #expect(page.contains("a &amp; b"))
        for word in ["http:", "https:", "url(", "@import"] { #expect(!page.contains(word)) }
    }
}
