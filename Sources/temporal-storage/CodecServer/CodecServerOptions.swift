//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// The options of the codec server itself.
struct CodecServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen; port 0 takes a free one. (default: 127.0.0.1:8081)",
            valueName: "host:port"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "The origins of Web UIs that may call, with commas between them, exactly as browsers send them: "
                + "https://temporal.example.com. (default: none)",
            valueName: "origins"
        )
    )
    var corsOrigins: String?

    @Flag(help: "Let browsers send cookies along (\"Include cross-origin credentials\" in the Web UI).")
    var corsCredentials = false

    @Option(
        help: ArgumentHelp(
            "Demand a token that is signed with a key of this set; the Web UI sends tokens to https only. For Temporal Cloud: "
                + "https://login.tmprl.cloud/.well-known/jwks.json. (default: anybody may call, on loopback)",
            valueName: "url"
        )
    )
    var authJwksUrl: String?

    @Option(help: ArgumentHelp("The accepted issuers of tokens, with commas between them.", valueName: "issuers"))
    var authIssuer: String?

    @Option(
        help: ArgumentHelp(
            "The accepted audiences of tokens, with commas between them. For Temporal Cloud: "
                + "https://saas-api.tmprl.cloud.",
            valueName: "audiences"
        )
    )
    var authAudience: String?

    @Option(
        help: ArgumentHelp(
            "The claim with a list of <namespace>:<role>; dots lead into objects. (default: permissions)",
            valueName: "claim"
        )
    )
    var authPermissionsClaim: String?

    @Option(
        help: ArgumentHelp(
            "The roles that may decode and download. (default: read,write,worker,admin)",
            valueName: "roles"
        )
    )
    var authReadRoles: String?

    @Option(help: ArgumentHelp("The roles that may encode. (default: write,worker,admin)", valueName: "roles"))
    var authWriteRoles: String?

    @Flag(help: "Listen on other addresses than loopback without tokens, because something in front checks who calls.")
    var allowAnyone = false

    @Flag(help: "Take the namespace from the path, /<namespace>/decode, instead of the header X-Namespace.")
    var namespaceInPath = false

    @Option(
        help: ArgumentHelp(
            "Further buckets to read from, with commas between them: a name or an ARN, and perhaps /prefix. "
                + "(default: only --bucket)",
            valueName: "buckets"
        )
    )
    var allowBuckets: String?

    @Flag(help: "Follow references whose keys have no namespace in them; any caller can read these.")
    var allowKeysWithoutNamespace = false

    @Option(help: ArgumentHelp("The largest body of a request, in bytes. (default: 8388608)", valueName: "bytes"))
    var maxBodyBytes: String?

    @Option(
        help: ArgumentHelp(
            "The most that one request may resolve, in bytes. (default: 67108864)",
            valueName: "bytes"
        )
    )
    var maxResolvedBytes: String?

    @Option(
        help: ArgumentHelp(
            "The memory for resolved payloads, in bytes; requests wait for it. (default: 33554432)",
            valueName: "bytes"
        )
    )
    var responseMemoryBytes: String?

    @Option(
        help: ArgumentHelp(
            "The requests per second of one caller in the long run, four times as many at once; 0 for any number. "
                + "(default: 50)",
            valueName: "count"
        )
    )
    var rateLimit: String?

    var flags: [(Setting, String?)] {
        [
            (.listen, self.listen), (.corsOrigins, self.corsOrigins),
            (.corsCredentials, self.corsCredentials ? "true" : nil), (.authKeys, self.authJwksUrl),
            (.authIssuer, self.authIssuer), (.authAudience, self.authAudience),
            (.authPermissionsClaim, self.authPermissionsClaim), (.authReadRoles, self.authReadRoles),
            (.authWriteRoles, self.authWriteRoles), (.allowAnyone, self.allowAnyone ? "true" : nil),
            (.namespaceInPath, self.namespaceInPath ? "true" : nil), (.allowBuckets, self.allowBuckets),
            (.allowKeysWithoutNamespace, self.allowKeysWithoutNamespace ? "true" : nil),
            (.maxBodyBytes, self.maxBodyBytes), (.maxResolvedBytes, self.maxResolvedBytes),
            (.responseMemoryBytes, self.responseMemoryBytes), (.rateLimit, self.rateLimit),
        ]
    }
}
