//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#ifndef C_EXTERNAL_STORAGE_ZLIB_H
#define C_EXTERNAL_STORAGE_ZLIB_H

#include <zlib.h>

// `inflateInit2` is a macro, which Swift does not see.
static inline int CExternalStorageZlib_inflateInit(z_streamp stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}

#endif
