//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import HTTPTypes

extension RequestFailure {
    static let unknownPath = Self(
        status: .notFound,
        reason: "unknownPath",
        text: "There is nothing here. The path has to end in /encode, /decode or /download."
    )

    static let wrongMethod = Self(
        status: .methodNotAllowed,
        reason: "wrongMethod",
        text: "Only POST (and OPTIONS, for browsers) is understood here.",
        fields: [.allow: "POST, OPTIONS"]
    )

    static let wrongType = Self(
        status: .unsupportedMediaType,
        reason: "wrongType",
        text: "The Content-Type has to be application/json."
    )

    static let foreignOrigin = Self(
        status: .forbidden,
        reason: "foreignOrigin",
        text: "Pages of this origin may not call the codec server. Its operator can allow the origin of the Web UI."
    )

    static func unauthenticated(_ text: String, detail: String?) -> Self {
        Self(
            status: .unauthorized,
            reason: "unauthenticated",
            text: text,
            detail: detail,
            fields: [.wwwAuthenticate: "Bearer"]
        )
    }

    static func notPermitted(_ route: RequestTarget.Route) -> Self {
        Self(
            status: .forbidden,
            reason: "notPermitted",
            text:
                "The caller has no role in this namespace that may \(route.rawValue). Ask for one, or sign in as another."
        )
    }

    static let missingPathNamespace = Self(
        status: .badRequest,
        reason: "missingNamespace",
        text: "The path names no namespace. It has to be /<namespace>/decode, and so on."
    )

    static let twoNamespaces = Self(
        status: .badRequest,
        reason: "twoNamespaces",
        text: "The path and the header X-Namespace name different namespaces. Use {namespace} in the endpoint."
    )

    static func tooMany(_ wait: Duration) -> Self {
        Self(
            status: .tooManyRequests,
            reason: "rateLimited",
            text: "Too many requests. Try again in a while.",
            fields: [.retryAfter: "\(max(1, wait.components.seconds + 1))"]
        )
    }

    static let busy = Self(
        status: .tooManyRequests,
        reason: "busy",
        text: "The codec server is busy with other payloads. Try again.",
        fields: [.retryAfter: "5"]
    )

    static let tooSlow = Self(
        status: .badRequest,
        reason: "tooSlow",
        text: "Storage or a codec took too long. Try again."
    )
}
