//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What a host in an address means, without asking anybody.
package enum HostName {
    /// Whether a host is this machine alone: `localhost`, 127.0.0.0/8, or `::1`, with or without brackets.
    ///
    /// Names are not looked up. A name that only begins like an address, such as `127.example.com`, is a name.
    package static func isLoopback(_ host: some StringProtocol) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var address4 = in_addr()
        // The system's own reader, which fills in one address and keeps nothing; it takes no abbreviations and no octal
        // numbers. The bytes are in the order of the network.
        if unsafe inet_pton(AF_INET, String(host), &address4) == 1 {
            return UInt32(bigEndian: address4.s_addr) >> 24 == 127
        }
        var address6 = in6_addr()
        let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
        let inner = isBracketed ? String(host.dropFirst().dropLast()) : String(host)
        guard unsafe inet_pton(AF_INET6, inner, &address6) == 1 else { return false }
        let bytes = unsafe withUnsafeBytes(of: &address6) { unsafe Array($0) }
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes.last == 1 }
        // An IPv4 address in the clothes of IPv6 (RFC 4291, section 2.5.5.2).
        return bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff && bytes[12] == 127
    }
}
