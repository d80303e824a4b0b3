#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "sandbox-private.h"

/* --- Landlock: no file of any folder
 * -------------------------------------------------------------------------- */

int
sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static bool
close_files(bool allow_degraded, GError **error)
{
	/* What ABI 1 knows; without any rule all of it is denied. */
	struct landlock_ruleset_attr rules = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	int fd;

	if (sandbox_landlock_abi() == 0)
		return allow_degraded || nieuws_fail(error, NIEUWS_INTERNAL,
						 "this kernel has no Landlock; boot with "
						 "lsm=landlock,..., or set sandbox_degraded = yes");
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		return nieuws_fail_errno(
			error, NIEUWS_INTERNAL, errno, "cannot seal the process with Landlock");
	close(fd);
	return true;
}

/* --- limits
 * ---------------------------------------------------------------------------------------------------
 */

static bool
set_limit(int what, gint64 value, GError **error)
{
	struct rlimit limit = {(rlim_t)value, (rlim_t)value};

	return setrlimit((__rlimit_resource_t)what, &limit) == 0 ||
	       nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot limit the process");
}

static bool
set_limits(const SandboxPlan *plan, GError **error)
{
#ifndef SANITIZED
	/* The sanitizers reserve terabytes of addresses. */
	if (plan->memory > 0 && !set_limit(RLIMIT_AS, plan->memory, error))
		return false;
#endif
	return (plan->cpu_seconds == 0 || set_limit(RLIMIT_CPU, plan->cpu_seconds, error)) &&
	       set_limit(RLIMIT_CORE, 0, error) && set_limit(RLIMIT_NOFILE, 64, error);
}

/* --- seccomp
 * --------------------------------------------------------------------------------------------------
 */

static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(close), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(fcntl), SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(poll)};

/* What threads of this process need besides. clone is looked at more closely. */
static const int for_threads[] = {SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sigaltstack), SCMP_SYS(getrusage),
	SCMP_SYS(rt_sigaction)};

/* Asked for by libraries that can do without. */
static const int refused[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(access),
	SCMP_SYS(readlink), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(ioctl)};

#ifdef SANITIZED
/* What the sanitizers' own bookkeeping and reports need; never in a normal build. */
static const int for_sanitizers[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigaction), SCMP_SYS(sched_yield), SCMP_SYS(getrusage), SCMP_SYS(prctl),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(tgkill)};
#endif

/* Allowed or refused by one argument. */
static int
add_by_argument(scmp_filter_ctx filter, uint32_t action, int call, unsigned argument,
	enum scmp_compare op, uint64_t a, uint64_t b)
{
	const struct scmp_arg_cmp condition = {
		.arg = argument, .op = op, .datum_a = a, .datum_b = b};

	return seccomp_rule_add_array(filter, action, call, 1, &condition);
}

#ifndef SANITIZED
static int
add_memory_rules(scmp_filter_ctx filter)
{
	/* Memory, but never executable. */
	return add_by_argument(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ,
		       PROT_EXEC, 0) |
	       add_by_argument(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ,
		       PROT_EXEC, 0);
}
#endif

/* A thread shares everything with its process; clone3 hides its flags in memory, so it is not there
 * and the C library uses clone. A thread's name is nobody's business: refused. */
static int
add_thread_rules(scmp_filter_ctx filter)
{
	const uint64_t flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int failed = add_by_argument(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, flags, flags);

	failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(for_threads); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, for_threads[i], 0);
	return failed;
}

static int
add_rules(scmp_filter_ctx filter, bool threads)
{
	int failed = threads ? add_thread_rules(filter) : 0;

	for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	/* fstat is this call without a path. */
	failed |= add_by_argument(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 3, SCMP_CMP_EQ, AT_EMPTY_PATH, 0);
	failed |= add_by_argument(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 3,
		SCMP_CMP_NE, AT_EMPTY_PATH, 0);
#ifdef SANITIZED
	for (size_t i = 0; i < G_N_ELEMENTS(for_sanitizers); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, for_sanitizers[i], 0);
	return failed;
#else
	return failed | add_memory_rules(filter);
#endif
}

/* Compiling the rules takes far longer than loading them: it is done once, and forks inherit the
 * program. */
static struct sock_fprog programs[2]; /* without and with threads */

static int
export_program(scmp_filter_ctx filter, struct sock_fprog *program)
{
	fs_auto int fd = fs_memfd("filter", "", 0, NULL);
	size_t length = 0;
	int failed = fd >= 0 ? seccomp_export_bpf(filter, fd) : -ENOMEM;
	char *bytes = failed == 0 ? fs_pread_all(fd, 1 << 20, &length, NULL) : NULL;

	if (bytes == NULL)
		return failed != 0 ? failed : -ENOMEM;
	program->len = (unsigned short)(length / sizeof(struct sock_filter));
	program->filter = (struct sock_filter *)(void *)bytes;
	return 0;
}

static bool
prepare(bool threads, GError **error)
{
	struct sock_fprog *program = &programs[threads ? 1 : 0];
	scmp_filter_ctx filter;
	int failed;

	if (program->filter != NULL)
		return true;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return nieuws_fail(
			error, NIEUWS_INTERNAL, "cannot seal the process: out of memory");
	failed = add_rules(filter, threads);
	/* A binary tree of comparisons: cheaper than a list of 40 at every call. */
	if (failed == 0)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (failed == 0)
		failed = export_program(filter, program);
	seccomp_release(filter);
	return failed == 0 || nieuws_fail_errno(error, NIEUWS_INTERNAL, -failed,
				      "cannot compile the seal of the process");
}

bool
sandbox_prepare(GError **error)
{
	return prepare(false, error);
}

static bool
filter_calls(bool threads, GError **error)
{
	if (!prepare(threads, error))
		return false;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &programs[threads ? 1 : 0]) == 0 ||
	       nieuws_fail_errno(error, NIEUWS_INTERNAL, errno,
		       "cannot seal the process with seccomp (in a systemd unit the calls seccomp "
		       "and landlock_* must be allowed)");
}

bool
sandbox_seal(const SandboxPlan *plan, GError **error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot seal the process");
	return set_limits(plan, error) && close_files(plan->allow_degraded, error) &&
	       filter_calls(plan->threads, error);
}
