/* The seal for programs of others: what is installed may be read and run, one folder written. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "sandbox-private.h"

/* --- Landlock
 * -------------------------------------------------------------------------------------------------
 */

enum {
	READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
	READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	RUN = READ | LANDLOCK_ACCESS_FS_EXECUTE,
	DEVICE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE,
	ABI_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	/* Newer than the headers of Debian 12: linux/landlock.h of 6.2 and 5.19. */
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
};

static const struct {
	const char *path;
	guint64 access;
} places[] = {{"/usr", RUN}, {"/lib", RUN}, {"/lib64", RUN}, {"/bin", RUN},
	{"/etc/alternatives", RUN}, {"/etc/fonts", READ}, {"/etc/libreoffice", READ},
	{"/etc/ld.so.cache", READ_FILE}, {"/etc/localtime", READ_FILE},
	{"/etc/locale.alias", READ_FILE}, {"/var/cache/fontconfig", READ},
	{"/var/lib/libreoffice", READ}, {"/var/spool/libreoffice", READ}, {"/dev/null", DEVICE},
	{"/dev/zero", READ_FILE}, {"/dev/urandom", READ_FILE}, {"/dev/random", READ_FILE}};

static bool
allow_place(int rules, const char *path, guint64 access, bool must, GError **error)
{
	fs_auto int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};

	if (fd < 0)
		return !must || nieuws_fail_errno(error, NIEUWS_INTERNAL, errno,
					"cannot seal the process: %s", path);
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ||
	       nieuws_fail_errno(
		       error, NIEUWS_INTERNAL, errno, "cannot seal the process: %s", path);
}

static bool
allow_places(int rules, guint64 handled, const char *folder, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (!allow_place(rules, places[i].path, places[i].access, false, error))
			return false;
	return allow_place(
		rules, folder, handled & ~(guint64)LANDLOCK_ACCESS_FS_EXECUTE, true, error);
}

static bool
close_files(const SandboxToolsPlan *plan, GError **error)
{
	int abi = sandbox_landlock_abi();
	struct landlock_ruleset_attr rules = {
		.handled_access_fs = ABI_1 | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0)};
	fs_auto int fd = -1;

	if (abi == 0)
		return plan->allow_degraded ||
		       nieuws_fail(error, NIEUWS_INTERNAL,
			       "this kernel has no Landlock; boot with lsm=landlock,..., or set "
			       "sandbox_degraded = yes");
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
	if (fd < 0)
		return nieuws_fail_errno(
			error, NIEUWS_INTERNAL, errno, "cannot seal the process with Landlock");
	if (!allow_places(fd, rules.handled_access_fs, plan->folder, error))
		return false;
	return syscall(SYS_landlock_restrict_self, fd, 0) == 0 ||
	       nieuws_fail_errno(
		       error, NIEUWS_INTERNAL, errno, "cannot seal the process with Landlock");
}

/* --- seccomp: what no converter needs
 * -------------------------------------------------------------------------
 */

static const int refused[] = {
	/* the network, and other processes' sockets */
	SCMP_SYS(connect), SCMP_SYS(sendto), SCMP_SYS(sendmmsg),
	/* other processes */
	SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(pidfd_send_signal), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(kcmp), SCMP_SYS(process_madvise), SCMP_SYS(setpriority), SCMP_SYS(ioprio_set),
	SCMP_SYS(migrate_pages), SCMP_SYS(move_pages),
	/* leaving the group that is killed at the deadline */
	SCMP_SYS(setsid), SCMP_SYS(setpgid),
	/* what outlives the processes */
	SCMP_SYS(shmget), SCMP_SYS(msgget), SCMP_SYS(semget), SCMP_SYS(mq_open), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(keyctl),
	/* files that Landlock does not guard: names are changed without opening */
	SCMP_SYS(truncate), SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(chown),
	SCMP_SYS(fchownat), SCMP_SYS(lchown), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr),
	SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(utime), SCMP_SYS(utimes),
	SCMP_SYS(utimensat), SCMP_SYS(futimesat), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at), SCMP_SYS(fanotify_init), SCMP_SYS(inotify_add_watch),
	/* the kernel */
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon),
	SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(syslog),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(personality),
	SCMP_SYS(modify_ldt), SCMP_SYS(vhangup), SCMP_SYS(nfsservctl), SCMP_SYS(lookup_dcookie)};

static int
refuse_by_argument(scmp_filter_ctx filter, int call, unsigned argument, enum scmp_compare op,
	uint64_t a, uint64_t b)
{
	const struct scmp_arg_cmp condition = {
		.arg = argument, .op = op, .datum_a = a, .datum_b = b};

	return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &condition);
}

static int
add_rules(scmp_filter_ctx filter)
{
	static const uint64_t spaces[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET,
		CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		/* A call that this architecture has not cannot be made either. */
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0) == -ENOMEM)
			failed = -ENOMEM;
	/* LibreOffice listens on a socket in its own folder; nobody can connect. */
	failed |= refuse_by_argument(filter, SCMP_SYS(socket), 0, SCMP_CMP_NE, AF_UNIX, 0);
	/* Without a connection, sendmsg would reach any socket of the machine. */
	for (uint64_t type = 1; type < 16; type++)
		if (type != SOCK_STREAM)
			failed |= refuse_by_argument(
				filter, SCMP_SYS(socket), 1, SCMP_CMP_MASKED_EQ, 15, type);
	/* Asked whether /tmp can be written, the answer is no, as Landlock would say: LibreOffice
	 * then listens in the folder that it is told (sal/osl/unx/pipe.cxx). */
	failed |= refuse_by_argument(filter, SCMP_SYS(access), 1, SCMP_CMP_EQ, W_OK, 0);
	failed |= refuse_by_argument(filter, SCMP_SYS(faccessat), 2, SCMP_CMP_EQ, W_OK, 0);
	failed |= refuse_by_argument(filter, SCMP_SYS(prlimit64), 0, SCMP_CMP_NE, 0, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(spaces); i++)
		failed |= refuse_by_argument(
			filter, SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, spaces[i], spaces[i]);
	/* Its flags cannot be looked at; glibc then takes clone. */
	return failed | seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static bool
filter_calls(GError **error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int failed = filter != NULL ? add_rules(filter) : -ENOMEM;

	if (failed == 0)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed == 0 || nieuws_fail_errno(error, NIEUWS_INTERNAL, -failed,
				      "cannot seal the process with seccomp");
}

/* --- limits
 * ---------------------------------------------------------------------------------------------------
 */

static bool
set_limit(int what, gint64 value, GError **error)
{
	struct rlimit limit = {(rlim_t)value, (rlim_t)value};
	struct rlimit now;

	if (value == 0)
		return true;
	/* A limit that is lower already stays. */
	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < limit.rlim_max)
		limit.rlim_cur = limit.rlim_max = now.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &limit) == 0 ||
	       nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot limit the process");
}

static bool
set_limits(const SandboxToolsPlan *plan, GError **error)
{
	struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot limit the process");
#ifndef SANITIZED
	if (!set_limit(RLIMIT_AS, plan->memory, error))
		return false;
#endif
	return set_limit(RLIMIT_CPU, plan->cpu_seconds, error) &&
	       set_limit(RLIMIT_FSIZE, plan->file_size, error) &&
	       set_limit(RLIMIT_NPROC, plan->processes, error) &&
	       set_limit(RLIMIT_NOFILE, 256, error);
}

bool
sandbox_seal_tools(const SandboxToolsPlan *plan, GError **error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot seal the process");
	return set_limits(plan, error) && close_files(plan, error) && filter_calls(error);
}
