//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageConfiguration
import ExternalStorageCore
import Logging
import NIOConcurrencyHelpers

/// `temporal-storage doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Try everything that a configuration names, and say what is wrong and what to do.",
        discussion: """
            Reads the same settings as the other subcommands, and tries them: credentials, region, bucket, writing, \
            reading, conditional writes, checksums and the clock of every driver; the Temporal server, the namespace \
            and its limits; a codec server; certificates. One line each on standard output: ok, warn, or FAIL with \
            what to do.

              temporal-storage doctor --config storage.yaml --namespace orders
              temporal-storage doctor --driver s3 --bucket payloads --codec-endpoint https://codec.example.com

            It writes one object of some 60 bytes with every driver, under a key of the namespace, and leaves it there: \
            the drivers have no right to delete.

            Exit codes: 0 if nothing fails, 1 if something does, 64 for a wrong setting.
            """
    )

    @OptionGroup(title: "Doctor") var doctor: DoctorOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TLSOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func run() async throws {
        let settings = try Settings(
            options: self.doctor.flags + self.storage.flags + self.tls.flags + self.common.flags
        )
        let logger = try CommonOptions.startLogging(settings, defaultLevel: .error)
        let proxy = try ProxySettings(from: settings)
        let codecServer = try CodecServerCheck(from: settings)
        let namespace = try settings.text(.namespace)?.text ?? "default"
        let described = try StorageSettings.configuration(from: settings)
        let failures = NIOLockedValueBox(0)
        let report: @Sendable (Finding) -> Void = { finding in
            if finding.outcome == .bad { failures.withLockedValue { $0 += 1 } }
            StandardStreams.write("\(finding)\n")
        }
        let configuration = Examination(subject: "configuration", report: report)
        configuration.good("read", described?.summary ?? "driver none: nothing is stored or resolved")
        if let described {
            // Wrong rules, a default that does not exist, thresholds that cannot be.
            _ = try await StorageSettings.storage(from: settings, caches: false, logger: logger)
            for driver in described.drivers {
                try await StoreCheck(driver: driver, namespace: namespace, logger: logger).run(report)
            }
        }
        try await TemporalCheck(settings: proxy, namespace: namespace)
            .run(Examination(subject: "temporal", report: report))
        if let codecServer {
            try await codecServer.run(namespace: namespace, Examination(subject: "codec server", report: report))
        }
        try CertificateCheck.run(settings, Examination(subject: "tls", report: report))
        if failures.withLockedValue({ $0 }) > 0 { throw ExitCode(1) }
    }
}

extension StorageConfiguration {
    /// How much there is of everything.
    fileprivate var summary: String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        return "\(count(self.drivers.count, "driver")), \(count(self.ruleCount, "rule"))"
    }
}
