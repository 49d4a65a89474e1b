//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// Where payloads go: the options that all subcommands with storage share.
struct StorageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Where payloads are kept: s3, gcs or azure (see --bucket), local-disk (a directory, see --store), or none \
            (nothing is stored). Several drivers stand in the file that --config names.
            """,
            valueName: "driver"
        )
    )
    var driver: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the driver local-disk. It has to exist, and all proxies and workers have to share it.",
            valueName: "dir"
        )
    )
    var store: String?

    @Option(
        help: ArgumentHelp(
            """
            The bucket of the driver s3 (a name, or the ARN of an access point or a Multi-Region Access Point) or gcs, \
            or the container of azure. Credentials come from where the SDKs of AWS, Google and Azure take them.
            """,
            valueName: "name|arn"
        )
    )
    var bucket: String?

    @Option(help: ArgumentHelp("The region of the bucket. (default: as the AWS SDKs find it)", valueName: "region"))
    var region: String?

    @Option(help: ArgumentHelp("The URL of a store that is not the cloud's own.", valueName: "url"))
    var endpointUrl: String?

    @Option(
        defaultAsFlag: "true",
        parsing: .next,
        help: ArgumentHelp(
            "Put the bucket into the path of the URL (true), or into the host name (false). (default: true with "
                + "--endpoint-url, else false)",
            valueName: "true|false"
        )
    )
    var pathStyle: String?

    @Option(
        help: ArgumentHelp(
            "The smallest payload that is stored, in bytes, or \"all\". (default: 262144)",
            valueName: "bytes|all"
        )
    )
    var threshold: String?

    @Option(
        help: ArgumentHelp(
            """
            Write an object again if it is there but older than so many days, so that a rule that deletes by age does \
            not delete what was stored lately. (default: never)
            """,
            valueName: "days"
        )
    )
    var refreshAfter: String?

    @Option(
        help: ArgumentHelp(
            """
            Buckets that replication fills, as NAME@REGION with commas between them: what --bucket does not have, or \
            cannot give, is read from them, in this order.
            """,
            valueName: "buckets"
        )
    )
    var replicaBuckets: String?

    @Option(
        help: ArgumentHelp(
            """
            Where the objects of a bucket are now, as OLD=NEW with commas between them: what references say is in OLD is \
            read from NEW. See the command copy.
            """,
            valueName: "buckets"
        )
    )
    var movedBuckets: String?

    @Flag(help: "Resolve references of early previews too, whose encoding is json/external-storage-reference.")
    var readLegacyReferences = false

    @Option(
        help: ArgumentHelp(
            """
            What becomes of a reference to a driver that is not registered here: "fail", or "leave" it as it is, for \
            SDKs behind this that have storage of their own. (default: fail)
            """,
            valueName: "fail|leave"
        )
    )
    var unregisteredDrivers: String?

    var flags: [(Setting, String?)] {
        [
            (.driver, self.driver), (.store, self.store), (.bucket, self.bucket), (.region, self.region),
            (.endpointURL, self.endpointUrl), (.pathStyle, self.pathStyle),
            (.threshold, self.threshold), (.refreshAfter, self.refreshAfter),
            (.replicaBuckets, self.replicaBuckets), (.movedBuckets, self.movedBuckets),
            (.readLegacyReferences, self.readLegacyReferences ? "true" : nil),
            (.unregisteredDrivers, self.unregisteredDrivers),
        ]
    }
}
