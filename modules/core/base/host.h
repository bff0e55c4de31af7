/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about the machine that this runs on.
 */
#ifndef MS_BASE_HOST_H
#define MS_BASE_HOST_H

#include <stdint.h>

/* Bytes of memory of the host; 0 when the kernel does not tell. */
uint64_t ms_host_memory(void);

#endif
