//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Testing

@Suite("Small XML documents")
struct XMLNodeTests {
    @Test("Elements, entities, CDATA, comments, declarations and prefixes are read")
    func reading() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- hello --><s3:Error xmlns:s3='a>b'><Code>No&lt;Such&#75;ey&#x21;</Code><Empty/>\
            <Message><![CDATA[<&>]]>é</Message><Part>1</Part><Part>2</Part></s3:Error>

            """
        let node = try #require(XMLNode(parsing: text.utf8))
        #expect(node.name == "Error")
        #expect(node["Code"]?.text == "No<SuchKey!")
        #expect(node["Empty"]?.text == "")
        #expect(node["Message"]?.text == "<&>é")
        #expect(node.all("Part").map(\.text) == ["1", "2"])
        #expect(node["Absent"] == nil)
        let nested = XMLNode(name: "x", children: [XMLNode(name: "y"), XMLNode(name: "z", children: [node])])
        #expect(nested.first("Message")?.text == "<&>é")
        #expect(nested.first("Part")?.text == "1")
        #expect(nested.first("x") == nested)
        #expect(nested.first("Absent") == nil)
    }

    @Test(
        "What is not well formed, too deep, or more than XML needs here is refused",
        arguments: [
            "", "text", "<a>", "<a></b>", "<a></a><b></b>", "<a>&unknown;</a>", "<a>&#xD800;</a>", "<a", "<a/", "</a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a><b></a></b>", "<a b='></a>",
            String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
        ]
    )
    func refusing(_ text: String) {
        #expect(XMLNode(parsing: text.utf8) == nil)
    }

    @Test("Every prefix of a document is refused, and nothing crashes on a changed byte")
    func robustness() {
        let text = Array("<Error a=\"b\"><Code>x&amp;y</Code><!-- c --><R><![CDATA[z]]></R></Error>".utf8)
        for length in 0..<text.count { #expect(XMLNode(parsing: text[..<length]) == nil) }
        for index in text.indices {
            for byte in Array("<>&;\"'/!-[]?=a#x ".utf8) + [0x00, 0x0a, 0x80, 0xff] {
                var changed = text
                changed[index] = byte
                _ = XMLNode(parsing: changed)
            }
        }
    }

    @Test("What is written is read again, and has what a parser would change escaped")
    func writing() {
        let node = XMLNode(name: "a", text: "x<&>\"\r\n é", children: [XMLNode(name: "b", text: "1")])
        #expect(node.xml == "<a>x&lt;&amp;&gt;&quot;&#13;\n é<b>1</b></a>")
        #expect(XMLNode(parsing: node.xml.utf8) == node)
    }
}
