//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import Testing

@testable import ExternalStorageConfiguration

@Suite("Sections of a configuration file")
struct ConfigurationSectionTests {
    @Test(
        "YAML and JSON say the same",
        arguments: [
            "a: text\nb: 7\nc: [x, 'y z']\nd:\n  e: true\nf: ~\n",
            #"{"a": "text", "b": 7, "c": ["x", "y z"], "d": {"e": true}, "f": null}"#,
            "{\n\t\"a\": \"te\\u0078t\",\n\t\"b\": 7, \"c\": [\"x\", \"y z\"],\n\t\"d\": {\"e\": true}\n}\n",
        ]
    )
    func forms(_ text: String) async throws {
        let section = try ConfigurationSection(text: text, file: "f")
        try await section.read { reader in
            #expect(reader.string(forKey: "a") == "text")
            #expect(reader.int(forKey: "b") == 7)
            #expect(reader.stringArray(forKey: "c") == ["x", "y z"])
            #expect(reader.bool(forKey: "d.e") == true)
            #expect(reader.string(forKey: "f") == nil)
        }
    }

    @Test("What a value is decides who reads it: digits stay the digits that were written")
    func digits() async throws {
        let section = try ConfigurationSection(
            text: "owner: 012345678901\nregion: no\nratio: 1.50\nbig: 1e3",
            file: "f"
        )
        try await section.read { reader in
            #expect(reader.string(forKey: "owner") == "012345678901")
            #expect(reader.string(forKey: "region") == "no")
            #expect(reader.string(forKey: "ratio") == "1.50")
            #expect(reader.double(forKey: "ratio") == 1.5)
            #expect(reader.int(forKey: "big") == nil)
            #expect(reader.bool(forKey: "region") == nil)
        }
    }

    @Test("A name that nobody asks for is an error that says where it is and what is near")
    func unknown() async throws {
        let section = try ConfigurationSection(text: "bucket: b\ncache:\n  size-in-bytes: 1\n", file: "s.yaml")
        let error = await #expect(throws: ConfigurationError.self) {
            try await section.read { ($0.string(forKey: "bucket"), $0.int(forKey: "cache.sizeInBytes")) }
        }
        #expect(
            error?.message == "\"size-in-bytes\" in line 3 of s.yaml is not known; did you mean \"cache.sizeInBytes\"?"
        )
    }

    @Test("A required name that is nearly right is called by its name, and not only missed")
    func misspelt() async throws {
        let section = try ConfigurationSection(text: "Bukcet: b", file: "s.yaml")
        let error = await #expect(throws: ConfigurationError.self) {
            try await section.read { reader in
                guard reader.string(forKey: "bucket") != nil else {
                    throw ExternalStorageError(code: .invalidConfiguration, message: "\"bucket\" is not set")
                }
            }
        }
        #expect(error?.message == "\"Bukcet\" in line 1 of s.yaml is not known; did you mean \"bucket\"?")
    }

    @Test(
        "Files that cannot be meant are errors",
        arguments: [
            ("a: 1\na: 2", "\"a\""), ("a: [", "neither YAML nor JSON"), ("a", "names and values"),
            ("", "names and values"),
            ("- a", "names and values"), ("[a]: 1", "no text"), ("a: 1\n---\nb: 2", "neither YAML nor JSON"),
            ("a: [~]", "empty entry"), ("a: *b", "neither YAML nor JSON"), (#"{"a": 1,, }"#, "neither YAML nor JSON"),
        ]
    )
    func wrong(_ text: String, _ part: String) {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationSection(text: text, file: "f.yaml") }
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
        #expect(error?.message.contains { $0.isNewline } == false)
        #expect(error?.message.contains("f.yaml") == true)
    }

    @Test(
        "Names are near by few letters, whatever joins the words",
        arguments: [
            ("expected-bucket-owner", "expectedBucketOwner"), ("EXPECTED_BUCKET_OWNER", "expectedBucketOwner"),
            ("buckets", "bucket"), ("regoin", "region"), ("bucet", "bucket"),
        ]
    )
    func near(_ name: String, _ nearest: String) {
        #expect(NearestName.of(name, among: ["bucket", "region", "expectedBucketOwner", "name"]) == nearest)
    }

    @Test("A name that is like none is near none", arguments: ["x", "colour", "prefix", ""])
    func far(_ name: String) {
        #expect(NearestName.of(name, among: ["bucket", "region", "expectedBucketOwner"]) == nil)
    }
}
