#include "clean.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base.h"
#include "picture.h"
#include "sandbox.h"

enum {
	MAPPED = 512 << 20 /* address space of libvips, its modules and the stacks of its threads */
};

static bool
seal(const CleanPlan *plan, GError **error)
{
	const SandboxPlan sandbox = {.memory = plan->memory + MAPPED,
		.cpu_seconds = plan->cpu_seconds,
		.allow_degraded = plan->degraded,
		.threads = true};

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* An arena for each thread would reserve what the picture needs. */
	mallopt(M_ARENA_MAX, 1);
	return picture_start(error) && sandbox_seal(&sandbox, error);
}

static bool
clean(const CleanPlan *plan, int in, const WireClean *job, int out, PictureCopy *copy,
	GError **error)
{
	const PictureLimits limits = {.pixels = plan->megapixels * 1000000,
		.width = (int)CLAMP(job->width, 0, G_MAXINT32),
		.height = (int)CLAMP(job->height, 0, G_MAXINT32)};

	return job->pixels ? picture_pixels(in, &limits, out, copy, error)
			   : picture_clean(in, &limits, out, copy, error);
}

int
clean_answer(const CleanPlan *plan, WireChannel *channel, const WireLetter *letter)
{
	const WireClean *job = letter->record;
	g_autoptr(GError) error = NULL;
	PictureCopy copy = {0};
	WireCleaned answer = {.job = job->job, .error = (char *)(guintptr) ""};
	fs_auto int out = memfd_create("nieuws-photo", MFD_CLOEXEC);

	if (out < 0 || !seal(plan, &error)) {
		log_event(LOG_CRIT, "not-sealed", "reason",
			error != NULL ? error->message : strerror(errno), NULL);
		return EXIT_INTERNAL;
	}
	if (!clean(plan, letter->fd, job, out, &copy, &error)) {
		answer.error = error->message;
		fs_close(&out);
	}
	answer.size = copy.size;
	answer.width = copy.width;
	answer.height = copy.height;
	return wire_send(channel, WIRE_CLEANED, &answer, out, NULL) ? EXIT_DONE : EXIT_LATER;
}

void
clean_fail(WireChannel *channel, const WireLetter *letter, const char *why)
{
	const WireClean *job = letter->record;
	const WireCleaned answer = {.job = job->job, .error = (char *)(guintptr)why};

	wire_send(channel, WIRE_CLEANED, &answer, -1, NULL);
}

int
clean_by_hand(const CleanPlan *plan, int in, int out, gint64 width)
{
	g_autoptr(GError) error = NULL;
	PictureCopy copy = {0};
	const WireClean job = {.width = width};

	if (!seal(plan, &error) || !clean(plan, in, &job, out, &copy, &error)) {
		fprintf(stderr, "nieuws-convert: %s\n", error->message);
		return EXIT_REFUSED;
	}
	printf("%d x %d pixels, %" G_GINT64_FORMAT " bytes\n", copy.width, copy.height, copy.size);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_IO;
}
