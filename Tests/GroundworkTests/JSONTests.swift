//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Testing

@Suite("JSON that anybody may have written")
struct JSONTests {
    @Test("Every kind of value is read, members keep their order and repetitions, numbers their digits")
    func reading() throws {
        let text =
            #" { "b" : [ 1 , -0.50e+2, true, false, null, "x" ] , "a" : {} , "b" : "" , "c":12345678901234567890 } "#
        let value = try JSONValue(parsing: text.utf8)
        #expect(value.members?.map(\.key) == ["b", "a", "b", "c"])
        #expect(
            value.members?.first?.value.elements
                == [.number("1"), .number("-0.50e+2"), .bool(true), .bool(false), .null, .string("x")]
        )
        #expect(value["b"] == .string(""))
        #expect(value["a"]?.members == [])
        #expect(value["c"] == .number("12345678901234567890"))
        #expect(value["d"] == nil)
        #expect(JSONValue.null["d"] == nil)
    }

    @Test("Numbers are whole if they are, however they are written")
    func numbers() throws {
        #expect(JSONValue.number("1e3").integer == 1_000)
        #expect(JSONValue.number("-5").integer == -5)
        #expect(JSONValue.number("1.5").integer == nil)
        #expect(JSONValue.number("9223372036854775807").integer == .max)
        #expect(JSONValue.number("12345678901234567890").integer == nil)
        #expect(JSONValue.number("1.5").double == 1.5)
        #expect(JSONValue.number("1e999").double == nil)
        #expect(JSONValue.string("1").integer == nil)
        #expect(JSONValue.integer(UInt64.max).text == "18446744073709551615")
    }

    @Test(
        "Strings: escapes, pairs of surrogates, and every other character as it is",
        arguments: [
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"), (#""\u00e9é\uD83C\uDf88🎈""#, "éé🎈🎈"),
            (#""\u0000\u001F""#, "\u{0}\u{1f}"), ("\"\u{7f}\"", "\u{7f}"),
        ]
    )
    func strings(_ text: String, _ expected: String) throws {
        let value = try JSONValue(parsing: text.utf8)
        #expect(value.string.map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test(
        "What is no JSON is refused, with the place",
        arguments: [
            "", " ", "nul", "tru", "01", "-", "1.", "1e", "+1", ".5", "NaN", "[", "[1", "[1,", "[1,]", "[,1]", "{",
            "{1:2}",
            #"{"a""#, #"{"a":"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, #"""#, #""\"#, #""\x""#, #""\u12""#, #""\u12G4""#,
            #""\uD800""#, #""\uD800\u0041""#, #""\uDC00""#, "\"\n\"", "1 2", "{} x", "\u{feff}1", "'a'", "[1]]",
            "// c\n1",
        ]
    )
    func refusing(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("Text that is not UTF-8 is refused, inside of what was escaped too")
    func encoding() {
        for bytes: [UInt8] in [[0x22, 0xff, 0x22], [0x22, 0x5c, 0x6e, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("Values nest as deep as they may, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(32).utf8)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(33).utf8) }
        #expect(error.map { "\($0)" } == "nested too deep at byte 32")
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(100_000).utf8) }
        _ = try JSONValue(parsing: nested(33).utf8, maximumDepth: 33)
    }

    @Test("A member is replaced in its place, added at the end, or taken away")
    func changing() throws {
        var value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#.utf8)
        value["a"] = .bool(true)
        value["c"] = .null
        #expect(value.text == #"{"a":1,"b":2,"a":true,"c":null}"#)
        value["a"] = nil
        #expect(value.text == #"{"b":2,"c":null}"#)
        var array = JSONValue.array([])
        array["a"] = .null
        #expect(array.text == "[]")
    }

    @Test("What is written is read again, byte for byte")
    func writing() throws {
        let text = #"{"b":[1,-0.50e+2,true,null,"x"],"a":{},"c":[],"é\"\\/\u0001🎈":"\u000a"}"#
        let value = try JSONValue(parsing: text.utf8)
        #expect(value.text == text)
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    @Test("Nothing crashes on a changed byte")
    func robustness() {
        let text = Array(#"{"a":[1.5e3,"\u00e9\uD83C\uDf88",true,null],"b":{}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<length]) }
        }
        for index in text.indices {
            for byte in Array("{}[],:\"\\u0e-+.tn ".utf8) + [0x00, 0x0a, 0x80, 0xff] {
                var changed = text
                changed[index] = byte
                _ = try? JSONValue(parsing: changed)
            }
        }
    }
}
