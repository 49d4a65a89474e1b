//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A certificate for loopback that vouches for itself, good for a hundred years, and its key.
enum LoopbackCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmTCCAUCgAwIBAgITAaH1QkOOpqzXps1/bxGe+o2brTAKBggqhkjOPQQDAjAU
        MRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjYxMTI0MTQzNzQyWhgPMjEyNjEwMzEx
        NDM3NDJaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49
        AwEHA0IABHKyR3LDtH4juS98RTKt/EOcCTfYcVLP+ugLRLf2XLpxEANp3GQaip9O
        oDOrGqa9KF5PtdXCb7JJDBcdaVaHmPCjbzBtMB0GA1UdDgQWBBQiRsO+8pyZpDmI
        ZkDy6Hw0Y0VIgzAfBgNVHSMEGDAWgBQiRsO+8pyZpDmIZkDy6Hw0Y0VIgzAPBgNV
        HRMBAf8EBTADAQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjO
        PQQDAgNHADBEAiAspWO3kQlyUFU7+jsi24gqcROJdH9w7gEx9BYHQL6m3QIgXAfM
        MN7kTRUeGHecOTpNTB2PFSb7s8IomuYEOUwQARM=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKv0OzfAvF5dhBzg+
        HJ+yOCP/zkKWp1x/V3LHzTLnuTOhRANCAARyskdyw7R+I7kvfEUyrfxDnAk32HFS
        z/roC0S39ly6cRADadxkGoqfTqAzqxqmvSheT7XVwm+ySQwXHWlWh5jw
        -----END PRIVATE KEY-----
        """
}
