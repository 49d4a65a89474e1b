//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#ifndef C_EXTERNAL_STORAGE_MALLOC_H
#define C_EXTERNAL_STORAGE_MALLOC_H

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// Blocks from this size on come from the system one by one, and go back to it when they are freed. glibc raises its own
// limit to 32 MiB as it meets large blocks; its arenas then keep gaps between messages for as long as the process lives.
// Setting one limit ends that, and fixes the other, above which what is free at an arena's end goes back, at 128 KiB.
static inline void CExternalStorageMalloc_returnLargeBlocks(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
#endif
}

#endif
