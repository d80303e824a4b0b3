/* Loaded into one program (FAULTS_PROGRAM, by its name): malloc that fails at the Nth call
 * (FAULTS_MALLOC=N, N+ for good), a clock that is off by the seconds in a file (FAULTS_CLOCK), the
 * number of calls into a file at the end (FAULTS_TALLY). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long calls, fail_at;
static int sticky, active;
static const volatile int64_t *offset;

static int
fails(void)
{
	long n;

	if (!active)
		return 0;
	n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	if (fail_at == 0 || (sticky ? n < fail_at : n != fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}

static void
off_by(struct timespec *now)
{
	if (offset != NULL)
		now->tv_sec += *offset;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int code;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	code = real(clock, now);
	if (clock == CLOCK_REALTIME)
		off_by(now);
	return code;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &exact);
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *ret)
{
	struct timespec exact;

	clock_gettime(CLOCK_REALTIME, &exact);
	if (ret != NULL)
		*ret = exact.tv_sec;
	return exact.tv_sec;
}

static void
map_clock(const char *path)
{
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped =
		fd >= 0 ? mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (mapped != MAP_FAILED)
		offset = mapped;
	if (fd >= 0)
		close(fd);
}

static void __attribute__((constructor)) begin(void)
{
	const char *program = getenv("FAULTS_PROGRAM");
	const char *at = getenv("FAULTS_MALLOC");

	if (program == NULL || strcmp(program, program_invocation_short_name) != 0)
		return;
	map_clock(getenv("FAULTS_CLOCK"));
	if (at != NULL) {
		fail_at = strtol(at, NULL, 10);
		sticky = strchr(at, '+') != NULL;
	}
	active = 1;
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("FAULTS_TALLY");
	char text[32];
	int fd, length;

	if (!active || path == NULL)
		return;
	active = 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	length = snprintf(text, sizeof text, "%ld", calls);
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		_exit(1);
	close(fd);
}
