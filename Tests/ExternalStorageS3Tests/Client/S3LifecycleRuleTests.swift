//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Testing

@testable import ExternalStorageS3

@Suite("Lifecycle rules")
struct S3LifecycleRuleTests {
    @Test("A rule that was read is written back with everything it says")
    func keeps() throws {
        let xml =
            "<Rule><ID>a&amp;b</ID><Filter><And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>"
            + "</Filter><Status>Disabled</Status><Transition><Days>3</Days><StorageClass>GLACIER</StorageClass>"
            + "</Transition></Rule>"
        let rule = try S3LifecycleRule(#require(XMLNode(parsing: xml.utf8)))
        #expect(rule.id == "a&b")
        #expect(!rule.isEnabled)
        #expect(rule.prefix == "p/")
        #expect(!rule.goesByPrefixAlone)
        #expect(rule.expirationInDays == nil)
        #expect(rule.tags == [S3Tag("k", "v")])
        #expect(rule.xml == xml)
    }

    @Test("A rule of our own says what it was told")
    func makes() {
        let rule = S3LifecycleRule(id: "x", prefix: "v0/", expirationInDays: 30, abortingUploadsAfterDays: 2)
        #expect(
            rule.xml
                == "<Rule><ID>x</ID><Filter><Prefix>v0/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30"
                + "</Days></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>"
                + "</AbortIncompleteMultipartUpload></Rule>"
        )
        #expect(rule.goesByPrefixAlone)
        #expect(rule.abortingUploadsAfterDays == 2)
    }
}
