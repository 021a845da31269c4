/* Starting threads. Touches the signal mask of the caller for a moment. */
#include "base/thread.h"

#include <signal.h>

GThread *
thread_start (const char *name, GThreadFunc run, gpointer data)
{
  sigset_t all, before;
  GThread *thread;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_new (name, run, data);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return thread;
}
