//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The right to change a store, which one collector has at a time (ES-G3, P32).
///
/// Objects with numbers for names: each is written once, only if there is none, and the highest counts. So two that want
/// the right at the same time cannot both get it, and whoever lost it sees that before the next deletion. Times are those
/// of the store.
package actor StoreLease {
    private struct Entry: Codable {
        var holder: String
        /// When it ends, by the clock of the store; 0 if it was given back.
        var expires: Int64
    }

    private static let prefix = "temporal-storage/lease/"
    private static let duration: Int64 = 900

    private let driver: any MaintainableStorageDriver
    private let container: String
    private let holder: String
    private var number = 0
    private var expires: Int64 = 0

    /// Takes the right.
    ///
    /// - Parameters:
    ///   - driver: Whose store.
    ///   - container: One of its containers.
    ///   - holder: A name that nobody else has, for texts.
    /// - Throws: `OperationsError` of code `busy` if somebody else has it; what the store throws.
    package init(on driver: any MaintainableStorageDriver, container: String, holder: String) async throws {
        self.driver = driver
        self.container = container
        self.holder = holder
        let now = try await driver.currentTime(in: container)
        let (highest, entry) = try await Self.highest(of: driver, in: container)
        if let entry, entry.expires > now {
            throw OperationsError(
                .busy,
                """
                another collector (\(entry.holder)) works on the bucket "\(container)": its lease ends in \
                \(entry.expires - now) seconds. Wait for it
                """
            )
        }
        try await self.claim(highest + 1, until: now + Self.duration)
    }

    /// Makes sure of the right for some minutes more.
    ///
    /// - Throws: `OperationsError` of code `busy` if it is lost: then nothing may be deleted any more.
    package func hold() async throws {
        let now = try await self.driver.currentTime(in: self.container)
        let (highest, entry) = try await Self.highest(of: self.driver, in: self.container)
        guard highest == self.number, entry?.holder == self.holder, self.expires > now else {
            throw OperationsError(
                .busy,
                "the lease on the bucket \"\(self.container)\" was lost; nothing more is deleted"
            )
        }
        guard self.expires - now < Self.duration / 2 else { return }
        try await self.claim(highest + 1, until: now + Self.duration)
    }

    /// Gives the right back.
    package func release() async throws {
        try await self.claim(self.number + 1, until: 0)
        // What came before counts no more. Whoever is interrupted here leaves a few small objects.
        for try await page in self.driver.pages(in: self.container, prefix: Self.prefix) {
            for object in page {
                guard let number = Self.number(of: object.location.key), number < self.number else { continue }
                try await self.driver.dispose(of: object)
            }
        }
    }

    private func claim(_ number: Int, until expires: Int64) async throws {
        let entry = try JSONEncoder().encode(Entry(holder: self.holder, expires: expires))
        let location = StoredObjectLocation(container: self.container, key: Self.key(of: number))
        guard try await self.driver.createObject(ByteBuffer(bytes: entry), at: location) else {
            throw OperationsError(
                .busy,
                "another collector was faster at the bucket \"\(self.container)\"; try again later"
            )
        }
        self.number = number
        self.expires = expires
    }

    private static func highest(
        of driver: any MaintainableStorageDriver,
        in container: String
    ) async throws -> (Int, Entry?) {
        var (highest, location): (Int, StoredObjectLocation?) = (0, nil)
        for try await page in driver.pages(in: container, prefix: Self.prefix) {
            for object in page {
                guard let number = Self.number(of: object.location.key), number > highest else { continue }
                (highest, location) = (number, object.location)
            }
        }
        guard let location else { return (0, nil) }
        let bytes = try await driver.readObject(at: location, sizeLimit: 65_536)
        do {
            return (highest, try JSONDecoder().decode(Entry.self, from: Data(bytes.readableBytesView)))
        } catch {
            throw OperationsError(.store, "the object \(location.key) is not a lease; remove it if nobody collects")
        }
    }

    private static func key(of number: Int) -> String {
        let digits = String(number)
        return self.prefix + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    private static func number(of key: String) -> Int? { Int(key.dropFirst(self.prefix.count)) }
}
