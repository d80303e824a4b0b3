#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
notify_systemd(const char *format, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *text = NULL;
	va_list args;
	int fd;

	if (path == NULL || strlen(path) >= sizeof address.sun_path ||
		(*path != '/' && *path != '@'))
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody to tell when telling fails. */
	(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
		(struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

guint
notify_watchdog_ms(void)
{
	const char *text = getenv("WATCHDOG_USEC");

	return text == NULL ? 0 : (guint)(g_ascii_strtoull(text, NULL, 10) / 1000);
}
