//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension LocalDiskFiles {
    func failure(_ error: SystemError, writing key: String) -> ExternalStorageError {
        let place = "[root=\(self.root), key=\(key)]"
        let (code, text): (ExternalStorageError.Code, String) =
            switch error.kind {
            case .full: (.unavailable, "disk full: \(error) \(place); free space, or move the root to a larger disk")
            case .forbidden: (.forbidden, "writing failed: \(error) \(place); let this user write below the root")
            case .notADirectory, .link, .notAFile, .nameTooLong:
                (
                    .misconfigured,
                    "writing failed: \(error) \(place); something other than the driver's own is in the way"
                )
            case .missing, .other: (.unavailable, "writing failed: \(error) \(place)")
            }
        return ExternalStorageError(code: code, message: text, cause: error)
    }

    func failure(_ error: SystemError, reading key: String) -> ExternalStorageError {
        let place = "[root=\(self.root), key=\(key)]"
        let (code, text): (ExternalStorageError.Code, String) =
            switch error.kind {
            case .missing:
                (.notFound, "no file there \(place): never stored under this root, or deleted since")
            case .forbidden: (.forbidden, "reading failed: \(error) \(place); let this user read below the root")
            case .notADirectory, .link, .notAFile, .nameTooLong:
                (.invalidClaim, "the claim's key leads to no payload: \(error) \(place)")
            case .full, .other: (.unavailable, "reading failed: \(error) \(place)")
            }
        return ExternalStorageError(code: code, message: text, cause: error)
    }
}
