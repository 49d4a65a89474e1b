//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// Calls of malloc and its relatives since the program began.
uint64_t allocation_counter_calls(void);

/// Bytes asked of malloc and its relatives since the program began.
uint64_t allocation_counter_bytes(void);

#endif
