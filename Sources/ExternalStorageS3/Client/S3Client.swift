//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The few operations the driver needs from an S3 service.
///
/// ``S3HTTPClient`` is the implementation that comes with this module. Conform a type of your own to use another SDK,
/// or to put something in between. An implementation repeats what is worth repeating, passes `CancellationError`
/// through and throws ``S3Failure`` for everything else, so that failures can be classified.
public protocol S3Client: Sendable {
    /// Writes an object in one request.
    ///
    /// All or nothing: on failure there is no object, the old one, or, if only the answer was lost, the new one.
    ///
    /// - Parameter request: What to write.
    /// - Returns: Whether it was written or there was one already.
    /// - Throws: ``S3Failure``, of kind ``S3Failure/Kind/unsupported`` if the store does not know the condition.
    func put(_ request: S3PutRequest) async throws -> S3PutOutcome

    /// Reads an object or a part of it.
    ///
    /// - Parameter request: What to read.
    /// - Returns: The bytes and what the store says about the object.
    /// - Throws: ``S3Failure``, of kind ``S3Failure/Kind/notFound`` if there is none.
    func get(_ request: S3GetRequest) async throws -> S3GetResult

    /// Asks about an object without reading it.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: What the store says, or nil if there is no such object.
    /// - Throws: ``S3Failure``. Without the right to list, AWS answers *forbidden* for an object that is missing.
    func head(bucket: String, key: String) async throws -> S3ObjectInfo?

    /// Says where a bucket is looked for, for the texts of errors: pairs such as `region` and `endpoint`.
    ///
    /// - Parameter bucket: The bucket: a name or an ARN.
    /// - Returns: Names and values, in the order to show them; nothing secret.
    func describe(bucket: String) -> [(name: String, value: String)]
}
