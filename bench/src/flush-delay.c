// Preloaded into PostgreSQL: a disk whose every flush takes longer, as those of a cloud do. The time in microseconds is
// read from a file at each flush, so that it can change while the server runs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long delay_us(void) {
  const char *path = getenv("FLUSH_DELAY_FILE");
  char text[24] = {0};
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
  close(file);
  return atol(text);
}

int fdatasync(int fd) {
  int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = flush(fd);
  int error = errno;
  long us = delay_us();
  struct timespec left = {us / 1000000, us % 1000000 * 1000};
  while (us > 0 && nanosleep(&left, &left) == -1 && errno == EINTR) {
  }
  errno = error;
  return result;
}
