//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import ExternalStorageCore
internal import Groundwork

/// Where the blobs of an account are.
struct AzureEndpoint: Sendable, Hashable {
    /// The name of the account.
    var account: String
    /// The address of its blobs; the path is empty, or `/ACCOUNT` where the host does not name the account.
    var url: ServiceURL

    /// - Throws: `invalidConfiguration`.
    init(account: String, endpointURL: String?, suffix: String = "core.windows.net") throws(ExternalStorageError) {
        let isName = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (3...24).contains(account.utf8.count), account.utf8.allSatisfy(isName) else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "\"\(account)\" is no name of a storage account: 3 to 24 lower-case letters and digits"
            )
        }
        let text = endpointURL ?? "https://\(account).blob.\(suffix)"
        guard var url = ServiceURL(text), !url.target.contains("?") else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "the endpoint must be an absolute URL of http or https without a query, but is \"\(text)\""
            )
        }
        while url.target.hasSuffix("/") { url.target.removeLast() }
        self.account = account
        self.url = url
    }

    /// Whether a secret may be sent there: nobody on the way may read it.
    var isPrivate: Bool { self.url.scheme == "https" || self.url.isLoopback }

    /// The path of a container or a blob below the endpoint, encoded, with its leading slash.
    static func path(container: String, blob: String? = nil) -> String {
        let path = "/\(PercentEncoding.unreserved.encode(container))"
        return blob.map { "\(path)/\(PercentEncoding.path.encode($0))" } ?? path
    }
}
