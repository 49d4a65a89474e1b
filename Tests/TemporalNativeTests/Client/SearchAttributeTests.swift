//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("Search attributes by typed keys")
struct SearchAttributeTests {
    static let text = SearchAttributeKey.text("T")
    static let keyword = SearchAttributeKey.keyword("K")
    static let int = SearchAttributeKey.int("I")
    static let double = SearchAttributeKey.double("D")
    static let bool = SearchAttributeKey.bool("B")
    static let date = SearchAttributeKey.date("W")
    static let list = SearchAttributeKey.keywordList("L")

    static let all = SearchAttributes {
        $0[Self.text] = "some words"
        $0[Self.keyword] = "word"
        $0[Self.int] = -7
        $0[Self.double] = 2.5
        $0[Self.bool] = false
        $0[Self.date] = Date(timeIntervalSince1970: 1_700_000_000)
        $0[Self.list] = ["a", "b"]
    }

    @Test("Values of each type go over the wire and come back, by key and by name")
    func roundTrip() throws {
        let message = try Self.all.message
        let back = SearchAttributes(message)
        #expect(back == Self.all)
        #expect(back[Self.text] == "some words" && back[Self.keyword] == "word" && back[Self.int] == -7)
        #expect(back[Self.double] == 2.5 && back[Self.bool] == false && back[Self.list] == ["a", "b"])
        #expect(back[Self.date] == Date(timeIntervalSince1970: 1_700_000_000))
        #expect(back["K"] == .keyword("word"))
        let types = message.indexedFields.mapValues { String(decoding: $0.metadata["type"] ?? Data(), as: UTF8.self) }
        #expect(
            types == [
                "T": "Text", "K": "Keyword", "I": "Int", "D": "Double", "B": "Bool", "W": "Datetime",
                "L": "KeywordList",
            ]
        )
        let places = Array(back).map { "\($0.0):\($0.0.type)" }
        #expect(places == ["B:bool", "D:double", "I:int", "K:keyword", "L:keywordList", "T:text", "W:datetime"])
    }

    @Test("Options of a start take them")
    func options() {
        var options = WorkflowOptions(id: "order-1", taskQueue: "orders")
        // snippet.begin
        let customer = SearchAttributeKey.keyword("CustomerId")
        options.searchAttributes[customer] = "c-7"
        // snippet.end
        #expect(options.searchAttributes["CustomerId"] == .keyword("c-7"))
    }

    @Test("A key of another type finds nothing")
    func otherType() {
        #expect(Self.all[.text("K")] == nil)
        #expect(Self.all[.int("D")] == nil)
        #expect(Self.all[.keyword("absent")] == nil)
    }

    @Test("Nil by key takes an attribute out, removing a value and nil by name only forget it")
    func unset() throws {
        var attributes = Self.all
        attributes[Self.keyword] = nil
        #expect(attributes.removeValue(forKey: Self.int) == -7)
        attributes["D"] = nil
        #expect(attributes.names == ["B", "L", "T", "W"])
        #expect(try attributes.message.indexedFields.keys.sorted() == ["B", "L", "T", "W"])
        let update = try attributes.update
        #expect(update.indexedFields.keys.sorted() == ["B", "K", "L", "T", "W"])
        let field = try #require(update.indexedFields["K"])
        #expect(field.data.isEmpty && field.metadata["encoding"] == Data("binary/null".utf8))
        #expect(field.metadata["type"] == Data("Keyword".utf8))
        #expect(attributes.filter { $0.1 == nil }.map(\.0) == [AnySearchAttributeKey(Self.keyword)])
        attributes[Self.keyword] = "again"
        #expect(try attributes.update.indexedFields["K"]?.data.isEmpty == false)
        attributes[Self.keyword] = nil
        attributes.removeValue(forKey: Self.keyword)
        #expect(try attributes.update.indexedFields["K"] == nil)
        attributes[Self.keyword] = nil
        attributes["K"] = nil
        #expect(try attributes.update.indexedFields["K"] == nil)
    }
}
