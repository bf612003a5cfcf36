/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Preloaded into a program: its wall clock is wrong by $CLOCK_SHIFT_S seconds. */

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long
shift (void)
{
  const char *text = getenv ("CLOCK_SHIFT_S");

  return text != NULL ? strtol (text, NULL, 10) : 0;
}

__attribute__ ((visibility ("default"))) int
clock_gettime (clockid_t clock, struct timespec *time)
{
  int result = (int) syscall (SYS_clock_gettime, clock, time);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    time->tv_sec += shift ();
  return result;
}

__attribute__ ((visibility ("default"))) int
gettimeofday (struct timeval *restrict time, void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
