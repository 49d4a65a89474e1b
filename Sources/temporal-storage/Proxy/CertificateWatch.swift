//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import ServiceLifecycle
import TLSReloading
import TemporalTransport
import UnixSignals

/// Reads certificates and keys again when their files have changed, every ten seconds and at SIGHUP (ES-R8).
///
/// It runs without certificates as well: SIGHUP must not end the process, whatever it stands for.
struct CertificateWatch: Service {
    var sources: [(name: String, source: TLSSource)]
    var logger: Logger
    var interval: Duration = .seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) {
                        self.logger.notice("SIGHUP: certificates are read again; nothing else changes")
                        self.reload()
                    }
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.interval)) != nil { self.reload() }
                }
            }
        }
    }

    private func reload() {
        for (name, source) in self.sources {
            var logger = self.logger
            logger[metadataKey: "side"] = "\(name)"
            source.certificates.reload(logger: logger)
        }
    }
}
