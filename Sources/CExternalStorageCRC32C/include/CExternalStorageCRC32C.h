//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#ifndef C_EXTERNAL_STORAGE_CRC32C_H
#define C_EXTERNAL_STORAGE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// Adds bytes to a checksum of Castagnoli's polynomial, reflected; begins with all ones, and is inverted at the end.
///
/// By the processor's own instruction where it has one.
uint32_t CExternalStorageCRC32C_add(uint32_t state, const void *bytes, size_t count);

/// The same by tables, on any processor.
uint32_t CExternalStorageCRC32C_addByTables(uint32_t state, const void *bytes, size_t count);

#endif
