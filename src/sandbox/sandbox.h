/* sandbox: a process seals itself. Uses base, libseccomp; Landlock by system call.
 *
 * After sandbox_seal the process can compute, use the descriptors it has, receive and send letters,
 * and nothing else: no file is opened, no socket made, no program run, no signal sent. A forbidden
 * call kills it (SIGSYS); opening a file is answered with EACCES, because iconv and libmagic try.
 * Sealing that fails is an error, never a warning.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	gint64 memory; /* RLIMIT_AS, bytes; 0 none */
	gint64 cpu_seconds; /* RLIMIT_CPU; 0 none */
	bool allow_degraded; /* go on where the kernel has no Landlock; seccomp is never optional */
} SandboxPlan;

/* Compiles the rules, so that forks of this process seal themselves at once. Optional. */
bool sandbox_prepare(GError **error);

/* Irreversible. NIEUWS_INTERNAL when the kernel refuses; the message says what to change. */
bool sandbox_seal(const SandboxPlan *plan, GError **error);

/* The Landlock ABI of this kernel, 0 when there is none. */
int sandbox_landlock_abi(void);
