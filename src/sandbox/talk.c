/* The seal for who talks to a server: its connections, one folder, memory, and nothing else. */
#include <errno.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "sandbox-private.h"
#include "sandbox.h"

/* --- Landlock: new files in one folder, and their removal
 * -------------------------------------------------------------------------------------------------
 */

enum {
	ABI_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	/* Newer than the headers of Debian 12: linux/landlock.h of 5.19 and 6.2. */
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	OWN_FILES = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE,
};

static bool
close_files(const SandboxTalkPlan *plan, GError **error)
{
	int abi = sandbox_landlock_abi();
	struct landlock_ruleset_attr rules = {
		.handled_access_fs = ABI_1 | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0)};
	struct landlock_path_beneath_attr own = {
		.allowed_access = OWN_FILES, .parent_fd = plan->folder};
	fs_auto int fd = -1;

	if (abi == 0)
		return plan->allow_degraded ||
		       nieuws_fail(error, NIEUWS_INTERNAL,
			       "this kernel has no Landlock; boot with lsm=landlock,..., or set "
			       "sandbox_degraded = yes");
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
	if (fd >= 0 &&
		(plan->folder < 0 || syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH,
					     &own, 0) == 0) &&
		syscall(SYS_landlock_restrict_self, fd, 0) == 0)
		return true;
	return nieuws_fail_errno(
		error, NIEUWS_INTERNAL, errno, "cannot seal the process with Landlock");
}

/* --- seccomp
 * --------------------------------------------------------------------------------------------------
 */

static const int allowed[] = {
	/* descriptors that are there */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(fstat), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(fcntl),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(shutdown),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),
	/* itself, and its threads */
	SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getrusage), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sigaltstack), SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	/* time and chance */
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom)};

/* Asked for by libraries that can do without: catalogues of messages, a thread's name and rank. */
static const int refused[] = {SCMP_SYS(open), SCMP_SYS(stat), SCMP_SYS(access), SCMP_SYS(readlink),
	SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(ioctl), SCMP_SYS(sched_getattr),
	SCMP_SYS(sched_setattr), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt)};

#ifdef SANITIZED
/* What the sanitizers' own bookkeeping and reports need; never in a normal build. */
static const int for_sanitizers[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(tgkill),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(prctl), SCMP_SYS(sched_getparam)};
#endif

static int
rule(scmp_filter_ctx filter, uint32_t action, int call, struct scmp_arg_cmp condition)
{
	return seccomp_rule_add_array(filter, action, call, 1, &condition);
}

/* Names count from the one folder only. Landlock guards them; this holds where the kernel has
 * none, but for absolute names. */
static int
add_folder_rules(scmp_filter_ctx filter, int folder)
{
	static const int calls[] = {SCMP_SYS(openat), SCMP_SYS(unlinkat)};
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		if (folder < 0) {
			failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), calls[i], 0);
			continue;
		}
		/* Descriptors are 32 bits; the kernel ignores the rest of the register. */
		failed |= rule(filter, SCMP_ACT_ALLOW, calls[i],
			SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffu, (uint64_t)folder));
	}
	if (folder >= 0)
		failed |= rule(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat),
			SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffu, (uint32_t)-100 /* AT_FDCWD */));
	return failed;
}

static int
add_argument_rules(scmp_filter_ctx filter, bool threads)
{
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int failed = 0;

	/* fstat is this call without a path. */
	failed |= rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
		SCMP_A3(SCMP_CMP_EQ, 0x1000 /* AT_EMPTY_PATH */, 0));
	failed |= rule(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat),
		SCMP_A3(SCMP_CMP_NE, 0x1000, 0));
	/* On what is connected; never to an address of its own choice. */
	failed |= rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), SCMP_A4(SCMP_CMP_EQ, 0, 0));
#ifndef SANITIZED
	/* Memory, but never executable. */
	failed |= rule(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 0);
	/* clone3 hides its flags in memory: the C library then takes clone. */
	failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (threads)
		failed |= rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone),
			SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
#else
	(void)threads;
	(void)thread;
#endif
	return failed;
}

static int
add_rules(scmp_filter_ctx filter, const SandboxTalkPlan *plan)
{
	int failed = add_argument_rules(filter, plan->threads);

	for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
#ifdef SANITIZED
	for (size_t i = 0; i < G_N_ELEMENTS(for_sanitizers); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, for_sanitizers[i], 0);
#endif
	return failed | add_folder_rules(filter, plan->folder);
}

static bool
filter_calls(const SandboxTalkPlan *plan, GError **error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = filter != NULL ? add_rules(filter, plan) : -ENOMEM;

	if (failed == 0)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed == 0 ||
	       nieuws_fail_errno(error, NIEUWS_INTERNAL, failed < 0 ? -failed : EINVAL,
		       "cannot seal the process with seccomp (in a systemd unit the calls seccomp "
		       "and landlock_* must be allowed)");
}

/* --- limits
 * ---------------------------------------------------------------------------------------------------
 */

static bool
set_limits(const SandboxTalkPlan *plan, GError **error)
{
	struct rlimit none = {0, 0};
	struct rlimit data = {(rlim_t)plan->memory, (rlim_t)plan->memory};

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot limit the process");
#ifndef SANITIZED
	/* Not RLIMIT_AS: heaps of threads reserve far more addresses than they use. */
	if (plan->memory > 0 && setrlimit(RLIMIT_DATA, &data) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot limit the process");
#else
	(void)data;
#endif
	return true;
}

bool
sandbox_seal_talk(const SandboxTalkPlan *plan, GError **error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot seal the process");
	return set_limits(plan, error) && close_files(plan, error) && filter_calls(plan, error);
}
