//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@Suite("The command as a process", .timeLimit(.minutes(2)))
struct CommandTests {
    @Test(
        "A wrong setting is one line on standard error that names it, and exit code 64",
        arguments: [
            (["proxy"], [:], "temporal-storage: --driver is missing: "),
            (["proxy", "--driver", "tape"], [:], #"temporal-storage: --driver is "tape"; it has to be "#),
            (["proxy", "--driver", "local-disk"], [:], "temporal-storage: --store is missing: "),
            (
                ["proxy", "--driver", "none", "--listen", "x"], [:],
                #"temporal-storage: --listen is "x"; it has to be "#
            ),
            (
                ["proxy", "--driver", "none"], ["TEMPORAL_STORAGE_TARGET": "x"],
                #"temporal-storage: TEMPORAL_STORAGE_TARGET is "x"; it has to be "#
            ),
            (
                ["proxy", "--driver", "s3", "--bucket", "b", "--region", "r", "--replica-buckets", "c@us-east-1, d"],
                [:], #"temporal-storage: --replica-buckets must be a list of NAME@REGION, but is "d""#
            ),
            (
                ["proxy", "--driver", "s3", "--bucket", "b", "--store", "/x"], [:],
                "temporal-storage: --store is for the driver local-disk, and not for s3"
            ),
            (
                ["proxy", "--driver", "s3", "--bucket", "b", "--region", "r", "--path-style", "maybe"], [:],
                #"temporal-storage: --path-style must be true or false, but is "maybe""#
            ),
            (["proxy", "--driver", "none", "--threshold", "many"], [:], #"temporal-storage: --threshold is "many"; "#),
            (["proxy", "--driver", "none", "--log-format", "xml"], [:], #"temporal-storage: --log-format is "xml"; "#),
            (["proxy", "--driver", "none", "--nonsense"], [:], "temporal-storage: Unknown option '--nonsense'"),
            (["nonsense"], [:], "temporal-storage: "),
        ] as [([String], [String: String], String)]
    )
    func wrongSettings(_ arguments: [String], _ environment: [String: String], _ text: String) async throws {
        let (code, output, errors) = try await RunningCommand(arguments, environment: environment).end()

        #expect(code == 64)
        #expect(output.isEmpty)
        #expect(errors.hasPrefix(text), "\(errors)")
        #expect(errors.filter { $0.isNewline }.count == 1)
    }

    @Test("Help goes to standard output, and is a success")
    func help() async throws {
        let (code, output, errors) = try await RunningCommand(["proxy", "--help"]).end()

        #expect(code == 0)
        #expect(output.contains("--target"))
        #expect(errors.isEmpty)
    }

    @Test("The version goes to standard output")
    func version() async throws {
        let (code, output, errors) = try await RunningCommand(["--version"]).end()

        #expect(code == 0)
        #expect(output == "\(ProductVersion.text)\n")
        #expect(errors.isEmpty)
    }

    @Test("The proxy says where it listens, writes the port for scripts, forwards, and ends well after SIGTERM")
    func life() async throws {
        let portFile = FileManager.default.temporaryDirectory.appending(path: "port-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: portFile) }
        try await withServer(FakeTemporal()) { server in
            let target = "127.0.0.1:\(try #require(server.ipv4).port)"
            let command = try RunningCommand([
                "proxy", "--driver", "none", "--listen", "127.0.0.1:0", "--target", target, "--port-file",
                portFile.path,
            ])
            let line = await command.nextLine()
            let port = try #require(
                Int(try String(contentsOf: portFile, encoding: .utf8).trimmingCharacters(in: .newlines))
            )
            #expect(line == "listening on 127.0.0.1:\(port), forwarding to \(target)")
            try await withClient(to: .ipv4(host: "127.0.0.1", port: port)) { client in
                let answer = try await client.call("Echo")
                #expect(answer.messages == [[1]])
                #if os(Linux)
                // ES-R8: it is no reason to end.
                try await command.hangUp()
                let later = try await client.call("Echo")
                #expect(later.messages == [[1]])
                #endif
            }

            command.terminate()

            let (code, output, errors) = try await command.end()
            #expect(code == 0)
            #expect(output.isEmpty)
            #expect(errors.contains(" info Stopped"))
        }
    }

    @Test("An address in use is one line and exit code 69")
    func addressInUse() async throws {
        try await withServer(FakeTemporal()) { server in
            let address = "127.0.0.1:\(try #require(server.ipv4).port)"
            for option in ["--listen", "--metrics"] {
                var arguments = ["proxy", "--driver", "none", "--listen", "127.0.0.1:0"]
                if option == "--listen" { arguments.removeLast(2) }
                let (code, _, errors) = try await RunningCommand(arguments + [option, address]).end()
                #expect(code == 69)
                #expect(errors.contains(address))
            }
        }
    }
}
