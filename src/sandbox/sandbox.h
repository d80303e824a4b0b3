/* sandbox: a process seals itself. Uses base, libseccomp; Landlock by system call.
 *
 * After sandbox_seal the process can compute, use the descriptors it has, receive and send letters,
 * and nothing else: no file is opened, no socket made, no program run, no signal sent. A forbidden
 * call kills it (SIGSYS); opening a file is answered with EACCES, because iconv and libmagic try.
 * Sealing that fails is an error, never a warning.
 *
 * sandbox_seal_talk is for a process that goes on talking to a server.
 *
 * sandbox_seal_tools is for a process that must run programs of others (pandoc, LibreOffice,
 * poppler) on hostile files: it and all that it starts can read and run what is installed, write in
 * one folder, and reach nothing else: no network, no other process, no other file.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	gint64 memory; /* RLIMIT_AS, bytes; 0 none */
	gint64 cpu_seconds; /* RLIMIT_CPU; 0 none */
	bool allow_degraded; /* go on where the kernel has no Landlock; seccomp is never optional */
	bool threads; /* may start threads of its own; never a process */
} SandboxPlan;

/* Compiles the rules, so that forks of this process seal themselves at once. Optional. */
bool sandbox_prepare(GError **error);

/* Irreversible. NIEUWS_INTERNAL when the kernel refuses; the message says what to change. */
bool sandbox_seal(const SandboxPlan *plan, GError **error);

typedef struct {
	const char *folder; /* the one place to write; absolute */
	gint64 memory; /* RLIMIT_AS of each process, bytes; 0 none */
	gint64 cpu_seconds; /* RLIMIT_CPU of each process; 0 none */
	gint64 file_size; /* RLIMIT_FSIZE, bytes; 0 none */
	gint64 processes; /* RLIMIT_NPROC: of this user in all; 0 none */
	bool allow_degraded; /* as above */
} SandboxToolsPlan;

/* Irreversible, and inherited by every program started later. Descriptors that are open stay open.
 * What is forbidden is answered with EPERM or EACCES: programs of others ask for much that they can
 * do without. Errors as sandbox_seal. */
bool sandbox_seal_tools(const SandboxToolsPlan *plan, GError **error);

typedef struct {
	int folder; /* descriptor of the one folder to make, write and remove files in; -1 none */
	gint64 memory; /* RLIMIT_DATA, bytes; 0 none */
	bool threads; /* may start threads; never a process */
	bool allow_degraded; /* as above */
} SandboxTalkPlan;

/* For who talks to a server that may lie (nieuws-fetch, nieuws-send), after it has connected and
 * logged in: the connections and descriptors that it has go on working; no new one, no other file,
 * no program, no signal. Irreversible. A forbidden call kills (SIGSYS); opening a file elsewhere is
 * answered with EACCES, because libraries try. Errors as sandbox_seal. */
bool sandbox_seal_talk(const SandboxTalkPlan *plan, GError **error);

/* The Landlock ABI of this kernel, 0 when there is none. */
int sandbox_landlock_abi(void);
