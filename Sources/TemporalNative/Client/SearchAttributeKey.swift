//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// The type of a search attribute.
public struct SearchAttributeType: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name, in camel case.
    public var description: String { self.name }

    /// Text that is searched by words.
    public static let text = Self(rawValue: 1)
    /// Text that is compared as a whole.
    public static let keyword = Self(rawValue: 2)
    /// A whole number.
    public static let int = Self(rawValue: 3)
    /// A number.
    public static let double = Self(rawValue: 4)
    /// True or false.
    public static let bool = Self(rawValue: 5)
    /// A point in time.
    public static let datetime = Self(rawValue: 6)
    /// Several texts that are compared as a whole.
    public static let keywordList = Self(rawValue: 7)

    static let names = [
        1: "text", 2: "keyword", 3: "int", 4: "double", 5: "bool", 6: "datetime", 7: "keywordList",
    ]

    /// The name on the wire.
    var wireName: String { self.name.prefix(1).uppercased() + self.name.dropFirst() }
}

/// The name of a search attribute, with the type of its values.
///
/// ```swift
/// let customer = SearchAttributeKey.keyword("CustomerId")
/// options.searchAttributes[customer] = "c-7"
/// ```
///
/// The namespace has to know the name, with the same type.
public struct SearchAttributeKey<Value: Sendable>: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let name: String
    /// The type.
    public let type: SearchAttributeType

    private init(_ name: String, _ type: SearchAttributeType) {
        self.name = name
        self.type = type
    }

    /// The name.
    public var description: String { self.name }
}

/// A key of any type.
public struct AnySearchAttributeKey: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let name: String
    /// The type.
    public let type: SearchAttributeType

    /// Forgets the type of a key's values.
    ///
    /// - Parameter key: The key.
    public init<Value>(_ key: SearchAttributeKey<Value>) {
        self.init(key.name, key.type)
    }

    init(_ name: String, _ type: SearchAttributeType) {
        self.name = name
        self.type = type
    }

    /// The name.
    public var description: String { self.name }
}

extension SearchAttributeKey where Value == Bool {
    /// A key of truths.
    public static func bool(_ name: String) -> Self { Self(name, .bool) }

    /// Whether a schedule is paused.
    public static let temporalSchedulePaused = Self.bool("TemporalSchedulePaused")
}

extension SearchAttributeKey where Value == String {
    /// A key of texts that are compared as a whole.
    public static func keyword(_ name: String) -> Self { Self(name, .keyword) }
    /// A key of texts that are searched by words.
    public static func text(_ name: String) -> Self { Self(name, .text) }

    /// Who began a batch operation.
    public static let batcherUser = Self.keyword("BatcherUser")
    /// The state of a run.
    public static let executionStatus = Self.keyword("ExecutionStatus")
    /// The run.
    public static let runID = Self.keyword("RunId")
    /// The queue whose workers run it.
    public static let taskQueue = Self.keyword("TaskQueue")
    /// The schedule that started it.
    public static let temporalScheduledByID = Self.keyword("TemporalScheduledById")
    /// The id of the workflow.
    public static let workflowID = Self.keyword("WorkflowId")
    /// The name of the workflow.
    public static let workflowType = Self.keyword("WorkflowType")
}

extension SearchAttributeKey where Value == Date {
    /// A key of points in time.
    public static func date(_ name: String) -> Self { Self(name, .datetime) }

    /// When a run ended.
    public static let closeTime = Self.date("CloseTime")
    /// When a run was to begin.
    public static let executionTime = Self.date("ExecutionTime")
    /// When a run was started.
    public static let startTime = Self.date("StartTime")
    /// For when a schedule had planned the start.
    public static let temporalScheduledStartTime = Self.date("TemporalScheduledStartTime")
}

extension SearchAttributeKey where Value == Double {
    /// A key of numbers.
    public static func double(_ name: String) -> Self { Self(name, .double) }
}

extension SearchAttributeKey where Value == Int {
    /// A key of whole numbers.
    public static func int(_ name: String) -> Self { Self(name, .int) }

    /// How long a run took, in nanoseconds.
    public static let executionDuration = Self.int("ExecutionDuration")
    /// The number of events.
    public static let historyLength = Self.int("HistoryLength")
    /// The size of history, in bytes.
    public static let historySizeBytes = Self.int("HistorySizeBytes")
    /// The number of changes of a run's state.
    public static let stateTransitionCount = Self.int("StateTransitionCount")
}

extension SearchAttributeKey where Value == [String] {
    /// A key of several texts that are compared as a whole.
    public static func keywordList(_ name: String) -> Self { Self(name, .keywordList) }

    /// The checksums of workers that took tasks of a run.
    public static let binaryChecksums = Self.keywordList("BinaryChecksums")
    /// The builds of workers that took tasks of a run.
    public static let buildIDs = Self.keywordList("BuildIds")
    /// The patches of a run.
    public static let temporalChangeVersion = Self.keywordList("TemporalChangeVersion")
}

// MARK: - Values

extension SearchAttributes {
    /// The value of an attribute; nil if there is none, or one of another type.
    ///
    /// Nil given to ``WorkflowContext/upsertSearchAttributes(_:)`` takes the attribute out.
    public subscript<Value>(key: SearchAttributeKey<Value>) -> Value? {
        get { self.values[key.name].flatMap { $0.type == key.type ? $0.content as? Value : nil } }
        set {
            self.values[key.name] = newValue.flatMap { Self.Value(key.type, $0) }
            self.unset[key.name] = newValue == nil ? key.type : nil
        }
    }

    /// Forgets an attribute; unlike nil, this changes nothing of a workflow.
    ///
    /// - Parameter key: Its key.
    /// - Returns: Its value; nil if there is none, or one of another type.
    @discardableResult
    public mutating func removeValue<Value>(forKey key: SearchAttributeKey<Value>) -> Value? {
        defer {
            self.values[key.name] = nil
            self.unset[key.name] = nil
        }
        return self[key]
    }

    /// Makes search attributes.
    ///
    /// - Parameter build: Sets them.
    /// - Throws: What `build` throws.
    public init(_ build: (inout Self) throws -> Void) rethrows {
        self.init()
        try build(&self)
    }
}

extension SearchAttributes: Sequence {
    /// The keys, in the order of their names, with their values; nil for one that is to be taken out.
    public func makeIterator() -> IndexingIterator<[(AnySearchAttributeKey, (any Sendable)?)]> {
        let values = self.values.map { (AnySearchAttributeKey($0, $1.type), $1.content as (any Sendable)?) }
        let unset = self.unset.map { (AnySearchAttributeKey($0, $1), nil as (any Sendable)?) }
        return (values + unset).sorted { $0.0.name < $1.0.name }.makeIterator()
    }
}

/// The name that apple/swift-temporal-sdk has for them.
public typealias SearchAttributeCollection = SearchAttributes

extension SearchAttributes.Value {
    /// The type.
    public var type: SearchAttributeType {
        switch self {
        case .text: .text
        case .keyword: .keyword
        case .int: .int
        case .double: .double
        case .bool: .bool
        case .datetime: .datetime
        case .keywordList: .keywordList
        }
    }

    /// What keys of this type have as their value.
    var content: any Sendable {
        switch self {
        case .text(let value), .keyword(let value): value
        case .int(let value): Int(clamping: value)
        case .double(let value): value
        case .bool(let value): value
        case .datetime(let value): value
        case .keywordList(let value): value
        }
    }

    /// Nil for a value that no key of this type has.
    init?(_ type: SearchAttributeType, _ content: any Sendable) {
        let value: Self? =
            switch type {
            case .text: (content as? String).map { .text($0) }
            case .keyword: (content as? String).map { .keyword($0) }
            case .int: (content as? Int).map { .int(Int64($0)) }
            case .double: (content as? Double).map { .double($0) }
            case .bool: (content as? Bool).map { .bool($0) }
            case .datetime: (content as? Date).map { .datetime($0) }
            case .keywordList: (content as? [String]).map { .keywordList($0) }
            default: nil
            }
        guard let value else { return nil }
        self = value
    }
}
