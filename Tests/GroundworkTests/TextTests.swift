//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Testing

@Suite("Texts of the network")
struct TextTests {
    @Test("What an encoding does not keep becomes %XX, byte by byte, and is decoded again")
    func percent() {
        let text = "a/b c%~é🎈\n"
        #expect(PercentEncoding.unreserved.encode(text) == "a%2Fb%20c%25~%C3%A9%F0%9F%8E%88%0A")
        #expect(PercentEncoding.path.encode(text) == "a/b%20c%25~%C3%A9%F0%9F%8E%88%0A")
        #expect(PercentEncoding.grpcMessage.encode(text) == "a/b c%25~%C3%A9%F0%9F%8E%88%0A")
        #expect(PercentEncoding.path.encode("//a/../b") == "//a/../b")
        for encoding in [PercentEncoding.unreserved, .path, .grpcMessage] {
            #expect(PercentEncoding.decode(encoding.encode(text)) == Array(text.utf8))
        }
        // Equivalent, and yet two keys.
        #expect(PercentEncoding.unreserved.encode("é") != PercentEncoding.unreserved.encode("e\u{301}"))
    }

    @Test("Every byte of ASCII is kept or encoded, and a percent sign never is kept")
    func bytes() {
        let kept = (UInt8(0)...255).filter(PercentEncoding.unreserved.keeps)
        #expect(
            String(decoding: kept, as: UTF8.self)
                == "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
        )
        #expect((UInt8(0)...255).filter(PercentEncoding { _ in true }.keeps).count == 127)
    }

    @Test("What is no encoding stays as it is", arguments: ["%", "%4", "%G1", "100%", "%%41", "a+b"])
    func broken(_ text: String) {
        let expected = text == "%%41" ? "%A" : text
        #expect(String(decoding: PercentEncoding.decode(text), as: UTF8.self) == expected)
    }

    @Test(
        "Base64 as in RFC 4648, section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{3ff}\u{3e}?", "z78+Pw=="),
        ]
    )
    func base64(_ text: String, _ expected: String) { #expect(Base64.encode(text.utf8) == expected) }

    @Test(
        "This machine alone",
        arguments: [
            "localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "::1", "[::1]", "0:0:0:0:0:0:0:1", "[0::1]",
            "::ffff:127.0.0.1",
        ]
    )
    func loopback(_ host: String) { #expect(HostName.isLoopback(host)) }

    @Test(
        "Not this machine alone, or not for certain",
        arguments: [
            "", "127.example.com", "127.0.0.1.example.com", "127.1", "127.0.0.01", "127.0.0.+1", "127.0.0.256",
            "128.0.0.1",
            "0.0.0.0", "::", "[::]", "[]", "::2", "1::1", "[127.0.0.1]", "::ffff:128.0.0.1", "localhost.example.com",
            "::1%lo",
            "2130706433", "127.0.0.1:80", " 127.0.0.1",
        ]
    )
    func elsewhere(_ host: String) { #expect(!HostName.isLoopback(host)) }
}
